import Foundation
import MigrationEngine
import Synchronization
import TestSupport
import Testing

/// Connections that threads share, on a real server.
@Suite(.postgres, .database, .timeLimit(.minutes(60)))
struct TargetPoolTests {
    private func pool(
        size: Int = 3,
        timeout: Duration = .seconds(600),
        purpose: String = "application"
    ) throws -> TargetPool {
        let retry = RetryPolicy(pause: .milliseconds(1))
        return try TargetPool(
            TestDatabase.url,
            .init(size: size, timeout: timeout, retry: retry, purpose: purpose)
        )
    }

    private func made(_ script: String) async throws {
        _ = try await psql(TestDatabase.url, script)
    }

    @Test func `who finds no connection waits and then is told the numbers`() async throws {
        let pool = try pool(size: 2, timeout: .milliseconds(200))
        let release = DispatchSemaphore(value: 0)
        async let first: Void = pool.onThread { pool throws(MigrationError) in
            try pool.transaction { _ in release.wait() }
        }
        async let second: Void = pool.onThread { pool throws(MigrationError) in
            try pool.transaction { _ in release.wait() }
        }
        #expect(try await eventually { pool.standing.lent == 2 })
        let refused = await #expect(throws: MigrationError.self) {
            try await pool.onThread { pool throws(MigrationError) in try pool.query("SELECT 1") }
        }
        #expect(refused?.code == .poolExhausted)
        #expect(refused?.message == "all 2 connections were in use for 0.2 s")
        #expect(pool.standing.waiting == 0)
        release.signal()
        release.signal()
        _ = try await (first, second)
        let rows = try await pool.onThread { pool throws(MigrationError) in
            try pool.query("SELECT 1 AS n")
        }
        #expect(try rows[0].integer("N") == 1)
        #expect(pool.standing.lent == 0)
    }

    /// Who was served, in order.
    private final class Order: Sendable {
        private let noted = Mutex<[String]>([])

        var names: [String] { noted.withLock { $0 } }

        func note(_ name: String) { noted.withLock { $0.append(name) } }
    }

    @Test func `who waits longest is served first`() async throws {
        let pool = try pool(size: 1)
        let release = DispatchSemaphore(value: 0)
        let order = Order()
        async let holder: Void = pool.onThread { pool throws(MigrationError) in
            try pool.transaction { _ in release.wait() }
        }
        #expect(try await eventually { pool.standing.lent == 1 })
        async let first: Void = pool.onThread { pool throws(MigrationError) in
            try pool.transaction { _ in order.note("first") }
        }
        #expect(try await eventually { pool.standing.waiting == 1 })
        async let second: Void = pool.onThread { pool throws(MigrationError) in
            try pool.transaction { _ in order.note("second") }
        }
        #expect(try await eventually { pool.standing.waiting == 2 })
        release.signal()
        _ = try await (holder, first, second)
        #expect(order.names == ["first", "second"])
    }

    @Test func `many threads never open more connections than the pool has`() async throws {
        try await made("CREATE TABLE t (n bigint); INSERT INTO t VALUES (0)")
        let pool = try pool(purpose: "crowd")
        let most = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<16 {
                group.addTask {
                    try await pool.onThread { pool throws(MigrationError) in
                        var most = 0
                        for _ in 0..<5 {
                            try pool.update("UPDATE t SET n = n + $1", [1])
                            let seen = try pool.query(
                                """
                                SELECT count(*) AS n FROM pg_stat_activity
                                WHERE application_name = 'cutover crowd'
                                    AND datname = current_database()
                                """
                            )
                            most = max(most, Int(try seen[0].integer("n") ?? 0))
                        }
                        return most
                    }
                }
            }
            return try await group.reduce(0, max)
        }
        #expect((1...3).contains(most))
        #expect(try await psql(TestDatabase.url, "SELECT n FROM t") == "80")
    }

    @Test func `a connection that is killed before COMMIT is tried again, and only then`()
        async throws
    {
        try await made("CREATE TABLE t (n bigint)")
        let pool = try pool()
        let tries = Mutex(0)
        func attempt(killing: String, isIdempotent: Bool = false) async throws -> Int {
            tries.withLock { $0 = 0 }
            let url = TestDatabase.url
            try await pool.onThread { pool throws(MigrationError) in
                try pool.transaction(isIdempotent: isIdempotent) {
                    transaction throws(MigrationError) in
                    let isFirst = tries.withLock { count in
                        count += 1
                        return count == 1
                    }
                    let pid = try transaction.query("SELECT pg_backend_pid() AS pid")[0]
                        .integer("pid")
                    if isFirst, killing == "before" { try Self.kill(pid, url) }
                    try transaction.update("INSERT INTO t VALUES ($1)", [1])
                    if isFirst, killing == "at commit" { try Self.kill(pid, url) }
                }
            }
            return tries.withLock { $0 }
        }
        #expect(try await attempt(killing: "before") == 2)
        #expect(try await psql(TestDatabase.url, "SELECT count(*) FROM t") == "1")
        let unknown = await #expect(throws: MigrationError.self) {
            _ = try await attempt(killing: "at commit")
        }
        #expect(unknown?.code == .commitUnknown)
        #expect(tries.withLock { $0 } == 1)
        #expect(try await attempt(killing: "at commit", isIdempotent: true) == 2)
        #expect(try await psql(TestDatabase.url, "SELECT count(*) FROM t") == "2")
        #expect(pool.standing.lent == 0)
    }

    private static func kill(_ pid: Int64?, _ url: String) throws(MigrationError) {
        let other = try TargetPool(url)
        // The second argument waits until it is gone.
        _ = try other.query("SELECT pg_terminate_backend($1::int, 60000)", [.integer(pid ?? 0)])
    }

    @Test func `an idle connection that is gone is replaced`() async throws {
        let pool = try pool(size: 1)
        let url = TestDatabase.url
        try await pool.onThread { pool throws(MigrationError) in
            let pid = try pool.query("SELECT pg_backend_pid() AS pid")[0].integer("pid")
            try Self.kill(pid, url)
            let next = try pool.query("SELECT pg_backend_pid() AS pid")[0].integer("pid")
            #expect(next != pid)
        }
    }

    @Test func `a serialization failure is tried again and loses nothing`() async throws {
        try await made("CREATE TABLE t (n bigint); INSERT INTO t VALUES (1)")
        let pool = try pool()
        let tries = Mutex(0)
        try await pool.onThread { pool throws(MigrationError) in
            try pool.transaction(.serializable) { transaction throws(MigrationError) in
                let n = try transaction.query("SELECT n FROM t")[0].integer("n") ?? 0
                let isFirst = tries.withLock { count in
                    count += 1
                    return count == 1
                }
                if isFirst { try pool.update("UPDATE t SET n = n + 10") }
                try transaction.update("UPDATE t SET n = $1", [.integer(n + 1)])
            }
        }
        #expect(tries.withLock { $0 } == 2)
        #expect(try await psql(TestDatabase.url, "SELECT n FROM t") == "12")
    }

    @Test func `an error that is passed over keeps nothing, in a savepoint it takes back itself`()
        async throws
    {
        try await made("CREATE TABLE t (n bigint CHECK (n < 100))")
        let pool = try pool()
        let passed = await #expect(throws: MigrationError.self) {
            try await pool.onThread { pool throws(MigrationError) in
                try pool.transaction { transaction throws(MigrationError) in
                    try transaction.update("INSERT INTO t VALUES (1)")
                    _ = try? transaction.update("INSERT INTO t VALUES (500)")
                }
            }
        }
        #expect(passed?.code == .targetFailed)
        #expect(passed?.message.contains("passed over") == true)
        #expect(try await psql(TestDatabase.url, "SELECT count(*) FROM t") == "0")
        try await pool.onThread { pool throws(MigrationError) in
            try pool.transaction { transaction throws(MigrationError) in
                for n in [1, 500, 2] {
                    _ = try? transaction.savepoint { () throws(MigrationError) in
                        try transaction.update("INSERT INTO t VALUES ($1)", [.integer(Int64(n))])
                    }
                }
            }
        }
        #expect(try await psql(TestDatabase.url, "SELECT sum(n) FROM t") == "3")
    }

    @Test func `upsert leaves the key and writes the server's clock`() async throws {
        try await made(
            """
            CREATE TABLE pairs (id bigint GENERATED ALWAYS AS IDENTITY,
                "Odd ""Name" text PRIMARY KEY, n bigint, at timestamp, moment text)
            """
        )
        let pool = try pool()
        let odd = "Odd \"Name"
        try await pool.onThread { pool throws(MigrationError) in
            let row: KeyValuePairs<String, PoolValue> = [
                odd: "k'1", "n": 1, "at": .now, "moment": .now,
            ]
            #expect(try pool.upsert("pairs", row, key: [odd]) == 1)
            let before = try pool.query("SELECT id, at, moment FROM pairs")
            #expect(try pool.upsert("pairs", [odd: "k'1", "n": 2], key: [odd]) == 1)
            #expect(try pool.upsert("pairs", [odd: "k'1"], key: [odd]) == 0)
            let after = try pool.query("SELECT id, at, moment, n FROM pairs")
            #expect(after.count == 1)
            #expect(try after[0].integer("n") == 2)
            #expect(before[0].values == Array(after[0].values.prefix(3)))
            let at = try after[0].text("at") ?? ""
            #expect(at.wholeMatch(of: /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/) != nil)
            #expect(try after[0].text("moment") == at)
        }
        let refused = await #expect(throws: MigrationError.self) {
            try await pool.onThread { pool throws(MigrationError) in
                try pool.upsert("pairs", ["n": 1], key: [odd])
            }
        }
        #expect(refused?.code == .usage)
    }

    @Test func `a transaction ends with its work, and a column that is not there is never NULL`()
        async throws
    {
        let pool = try pool()
        try await pool.onThread { pool throws(MigrationError) in
            var kept: TargetTransaction?
            let rows = try pool.transaction(isReadOnly: true) {
                transaction throws(MigrationError) in
                kept = transaction
                return try transaction.query("SELECT NULL::text AS a")
            }
            #expect(try rows[0].text("a") == nil)
            let column = #expect(throws: MigrationError.self) { try rows[0].text("b") }
            #expect(column?.code == .usage)
            let late = #expect(throws: MigrationError.self) { try kept?.update("SELECT 1") }
            #expect(late?.code == .usage)
        }
    }

    @Test func `a server that is not there is not asked again and again`() async throws {
        let folder = try TestFolder()
        let nowhere = "postgresql:///none?host=\(folder.path)"
        let pool = try TargetPool(nowhere, .init(retry: RetryPolicy(pause: .seconds(3_600))))
        let failed = await #expect(throws: MigrationError.self) {
            try await pool.onThread { pool throws(MigrationError) in try pool.query("SELECT 1") }
        }
        #expect(failed?.code == .targetUnavailable)
        #expect(pool.standing.lent == 0 && pool.standing.idle == 0)
    }
}
