import Foundation
import MigrationEngine
import TestSupport
import Testing

/// Disks that are full, folders that may not be written and files that run out.
@Suite(
    .postgres,
    .database,
    .enabled(if: SmallDisk.canBeMade, "needs the right to mount: run the tests as root")
)
struct DiskFaultTests {
    /// Waits until a cutover ends or says that it cannot go on.
    private func requireAnswer(_ program: StartedProgram) async throws {
        let isThere = try await eventually(within: .seconds(300)) {
            program.isGone || program.words.contains("waiting to write the source")
        }
        try #require(isThere, "\(program.words)")
    }

    @Test(arguments: ["toggles-off", "fenced", "freeze-verified"], ["WAL", "DELETE"])
    func `a full disk of the source undoes it, when there is room again at the latest`(
        _ point: String,
        _ journal: String
    ) async throws {
        let disk = try await SmallDisk(megabytes: 84)
        let live = try await LiveSource(TestFolder(), at: disk.path, journal: journal)
        let toggles = try await live.toggles()
        let program = try await live.halted(at: point)
        _ = try await run("sh", ["-c", "cat /dev/zero > \(disk.path)/fill; true"])
        program.send(SIGCONT)
        try await requireAnswer(program)
        #expect(!(try await live.targetTakesWrites()))
        try FileManager.default.removeItem(atPath: disk.path + "/fill")
        try await live.requireUndone(CutoverRun(await program.end()), toggles)
        try await live.requireWholeAndClean()
    }

    @Test func `a full disk of the source behind the handover keeps nobody waiting`() async throws {
        let disk = try await SmallDisk(megabytes: 84)
        let live = try await LiveSource(TestFolder(), at: disk.path)
        let toggles = try await live.toggles()
        let program = try await live.halted(at: "handed-over")
        _ = try await run("sh", ["-c", "cat /dev/zero > \(disk.path)/fill; true"])
        program.send(SIGCONT)
        // Toggles are on and PostgreSQL takes writes, whatever the source's disk says.
        let isOn = try await eventually(within: .seconds(300)) {
            try await live.targetToggles() == toggles
        }
        #expect(isOn)
        try FileManager.default.removeItem(atPath: disk.path + "/fill")
        let run = CutoverRun(await program.end())
        #expect(run.status == 0, "\(run)")
        try await live.requireOnTarget(toggles)
    }

    @Test func `a full disk of the server undoes it`() async throws {
        let disk = try await SmallDisk(megabytes: 48)
        let server = try await onThread { try LocalServer.temporary() }
        let place = try await disk.folder(of: "postgres")
        _ = try await psql(server.url(), "CREATE TABLESPACE full_disk LOCATION '\(place)';")
        _ = try await psql(
            server.url(),
            "CREATE DATABASE live TEMPLATE template0 ENCODING 'UTF8' TABLESPACE full_disk;"
        )
        let live = try await LiveSource(TestFolder(), target: server.url(database: "live"))
        let toggles = try await live.toggles()
        let options = ["--flag-cache", "0", "--freeze-budget", "120"]
        let program = try await live.halted(at: "fenced", options)
        // More than fits must be drained: written as if the clock had been set for a moment.
        try await live.setClock(by: 1)
        _ = try await sqlite3(
            live.path,
            """
            WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30)
            INSERT INTO orders_inbox (order_number, order_date, status, customer_email)
                SELECT 'big' || i, '2026-01-02', 'pending', hex(randomblob(1000000)) FROM n;
            """
        )
        try await live.setClock(by: -1)
        program.send(SIGCONT)
        let run = CutoverRun(await program.end())
        #expect(run.json["reason"].string?.contains("disk") == true, "\(run)")
        // On a disk without any room a server takes no new connection either.
        try await disk.grow(megabytes: 400)
        try await live.requireUndone(run, toggles)
        try await live.requireWholeAndClean()
        try await onThread { try server.stop() }
    }

    @Test func `a folder that may not be written refuses it before anything is changed`()
        async throws
    {
        let place = try TestFolder()
        let live = try await LiveSource(TestFolder(), at: place.path, journal: "DELETE")
        let toggles = try await live.toggles()
        // The journal of a rollback is made beside the file, by a user who may not.
        for (path, mode) in [(place.path, 0o555), (live.path, 0o666)] {
            chmod(path, mode_t(mode))
        }
        _ = try await run("chown", ["-R", "postgres", live.path + ".cutover"])
        let phrase = "cut over \(try await live.database())"
        let refused = CutoverRun(
            try await run(
                "setpriv",
                ["--reuid=postgres", "--clear-groups", "--", BuiltProducts.cutover]
                    + live.cutover.arguments(
                        "switch",
                        ["--flag-cache", "0", "--confirm", phrase]
                    )
            )
        )
        #expect(refused.status == 1 && refused.json["outcome"].string == "undone", "\(refused)")
        #expect(refused.json["reason"].string?.contains("may not open") == true, "\(refused)")
        chmod(place.path, 0o755)
        try await live.requireOnSource(toggles)
        try await live.requireWholeAndClean()
    }
}

/// A process that may open few files goes the whole way or does nothing.
@Suite(.postgres, .database)
struct DescriptorTests {
    @Test(arguments: ["WAL", "DELETE"])
    func `with any number of descriptors it is done or undone, never half`(
        _ journal: String
    ) async throws {
        let live = try await LiveSource(TestFolder(), journal: journal)
        let toggles = try await live.toggles()
        let phrase = "cut over \(try await live.database())"
        var refused = 0
        // Fewer do not even start a program.
        for limit in [8, 10, 12, 14, 16, 18, 20, 24, 28, 32, 36, 40, 44, 48, 56, 64] {
            let outcome = CutoverRun(
                try await run(
                    "sh",
                    ["-c", "ulimit -n \(limit); exec \"$@\"", "sh", BuiltProducts.cutover]
                        + live.cutover.arguments(
                            "switch",
                            ["--flag-cache", "0", "--hook", "true", "--confirm", phrase]
                        )
                )
            )
            if outcome.status == 0 {
                try await live.requireOnTarget(toggles)
                break
            }
            refused += 1
            #expect(outcome.status < 128, "limit \(limit): \(outcome)")
            #expect(try await live.toggles() == toggles)
            #expect(try await live.leftovers().isEmpty)
        }
        #expect(refused > 0)
        #expect(try await live.targetTakesWrites())
    }
}
