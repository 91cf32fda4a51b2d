import Foundation
import TestSupport
import Testing

@testable import MigrationEngine

/// The end of a run's log, as a console that is opened later reads it.
@Suite struct EarlierLogTests {
    private let folder: TestFolder
    private let directory: RunDirectory
    private let options: Options

    init() throws {
        folder = try TestFolder()
        directory = try RunDirectory(making: folder.file("app.db.cutover"))
        options = Options(
            source: folder.file("app.db"),
            target: "",
            runDirectory: directory.path
        )
    }

    private func write(_ text: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: directory.runLog))
    }

    @Test func `what a run logged comes back with its time, level, stage and text`() throws {
        let log = RunLog(in: directory)
        let before = Date().timeIntervalSince1970
        let lines = LogLine.Level.allCases.enumerated().map { number, level in
            LogLine(time: 0, level: level, stage: "copy", message: "line \(number)")
        }
        for line in lines { log.write(line) }
        let earlier = try EarlierLog.read(options)
        #expect(earlier.unreadable == 0)
        #expect(earlier.lines.map(\.level) == LogLine.Level.allCases)
        #expect(earlier.lines.map(\.stage) == lines.map(\.stage))
        #expect(earlier.lines.map(\.message) == lines.map(\.message))
        #expect(earlier.lines.allSatisfy { $0.time >= before - 1 })
        #expect(earlier.lines.map(\.time) == earlier.lines.map(\.time).sorted())
    }

    @Test func `a folder without a log has no earlier lines`() throws {
        #expect(try EarlierLog.read(options).lines.isEmpty)
        var other = options
        other.runDirectory = folder.file("nothing")
        #expect(try EarlierLog.read(other).lines.isEmpty)
    }

    private func line(_ number: Int, _ padding: String = "") -> String {
        """
        {"level":"info","message":"line \(number)\(padding)","stage":"copy",\
        "time":"2026-11-22T14:02:07.\(100 + number % 900)Z"}

        """
    }

    @Test func `lines that are no lines are counted and left out`() throws {
        try write(
            line(1) + "not json\n" + "{\"level\":\"loud\"}\n" + line(2)
                + "{\"level\":\"info\",\"message\":\"cut in the mid"
        )
        let earlier = try EarlierLog.read(options)
        #expect(earlier.lines.map(\.message) == ["line 1", "line 2"])
        #expect(earlier.unreadable == 3)
        #expect(abs(earlier.lines[0].time - 1_795_356_127.101) < 0.01)
    }

    @Test func `of a long log the last lines are read, and signs that are not visible do not pass`()
        throws
    {
        let wide = String(repeating: "x", count: 2_000)
        try write((1...1_000).map { line($0, $0 < 990 ? wide : "\\u001b[2J") }.joined())
        let earlier = try EarlierLog.read(options)
        // No more than half a megabyte is read, and the line that is cut there does not count.
        #expect((200...400).contains(earlier.lines.count))
        #expect(earlier.unreadable == 0)
        #expect(earlier.lines.last?.message.hasPrefix("line 1000") == true)
        #expect(earlier.lines.last?.message.contains("\u{1b}") == false)
        try write((1...1_000).map { line($0) }.joined())
        #expect(try EarlierLog.read(options).lines.count == 500)
    }
}
