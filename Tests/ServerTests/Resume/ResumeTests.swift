import Foundation
import MigrationEngine
import TestSupport
import Testing

/// Killed or interrupted at any moment, the same command again ends as if nothing had happened.
@Suite(.postgres, .database)
struct ResumeTests {
    /// Enough for several chunks of each large table.
    private static let orders = 60_000

    private func checkpoints() async throws -> Int {
        let found = try await psql(
            TestDatabase.url,
            "SELECT to_regclass('cutover.checkpoint') IS NOT NULL;"
        )
        guard found == "t" else { return 0 }
        return Int(try await psql(TestDatabase.url, "SELECT count(*) FROM cutover.checkpoint;"))
            ?? 0
    }

    /// The same figures as an undisturbed run's: every row once, verified, with its keys.
    private func requireWhole(_ run: CutoverRun, _ cutover: CutoverCommand) async throws {
        try #require(run.status == 0, "\(run)")
        #expect(run.json["warnings"].list.contains { $0.string?.contains("went on") == true })
        for table in run.tables.list {
            #expect(table["target_rows"] == table["source_rows"], "\(table)")
            #expect(table["copied_rows"] == table["source_rows"], "\(table)")
        }
        let statuses = run.json["verify"]["tables"].list.compactMap { $0["status"].string }
        #expect(statuses.count == 12 && Set(statuses) == ["equal"])
        let keys = try await psql(
            TestDatabase.url,
            """
            SELECT contype, count(*), bool_and(convalidated) FROM pg_constraint
            WHERE connamespace = 'public'::regnamespace GROUP BY contype ORDER BY contype;
            """
        )
        #expect(keys == "c|2|t\nf|3|t\np|12|t\nu|4|t")
        let runs = try await psql(
            TestDatabase.url,
            "SELECT count(*), count(finished_at) FROM cutover.run;"
        )
        #expect(runs == "1|1")
        let backups = try FileManager.default.contentsOfDirectory(
            atPath: cutover.source + ".cutover/backups"
        )
        #expect(backups.filter { $0.hasSuffix(".db") }.count == 1)
    }

    @Test func `kill -9 in the middle of the copy, then the same command again`() async throws {
        let folder = try TestFolder()
        let source = folder.file("ora.db")
        try await makeSample(source, .plan, orders: Self.orders)
        let cutover = CutoverCommand(source: source, target: TestDatabase.url)
        let first = try StartedProgram(
            BuiltProducts.cutover,
            cutover.arguments("migrate"),
            environment: ["CUTOVER_FAILPOINT": "chunk-recorded:4=pause"]
        )
        #expect(try await eventually { first.isHalted })
        first.send(SIGKILL)
        #expect(await first.end().status == 128 + SIGKILL)
        let before = try await checkpoints()
        #expect(before >= 1)
        let status = try await cutover("status")
        #expect(status.json["phase"].string == "copy", "\(status)")

        let again = try await cutover("migrate")
        try await requireWhole(again, cutover)
        #expect(try await checkpoints() > before)
        #expect(try await cutover("status").json["phase"].string == "done")
    }

