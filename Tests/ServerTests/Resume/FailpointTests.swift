import Foundation
import TestSupport
import Testing

@testable import MigrationEngine

/// A run that dies at any of its moments is finished by the same command, as if it had not died.
@Suite(.postgres, .database)
struct FailpointTests {
    /// The moments that only `verify` and `inspect` reach.
    private static let ofViews: [Failpoint] = [.viewCopying, .viewMade]
    /// The moments of rows that break a key, which only the plan's shape has.
    static let ofDuplicates: [Failpoint] = [.duplicatesFound, .duplicatesMoved]
    /// The moments of catch-up; `FollowFaultTests` lets it die there.
    static let ofLive: [Failpoint] = [
        .captured, .sessionConnected, .targetResting, .batchWritten, .positionMoved,
        .batchCommitted,
    ]
    /// The moments of the way there, which `SwitchTests` has, and of the way back.
    private static let ofCutover: [Failpoint] = [
        .togglesOff, .fenced, .drained, .freezeVerified, .handingOver, .handoverWritten,
        .handedOver, .environmentSwitched, .hookDone, .canaryOn, .togglesRestored, .undone,
        .targetClosed, .handedBack, .reverseBegun, .reverseTable, .reverseReplayed,
        .reverseCommitted, .closedCopying,
    ]
    /// The moments of `migrate`.
    static let ofMigrate = Failpoint.allCases
        .filter { !(ofViews + ofDuplicates + ofLive + ofCutover).contains($0) }

    /// The moments after which a run does not look at the wish to stop any more.
    private static let last: [Failpoint] = [
        .tableCompared, .compared, .runFinished, .reportWritten, .runDone,
    ]

    private func requireUndisturbed(
        _ run: CutoverRun,
        _ cutover: CutoverCommand,
        _ folder: TestFolder
    ) async throws {
        try #require(run.status == 0, "\(run)")
        let state = try await EndState(of: cutover, in: folder)
        let expected = try await KillSource.expected()
        #expect(state.rows == expected.rows)
        #expect(state.sequences == expected.sequences)
        #expect(state.quarantine == expected.quarantine)
        #expect(state.bookkeeping == expected.bookkeeping)
        #expect(state.leftovers == [])
        #expect(state.schema == expected.schema)
    }

    /// The last moments come after the end of the run in the target, which is then done.
    private func finish(
        _ cutover: CutoverCommand,
        after point: Failpoint
    ) async throws -> CutoverRun {
        guard point == .runDone else { return try await cutover("migrate", KillSource.options) }
        return try await cutover("verify")
    }

    @Test(arguments: FailpointTests.ofMigrate)
    func `kill -9 at a named moment, then the same command again`(point: Failpoint) async throws {
        let folder = try TestFolder()
        let cutover = try await KillSource.command(in: folder, target: TestDatabase.url)
        let killed = try await cutover.dying(at: point.rawValue)("migrate", KillSource.options)
        try #require(killed.status == 128 + SIGKILL, "\(point) is not reached: \(killed)")
        let again = try await finish(cutover, after: point)
        try await requireUndisturbed(again, cutover, folder)
    }

    @Test(arguments: FailpointTests.ofMigrate)
    func `a wish to stop at a named moment ends with 75, and the same command goes on`(
        point: Failpoint
    ) async throws {
        let folder = try TestFolder()
        let cutover = try await KillSource.command(in: folder, target: TestDatabase.url)
        let dying = cutover.dying(at: point.rawValue + "=stop")
        let stopped = try await dying("migrate", KillSource.options)
        if stopped.status == 0 {
            #expect(Self.last.contains(point), "\(point): the wish was not heard")
        } else {
            try #require(stopped.status == 75, "\(stopped)")
            #expect(stopped.code == "interrupted")
        }
        let isDone = stopped.status == 0
        let again = try await finish(cutover, after: isDone ? .runDone : point)
        try await requireUndisturbed(again, cutover, folder)
    }

    @Test(arguments: FailpointTests.ofDuplicates, ["kill", "stop"])
    func `rows that break a key are moved once, whenever the run ends`(
        point: Failpoint,
        action: String
    ) async throws {
        let folder = try TestFolder()
        let source = folder.file("ora.db")
        try await makeSample(source, .plan, orders: 20)
        _ = try await sqlite3(
            source,
            """
            CREATE TABLE other (id INTEGER PRIMARY KEY AUTOINCREMENT, sku VARCHAR(50) NOT NULL,
                lot VARCHAR(50) NOT NULL, is_active BOOLEAN DEFAULT TRUE,
                created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
                updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP);
            INSERT INTO other SELECT * FROM sku_lot;
            DROP TABLE sku_lot;
            ALTER TABLE other RENAME TO sku_lot;
            INSERT INTO sku_lot (id, sku, lot) VALUES (501, 'S', 'L'), (502, 'S', 'L'),
                (503, 'S', 'M'), (504, 'S', 'L');
            """
        )
        let cutover = CutoverCommand(source: source, target: TestDatabase.url)
        let dying = cutover.dying(at: "\(point.rawValue)=\(action)")
        let ended = try await dying("migrate", KillSource.options)
        #expect(ended.status == (action == "kill" ? 128 + SIGKILL : 75), "\(ended)")
        let again = try await cutover("migrate", KillSource.options)
        #expect(again.status == 0, "\(again)")
        let found = try await psql(
            TestDatabase.url,
            """
            SELECT key_text, sql_state FROM cutover.quarantine ORDER BY key_text;
            SELECT string_agg(id::text, ',' ORDER BY id) FROM sku_lot WHERE sku = 'S';
            """
        )
        #expect(found == "id 502|23505\nid 504|23505\n501,503")
    }

