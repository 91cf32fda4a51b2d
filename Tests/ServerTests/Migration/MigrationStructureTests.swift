import Foundation
import MigrationEngine
import TestSupport
import Testing

/// What the source declares stands in the target's catalog; both catalogs read by the shells.
@Suite(.postgres, .database)
struct MigrationStructureTests {
    /// A list of facts of the source and the same list of the target.
    private struct Fact: Sendable {
        var name: String
        var source: String
        var target: String
    }

    private static func each(_ function: String) -> String {
        "FROM sqlite_schema m, \(function)(m.name) x "
            + "WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%'"
    }

    private static func constraints(_ kind: String, _ columns: String = "c.conkey") -> String {
        """
        SELECT c.conrelid::regclass || ' ' || (SELECT string_agg(a.attname, ',' ORDER BY k.n)
            FROM unnest(\(columns)) WITH ORDINALITY k(num, n)
            JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.num)
        FROM pg_constraint c WHERE c.contype = '\(kind)'
            AND c.connamespace = 'public'::regnamespace
        """
    }

    private static let facts: [Fact] = [
        Fact(
            name: "primary keys",
            source: """
                SELECT DISTINCT m.name || ' ' || (SELECT group_concat(name) FROM
                    (SELECT name FROM pragma_table_info(m.name) WHERE pk > 0 ORDER BY pk))
                \(each("pragma_table_info")) AND x.pk > 0;
                """,
            target: constraints("p") + ";"
        ),
        Fact(
            name: "unique constraints",
            source: """
                SELECT m.name || ' ' || (SELECT group_concat(name) FROM
                    (SELECT name FROM pragma_index_info(x.name) ORDER BY seqno))
                \(each("pragma_index_list")) AND x.origin = 'u';
                """,
            target: constraints("u") + ";"
        ),
        Fact(
            name: "own indexes",
            source: """
                SELECT name || ' ' || tbl_name || ' ' || (SELECT group_concat(name) FROM
                    (SELECT name FROM pragma_index_info(i.name) ORDER BY seqno))
                FROM sqlite_schema i WHERE type = 'index' AND sql IS NOT NULL;
                """,
            target: """
                SELECT i.relname || ' ' || x.indrelid::regclass || ' ' ||
                    (SELECT string_agg(a.attname, ',' ORDER BY k.n)
                    FROM unnest(x.indkey) WITH ORDINALITY k(num, n)
                    JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = k.num)
                FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
                WHERE i.relnamespace = 'public'::regnamespace AND x.indisvalid
                    AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.oid
                        AND c.contype IN ('p', 'u'));
                """
        ),
        Fact(
            name: "validated foreign keys",
            source: """
                SELECT m.name || ' ' || x."from" || ' ' || x."table" || ' ' || x."to" || ' ' ||
                    CASE x.on_delete WHEN 'NO ACTION' THEN 'a' WHEN 'CASCADE' THEN 'c' ELSE '?' END
                \(each("pragma_foreign_key_list"));
                """,
            target: """
                SELECT c.conrelid::regclass || ' ' || a.attname || ' ' || c.confrelid::regclass
                    || ' ' || p.attname || ' ' || c.confdeltype::text
                FROM pg_constraint c
                JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
                JOIN pg_attribute p ON p.attrelid = c.confrelid AND p.attnum = c.confkey[1]
                WHERE c.contype = 'f' AND c.convalidated
                    AND c.connamespace = 'public'::regnamespace;
                """
        ),
        Fact(
            name: "NOT NULL columns, keys left out",
            source: """
                SELECT m.name || '.' || x.name \(each("pragma_table_info"))
                    AND x."notnull" AND x.pk = 0;
                """,
            target: """
                SELECT a.attrelid::regclass || '.' || a.attname
                FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
                WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
                    AND a.attnum > 0 AND a.attnotnull AND NOT EXISTS (SELECT FROM pg_constraint k
                        WHERE k.conrelid = c.oid AND k.contype = 'p' AND a.attnum = ANY (k.conkey));
                """
        ),
        Fact(
            name: "columns with a default",
            source: """
                SELECT m.name || '.' || x.name \(each("pragma_table_info"))
                    AND x.dflt_value IS NOT NULL;
                """,
            target: """
                SELECT d.adrelid::regclass || '.' || a.attname
                FROM pg_attrdef d JOIN pg_attribute a ON a.attrelid = d.adrelid
                    AND a.attnum = d.adnum
                JOIN pg_class c ON c.oid = d.adrelid
                WHERE c.relnamespace = 'public'::regnamespace
                    AND pg_get_expr(d.adbin, d.adrelid) NOT LIKE 'nextval(%';
                """
        ),
        Fact(
            name: "number of checks a table",
            source: """
                SELECT name || ' ' || ((length(sql) - length(replace(sql, 'CHECK (', ''))) / 7)
                FROM sqlite_schema WHERE type = 'table' AND sql LIKE '%CHECK (%';
                """,
            target: """
                SELECT conrelid::regclass || ' ' || count(*) FROM pg_constraint
                WHERE contype = 'c' AND convalidated AND connamespace = 'public'::regnamespace
                GROUP BY conrelid;
                """
        ),
    ]

