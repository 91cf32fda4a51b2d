import Foundation
import Testing

@testable import Console

/// The page with every screen as text, made of the golden files.
///
/// `RECORD_GOLDENS=1 swift test --filter ScreensPageTests` writes it anew.
@Suite struct ScreensPageTests {
    private static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    private static let page = root.appending(
        path: "Sources/MigrationEngine/Documentation.docc/Screens.md"
    )
    private static let goldens = root.appending(path: "Tests/ConsoleTests/Goldens")

    /// What stands beside the panes: overlays and forms that every operator meets.
    private static let others = [
        ("The keys", "help"), ("The palette", "palette"), ("The themes", "themes"),
        ("The columns of a list", "columns"),
        ("Marked rows", "tables-marked"),
        ("A question with a phrase", "confirm-phrase"),
        ("What can be undone", "workflows-undo"), ("Rows of a table", "tables-rows"),
    ]

    @Test func `the page shows every pane at the three sizes, as its golden files`() throws {
        var page = """
            # Screens

            Every pane as text, at the three sizes that differ. The files are those that the tests
            compare: this page cannot show anything that the console does not draw.

            """
        for pane in PaneID.allCases {
            page += "\n## \(pane.title)\n"
            for size in FrameGoldenTests.sizes {
                page += try Self.section("\(pane.title.lowercased())-filled", size)
            }
        }
        page += "\n## Forms of a pane\n\nBeing read, with nothing in it, and not to be read:\n"
        for form in ["empty", "nothing", "unreadable"] {
            page += try Self.section("orders-\(form)", (80, 24))
        }
        page += "\nToo small:\n"
        page += try Self.section("too-small", (44, 10))
        for (title, name) in Self.others {
            page += "\n## \(title)\n" + (try Self.section(name, (80, 24)))
        }
        if ProcessInfo.processInfo.environment["RECORD_GOLDENS"] == "1" {
            try Data(page.utf8).write(to: Self.page)
        }
        #expect(try String(contentsOf: Self.page, encoding: .utf8) == page)
    }

    private static func section(_ name: String, _ size: (Int, Int)) throws -> String {
        let place = "\(size.0)x\(size.1)"
        let file = goldens.appending(path: "\(place)/\(name).txt")
        let text = try String(contentsOf: file, encoding: .utf8)
        return "\n\(place):\n\n```text\n\(text)```\n"
    }
}
