import Foundation
import MigrationEngine
import TestSupport
import Testing

/// The dashboard is asked on both sides of a migrated sample.
@Suite(.postgres, .database, .timeLimit(.minutes(30)))
struct DashboardSidesTests {
    @Test(arguments: SampleSource.Schema.allCases)
    func `every figure of the dashboard is the same from either side`(
        shape: SampleSource.Schema
    ) async throws {
        let folder = try TestFolder()
        let cutover = CutoverCommand(source: folder.file("ora.db"), target: TestDatabase.url)
        try await makeSample(cutover.source, shape, orders: 120)
        // Text that the two databases compare differently, and a name in three spellings.
        if shape == .production {
            _ = try await sqlite3(
                cutover.source,
                """
                UPDATE orders_inbox SET status = 'awaiting_shipment', ship_company =
                    CASE id % 3 WHEN 0 THEN 'ACME Supply' WHEN 1 THEN 'Acme supply Inc.'
                        ELSE 'acme SUPPLY' END
                    WHERE id IN (SELECT id FROM orders_inbox LIMIT 9);
                UPDATE workflows SET last_run_at = datetime('now');
                UPDATE shipped_orders SET ship_date = date('now', '-7 days')
                    WHERE id IN (SELECT id FROM shipped_orders LIMIT 5);
                """
            )
        }
        try folder.write(
            "own.toml",
            "name = \"own\"\nextends = \"ora\"\n[parameters]\nkey_customer = \"Acme Supply\"\n"
        )
        let migrated = try await cutover("migrate")
        try #require(migrated.status == 0, "\(migrated)")
        let profile = ["--profile", folder.file("own.toml")]
        let source = try await cutover("dashboard", ["--side", "source"] + profile)
        let target = try await cutover("dashboard", ["--side", "target"] + profile)
        #expect(source.status == 0 && target.status == 0, "\(source)\n\(target)")
        #expect(source.json["side"].string == "source" && target.json["side"].string == "target")
        let known = source.json["figures"].list.filter { $0["value"] != .null }
        #expect(known.count == (shape == .production ? 17 : 6), "\(source)")
        for figure in source.json["figures"].list {
            let name = figure["name"].string ?? ""
            let other = target.json["figures"].named(name)
            #expect(other["value"] == figure["value"], "\(name): \(figure) \(other)")
            #expect((other["note"] == .null) == (figure["note"] == .null), "\(name)")
        }
        guard shape == .production else { return }
        #expect(source.json["figures"].named("key_customer")["value"].string == "9")
        #expect(source.json["figures"].named("recent_shipments")["value"].string == "5")
        #expect(source.json["figures"].named("system_status")["value"].string == "error")
    }
}
