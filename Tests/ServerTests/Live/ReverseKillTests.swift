import Foundation
import TestSupport
import Testing

@testable import MigrationEngine

/// A replay that dies at any of its moments is finished by another one.
@Suite(.postgres, .database)
struct ReverseKillTests {
    private static let script = """
        CREATE TABLE tags (tag TEXT PRIMARY KEY, n INTEGER);
        CREATE TABLE orders (id INTEGER PRIMARY KEY AUTOINCREMENT, total REAL, at DATETIME);
        INSERT INTO tags VALUES ('red', 1), ('blue', 2);
        WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 500)
            INSERT INTO orders SELECT x, x / 4.0, '2025-10-15 04:50:27' FROM c;
        UPDATE orders SET total = 'odd' WHERE id = 400;
        """
    private static let writes = """
        UPDATE tags SET n = n + 10; INSERT INTO tags VALUES ('new', 3);
        UPDATE orders SET total = total + 1 WHERE id % 3 = 0; DELETE FROM orders WHERE id % 7 = 0;
        INSERT INTO orders (total, at) SELECT x, '2026-01-01' FROM generate_series(1, 50) AS x;
        INSERT INTO orders VALUES (400, 1, '2026-01-01');
        """

    @Test(arguments: [
        Failpoint.reverseBegun, .reverseTable, .reverseReplayed, .reverseCommitted,
    ])
    func `kill -9 at a moment of the way back, then once more`(point: Failpoint) async throws {
        let sides = try await ReverseSides(Self.script)
        try await sides.switchOver()
        _ = try await psql(sides.target, Self.writes)
        try await sides.close()
        let before = try await sqlite3(sides.source, ".dump")
        await #expect(processExitsWith: .signal(SIGKILL)) {
            [
                source = sides.source as String, target = sides.target as String,
                name = point.rawValue as String,
            ] in
            setenv(Failpoint.variable, name, 1)
            let connection = try TargetConnection(try TargetAddress(target), purpose: "test")
            let run = try RunState.newestRun(connection)?.id ?? ""
            let options = Options(source: source, target: target)
            _ = try ReverseSides.replay(options, connection, run)
        }
        if point != .reverseCommitted {
            #expect(try await sqlite3(sides.source, ".dump") == before)
        }
        let summary = try await sides.back(independently: false)
        #expect(summary.wasReplayed == (point == .reverseCommitted))
        #expect(summary.tables.map(\.inserted) == [1, 50])
        let left = try await psql(sides.target, "SELECT count(*) FROM cutover.quarantine")
        #expect(left == "0")
    }
}