    private static func set(_ text: String) -> Set<String> {
        Set(text.replacing("\"", with: "").split(separator: "\n").map(String.init))
    }

    @Test(arguments: [SampleSource.Schema.plan, .production])
    func `keys, indexes, checks, NOT NULL and defaults of the source are in pg_catalog`(
        shape: SampleSource.Schema
    ) async throws {
        let folder = try TestFolder()
        let source = folder.file("ora.db")
        try await makeSample(source, shape, orders: 200)
        let migrated = try await CutoverCommand(source: source, target: TestDatabase.url)("migrate")
        try #require(migrated.status == 0, "\(migrated)")
        for fact in Self.facts {
            let declared = Self.set(try await sqlite3(source, fact.source))
            let made = Self.set(try await psql(TestDatabase.url, fact.target))
            #expect(!declared.isEmpty, "\(fact.name)")
            #expect(declared.subtracting(made) == [], "\(fact.name) missing in the target")
            #expect(made.subtracting(declared) == [], "\(fact.name) only in the target")
        }
        let indexes = Self.set(try await sqlite3(source, Self.facts[2].source))
        #expect(indexes.count == (shape == .plan ? 11 : 25))
    }

    @Test(arguments: [SampleSource.Schema.plan, .production])
    func `an insert without an id gets one that was never issued`(
        shape: SampleSource.Schema
    ) async throws {
        let folder = try TestFolder()
        let source = folder.file("ora.db")
        try await makeSample(source, shape, orders: 200)
        let migrated = try await CutoverCommand(source: source, target: TestDatabase.url)("migrate")
        try #require(migrated.status == 0, "\(migrated)")
        let issued = try await sqlite3(source, "SELECT name || ' ' || seq FROM sqlite_sequence;")
            .split(separator: "\n").map { $0.split(separator: " ") }
        #expect(issued.count > 5)
        for entry in issued {
            let (table, highest) = (entry[0], try #require(Int(entry[1])))
            let figures = try await psql(
                TestDatabase.url,
                """
                SELECT coalesce(max(id), 0), nextval(pg_get_serial_sequence('\(table)', 'id'))
                FROM \(table);
                """
            ).split(separator: "|").compactMap { Int($0) }
            try #require(figures.count == 2)
            #expect(figures[1] > figures[0], "\(table)")
            #expect(figures[1] == highest + 1, "\(table)")
        }
        let order = shape == .plan ? "order_number" : "order_number, order_date"
        let values = shape == .plan ? "'NEW-1'" : "'NEW-1', '2026-01-01'"
        let made = try await psql(
            TestDatabase.url,
            """
            INSERT INTO orders_inbox (\(order)) VALUES (\(values)) RETURNING
                id > (SELECT max(id) FROM orders_inbox);
            """
        )
        #expect(made == "t")
    }
}