    @Test func `each attempt dies at the next moment, until the last one arrives`() async throws {
        let folder = try TestFolder()
        let cutover = try await KillSource.command(in: folder, target: TestDatabase.url)
        var reached = 0
        for point in Self.ofMigrate where point != .runDone {
            // What an earlier attempt has committed is not done again, so not all are reached.
            let run = try await cutover.dying(at: point.rawValue)("migrate", KillSource.options)
            guard run.status == 128 + SIGKILL else {
                // The run has arrived; there is nothing left to die in.
                try #require(run.status == 0 || run.code == "target_not_empty", "\(run)")
                break
            }
            reached += 1
        }
        #expect(reached >= 15)
        let again = try await cutover("migrate", KillSource.options)
        let end = again.code == "target_not_empty" ? try await cutover("verify") : again
        try await requireUndisturbed(end, cutover, folder)
    }

    @Test(arguments: ["chunk-recorded:3", "rows-moved", "foreign-key-added:2", "phase-set:2"])
    func `killed twice at the same moment`(point: String) async throws {
        let folder = try TestFolder()
        let cutover = try await KillSource.command(in: folder, target: TestDatabase.url)
        for _ in 0..<2 {
            let run = try await cutover.dying(at: point)("migrate", KillSource.options)
            #expect(run.status == 128 + SIGKILL, "\(run)")
        }
        let again = try await cutover("migrate", KillSource.options)
        try await requireUndisturbed(again, cutover, folder)
    }

    @Test func `kills at random moments, until the run arrives`() async throws {
        let environment = ProcessInfo.processInfo.environment
        let kills = environment["CUTOVER_TEST_KILLS"].flatMap { Int($0) } ?? 10
        let seed = environment["CUTOVER_TEST_SEED"].flatMap { UInt64($0) } ?? 7
        var random = SeededNumbers(seed: seed)
        let folder = try TestFolder()
        let cutover = try await KillSource.command(in: folder, target: TestDatabase.url)
        var done = 0
        var arrived: CutoverRun?
        while done < kills, arrived == nil {
            // Half of them at a counted moment, half of them wherever the clock finds the run.
            let run: CutoverRun
            if Bool.random(using: &random) {
                let number = Int.random(in: 1...60, using: &random)
                run = try await cutover.dying(at: "any:\(number)")("migrate", KillSource.options)
            } else {
                let after = Int.random(in: 5...400, using: &random)
                run = CutoverRun(
                    try await TestSupport.run(
                        "timeout",
                        ["-s", "KILL", "0.\(String(1_000 + after).dropFirst())"]
                            + [BuiltProducts.cutover]
                            + cutover.arguments("migrate", KillSource.options),
                        environment: cutover.environment
                    )
                )
            }
            if run.status == 128 + SIGKILL { done += 1 } else { arrived = run }
        }
        if arrived == nil { arrived = try await cutover("migrate", KillSource.options) }
        try await requireUndisturbed(try #require(arrived), cutover, folder)
    }

    @Test func `a killed dry run is removed by the next run`() async throws {
        let folder = try TestFolder()
        let cutover = try await KillSource.command(in: folder, target: TestDatabase.url)
        let dying = cutover.dying(at: Failpoint.chunkCommitted.rawValue)
        let killed = try await dying("migrate", KillSource.options + ["--dry-run"])
        #expect(killed.status == 128 + SIGKILL, "\(killed)")
        let run = try await cutover("migrate", KillSource.options)
        try await requireUndisturbed(run, cutover, folder)
    }

    @Test(arguments: ["verify", "inspect"])
    func `what a killed reader left is removed by the next command`(verb: String) async throws {
        let folder = try TestFolder()
        let cutover = try await KillSource.command(in: folder, target: TestDatabase.url)
        if verb == "verify" {
            #expect(try await cutover("migrate", KillSource.options).status == 0)
        }
        for point in Self.ofViews {
            let killed = try await cutover.dying(at: point.rawValue)(verb)
            #expect(killed.status == 128 + SIGKILL, "\(killed)")
            let left = try FileManager.default.contentsOfDirectory(atPath: folder.file("tmp"))
            #expect(left.count == 1)
        }
        let next =
            try await verb == "verify"
            ? cutover("verify") : cutover("migrate", KillSource.options)
        try await requireUndisturbed(next, cutover, folder)
    }

    @Test(arguments: [
        Failpoint.backupBegun, .backupCopying, .backupCopied, .backupDescribed, .backupNamed,
    ])
    func `a killed backup leaves nothing half done`(point: Failpoint) async throws {
        let folder = try TestFolder()
        let cutover = try await KillSource.command(in: folder, target: TestDatabase.url)
        let killed = try await cutover.dying(at: point.rawValue)("backup")
        #expect(killed.status == 128 + SIGKILL, "\(killed)")
        let run = try await cutover("migrate", KillSource.options)
        try await requireUndisturbed(run, cutover, folder)
    }

    @Test func `a moment that does not exist is refused`() async throws {
        let folder = try TestFolder()
        let cutover = try await KillSource.command(in: folder, target: TestDatabase.url)
        for text in ["nowhere", "claimed:0", "claimed=never", ""] {
            let run = try await cutover.dying(at: text)("migrate")
            #expect(run.status == 64, "\(run)")
            #expect(run.program.stderr.contains("chunk-recorded"))
        }
    }
}

/// Numbers that are the same for the same seed.
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    // SplitMix64.
    // > https://prng.di.unimi.it/splitmix64.c
    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