    @Test func `kill -9 while keys are made, then the same command again`() async throws {
        let folder = try TestFolder()
        let source = folder.file("ora.db")
        try await makeSample(source, .plan, orders: Self.orders / 3)
        let cutover = CutoverCommand(source: source, target: TestDatabase.url)
        let first = try StartedProgram(BuiltProducts.cutover, cutover.arguments("migrate"))
        let hasKey = "SELECT count(*) > 0 FROM pg_constraint WHERE contype = 'p' "
        #expect(
            try await eventually(within: .seconds(60)) {
                try await psql(
                    TestDatabase.url,
                    hasKey + "AND connamespace = 'public'::regnamespace;"
                ) == "t"
            }
        )
        first.send(SIGKILL)
        #expect(await first.end().status == 128 + SIGKILL)
        try await requireWhole(try await cutover("migrate"), cutover)
    }

    @Test func `Ctrl-C stops in order with status 75, and the same command goes on`() async throws {
        let folder = try TestFolder()
        let source = folder.file("ora.db")
        try await makeSample(source, .plan, orders: Self.orders)
        let cutover = CutoverCommand(source: source, target: TestDatabase.url)
        let first = try StartedProgram(
            BuiltProducts.cutover,
            cutover.arguments("migrate"),
            environment: ["CUTOVER_FAILPOINT": "chunk-recorded:4=pause"]
        )
        #expect(try await eventually { first.isHalted })
        first.send(SIGINT)
        first.send(SIGCONT)
        let outcome = await first.end()
        #expect(outcome.status == 75, "\(outcome)")
        let error = try JSON(outcome.stdout)["error"]
        #expect(error["code"].string == "interrupted")
        #expect(error["kept"].string?.contains("rows are committed") == true, "\(error)")
        #expect(error["remedy"].string?.contains("same command again") == true)
        #expect(try await cutover("status").json["phase"].string == "stopped in copy")

        try await requireWhole(try await cutover("migrate"), cutover)
    }

    @Test func `another source cannot go on with an unfinished run`() async throws {
        let folder = try TestFolder()
        let (source, other) = (folder.file("ora.db"), folder.file("other.db"))
        try await makeSample(source, .plan, orders: 20)
        try await makeSample(other, .plan, orders: 20)
        _ = try await sqlite3(
            source,
            "INSERT INTO orders_inbox (order_number, total_amount) VALUES ('W', 1 << 40);"
        )
        let cutover = CutoverCommand(source: source, target: TestDatabase.url)
        #expect(try await cutover("migrate", "--on-bad-row", "stop").status == 65)

        let stranger = try await CutoverCommand(source: other, target: TestDatabase.url)("migrate")
        #expect(stranger.status == 78, "\(stranger)")
        #expect(stranger.code == "different_run")
        let moved = try await cutover("migrate", "--run-dir", folder.file("elsewhere"))
        #expect(moved.status == 78)
        #expect(moved.code == "different_run")
        #expect(moved.json["error"]["remedy"].string?.contains("--run-dir") == true)

        #expect(try await cutover("migrate", "--max-quarantined", "1").status == 0)
    }

    @Test func `two migrations at once: one goes on, the other is refused`() async throws {
        let folder = try TestFolder()
        let source = folder.file("ora.db")
        try await makeSample(source, .plan, orders: Self.orders / 3)
        let cutover = CutoverCommand(source: source, target: TestDatabase.url)
        var halting = cutover
        halting.environment["CUTOVER_FAILPOINT"] = "table-copied=pause"
        let first = try StartedProgram(
            BuiltProducts.cutover,
            halting.arguments("migrate"),
            environment: halting.variables
        )
        try #require(try await eventually { first.isHalted || first.isGone })
        let second = try await cutover("migrate")
        #expect(second.status == 78, "\(second)")
        #expect(second.code == "run_busy")
        // Another folder is no way around: the target itself is claimed.
        let third = try await cutover("migrate", "--run-dir", folder.file("elsewhere"))
        #expect(third.status == 78, "\(third)")
        #expect(third.code == "run_busy")
        first.send(SIGCONT)
        let outcome = await first.end()
        #expect(outcome.status == 0, "\(outcome)")
        #expect(try await cutover("verify", "--counts-only").status == 0)
    }

    @Test func `a changed backup is not taken up again`() async throws {
        let folder = try TestFolder()
        let source = folder.file("ora.db")
        try await makeSample(source, .plan, orders: 20)
        _ = try await sqlite3(
            source,
            "INSERT INTO orders_inbox (order_number, total_amount) VALUES ('W', 1 << 40);"
        )
        let cutover = CutoverCommand(source: source, target: TestDatabase.url)
        #expect(try await cutover("migrate", "--on-bad-row", "stop").status == 65)
        let backups = source + ".cutover/backups"
        let backup = try #require(
            try FileManager.default.contentsOfDirectory(atPath: backups)
                .first { $0.hasSuffix(".db") }
        )
        let path = "\(backups)/\(backup)"
        #expect(chmod(path, 0o600) == 0)
        _ = try await sqlite3(path, "UPDATE orders_inbox SET status = 'forged';")
        let again = try await cutover("migrate")
        #expect(again.status == 78, "\(again)")
        #expect(again.code == "different_run")
    }
}
