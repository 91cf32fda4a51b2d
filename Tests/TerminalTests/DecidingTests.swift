import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Console
@testable import MigrationEngine

/// Keys on a real database, without a terminal between: what is pressed is done by the engine.
@Suite(.postgres, .database)
struct DecidingTests {
    /// A console without a screen.
    private final class Desk: Sendable {
        private struct State {
            var model: Model
            let dispatcher: Dispatcher
        }

        private let state: Mutex<State>
        private let mailbox = Mailbox()

        init(_ options: Options, isReadOnly: Bool = false) {
            let engine = InProcessEngine(options: options)
            var model = Model(
                identity: .init(sourceName: "odd.db", targetName: "odd"),
                size: Size(columns: 120, rows: 40),
                now: 1_760_450_400
            )
            model.identity.isReadOnly = isReadOnly
            model.identity.options = engine.commandOptions
            let dispatcher = Dispatcher(engine: engine, mailbox: mailbox, isReadOnly: isReadOnly)
            state = Mutex(State(model: model, dispatcher: dispatcher))
        }

        /// Begins as the console does.
        func start() {
            state.withLock { state in
                for command in state.model.start(.none) { state.dispatcher.start(command) }
            }
        }

        var model: Model { state.withLock { $0.model } }

        func send(_ message: Message) {
            state.withLock { state in
                for command in state.model.update(message) { state.dispatcher.start(command) }
            }
        }

        func press(_ keys: String...) {
            for key in keys { send(.key(Key(label: key) ?? .escape)) }
        }

        func type(_ text: String) {
            for character in text { send(.key(.character(character))) }
            send(.key(.enter))
        }

        /// Takes answers in until something is so.
        func wait(until condition: @escaping @Sendable (Model) -> Bool) async throws {
            let isSo = try await eventually {
                for message in self.mailbox.take() { self.send(message) }
                return condition(self.model)
            }
            #expect(isSo, "\(self.model.notice?.text ?? "no notice")")
        }
    }

    private func hostile(
        _ folder: TestFolder,
        _ options: String...
    ) async throws -> (Options, CutoverCommand) {
        let path = folder.file("odd.db")
        _ = try await sqlite3(
            path,
            """
            CREATE TABLE odd (id INTEGER PRIMARY KEY, n INTEGER);
            INSERT INTO odd VALUES (1, 1), (2, 'twelve'), (3, 'three'), (4, 'four');
            """
        )
        let cutover = CutoverCommand(source: path, target: TestDatabase.url)
        let run = try await cutover("migrate", options)
        #expect(run.status == 1, "\(run)")
        return (Options(source: path, target: TestDatabase.url), cutover)
    }

    @Test(.timeLimit(.minutes(30)))
    func `rows are decided about while the console follows, and it goes on behind that`()
        async throws
    {
        let folder = try TestFolder()
        let (options, _) = try await hostile(folder, "--live")
        let desk = Desk(options)
        desk.start()
        try await desk.wait { $0.phase == .following }
        desk.press("p")
        try await desk.wait { $0.cutover.lag != nil }
        desk.press("9")
        try await desk.wait { $0.browsing.quarantine.value?.rows.count == 3 }
        desk.press("a")
        desk.type("ada")
        desk.type("counted by hand")
        try await desk.wait { $0.browsing.quarantine.value?.rows.first?.state == .accepted }
        #expect(desk.model.operation?.kind == .follow)
        // The session of following has just ended each time: its lock is waited for.
        for _ in 0..<5 {
            desk.press("G", "t", "y")
            #expect(desk.model.isDecidingRows)
            try await desk.wait { !$0.isDecidingRows && $0.operation?.kind == .follow }
            #expect(desk.model.notice?.text.contains("refused again") == true)
        }
        // What the application wrote meanwhile comes over.
        _ = try await sqlite3(options.source, "INSERT INTO odd VALUES (9, 9)")
        let target = TestDatabase.url
        let isThere = try await eventually {
            let rows = try await psql(target, "SELECT count(*) FROM odd WHERE id = 9")
            return rows.trimmingCharacters(in: .whitespacesAndNewlines) == "1"
        }
        #expect(isThere)
        desk.press("1", "p")
        try await desk.wait { $0.operation == nil }
        #expect(desk.model.failure == nil, "\(String(describing: desk.model.failure))")
    }

