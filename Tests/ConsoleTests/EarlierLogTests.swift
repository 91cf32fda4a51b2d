import MigrationEngine
import Testing

@testable import Console
@testable import MigrationEngine

/// What a console that is opened again shows of the run's log.
@Suite struct EarlierLogConsoleTests {
    private static func earlier(unreadable: Int = 0) -> EarlierLog {
        EarlierLog(
            lines: [
                LogLine(
                    time: Samples.now - 90_000,
                    level: .info,
                    stage: "copy",
                    message: "12 tables were copied"
                ),
                LogLine(
                    time: Samples.now - 80_000,
                    level: .audit,
                    stage: "gates",
                    message: "the gate team_told was signed by the operator"
                ),
                LogLine(
                    time: Samples.now - 70_000,
                    level: .error,
                    stage: "follow",
                    message: "the connection to the server was lost"
                ),
            ],
            unreadable: unreadable,
            path: "/srv/ora.db.cutover/log/cutover.jsonl"
        )
    }

    @Test func `lines from before stand with their date below those of this console`() {
        var model = Samples.empty()
        model.log = []
        #expect(model.start(.none).contains(.loadEarlierLog))
        model.audit("something was done here")
        #expect(model.update(.earlierLog(.success(Self.earlier()))).isEmpty)
        #expect(model.log.count == 5)
        model.pane = .log
        let lines = Chrome.draw(model).text.split(separator: "\n").map(String.init)
        func row(_ text: String) -> Int { lines.firstIndex { $0.contains(text) } ?? -1 }
        #expect(row("something was done here") >= 0)
        #expect(row("something was done here") < row("opened here"))
        #expect(row("opened here") < row("connection to the server was lost"))
        #expect(row("connection to the server was lost") < row("12 tables were copied"))
        #expect(lines[row("12 tables were copied")].contains(/\d\d-\d\d \d\d:\d\d:\d\dZ/))
        #expect(lines.joined().contains("3 from before, with their date"))
    }

    @Test func `the cursor stays on its line, and a line from before opens`() {
        var model = Samples.empty()
        model.log = []
        model.pane = .log
        model.audit("first")
        model.audit("second")
        _ = model.update(.key(.character("j")))
        #expect(model.selectedRow?.cells.last?.first?.text == "first")
        _ = model.update(.earlierLog(.success(Self.earlier())))
        #expect(model.selectedRow?.cells.last?.first?.text == "first")
        _ = model.update(.key(.character("G")))
        _ = model.update(.key(.enter))
        #expect(Chrome.draw(model).text.contains("before this console was opened"))
    }

    @Test func `lines that cannot be read give one warning, and no log is silent`() {
        var model = Samples.empty()
        model.log = []
        _ = model.update(.earlierLog(.success(Self.earlier(unreadable: 7))))
        let warnings = model.log.filter { $0.level == .warning }
        #expect(warnings.count == 1)
        #expect(warnings.first?.message.contains("7 lines of the log") == true)
        model.log = []
        _ = model.update(.earlierLog(.success(EarlierLog())))
        #expect(model.log.isEmpty)
        _ = model.update(.earlierLog(.failure(Samples.error)))
        #expect(model.log.map(\.level) == [.warning])
    }

    @Test func `what this console's own run has written meanwhile is not shown twice`() {
        var model = Samples.empty()
        model.log = []
        var earlier = Self.earlier()
        earlier.lines.append(
            LogLine(time: Samples.now + 1, level: .info, stage: "copy", message: "it began")
        )
        _ = model.update(.earlierLog(.success(earlier)))
        #expect(!model.log.contains { $0.message == "it began" })
    }

    @Test func `an error that an earlier run logged, too, is logged again`() {
        var model = Samples.empty()
        model.log = []
        var earlier = EarlierLog()
        earlier.lines = [
            LogLine(
                time: Samples.now - 9,
                level: .error,
                stage: "copy",
                message: Samples.error.message
            )
        ]
        _ = model.update(.earlierLog(.success(earlier)))
        model.fail(Samples.error)
        #expect(model.log.count { $0.message == Samples.error.message } == 2)
    }

    @Test(arguments: [(80, 24), (120, 40)])
    func `a console that is opened again looks as its golden file`(size: (Int, Int)) throws {
        var model = Samples.live(.following, columns: size.0, rows: size.1)
        model.log = []
        _ = model.update(.earlierLog(.success(Self.earlier(unreadable: 1))))
        try FrameGoldenTests.compare(model, "live-reopened")
        model.pane = .log
        try FrameGoldenTests.compare(model, "log-reopened")
    }
}
