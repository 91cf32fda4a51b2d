import Foundation
import MigrationEngine
import Testing

@testable import Console
@testable import MigrationEngine

/// The mouse does what keys could do, and never says yes.
@Suite struct MouseTests {
    private func model(_ pane: PaneID, columns: Int = 80, rows: Int = 24) -> Model {
        var model = Samples.filled(columns: columns, rows: rows)
        model.pane = pane
        model.isMouseOn = true
        return model
    }

    /// Clicks on the first cell of a text.
    private func click(_ text: String, _ model: inout Model) throws -> [Command] {
        let lines = Chrome.draw(model).text.split(separator: "\n", omittingEmptySubsequences: false)
        for (y, line) in lines.enumerated() {
            guard let range = line.range(of: text) else { continue }
            let x = Width.cells(String(line[..<range.lowerBound]))
            return model.update(.pointer(.click(x: x, y: y)))
        }
        throw MigrationError(
            .internal,
            "\(text) is not on the screen",
            place: .init("test"),
            remedy: ""
        )
    }

    @Test func `M takes the mouse and gives it back, and without it nothing is clicked`() throws {
        var model = Samples.filled()
        #expect(!model.isMouseOn)
        #expect(try click("Orde", &model).isEmpty)
        #expect(model.pane == .overview)
        #expect(model.update(.key(.character("M"))) == [.setMouse(true)])
        model.notice = nil
        #expect(Chrome.draw(model).text.contains("mouse on"))
        _ = try click("Orde", &model)
        #expect(model.pane == .orders)
        #expect(model.update(.key(.character("M"))) == [.setMouse(false)])
    }

    @Test(arguments: [(60, 16), (80, 24), (120, 40), (200, 60)])
    func `every tab that is seen is where it is clicked`(columns: Int, rows: Int) {
        for pane in PaneID.allCases {
            let line = Tabs.line(pane, columns: columns)
            let text = Array(line.map(\.text).joined())
            let places = Tabs.places(in: line)
            #expect(places.contains { $0.pane == pane })
            for (found, x, width) in places {
                let label = String(text[x..<(x + width)])
                #expect(label.contains("\(found.key) \(found.title.prefix(4))"))
            }
        }
    }

    @Test(arguments: PaneID.allCases)
    func `every hint is where it is clicked`(pane: PaneID) {
        for size in [(60, 16), (80, 24), (120, 40)] {
            let model = model(pane, columns: size.0, rows: size.1)
            let frame = Chrome.draw(model)
            let line = Chrome.hints(model)
            let text = line.map(\.text).joined()
            var x = 0
            for (key, name) in zip(line, line.dropFirst()) where key.style == .keyHint {
                let start = x + key.text.prefix { $0 == " " }.count
                let spot = frame.spot(x: start, y: size.1 - 1)
                let end = x + Width.cells(key.text + name.text) - 1
                #expect(spot != nil, "\(key.text)\(name.text) in \(text)")
                #expect(spot == frame.spot(x: end, y: size.1 - 1))
                x = end + 1
            }
            #expect(frame.spot(x: size.0 - 1, y: size.1 - 1) == nil)
        }
    }

