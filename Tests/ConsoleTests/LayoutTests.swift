import Testing

@testable import Console

@Suite struct LayoutTests {
    @Test(arguments: [
        (59, 16, Layout.Class.tooSmall), (60, 15, .tooSmall), (60, 16, .compact),
        (80, 24, .compact), (99, 29, .compact), (100, 29, .compact), (99, 30, .compact),
        (100, 30, .medium), (120, 40, .medium), (160, 45, .medium), (179, 60, .medium),
        (200, 39, .medium), (180, 40, .wide), (200, 60, .wide), (500, 200, .wide),
    ])
    func `a size has its class, and nothing overlaps or leaves the screen`(
        columns: Int,
        rows: Int,
        kind: Layout.Class
    ) {
        let layout = Layout(size: Size(columns: columns, rows: rows))
        #expect(layout.kind == kind)
        guard kind != .tooSmall else { return }
        #expect(layout.header.y == 0)
        #expect(layout.tabs.y == 1)
        #expect(layout.body.y >= layout.tabs.maxY)
        #expect(layout.body.height >= 11)
        #expect(layout.body.maxY == layout.message.y)
        #expect(layout.message.maxY == layout.hints.y)
        #expect(layout.hints.maxY == rows)
        #expect(layout.body.width == columns)
        if layout.hasBoxes {
            #expect(layout.list.maxX == layout.detail.x)
            #expect(layout.detail.maxX == columns)
        }
    }

    @Test func `no size breaks the drawing`() {
        for columns in [0, 1, 2, 44, 59, 60, 80, 100, 500] {
            for rows in [0, 1, 2, 3, 10, 16, 24, 30, 200] {
                for pane in PaneID.allCases {
                    var model = Samples.filled(columns: columns, rows: rows)
                    model.pane = pane
                    model.overlay = .help(first: 3)
                    let frame = Chrome.draw(model)
                    #expect(frame.cells.count == columns * rows)
                }
            }
        }
    }

    @Test(arguments: [(0, 5, 0, 0..<0), (3, 5, 2, 0..<3), (10, 4, 0, 0..<4), (10, 4, 9, 6..<10)])
    func `the window of a list holds the cursor`(
        count: Int,
        height: Int,
        cursor: Int,
        expected: Range<Int>
    ) {
        #expect(Scrolling.window(count: count, height: height, cursor: cursor) == expected)
    }
}
