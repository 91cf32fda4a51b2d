import Foundation
import MigrationEngine
import TestSupport
import Testing

/// A cell that was changed behind the engine's back, in whatever column, is found and named.
@Suite(.postgres, .database)
struct MutationTests {
    /// One changed cell.
    private struct Mutation {
        var table: String
        var column: String
        /// The row's key as `verify` shows it; empty in a table without one.
        var key: String
        var after: String?
    }

    /// A column of the target that can be changed.
    private struct Column {
        var table: String
        var name: String
        var type: String
        /// The columns of the table's primary key, quoted.
        var key: [String]

        var isKey: Bool { key.contains(quoted(name)) }
    }

    private static let separator = "\u{1}"

    /// Takes everything away that would refuse a change, apart from the keys themselves.
    private static let disarm = """
        SET session_replication_role = replica;
        DO $$ DECLARE r record; BEGIN
            FOR r IN SELECT conrelid::regclass AS t, conname FROM pg_constraint
                WHERE connamespace = 'public'::regnamespace AND contype IN ('f', 'c', 'u') LOOP
                EXECUTE format('ALTER TABLE %s DROP CONSTRAINT IF EXISTS %I CASCADE', r.t, r.conname);
            END LOOP;
            FOR r IN SELECT indexrelid::regclass AS i FROM pg_index x JOIN pg_class c
                ON c.oid = x.indexrelid WHERE c.relnamespace = 'public'::regnamespace
                AND x.indisunique AND NOT x.indisprimary LOOP
                EXECUTE format('DROP INDEX %s', r.i);
            END LOOP;
            FOR r IN SELECT attrelid::regclass AS t, attname FROM pg_attribute a JOIN pg_class c
                ON c.oid = a.attrelid WHERE c.relnamespace = 'public'::regnamespace
                AND c.relkind = 'r' AND a.attnum > 0 AND a.attnotnull AND a.attidentity = ''
                AND NOT EXISTS (SELECT FROM pg_index x WHERE x.indrelid = c.oid
                    AND x.indisprimary AND a.attnum = ANY (x.indkey)) LOOP
                EXECUTE format('ALTER TABLE %s ALTER COLUMN %I DROP NOT NULL', r.t, r.attname);
            END LOOP;
        END $$;
        """

    private func columns() async throws -> [Column] {
        let text = try await psql(
            TestDatabase.url,
            """
            SELECT concat_ws(chr(1), c.relname, a.attname, t.typname, (
                SELECT string_agg(format('"%s"', k.attname), chr(2) ORDER BY array_position(
                    x.indkey::int[], k.attnum::int)) FROM pg_index x JOIN pg_attribute k
                    ON k.attrelid = c.oid AND k.attnum = ANY (x.indkey)
                WHERE x.indrelid = c.oid AND x.indisprimary))
            FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
                JOIN pg_type t ON t.oid = a.atttypid
            WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0
                AND NOT a.attisdropped AND a.attgenerated = ''
            ORDER BY c.relname, a.attnum;
            """
        )
        return lines(text).map { line in
            let parts = line.components(separatedBy: Self.separator)
            return Column(
                table: parts[0],
                name: parts[1],
                type: parts[2],
                key: parts.count > 3 ? parts[3].components(separatedBy: "\u{2}") : []
            )
        }
    }

    /// The smallest change of a value that is there.
    private static func smallest(_ name: String, _ type: String) -> String {
        switch type {
        case "int2", "int4", "int8": "\(name) + 1"
        // The next double, give or take one.
        case "float8": "CASE \(name) WHEN 0 THEN 5e-324 ELSE \(name) * 1.0000000000000002 END"
        case "bool": "NOT \(name)"
        case "timestamp": "\(name) + interval '1 microsecond'"
        case "date": "\(name) + 1"
        case "numeric": "\(name) + 1e-20"
        case "bytea":
            "CASE WHEN length(\(name)) = 0 THEN '\\x00' ELSE set_bit(\(name), "
                + "length(\(name)) * 8 - 1, 1 - get_bit(\(name), length(\(name)) * 8 - 1)) END"
        // One letter in the other case, or one blank at the end where there is no letter.
        default:
            "CASE WHEN upper(\(name)) <> \(name) THEN upper(\(name)) ELSE "
                + "substr(\(name), 1, greatest(length(\(name)) - 1, 0)) || ' ' END"
        }
    }