    private func states() async throws -> String {
        try await psql(
            TestDatabase.url,
            """
            SELECT string_agg(key_text || ' ' || coalesce(accepted_by || ': ' || accept_reason, '-')
                || ' ' || (replayed_at IS NOT NULL)::text, ', ' ORDER BY key_text)
            FROM cutover.quarantine
            """
        ).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    @Test(.timeLimit(.minutes(30)))
    func `rows are accepted and tried again by keys`() async throws {
        let folder = try TestFolder()
        let (options, _) = try await hostile(folder)
        let desk = Desk(options)
        desk.press("9")
        try await desk.wait { $0.browsing.quarantine.value?.rows.count == 3 }
        desk.press("Space", "Space", "a")
        desk.type("ada")
        desk.type("counted by hand")
        try await desk.wait { $0.browsing.quarantine.value?.rows.first?.state == .accepted }
        let accepted = "id 2 ada: counted by hand false, id 3 ada: counted by hand false"
        #expect(try await states() == accepted + ", id 4 - false")
        #expect(
            desk.model.log.contains {
                $0.message == "2 rows in quarantine were accepted by ada; 1 undecided"
            }
        )
        // The text fits now; the cursor stands behind the marked rows.
        _ = try await psql(
            TestDatabase.url,
            "ALTER TABLE odd ALTER COLUMN n TYPE text"
        )
        desk.press("G", "t")
        #expect(desk.model.overlay != nil)
        desk.press("y")
        try await desk.wait { !$0.isDecidingRows && $0.notice != nil }
        #expect(desk.model.notice?.text == "1 row came into PostgreSQL")
        #expect(try await states() == accepted + ", id 4 - true")
        let there = try await psql(TestDatabase.url, "SELECT n FROM odd WHERE id = 4")
        #expect(there.trimmingCharacters(in: .newlines) == "four")
    }

    @Test(.timeLimit(.minutes(30)))
    func `of more than ten thousand rows in quarantine the first are listed, and all are counted`()
        async throws
    {
        let folder = try TestFolder()
        let path = folder.file("many.db")
        _ = try await sqlite3(
            path,
            """
            CREATE TABLE odd (id INTEGER PRIMARY KEY, n INTEGER);
            WITH RECURSIVE many(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM many WHERE i < 10001)
            INSERT INTO odd SELECT i, 'text' FROM many;
            INSERT INTO odd VALUES (20000, 1);
            """
        )
        let run = try await CutoverCommand(source: path, target: TestDatabase.url)("migrate")
        #expect(run.status == 1, "\(run)")
        let desk = Desk(Options(source: path, target: TestDatabase.url))
        desk.press("9")
        try await desk.wait { $0.browsing.quarantine.value != nil }
        let page = try #require(desk.model.browsing.quarantine.value)
        #expect(page.rows.count == 10_000)
        #expect(page.next == page.rows.last?.id)
        #expect(page.groups.map(\.rows) == [10_001])
        let text = Chrome.draw(desk.model).text
        #expect(text.contains("10,001 rows, the first 10,000 here, 10,001 undecided"))
    }

    @Test(.timeLimit(.minutes(30)))
    func `a read-only console decides nothing about rows`() async throws {
        let folder = try TestFolder()
        let (options, _) = try await hostile(folder)
        let desk = Desk(options, isReadOnly: true)
        desk.press("9")
        try await desk.wait { $0.browsing.quarantine.value?.rows.count == 3 }
        for key in ["a", "t"] {
            desk.press(key)
            #expect(desk.model.overlay == nil)
            #expect(desk.model.notice?.text.contains("read-only") == true)
        }
        #expect(try await states() == "id 2 - false, id 3 - false, id 4 - false")
    }

    @Test(.timeLimit(.minutes(30)))
    func `the errands of the palette are done on the real sides`() async throws {
        let folder = try TestFolder()
        let (options, cutover) = try await hostile(folder)
        let desk = Desk(options)
        func answer(_ verb: String) async throws -> Answer? {
            desk.press("Esc", ":")
            desk.type(verb)
            try await desk.wait { $0.errand == nil && $0.overlay != nil }
            guard case .answer(let answer, _) = desk.model.overlay else { return nil }
            return answer
        }
        let report = try await answer("report")
        #expect(report?.title == "Report written", "\(String(describing: report))")
        let document = report?.taken.split(separator: "\n").first.map(String.init) ?? ""
        #expect(try await cutover("report", ["--check", document]).status == 0)
        let backup = try await answer("backup")
        #expect(backup.map { FileManager.default.fileExists(atPath: $0.taken) } == true)
        let inspect = try await answer("inspect")
        #expect(inspect?.lines.contains { $0.contains("3 values do not fit") } == true)
        let plan = try await answer("plan")
        #expect(plan?.lines.first == "mode derive, 1 table")
        // Without a live run there are no gates: the answer says so.
        #expect(try await answer("check") != nil)
        // The command for the shell is one that works.
        desk.press("Esc", ":")
        desk.type("quarantine accept 1 --reason test")
        guard case .answer(let told, _) = desk.model.overlay else {
            Issue.record("no command")
            return
        }
        let words = told.taken.replacing(
            "cutover ",
            with: BuiltProducts.cutover + " ",
            maxReplacements: 1
        )
        let ended = try await run("/bin/sh", ["-c", words])
        #expect(ended.status == 0, "\(words)\n\(ended.stderr)")
        #expect(try await states().hasPrefix("id 2 ") == true)
        #expect(try await states().contains(": test"))
    }
}
