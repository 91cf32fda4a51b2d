import Foundation
import TestSupport
import Testing

@testable import MigrationEngine

/// A toggle that somebody else sets while it is being set: what it was is what they made of it.
@Suite(.postgres, .database)
struct ToggleRaceTests {
    private let wanted = [
        Workflows.Toggle(name: "xml-import", enabled: false),
        Workflows.Toggle(name: "orders-cleanup", enabled: false),
    ]

    @Test func `what a toggle of SQLite was is read when nobody else can change it any more`()
        async throws
    {
        let folder = try TestFolder()
        let path = folder.file("ora.db")
        try await makeSample(path, .production, orders: 10)
        _ = try await sqlite3(path, "UPDATE workflow_controls SET enabled = 1;")
        let options = Options(source: path, target: TestDatabase.url)
        let holder = try await LockHolder(path, doing: "UPDATE workflow_controls SET enabled = 0")
        let wanted = wanted
        async let exchanged = onThread {
            try Workflows.exchange(options: options, side: .source, wanted, by: "us")
        }
        try await holder.release(after: 1)
        let before = try await exchanged.before
        #expect(before == ["xml-import": false, "orders-cleanup": false])
    }

    @Test func `what a toggle of PostgreSQL was is read when nobody else can change it any more`()
        async throws
    {
        let url = TestDatabase.url
        _ = try await psql(
            url,
            """
            CREATE TABLE workflow_controls (workflow_name TEXT PRIMARY KEY, enabled BOOLEAN,
                last_updated TIMESTAMP, updated_by VARCHAR(50), last_run_at TEXT);
            CREATE TABLE orders_inbox (id INTEGER);
            INSERT INTO workflow_controls
            SELECT name, true FROM unnest(ARRAY['xml-import', 'orders-cleanup']) name;
            """
        )
        let holder = try await TargetHolder(
            url,
            "workflow_controls",
            "ROW EXCLUSIVE",
            doing: "UPDATE workflow_controls SET enabled = false WHERE workflow_name = 'xml-import'"
        )
        let (wanted, options) = (wanted, Options(source: "/nowhere/ora.db", target: url))
        async let exchanged = onThread {
            try Workflows.exchange(
                options: options,
                side: .target,
                wanted,
                by: "us",
                skipsEqual: true
            )
        }
        let isWaiting = try await eventually {
            try await psql(url, "SELECT count(*) FROM pg_locks WHERE NOT granted") != "0"
        }
        #expect(isWaiting)
        try await holder.release()
        let found = try await exchanged
        #expect(found.before == ["xml-import": false, "orders-cleanup": true])
        #expect(found.rows.map(\.name) == ["orders-cleanup"])
    }
}