    private static func anything(_ type: String) -> String {
        switch type {
        case "int2", "int4", "int8", "float8", "numeric": "0::\(type)"
        case "bool": "false"
        case "timestamp", "date": "'2001-01-01'::\(type)"
        default: "''::\(type)"
        }
    }

    /// Changes one cell of each column, each in a row of its own as far as there are rows.
    private func change(
        _ columns: [Column],
        first: String = "IS NULL",
        to expression: (String, String) -> String
    ) async throws -> [Mutation] {
        let changes = columns.filter { !$0.isKey }.map { column in
            let name = quoted(column.name)
            let table = quoted(column.table)
            let key =
                column.key.isEmpty
                ? "''" : "concat_ws(', ', \(column.key.joined(separator: ", ")))"
            return """
                WITH old AS MATERIALIZED (
                    SELECT ctid AS place, \(key) AS key, \(name)::text AS before FROM \(table)
                    ORDER BY \(name) \(first), md5(\(key) || '\(column.name)'), ctid LIMIT 1)
                UPDATE \(table) t SET \(name) = \(expression(name, column.type)) FROM old
                WHERE t.ctid = old.place AND t.\(name) IS DISTINCT FROM \
                (\(expression(name, column.type)))
                RETURNING concat_ws(chr(1), '\(column.table)', '\(column.name)', old.key,
                    replace(t.\(name)::text, chr(10), ' '));
                """
        }
        var text: [String] = []
        // In pieces that a pipe holds: a psql that stops at an error does not read the rest.
        for start in stride(from: 0, to: changes.count, by: 40) {
            let piece = changes[start..<min(start + 40, changes.count)].joined(separator: "\n")
            text += try await lines(
                psql(TestDatabase.url, "SET session_replication_role = replica;\n" + piece)
            )
        }
        return text.map { line in
            let parts = line.components(separatedBy: Self.separator)
            return Mutation(
                table: parts[0],
                column: parts[1],
                key: parts[2],
                after: parts.count > 3 ? parts[3] : nil
            )
        }
    }

    /// Verifies, and counts the changes that are named with table, column, key and both values.
    private func requireNamed(
        _ mutations: [Mutation],
        _ cutover: CutoverCommand,
        _ title: String
    ) async throws {
        let verified = try await cutover("verify", "--samples", "2000")
        #expect(verified.status == 1, "\(verified)")
        var (found, named) = (0, 0)
        for mutation in mutations {
            let table = verified.tables.named(mutation.table)
            if table["status"].string == "different" { found += 1 }
            let sample = table["samples"].list.first { sample in
                sample["column"].string == mutation.column
                    && (mutation.key.isEmpty || sample["key"].string == mutation.key)
                    // Byte by byte: to Swift two forms of a letter are the same text.
                    && sample["source"].string.map { Array($0.utf8) }
                        != sample["target"].string.map { Array($0.utf8) }
                    && (sample["target"] == .null) == (mutation.after == nil)
            }
            if sample == nil {
                Issue.record("\(title): \(mutation) is not named")
            } else {
                named += 1
            }
        }
        print("mutations (\(title)): \(mutations.count) made, \(found) found, \(named) named")
        #expect(found == mutations.count && named == mutations.count)
    }

    @Test func `a change in each column of each table of the sample is named`() async throws {
        let folder = try TestFolder()
        let source = folder.file("ora.db")
        try await makeSample(source, .production, orders: 60)
        let cutover = CutoverCommand(source: source, target: TestDatabase.url)
        let run = try await cutover("migrate")
        try #require(run.status == 0, "\(run)")
        _ = try await psql(TestDatabase.url, Self.disarm)
        #expect(try await cutover("verify").status == 0)
        let columns = try await columns()
        let filled = Set(
            run.tables.list.filter { $0["target_rows"].int ?? 0 > 0 }
                .compactMap { $0["name"].string }
        )
        let changeable = columns.filter { !$0.isKey && filled.contains($0.table) }.count

        let smallest = try await change(columns) { name, type in
            "CASE WHEN \(name) IS NULL THEN \(Self.anything(type)) "
                + "ELSE \(Self.smallest(name, type)) END"
        }
        #expect(smallest.count == changeable)
        try await requireNamed(smallest, cutover, "the smallest change")

        // The changed rows stay changed, so the others are taken first.
        let nulls = try await change(columns, first: "IS NOT NULL") { name, type in
            "CASE WHEN \(name) IS NULL THEN \(Self.anything(type)) ELSE NULL END"
        }
        #expect(nulls.count == changeable)
        try await requireNamed(nulls, cutover, "NULL and value")
    }

