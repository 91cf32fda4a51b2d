import Foundation
import MigrationEngine
import Testing

@testable import Console
@testable import MigrationEngine

/// Frames through ncurses and back: every cell stands on the terminal as it was meant, with its
/// sign, its attributes and its colours.
///
/// Each test is a process of its own, because ncurses takes standard input and output.
@Suite struct ReadBackTests {
    /// A terminal of one's own, with a console on it.
    private final class Stage {
        let screen: Screen
        let theme: Theme
        var model: Model
        private var faults: [String] = []

        init(_ model: Model, themeName: String = "harbor-dark") throws {
            var (terminal, own): (Int32, Int32) = (-1, -1)
            var size = winsize()
            size.ws_col = UInt16(model.size.columns)
            size.ws_row = UInt16(model.size.rows)
            guard openpty(&terminal, &own, nil, nil, &size) == 0 else {
                throw CocoaError(.fileNoSuchFile)
            }
            let reading = terminal
            // Somebody has to look at what is written, else the terminal is full at last.
            Thread.detachNewThread {
                var bytes = [UInt8](repeating: 0, count: 65_536)
                while read(reading, &bytes, bytes.count) > 0 {}
            }
            dup2(own, STDIN_FILENO)
            dup2(own, STDOUT_FILENO)
            setenv("TERM", "xterm-256color", 1)
            setenv("LC_ALL", "C.UTF-8", 1)
            screen = try Screen(logPath: nil)
            theme = try ThemeLibrary.builtIn.load(themeName, depth: screen.depth)
            self.model = model
            show("start")
        }

        /// Presses keys; after each one the terminal is compared with the frame.
        func press(_ keys: Key...) { for key in keys { send(.key(key)) } }

        func type(_ text: String) { for character in text { press(.character(character)) } }

        func send(_ message: Message) {
            _ = model.update(message)
            show("\(message)")
        }

        /// Expects a text on the terminal itself.
        func expect(_ text: String, _ isThere: Bool = true) {
            let lines = (0..<model.size.rows).map { y in
                (0..<model.size.columns).compactMap { screen.cell(x: $0, y: y)?.text }.joined()
            }
            if lines.contains(where: { $0.contains(text) }) != isThere {
                faults.append("\"\(text)\" \(isThere ? "is not" : "is") on the terminal:")
                faults += lines
            }
        }

        private func show(_ step: String) {
            let frame = Chrome.draw(model)
            screen.show(frame, theme: theme)
            for y in 0..<frame.size.rows {
                let row = frame.row(y)
                for (x, cell) in row.enumerated() where cell.width > 0 {
                    let meant = Screen.Shown(cell.text, theme[cell.style])
                    let shown = screen.cell(x: x, y: y)
                    guard shown != meant, faults.count < 20 else { continue }
                    faults.append(
                        "after \(step.prefix(60)), row \(y), column \(x): "
                            + "\(String(describing: shown)), not \(meant)"
                    )
                }
            }
        }

        /// Gives the terminal back and ends the process: well when every cell was right.
        func end() -> Never {
            screen.stop()
            try? FileHandle.standardError.write(
                contentsOf: Data((faults.joined(separator: "\n") + "\n").utf8)
            )
            exit(faults.isEmpty ? 0 : 1)
        }
    }

    private static func model(_ pane: PaneID, columns: Int = 120, rows: Int = 40) -> Model {
        var model = Samples.filled(columns: columns, rows: rows)
        model.pane = pane
        return model
    }

    /// Says what the process has found.
    private func expectNothing(in result: ExitTest.Result?) {
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(result?.exitStatus == .exitCode(0), "\(text)")
    }

    @Test func `every pane stands on the terminal as it was drawn`() async {
        let result = await #expect(
            processExitsWith: .success,
            observing: [\.standardErrorContent]
        ) {
            let stage = try Stage(Self.model(.overview))
            for pane in PaneID.allCases {
                stage.model.pane = pane
                stage.send(.tick(Samples.now))
            }
            stage.model.pane = .orders
            stage.send(.tick(Samples.now))
            stage.expect("客服")
            stage.end()
        }
        expectNothing(in: result)
    }

    @Test(arguments: ["lantern-light", "mono", "terminal-16", "beacon-dark"])
    func `a theme's looks reach the terminal`(name: String) async {
        let result = await #expect(
            processExitsWith: .success,
            observing: [\.standardErrorContent]
        ) { [name = name as String] in
            let stage = try Stage(Self.model(.verify), themeName: name)
            stage.press(.character("f"), .down, .character("?"), .escape)
            stage.end()
        }
        expectNothing(in: result)
    }

    @Test func `marks, columns, zoom and the mouse's sign stand on the terminal`() async {
        let result = await #expect(
            processExitsWith: .success,
            observing: [\.standardErrorContent]
        ) {
            let stage = try Stage(Self.model(.tables))
            stage.press(.character(" "), .character(" "))
            stage.expect("2 marked")
            stage.expect("* bundle_skus")
            stage.press(.character("v"), .down)
            stage.expect("[x] COLUMNS")
            stage.press(.character(" "))
            stage.expect("[ ] COLUMNS")
            stage.press(.enter)
            stage.expect("COLUMNS", false)
            stage.press(.character("Z"))
            stage.expect("zoomed")
            stage.expect("Enter shows its rows.", false)
            stage.press(.character("Z"))
            stage.expect("zoomed", false)
            stage.expect("Enter shows its rows.")
            stage.press(.character("M"))
            stage.expect("mouse on")
            stage.press(.character("M"), .escape)
            stage.expect("2 marked", false)
            stage.end()
        }
        expectNothing(in: result)
    }

    @Test func `the undo of a toggle stands on the terminal with its countdown`() async {
        let result = await #expect(
            processExitsWith: .success,
            observing: [\.standardErrorContent]
        ) {
            let stage = try Stage(Self.model(.workflows, columns: 80, rows: 24))
            stage.type(" ")
            stage.expect("Switch a workflow OFF")
            stage.type("y")
            stage.send(.toggled([.init(name: "xml-import", enabled: false)], failure: nil))
            stage.expect("u undoes it: 60 s")
            stage.send(.tick(Samples.now + 21))
            stage.expect("u undoes it: 39 s")
            stage.type("u")
            stage.expect("xml-import goes ON again")
            stage.press(.escape)
            stage.expect("nothing was changed")
            stage.end()
        }
        expectNothing(in: result)
    }

    @Test func `both sides of an order and of an article stand on the terminal`() async {
        let result = await #expect(
            processExitsWith: .success,
            observing: [\.standardErrorContent]
        ) {
            let stage = try Stage(Self.model(.orders))
            stage.press(.enter)
            stage.expect("both sides are being read")
            let order = stage.model.comparing.order.ticket
            stage.send(.compared(.order(ticket: order, .success(Samples.comparedOrder))))
            stage.expect("Order 100892 on both sides")
            stage.expect("DIFFERS")
            stage.expect("Ad␛[2Ja")
            stage.press(.down, .pageDown, .escape)
            stage.model.pane = .inventory
            stage.press(.enter)
            let article = stage.model.comparing.article.ticket
            stage.send(.compared(.article(ticket: article, .success(Samples.comparedArticle))))
            stage.expect("off by -5")
            stage.press(.escape)
            stage.end()
        }
        expectNothing(in: result)
    }
}
