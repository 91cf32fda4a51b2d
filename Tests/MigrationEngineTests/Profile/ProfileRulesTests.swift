import Foundation
import TestSupport
import Testing

@testable import MigrationEngine

/// What a profile prescribes for tables and columns, and what it is told when it cannot be done.
struct ProfileRulesTests {
    private static let source = """
        CREATE TABLE orders (id INTEGER PRIMARY KEY, code TEXT UNIQUE, total TEXT, created_at,
            sum TEXT GENERATED ALWAYS AS (total || code) VIRTUAL);
        CREATE TABLE audit_log (id INTEGER PRIMARY KEY, note TEXT);
        CREATE TABLE pair (a TEXT, b TEXT, PRIMARY KEY (a, b)) WITHOUT ROWID;
        """

    private func connection() throws -> SourceConnection {
        let connection = try SourceConnection(path: ":memory:", access: .create)
        try connection.execute(Self.source)
        return connection
    }

    private func rules(_ toml: String) throws -> MappingRules {
        try Profile(toml: "name = \"shop\"\n" + toml, path: "shop.toml").rules
    }

    private func failure(_ toml: String) throws -> MigrationError? {
        let connection = try connection()
        let catalog = try CatalogReader.read(connection)
        do throws(MigrationError) {
            let rules = try Profile(toml: "name = \"shop\"\n" + toml, path: "shop.toml").rules
            try rules.check(catalog)
            try rules.checkExpressions(connection)
            return nil
        } catch {
            return error
        }
    }

    @Test func `every key of a rule is read`() throws {
        let rules = try rules(
            """
            [[tables]]
            table = "audit_log"
            skip = "kept in the archive"

            [[tables]]
            table = "orders"
            rename = "sales"

            [[columns]]
            table = "orders"
            column = "created_at"
            type = "Timestamp with time zone"
            rename = "created"
            conversions = ["empty_as_null", "epoch_seconds"]
            on_misfit = "stop"
            expression = "nullif(created_at, 0)"

            [[columns]]
            table = "orders"
            column = "total"
            skip = "never read"

            [types]
            "orders.code" = "varchar(20)"
            """
        )
        #expect(rules.table("AUDIT_LOG")?.skip == "kept in the archive")
        #expect(rules.table("orders")?.rename == "sales")
        let rule = try #require(rules.column("Created_At", of: "Orders"))
        #expect(rule.type == .timestamptz)
        #expect(rule.rename == "created")
        #expect(rule.conversions == [.emptyAsNull, .epochSeconds])
        #expect(rule.stopsAtMisfit)
        #expect(rule.expression == "nullif(created_at, 0)")
        #expect(rule.place.row == "line 12, column 1")
        #expect(rules.column("total", of: "orders")?.skip == "never read")
        #expect(rules.column("code", of: "orders")?.type == .varchar(20))
    }