    @Test func `a changed key, a deleted row, a new row and two swapped rows are named`()
        async throws
    {
        let folder = try TestFolder()
        let source = folder.file("small.db")
        _ = try await sqlite3(
            source,
            """
            CREATE TABLE item (id INTEGER PRIMARY KEY, a TEXT, b INTEGER);
            INSERT INTO item SELECT value, 'a' || value, value * 10 FROM generate_series(1, 20);
            CREATE TABLE place (shelf TEXT NOT NULL, n INTEGER NOT NULL, sku TEXT,
                PRIMARY KEY (shelf, n)) WITHOUT ROWID;
            INSERT INTO place SELECT 'shelf ' || (value / 4), value % 4, 's' || value
                FROM generate_series(0, 19);
            CREATE TABLE log (at TEXT, what TEXT, n INTEGER);
            INSERT INTO log VALUES ('t', 'same', 1), ('t', 'same', 1), ('u', 'x', 2), ('v', NULL, 3);
            """
        )
        let cutover = CutoverCommand(source: source, target: TestDatabase.url)
        try #require(try await cutover("migrate").status == 0)
        _ = try await psql(
            TestDatabase.url,
            """
            DELETE FROM item WHERE id = 3;
            INSERT INTO item VALUES (21, 'new', 0);
            UPDATE item i SET a = (SELECT a FROM item WHERE id = 13 - i.id) WHERE id IN (6, 7);
            UPDATE item SET id = 99 WHERE id = 15;
            UPDATE place SET n = 7 WHERE (shelf, n) = ('shelf 2', 3);
            INSERT INTO log VALUES ('t', 'same', 1);
            UPDATE log SET n = 4 WHERE at = 'v';
            """
        )
        let verified = try await cutover("verify")
        #expect(verified.status == 1)
        func samples(_ table: String) -> [String] {
            verified.tables.named(table)["samples"].list.map { sample in
                ["kind", "key", "column", "source", "target"]
                    .map { sample[$0].string ?? "-" }.joined(separator: " ")
            }
        }
        #expect(
            samples("item") == [
                "missing 3 - - -", "different 6 a a6 a7", "different 7 a a7 a6",
                "missing 15 - - -", "extra 21 - - -", "extra 99 - - -",
            ]
        )
        #expect(samples("place") == ["missing shelf 2, 3 - - -", "extra shelf 2, 7 - - -"])
        #expect(
            samples("log") == ["different (v, NULL, 3) n 3 4", "extra (t, same, 1) - - -"]
        )
    }

    /// Value in SQLite, type in PostgreSQL, value that was migrated, value that it is changed to.
    private static let cells: [(String, String, String, String)] = [
        ("1", "int2", "1", "2"), ("2147483647", "int4", "2147483647", "2147483646"),
        ("9007199254740993", "int8", "9007199254740993", "9007199254740992"),
        ("-9223372036854775808", "int8", "'-9223372036854775808'", "'-9223372036854775807'"),
        ("0.1", "float8", "0.1", "0.10000000000000002"), ("0.0", "float8", "0", "'-0'"),
        ("9e999", "float8", "'Infinity'", "1.7976931348623157e308"),
        ("5e-324", "float8", "5e-324", "0"), ("1.5", "float8", "1.5", "'NaN'"),
        ("'text'", "text", "'text'", "'text '"), ("'text'", "text", "'text'", "'Text'"),
        ("char(233)", "text", "U&'\\00E9'", "U&'e\\0301'"), ("''", "text", "''", "NULL"),
        ("NULL", "text", "NULL", "''"), ("'1'", "text", "'1'", "'01'"),
        ("'a' || char(10)", "text", "E'a\\n'", "E'a\\r\\n'"),
        ("'ß'", "varchar", "'ß'", "'ss'"), ("x'00ff'", "bytea", "'\\x00ff'", "'\\x00fe'"),
        ("x''", "bytea", "''", "NULL"), ("NULL", "bytea", "NULL", "''"),
        ("x'00'", "bytea", "'\\x00'", "'\\x0000'"), ("1", "bool", "true", "false"),
        ("0", "bool", "false", "NULL"),
        (
            "'2024-02-29 23:59:59.999999'", "timestamp", "'2024-02-29 23:59:59.999999'",
            "'2024-03-01'"
        ),
        ("'2024-02-29'", "date", "'2024-02-29'", "'2024-03-01'"),
        ("'9999-12-31'", "date", "'9999-12-31'", "'infinity'"),
        ("1.5", "numeric", "1.5", "1.50000000000000000001"),
        ("20", "numeric", "20", "'NaN'"),
        (
            "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'", "uuid",
            "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'", "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a12'"
        ),
        ("'12:00:00'", "time", "'12:00:00'", "'12:00:00.000001'"),
        ("'{\"a\": 1}'", "jsonb", "'{\"a\": 1}'", "'{\"a\": 2}'"),
        ("'1 day'", "interval", "'1 day'", "'24:00:00'"),
    ]

    @Test func `the least difference in a column of every type is named`() async throws {
        let folder = try TestFolder()
        let source = folder.file("every.db")
        let names = Self.cells.indices.map { "c\($0)" }
        // No column has an affinity, so each value keeps its storage class.
        _ = try await sqlite3(
            source,
            "CREATE TABLE every (id INTEGER PRIMARY KEY, \(names.joined(separator: ", ")));"
                + "INSERT INTO every VALUES (1, \(Self.cells.map(\.0).joined(separator: ", ")));"
        )
        let types = zip(names, Self.cells).map { "\($0) \($1.1)" }
        _ = try await psql(
            TestDatabase.url,
            "CREATE TABLE every (id bigint PRIMARY KEY, \(types.joined(separator: ", ")));"
                + "INSERT INTO every VALUES (1, \(Self.cells.map(\.2).joined(separator: ", ")));"
        )
        let cutover = CutoverCommand(source: source, target: TestDatabase.url)
        let before = try await cutover("verify")
        #expect(before.status == 0, "\(before)")
        let changes = zip(names, Self.cells).map { "\($0) = \($1.3)" }
        _ = try await psql(
            TestDatabase.url,
            "UPDATE every SET \(changes.joined(separator: ", ")) WHERE id = 1;"
        )
        let mutations = zip(names, Self.cells).map { name, cell in
            Mutation(
                table: "every",
                column: name,
                key: "1",
                after: cell.3 == "NULL" ? nil : cell.3
            )
        }
        try await requireNamed(mutations, cutover, "every type")
    }

    @Test func `a number of samples bounds what is named, not what is counted`() async throws {
        let folder = try TestFolder()
        let source = folder.file("small.db")
        _ = try await sqlite3(
            source,
            """
            CREATE TABLE item (id INTEGER PRIMARY KEY, a TEXT);
            INSERT INTO item SELECT value, 'a' FROM generate_series(1, 50);
            """
        )
        let cutover = CutoverCommand(source: source, target: TestDatabase.url)
        try #require(try await cutover("migrate").status == 0)
        _ = try await psql(TestDatabase.url, "UPDATE item SET a = 'b';")
        for (options, count) in [([], 20), (["--samples", "3"], 3), (["--samples", "50"], 50)] {
            let table = try await cutover("verify", options).tables.named("item")
            #expect(table["different"].int == 50)
            #expect(table["samples"].list.count == count)
        }
        #expect(try await cutover("verify", "--samples", "-1").status == 64)
    }
}

private func quoted(_ name: String) -> String {
    "\"" + name.replacing("\"", with: "\"\"") + "\""
}

private func lines(_ text: String) -> [String] {
    text.split(separator: "\n").map(String.init)
}
