import Foundation
import Testing

@testable import MigrationEngine

/// Several toggles at once, and sets of them under a name.
struct ToggleSetsTests {
    private let shop: OperationsShop

    init() throws { shop = try OperationsShop(OperationsShop.production) }

    private func values() throws -> [String: Bool] {
        Dictionary(
            uniqueKeysWithValues: try Workflows.list(options: shop.options, side: .source)
                .workflows.map { ($0.name, $0.enabled) }
        )
    }

    private func set(_ toggles: [(String, Bool)], always: Bool = false) throws -> [WorkflowRow] {
        try Workflows.change(
            options: shop.options,
            side: .source,
            to: toggles.map { Workflows.Toggle(name: $0.0, enabled: $0.1) },
            by: "night shift",
            always: always
        )
    }

    @Test func `several are turned together, and an unknown name leaves all as they were`() throws {
        let rows = try set([("xml-import", false), ("orders-cleanup", true)])
        #expect(rows.map(\.name) == ["xml-import", "orders-cleanup"])
        #expect(rows.allSatisfy { $0.updatedBy == "night shift" })
        #expect(try values() == ["xml-import": false, "orders-cleanup": true])
        let error = migrationError { _ = try set([("xml-import", true), ("nothing", true)]) }
        #expect(error?.code == .usage)
        #expect(error?.message == "there is no workflow \"nothing\"")
        #expect(try values() == ["xml-import": false, "orders-cleanup": true])
    }

    @Test func `who changed nothing is not written down as having changed it`() throws {
        #expect(try set([("xml-import", true), ("orders-cleanup", false)]).isEmpty)
        let rows = try Workflows.list(options: shop.options, side: .source).workflows
        #expect(rows.allSatisfy { $0.updatedBy == "admin" })
        #expect(try set([("xml-import", true)], always: true).map(\.name) == ["xml-import"])
    }

    @Test func `a saved set gives each workflow the value it had, never a default`() throws {
        let saved = try ToggleSets.save(
            options: shop.options,
            side: .source,
            name: " before ",
            by: "me"
        )
        #expect(saved.name == "before")
        #expect(saved.by == "me")
        _ = try set([("xml-import", false), ("orders-cleanup", true)])
        let changed = try ToggleSets.apply(
            options: shop.options,
            side: .source,
            name: "before",
            by: "me again"
        )
        #expect(Set(changed.map(\.name)) == ["xml-import", "orders-cleanup"])
        #expect(changed.allSatisfy { $0.updatedBy == "me again" })
        #expect(try values() == ["xml-import": true, "orders-cleanup": false])
        #expect(try ToggleSets.all(options: shop.options) == [saved])
        // Saved again under its name, it is the newer one.
        _ = try set([("xml-import", false)])
        _ = try ToggleSets.save(options: shop.options, side: .source, name: "before", by: "me")
        let toggles = try ToggleSets.all(options: shop.options).first?.toggles
        #expect(toggles?.first { $0.name == "xml-import" }?.enabled == false)
        #expect(try ToggleSets.all(options: shop.options).count == 1)
    }

    @Test func `a set that is not there is refused with those that are`() throws {
        #expect(try ToggleSets.all(options: shop.options).isEmpty)
        func apply(_ name: String) -> MigrationError? {
            migrationError {
                _ = try ToggleSets.apply(
                    options: shop.options,
                    side: .source,
                    name: name,
                    by: "me"
                )
            }
        }
        #expect(apply("x")?.remedy == "save one first: cutover workflows save NAME")
        _ = try ToggleSets.save(options: shop.options, side: .source, name: "week", by: "me")
        #expect(apply("x")?.remedy == "give one of: week")
        try shop.execute("DELETE FROM workflow_controls WHERE workflow_name = 'xml-import'")
        #expect(apply("week")?.message == "there is no workflow \"xml-import\"")
        for name in [" ", "a\u{202E}b", "a\u{1B}[2J", String(repeating: "x", count: 61)] {
            let refused = migrationError {
                _ = try ToggleSets.save(options: shop.options, side: .source, name: name, by: "me")
            }
            #expect(refused?.code == .usage)
        }
        #expect(try ToggleSets.all(options: shop.options).map(\.name) == ["week"])
    }

    @Test func `each change is in the journal with who made it and both values`() throws {
        _ = try set([("xml-import", false)])
        let journal = try SourceConnection(
            path: RunDirectory(existing: shop.options.runDirectory).journal,
            access: .readOnly
        )
        var actions: [[String?]] = []
        try journal.query("SELECT action, before, after, who FROM action") { row in
            actions.append((0..<4).map { row.text($0) })
        }
        #expect(
            actions == [["workflow xml-import in the source", "on", "off", NSUserName()]]
        )
    }

    @Test func `a heartbeat is read where the profile names its column`() throws {
        try shop.execute(
            """
            ALTER TABLE workflow_controls ADD COLUMN alive_at TIMESTAMP;
            UPDATE workflow_controls SET alive_at = '2025-10-09 07:05:00'
                WHERE workflow_name = 'xml-import';
            """
        )
        let path = shop.path + ".profile.toml"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try """
        name = "beating"
        extends = "ora"
        [[workflows]]
        table = "workflow_controls"
        name = "workflow_name"
        enabled = "enabled"
        heartbeat = "alive_at"
        [intervals]
        xml-import = 15
        [scripts]
        xml-import = "bin/import"
        """.write(toFile: path, atomically: true, encoding: .utf8)
        var options = shop.options
        options.profile = path
        let row = try Workflows.list(options: options, side: .source).workflows
            .first { $0.name == "xml-import" }
        #expect(row?.heartbeatAt == "2025-10-09 07:05:00")
        #expect(row?.intervalSeconds == 15)
        #expect(row?.script == "bin/import")
    }
}