    @Test func `the example of the documentation is a profile`() throws {
        var folder = URL(fileURLWithPath: #filePath)
        for _ in 0..<4 { folder.deleteLastPathComponent() }
        let page = try String(
            contentsOf: folder.appending(
                path: "Sources/MigrationEngine/Documentation.docc/Profiles.md"
            ),
            encoding: .utf8
        )
        let example = try #require(page.split(separator: "```toml\n").dropFirst().first)
        let toml = String(try #require(example.split(separator: "```").first))
        let rules = try Profile(toml: toml, path: "Profiles.md").rules
        #expect(rules.tables.count == 2 && rules.columns.count == 6)
        // Every conversion has its line in the table of the page.
        let missing = Conversion.allCases.filter { !page.contains("\n| `\($0.rawValue)` |") }
        #expect(missing == [])
    }

    @Test func `types can be written with dots as well`() throws {
        #expect(
            try rules("[types]\norders.code = \"uuid\"\n").column("code", of: "orders")?.type
                == .uuid
        )
    }

    private static func column(_ name: String, _ rest: String, table: String = "orders") -> String {
        "[[columns]]\ntable = \"\(table)\"\ncolumn = \"\(name)\"\n\(rest)\n"
    }

    static let wrong: [(String, String)] = [
        ("[[tables]]\ntable = \"nope\"\nskip = \"x\"", "no table \"nope\""),
        ("[[tables]]\ntable = \"orders\"\nskip = \" \"", "\"tables.skip\" of the profile must be"),
        ("[[tables]]\ntable = \"orders\"", "followed by skip or rename"),
        (
            "[[tables]]\ntable = \"orders\"\nskpi = \"x\"\nskip = \"y\"",
            "unknown key \"tables.skpi\""
        ),
        (
            "[[tables]]\ntable = \"orders\"\nrename = \"pair\"",
            "would both be named \"pair\""
        ),
        ("[[tables]]\ntable = \"orders\"\nrename = \"\"", "1 to 63 bytes"),
        (
            "[[tables]]\ntable = \"orders\"\nrename = \"s\"\nskip = \"x\"",
            "has no name in the target"
        ),
        (column("nope", "type = \"text\""), "has no column \"nope\""),
        (column("code", "type = \"tekst\""), "one of these types: smallint"),
        (column("code", "type = \"varchar(0)\""), "one of these types"),
        (column("code", "type = \"numeric(2,3)\""), "one of these types"),
        (column("code", "conversions = [\"magic\"]"), "empty_as_null, trim"),
        (column("code", "conversions = [\"trim\", \"trim\"]"), "listed twice"),
        (column("code", "on_misfit = \"maybe\""), "\"quarantine\" or \"stop\""),
        (column("code", "rename = \"total\""), "would both be named \"total\""),
        (column("code", "rename = \"xmin\""), "has a column \"xmin\" already"),
        (column("id", "skip = \"x\""), "primary key can neither be skipped"),
        (
            column("a", "expression = \"lower(a)\"", table: "pair"),
            "can neither be skipped nor read"
        ),
        (column("id", "type = \"text\""), "stays an integer"),
        (column("total", "skip = \"x\"\ntype = \"text\""), "can have no other rule"),
        (column("sum", "conversions = [\"trim\"]"), "generated column"),
        (column("code", "type = \"json\""), "cannot compare values of type json"),
        (column("total", "conversions = [\"truncate_to_length\"]"), "needs a type with a length"),
        (column("total", "expression = \"nope(total)\""), "does not take the expression"),
        (column("total", "expression = \"count(*)\""), "does not take the expression"),
        (column("total", "expression = \"total), (code\""), "does not take the expression"),
        (column("total", "expression = \"total) FROM orders --\""), "does not take the expression"),
        (
            column("total", "type = \"text\"") + column("TOTAL", "type = \"text\""),
            "two rules for the column"
        ),
        (
            "[[tables]]\ntable = \"orders\"\nskip = \"x\"\n" + column("total", "type = \"text\""),
            "a table that it skips"
        ),
        ("[types]\n\"orders\" = \"text\"", "written as \"table.column\""),
    ]

    @Test(arguments: wrong)
    func `a rule that cannot be followed is refused with its line`(
        toml: String,
        words: String
    ) throws {
        let error = try #require(try failure(toml), "\(toml)")
        #expect(error.code == .configuration)
        #expect(error.message.contains(words), "\(error.message)")
        #expect(error.place.row?.hasPrefix("line ") == true, "\(error.place)")
        #expect(error.place.path == "shop.toml")
        #expect(!error.remedy.isEmpty)
    }

    @Test func `what is possible is listed`() throws {
        let table = try #require(try failure("[[tables]]\ntable = \"order\"\nskip = \"x\""))
        #expect(table.remedy == "name one of its tables: \"orders\", \"audit_log\", \"pair\"")
        let column = try #require(try failure(Self.column("totel", "type = \"text\"")))
        #expect(column.place.table == "orders" && column.place.column == "totel")
        #expect(
            column.remedy
                == "name one of its columns: \"id\", \"code\", \"total\", \"created_at\", \"sum\""
        )
    }

    @Test func `an expression may end with a comment and read other columns`() throws {
        let toml = Self.column("total", "expression = \"coalesce(total, code) -- either\"")
        #expect(try failure(toml) == nil)
    }

    @Test func `two columns can swap their names`() throws {
        let toml =
            Self.column("code", "rename = \"total\"") + Self.column("total", "rename = \"code\"")
        #expect(try failure(toml) == nil)
        let catalog = try CatalogReader.read(try connection())
        let schema = Mapping.schema(catalog: catalog, census: Census(), rules: try rules(toml))
        let orders = try #require(schema.tables.first { $0.sourceName == "orders" })
        #expect(orders.columns.map(\.name).prefix(3) == ["id", "total", "code"])
    }

