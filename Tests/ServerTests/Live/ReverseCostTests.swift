import Foundation
import TestSupport
import Testing

@testable import MigrationEngine

/// What the way back costs the application, and how long it takes.
@Suite(.postgres, .database)
struct ReverseCostTests {
    /// Microseconds a write, each a statement of its own, as the server's own clock has it.
    private static func cost(_ target: TargetConnection, _ write: String) throws -> Double {
        var best = Double.infinity
        for _ in 0..<3 {
            try target.execute("BEGIN")
            try target.execute(
                """
                CREATE TEMP TABLE clock ON COMMIT DROP AS SELECT clock_timestamp() AS t;
                DO $$ BEGIN FOR i IN 1..20000 LOOP \(write); END LOOP; END $$
                """
            )
            let seconds = try target.query(
                "SELECT extract(epoch FROM clock_timestamp() - t) FROM clock"
            ).first.flatMap { Double($0) }
            try target.execute("ROLLBACK")
            best = min(best, (seconds ?? 0) * 1_000_000 / 20_000)
        }
        return best
    }

    @Test(.timeLimit(.minutes(30)))
    func `logging a write costs PostgreSQL microseconds`() async throws {
        let sides = try await ReverseSides(
            """
            CREATE TABLE orders (id INTEGER PRIMARY KEY, ref TEXT, total REAL, at DATETIME);
            WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 50000)
                INSERT INTO orders SELECT x, 'ref ' || x, x / 4.0, '2025-10-15 04:50:27' FROM c;
            """
        )
        try await sides.switchOver()
        let writes = [
            "INSERT INTO orders (ref, total, at) VALUES ('r', i, now())",
            "UPDATE orders SET total = i WHERE id = i",
            "DELETE FROM orders WHERE id = i",
        ]
        let costs = try await sides.onTarget { target, run in
            let capture = ReverseCapture(target: target, run: run)
            let logged = try writes.map { try Self.cost(target, $0) }
            try target.transaction { try capture.remove() }
            let plain = try writes.map { try Self.cost(target, $0) }
            try target.transaction { try capture.install() }
            return zip(logged, plain).map { $0 - $1 }
        }
        // Far more than it takes on a machine that has nothing else to do.
        #expect(costs.allSatisfy { $0 < 200 }, "\(costs)")

        _ = try await psql(
            sides.target,
            """
            UPDATE orders SET total = total + 1 WHERE id <= 20000;
            INSERT INTO orders (ref, total, at) SELECT 'new', x, now() FROM generate_series(1, 5000) x;
            DELETE FROM orders WHERE id > 45000 AND id <= 50000;
            """
        )
        try await sides.close()
        let start = ContinuousClock.now
        let summary = try await sides.replay()
        let seconds = start.duration(to: .now)
        #expect(summary.rows == 30_000)
        #expect(seconds < .seconds(60))
        let words = costs.map { String(format: "%.1f", $0) }.joined(separator: ", ")
        print("µs an INSERT, UPDATE, DELETE: \(words); 30,000 rows back in \(seconds)")
    }
}