    @Test func `a click selects a row, the second opens it, in the list and in what it opened`()
        throws
    {
        var model = model(.tables)
        _ = try click("shipped_items", &model)
        #expect(model.selectedRow?.id == "shipped_items" && model.detail == nil)
        let opened = try click("shipped_items", &model)
        #expect(model.detail?.id == "shipped_items")
        guard case .browse(.rows)? = opened.first else {
            Issue.record("no rows are read")
            return
        }
        let rows = Samples.filled().browsing.rows.value
        model.browsing.rows.value = rows
        model.browsing.rows.isLoading = false
        let key = try #require(rows?.rows.last?.key.text)
        let index = try #require(rows?.rows.count) - 1
        let y = try #require(
            (0..<24).first { Chrome.draw(model).spot(x: 5, y: $0) == .detailRow(index) }
        )
        _ = model.update(.pointer(.click(x: 5, y: y)))
        #expect(model.detail?.index == index && model.detail?.row == nil)
        _ = model.update(.pointer(.click(x: 5, y: y)))
        #expect(model.detail?.row == key)
    }

    @Test func `beside its list an explanation is opened, and another row closes it`() throws {
        var model = model(.orders, columns: 120, rows: 40)
        _ = try click("Enter compares both sides", &model)
        #expect(model.detail?.id == "100892")
        _ = try click("100890", &model)
        #expect(model.detail == nil && model.selectedRow?.id == "100890")
    }

    @Test func `a header sorts, once more the other way, then not at all`() throws {
        var model = model(.tables)
        _ = try click("ROWS, ABOUT", &model)
        #expect(model.list.sort == .init(column: "ROWS, ABOUT"))
        _ = try click("ROWS, ABOUT", &model)
        #expect(model.list.sort == .init(column: "ROWS, ABOUT", isDescending: true))
        _ = try click("ROWS, ABOUT", &model)
        #expect(model.list.sort == nil)
        model.pane = .orders
        _ = try click("CUSTOMER", &model)
        #expect(model.list.sort == nil)
        #expect(model.notice?.text.contains("page by page") == true)
    }

    @Test func `the wheel moves the cursor, and scrolls what lies over the pane`() {
        var model = model(.migrate)
        _ = model.update(.pointer(.wheelDown))
        #expect(model.list.index == 3)
        _ = model.update(.pointer(.wheelUp))
        #expect(model.list.index == 0)
        model.overlay = .help(first: 0)
        _ = model.update(.pointer(.wheelDown))
        #expect(model.overlay == .help(first: 3))
        model.overlay = .palette(Palette())
        _ = model.update(.pointer(.wheelDown))
        #expect(model.overlay == .palette(Palette(typed: "", index: 1)))
    }

    @Test func `a hint acts, and a question that it asks is answered by no click`() throws {
        var model = model(.workflows)
        #expect(try click("Space:toggle", &model).isEmpty)
        guard case .confirm? = model.overlay else {
            Issue.record("no question")
            return
        }
        let asked = model.overlay
        let frame = Chrome.draw(model)
        for y in 0..<24 {
            for x in stride(from: 0, to: 80, by: 3)
            where frame.spot(x: x, y: y) != .key(.escape) {
                #expect(model.update(.pointer(.click(x: x, y: y))).isEmpty)
                #expect(model.overlay == asked)
            }
        }
        #expect(try click("Esc:cancel", &model).isEmpty)
        #expect(model.overlay == nil)
    }

    @Test func `an entry of the palette is chosen by its second click`() throws {
        var model = model(.overview)
        model.overlay = .palette(Palette(typed: "show-o"))
        _ = try click("show-orders", &model)
        #expect(model.pane == .overview)
        _ = try click("show-orders", &model)
        #expect(model.pane == .orders)
        _ = model.update(.key(.character("v")))
        _ = try click("DATE", &model)
        #expect(model.overlay == .columns(ColumnPicker(index: 0, before: [])))
        _ = try click("] DATE", &model)
        #expect(model.hiddenHere == ["DATE"])
    }

    @Test func `what is hidden by a box, a prompt or a held screen is not met`() throws {
        var model = model(.orders)
        model.overlay = .help(first: 0)
        _ = model.update(.pointer(.click(x: 5, y: 1)))
        #expect(model.pane == .orders)
        model.overlay = nil
        model.prompt = ""
        _ = model.update(.pointer(.click(x: 5, y: 1)))
        #expect(model.pane == .orders && model.prompt == "")
        model.prompt = nil
        model.heldAt = model.now
        _ = model.update(.pointer(.click(x: 5, y: 1)))
        #expect(model.pane == .orders && model.heldAt == nil)
        model.size = Size(columns: 44, rows: 10)
        #expect(model.update(.pointer(.click(x: 5, y: 1))).isEmpty)
    }

    @Test func `the settings turn it on, and a file that says the same leaves a key's choice`() {
        var model = Samples.filled()
        var settings = ConsoleSettings.standard
        #expect(!settings.takesMouse)
        settings.takesMouse = true
        #expect(model.update(.settings(.success(settings), isAsked: false)) == [.setMouse(true)])
        _ = model.update(.key(.character("M")))
        #expect(model.update(.settings(.success(settings), isAsked: true)).isEmpty)
        #expect(!model.isMouseOn)
        #expect(model.update(.settings(.success(.standard), isAsked: true)).isEmpty)
    }
}

/// The terminal's way to tell of the mouse.
@Suite struct MouseSequenceTests {
    private func read(_ text: String, isOld: Bool = false) -> MouseSequence.Step {
        var sequence = MouseSequence(isOld: isOld)
        var step = MouseSequence.Step.more
        for scalar in text.unicodeScalars where step == .more {
            step = sequence.take(Int(scalar.value))
        }
        return step
    }

    @Test(arguments: [
        ("0;10;5M", MouseSequence.Step.done(.click(x: 9, y: 4))),
        ("0;300;60M", .done(.click(x: 299, y: 59))), ("0;10;5m", .done(nil)),
        ("64;1;1M", .done(.wheelUp)), ("65;1;1M", .done(.wheelDown)),
        ("81;1;1M", .done(.wheelDown)), ("1;10;5M", .done(nil)), ("2;10;5M", .done(nil)),
        ("32;10;5M", .done(nil)), ("0;0;5M", .done(nil)), ("0;10M", .broken),
        ("0;1;2;3M", .broken), ("0;999999;1M", .broken), ("0;1x", .broken), ("M", .broken),
        ("0;1", .more), ("", .more),
    ])
    func `decimal numbers are read, and what is none is a key again`(
        text: String,
        step: MouseSequence.Step
    ) {
        #expect(read(text) == step)
    }

    @Test(arguments: [
        (" *%", MouseSequence.Step.done(.click(x: 9, y: 4))), ("#*%", .done(nil)),
        ("`!!", .done(.wheelUp)), (" *", .more), (" \u{1}\u{1}", .done(nil)),
    ])
    func `the older form is read, too`(text: String, step: MouseSequence.Step) {
        #expect(read(text, isOld: true) == step)
    }
}