    @Test(arguments: [
        ("INT", TargetType.integer), ("character varying ( 12 )", .varchar(12)),
        ("numeric(10, 2)", .decimal(precision: 10, scale: 2)),
        ("decimal(5)", .decimal(precision: 5, scale: 0)), ("Double  Precision", .doublePrecision),
        ("char(3)", .char(3)), ("jsonb", .jsonb), ("float4", .real), ("time", .time),
    ])
    func `a type is read as PostgreSQL spells it`(text: String, type: TargetType) {
        #expect(TargetType(sql: text) == type)
        #expect(TargetType(sql: type.sql) == type)
    }

    // MARK: - The mapping

    private func mapped(_ toml: String) throws -> TargetSchema {
        let catalog = try CatalogReader.read(try connection())
        let rules = try rules(toml)
        try rules.check(catalog)
        return Mapping.schema(catalog: catalog, census: Census(), rules: rules)
    }

    @Test func `what is skipped is dropped with its reason, and what stood on it`() throws {
        let schema = try mapped(
            "[[tables]]\ntable = \"pair\"\nskip = \"kept in the archive\"\n"
                + Self.column("code", "skip = \"never read\"")
        )
        #expect(schema.tables.map(\.sourceName) == ["orders", "audit_log"])
        #expect(
            schema.skipped == [
                .init(table: "pair", column: nil, reason: "kept in the archive"),
                .init(table: "orders", column: "code", reason: "never read"),
            ]
        )
        #expect(schema.tables[0].columns.map(\.sourceName) == ["id", "total", "created_at", "sum"])
        let dropped = schema.decisions.filter { $0.outcome == .dropped }
        #expect(Set(dropped.map(\.subject)) == ["unique", "table", "column"])
        #expect(
            dropped.first { $0.subject == "unique" }?.reason
                == "the profile skips the column \"orders.code\""
        )
        #expect(
            dropped.first { $0.subject == "table" }?.reason
                == "it is skipped by the profile: kept in the archive"
        )
    }

    @Test func `types, names and conversions of the profile stand in the schema`() throws {
        let schema = try mapped(
            "[[tables]]\ntable = \"orders\"\nrename = \"sales\"\n"
                + Self.column(
                    "total",
                    "type = \"numeric(10,2)\"\nrename = \"Sum\"\n"
                        + "conversions = [\"trim\", \"decimal_text\"]\non_misfit = \"stop\""
                )
        )
        let table = schema.tables[0]
        #expect(table.name == "sales")
        #expect(table.create.sql.contains("\"Sum\" numeric(10,2)"))
        let column = try #require(table.columns.first { $0.sourceName == "total" })
        #expect(column.conversions == [.trim, .decimalText])
        #expect(column.stopsAtMisfit)
        let decisions = schema.decisions.filter { $0.column == "total" }
        #expect(decisions.map(\.subject) == ["name", "type", "conversion", "conversion"])
        #expect(decisions.allSatisfy { $0.outcome == .changed })
        #expect(decisions[1].reason == "the profile says so")
    }

    @Test func `the plan's DDL leaves no room for types and names`() throws {
        let rules = try rules(Self.column("status", "type = \"text\"", table: "orders_inbox"))
        #expect { try rules.checkPlan() } throws: { error in
            (error as? MigrationError)?.code == .configuration
        }
        try self.rules(Self.column("status", "conversions = [\"trim\"]")).checkPlan()
    }

    // MARK: - The record

    @Test func `a record tells the first difference of another mapping`() throws {
        let plain = try mapped("")
        let other = try mapped(Self.column("total", "conversions = [\"trim\"]"))
        let record = MappingRecord(plain.tables[0], plain)
        #expect(MappingRecord(json: record.json) == record)
        #expect(record.difference(from: record) == nil)
        let difference = try #require(
            record.difference(from: MappingRecord(other.tables[0], other))
        )
        #expect(difference.column == "total")
        #expect(
            difference.text
                == "is now text named \"total\" with trim and was text named \"total\""
        )
        #expect(record.difference(from: MappingRecord(skip: "x"))?.text == "is now skipped")
        #expect(MappingRecord(json: "{}") == nil)
    }

    @Test func `a profile takes what it does not say from the one that it extends`() throws {
        let folder = try TestFolder()
        let path = folder.file("mine.toml")
        try "name = \"mine\"\nextends = \"ora\"\n[types]\n\"a.b\" = \"uuid\"\n"
            .write(toFile: path, atomically: true, encoding: .utf8)
        let profile = try Profile.load(path, catalog: nil)
        #expect(profile.name == "mine")
        #expect(profile.orders.count == 2)
        #expect(profile.rules.columns.map(\.type) == [.uuid])
    }
}
