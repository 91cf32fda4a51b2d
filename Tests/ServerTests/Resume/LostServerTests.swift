import Foundation
import MigrationEngine
import TestSupport
import Testing

/// What happens beside the run: a second run, a server that falls over, a server that is full.
@Suite(.postgres, .database)
struct LostServerTests {
    /// Starts a run that halts at a moment, and waits until it does.
    private func halted(_ cutover: CutoverCommand, at point: String) async throws -> StartedProgram
    {
        let program = try StartedProgram(
            BuiltProducts.cutover,
            cutover.arguments("migrate", KillSource.options),
            environment: cutover.dying(at: point + "=pause").variables
        )
        let isHalted = try await eventually(within: .seconds(60)) {
            let status = try String(contentsOfFile: "/proc/\(program.pid)/stat", encoding: .utf8)
            return status.split(separator: ")").last?.hasPrefix(" T") == true
        }
        try #require(isHalted)
        return program
    }

    private func requireUndisturbed(
        _ run: CutoverRun,
        _ cutover: CutoverCommand,
        _ folder: TestFolder
    ) async throws {
        try #require(run.status == 0, "\(run)")
        let state = try await EndState(of: cutover, in: folder)
        #expect(state == (try await KillSource.expected()))
    }

    @Test func `a second run is refused and told by whom, and takes over when the first is dead`()
        async throws
    {
        let folder = try TestFolder()
        let cutover = try await KillSource.command(in: folder, target: TestDatabase.url)
        let first = try await halted(cutover, at: "chunk-recorded:3")
        let second = try await cutover("migrate", KillSource.options)
        #expect(second.status == 78 && second.code == "run_busy", "\(second)")
        let message = second.json["error"]["message"].string
        #expect(message?.contains("pid \(first.pid)") == true, "\(second)")
        // Through another folder only the target knows it.
        let third = try await cutover(
            "migrate",
            KillSource.options + ["--run-dir", folder.file("elsewhere")]
        )
        #expect(third.status == 78 && third.code == "run_busy", "\(third)")
        let holder = third.json["error"]["message"].string
        #expect(holder?.contains(/: session \d+ of user ".+" since \d{4}-/) == true, "\(third)")
        first.send(SIGKILL)
        #expect(await first.end().status == 128 + SIGKILL)
        try await requireUndisturbed(
            try await cutover("migrate", KillSource.options),
            cutover,
            folder
        )
    }

    @Test func `a run that lost its claim cannot commit any more`() async throws {
        let folder = try TestFolder()
        let cutover = try await KillSource.command(in: folder, target: TestDatabase.url)
        // Halted with rows and checkpoint sent, and only the COMMIT missing.
        let first = try await halted(cutover, at: "chunk-recorded:2")
        // Its own session is ended, as an administrator would; its lock on the folder goes with
        // the folder's name, as on a share that was mounted anew.
        _ = try await psql(
            TestDatabase.url,
            """
            SELECT pg_terminate_backend(pid) FROM pg_locks
            WHERE locktype = 'advisory' AND objsubid = 1 AND pid <> pg_backend_pid()
                AND database = (SELECT oid FROM pg_database WHERE datname = current_database());
            """
        )
        try FileManager.default.removeItem(atPath: cutover.source + ".cutover/journal.lock")
        let second = try await cutover("migrate", KillSource.options)
        first.send(SIGCONT)
        let end = await first.end()
        #expect(end.status == 69, "\(end)")
        #expect(second.status == 0, "\(second)")
        let state = try await EndState(of: cutover, in: folder)
        let expected = try await KillSource.expected()
        #expect(state.rows == expected.rows && state.bookkeeping == expected.bookkeeping)
        #expect(state.quarantine == expected.quarantine && state.schema == expected.schema)
    }

    // One after the other: they let the same server fall over.
    @Test(
        .serialized,
        arguments: [
            "schema-made", "chunk-sent:4", "chunk-committed:5", "key-made:2", "rows-moving",
        ]
    )
    func `the server falls over in the middle, and the same command goes on`(
        point: String
    ) async throws {
        // A server of its own: the others of this process must not fall over with it.
        let server = try await Self.server.value
        let name = "lost_" + point.filter { $0.isLetter }
        try await onThread { try server.createDatabase(name) }
        let url = server.url(database: name)
        let folder = try TestFolder()
        let cutover = try await KillSource.command(in: folder, target: url)
        let first = try await halted(cutover, at: point)
        try await Self.crash(url)
        first.send(SIGCONT)
        let end = await first.end()
        #expect(end.status == 69, "\(end)")
        #expect(try JSON(end.stdout)["error"]["code"].string == "target_unavailable", "\(end)")
        #expect(
            try await eventually(within: .seconds(60)) {
                try await Self.answer(url, "SELECT 1") != nil
            }
        )
        try await requireUndisturbed(
            try await cutover("migrate", KillSource.options),
            cutover,
            folder
        )
    }

    private static let server = Task.detached {
        try await onThread { try LocalServer.temporary() }
    }

    /// Asks a server that may be down; nothing is written to a `psql` that has gone already.
    private static func answer(_ url: String, _ query: String) async throws -> String? {
        let asked = try await TestSupport.run("psql", ["-XqAt", "-d", url, "-c", query])
        return asked.status == 0 ? asked.stdout.trimmingCharacters(in: .newlines) : nil
    }

    /// Kills a session of the server, after which the server ends all others and starts anew from
    /// its log, as `pg_ctl restart -m immediate` makes it.
    private static func crash(_ url: String) async throws {
        let pid = try await psql(
            url,
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() "
                + "AND pid <> pg_backend_pid() LIMIT 1;"
        )
        let process = try #require(Int32(pid))
        #expect(kill(process, SIGKILL) == 0)
        #expect(
            try await eventually(within: .seconds(60)) {
                try await answer(
                    url,
                    "SELECT count(*) FROM pg_stat_activity WHERE pid = \(process)"
                ) == "0"
            }
        )
    }

    @Test func `a server without a free connection ends the run, and the same command goes on`()
        async throws
    {
        let folder = try TestFolder()
        let cutover = try await KillSource.command(in: folder, target: TestDatabase.url)
        let database = try await psql(TestDatabase.url, "SELECT current_database();")
        let role = "few_" + UUID().uuidString.prefix(8).lowercased()
        _ = try await psql(
            TestDatabase.url,
            """
            CREATE ROLE \(role) LOGIN CONNECTION LIMIT 2;
            GRANT CREATE, CONNECT ON DATABASE \(database) TO \(role);
            GRANT CREATE, USAGE ON SCHEMA public TO \(role);
            """
        )
        var few = cutover
        few.target = TestDatabase.url.replacing("user=postgres", with: "user=\(role)")
        let full = try await few("migrate", KillSource.options)
        #expect(full.status == 69 && full.code == "target_unavailable", "\(full)")
        #expect(full.json["error"]["message"].string?.contains("connection") == true, "\(full)")
        _ = try await psql(TestDatabase.url, "ALTER ROLE \(role) CONNECTION LIMIT -1;")
        let again = try await few("migrate", KillSource.options)
        #expect(again.status == 0, "\(again)")
        let state = try await EndState(of: cutover, in: folder)
        let expected = try await KillSource.expected()
        #expect(state.rows == expected.rows && state.quarantine == expected.quarantine)
        #expect(state.leftovers == [])
        _ = try await psql(
            TestDatabase.url,
            "DROP OWNED BY \(role); DROP ROLE \(role);"
        )
    }
}
