import Foundation
import TestSupport
import Testing

@testable import MigrationEngine

/// What comes back is spelled as the column's own values are.
@Suite(.postgres, .database)
struct ReverseFormatTests {
    private static let script = """
        CREATE TABLE formats (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            plain DATETIME, joined TEXT, zulu TEXT, milli TEXT, berlin TEXT, day DATE, us TEXT,
            seconds INTEGER, millis INTEGER, julian REAL, active BOOLEAN, word TEXT,
            price DECIMAL(10,2), exact TEXT, ratio REAL, token TEXT, raw BLOB, doc TEXT,
            clock TEXT, note TEXT, code TEXT, memo TEXT, digits INTEGER, n BIGINT);
        INSERT INTO formats VALUES (1, '2025-10-15 04:50:27', '2025-10-15T04:50:27',
            '2025-10-15T04:50:27Z', '2025-10-15T04:50:27.123Z', '2025-10-15 04:50:27+02:00',
            '2025-10-15', '1/7/2025', 1760503827, 1760503827123, 2460963.5, 1, 'Yes', 12.5,
            '12.50', 0.1, 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', x'00ff', '{"b":1, "a":2}',
            '04:50', 'n', '', NULL, 7, 9007199254740993);
        INSERT INTO formats SELECT 2, plain, joined, zulu, milli, berlin, day, us, seconds, millis,
            julian, 0, 'No', 3, '0.10', 2.0, lower(token), raw, doc, clock, note, '', NULL, 8, n
            FROM formats;
        INSERT INTO formats SELECT 3, plain, joined, zulu, milli, berlin, day, us, seconds, millis,
            julian, 1, 'Yes', price, exact, ratio, token, raw, doc, clock, '  n', '', NULL, 9, n
            FROM formats WHERE id = 1;
        INSERT INTO formats (id, plain) VALUES (4, NULL);
        """

    private static let profile = """
        name = "formats"
        summary = "every format"
        extends = "generic"
        [types]
        "formats.joined" = "timestamp"
        "formats.zulu" = "timestamptz"
        "formats.milli" = "timestamptz"
        "formats.berlin" = "timestamptz"
        "formats.token" = "uuid"
        "formats.doc" = "jsonb"
        "formats.clock" = "time"
        \(columns)
        """

    private static let columns = [
        ("us", "date", "slash_date"), ("seconds", "timestamp", "epoch_seconds"),
        ("millis", "timestamptz", "epoch_millis"), ("julian", "timestamp", "julian_day"),
        ("word", "boolean", "true_false_words"), ("exact", "numeric", "decimal_text"),
        ("note", "text", "trim"), ("code", "text", "empty_as_null"),
        ("memo", "text", "empty_as_null"), ("digits", "text", "number_as_text"),
    ].map { column, type, conversion in
        """
        [[columns]]
        table = "formats"
        column = "\(column)"
        type = "\(type)"
        conversions = ["\(conversion)"]
        """
    }.joined(separator: "\n")

    @Test func `cells that PostgreSQL did not change keep every byte`() async throws {
        let sides = try await ReverseSides(Self.script, profile: Self.profile)
        try await sides.switchOver()
        let before = try await sides.rows("formats")
        _ = try await psql(
            sides.target,
            """
            UPDATE formats SET n = n + 1 WHERE id = 3;
            UPDATE formats SET note = note, doc = '{"a": 2, "b": 1}', code = NULL WHERE id = 2;
            UPDATE formats SET plain = plain;
            """
        )
        let summary = try await sides.back(independently: false)
        let after = try await sides.rows("formats")
        let changed = before[2].replacing("9007199254740993", with: "9007199254740994")
        #expect(after == [before[0], before[1], changed, before[3]])
        let table = try #require(summary.tables.first)
        #expect(table.updated == 1 && table.unchanged == 3 && table.cellsWritten == 1)
        #expect(table.updatedKeys == ["id 3"])
    }

    @Test func `new values are spelled as the column's own`() async throws {
        let sides = try await ReverseSides(Self.script, profile: Self.profile)
        try await sides.switchOver()
        let values = """
            '2026-01-02 03:04:05', '2026-01-02 03:04:05', '2026-01-02 03:04:05+00',
            '2026-01-02 03:04:05.5+00', '2026-01-02 03:04:05+00', '2026-01-02', '2026-01-02',
            '2026-01-02 03:04:05', '2026-01-02 03:04:05.006+00', '2026-01-02 12:00:00', false, true,
            7, 1.5, 0.3, 'b0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '\\xabcd', '{"k": [1]}',
            '03:04', 'new', 'c', 'm', '11', -1
            """
        _ = try await psql(
            sides.target,
            """
            DELETE FROM formats WHERE id = 4;
            INSERT INTO formats VALUES (DEFAULT, \(values));
            INSERT INTO formats (plain, joined, zulu, clock, seconds, code, memo)
            VALUES ('2026-01-02 03:04:05.000007', '2026-01-02 03:04:05.25',
                '2026-01-02 03:04:05.123456+00', '03:04:05.5', '2026-01-02 03:04:05.5', NULL, NULL);
            """
        )
        let summary = try await sides.back(independently: false)
        let rows = try await sides.rows("formats", where: "id > 4")
        #expect(
            rows == [
                """
                5 '2026-01-02 03:04:05' '2026-01-02T03:04:05' '2026-01-02T03:04:05Z' \
                '2026-01-02T03:04:05.500Z' '2026-01-02 05:04:05+02:00' '2026-01-02' '1/2/2026' \
                1767323045 1767323045006 2461043.0 0 'Yes' 7 '1.50' 0.3 \
                'B0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11' X'ABCD' '{"k": [1]}' '03:04' 'new' 'c' 'm' \
                11 -1
                """,
                """
                6 '2026-01-02 03:04:05.000007' '2026-01-02T03:04:05.250000' \
                '2026-01-02T03:04:05.123456Z' NULL NULL NULL NULL 1767323045.5 NULL NULL NULL NULL \
                NULL NULL NULL NULL NULL NULL '03:04:05.500000' NULL '' NULL NULL NULL
                """,
            ]
        )
        #expect(summary.tables.first?.insertedKeys == ["id 5", "id 6"])
        #expect(summary.tables.first?.deletedKeys == ["id 4"])
    }

    @Test(arguments: [
        ("INSERT INTO v (id, r) VALUES (9, 'NaN')", "r"),
        ("INSERT INTO v (id, d) VALUES (9, 'infinity')", "d"),
        ("INSERT INTO v (id, t) VALUES (9, '0044-03-15 12:00:00 BC')", "t"),
        ("INSERT INTO v (id, p) VALUES (9, 12345678901234567890.123)", "p"),
        ("INSERT INTO v (id, p) VALUES (9, 'NaN')", "p"),
    ])
    func `what the source cannot hold is named, and nothing is written`(
        statement: String,
        column: String
    ) async throws {
        let sides = try await ReverseSides(
            """
            CREATE TABLE v (id INTEGER PRIMARY KEY, r REAL, d DATE, t DATETIME, p DECIMAL(10,2));
            INSERT INTO v VALUES (1, 0.5, '2025-10-15', '2025-10-15 04:50:27', 1.25), (2, 1.5, NULL,
                NULL, 2);
            """
        )
        try await sides.switchOver()
        _ = try await psql(sides.target, "UPDATE v SET r = 2 WHERE id = 1; \(statement);")
        try await sides.close()
        let before = try await sqlite3(sides.source, ".dump")
        let error = try await #require(throws: MigrationError.self) {
            _ = try await sides.replay()
        }
        #expect(error.code == .sourceRefusedRow)
        #expect(error.place.table == "v" && error.place.column == column)
        #expect(error.place.row == "id 9")
        #expect(try await sqlite3(sides.source, ".dump") == before)
    }

    @Test func `empty text and blanks that a conversion would take come back as they are`()
        async throws
    {
        let sides = try await ReverseSides(Self.script, profile: Self.profile)
        try await sides.switchOver()
        _ = try await psql(
            sides.target,
            "UPDATE formats SET code = '', note = ' x ' WHERE id = 1; "
                + "UPDATE formats SET memo = '' WHERE id = 2;"
        )
        try await sides.close()
        let summary = try await sides.replay()
        let kept = try await sqlite3(
            sides.source,
            "SELECT quote(code), quote(note) FROM formats WHERE id = 1; "
                + "SELECT quote(memo) FROM formats WHERE id = 2;"
        )
        #expect(kept == "''|' x '\n''")
        #expect(summary.tables.first?.notes.count == 1)
        let logged = try await sqlite3(
            sides.source,
            "SELECT DISTINCT k1 FROM _cutover_log WHERE seq > 0 ORDER BY 1;"
        )
        #expect(logged == "1\n2")
    }

    /// A column: its declaration, the profile's type, what is stored, what PostgreSQL's application
    /// writes, and what the source then has.
    struct Column: Sendable, CustomTestStringConvertible {
        var declared: String
        var type: String?
        var stored: String
        var written: String
        var expected: String

        init(_ declared: String, _ type: String?, _ texts: (String, String, String)) {
            (self.declared, self.type) = (declared, type)
            (stored, written, expected) = texts
        }

        var testDescription: String { "\(declared) as \(type ?? "derived"): \(written)" }
    }

    @Test(arguments: [
        Column("INTEGER", nil, ("-5", "9223372036854775807", "9223372036854775807")),
        Column("INTEGER", "smallint", ("7", "-32768", "-32768")),
        Column("REAL", nil, ("0.1", "1e300", "1.0e+300")),
        Column("REAL", nil, ("0.1", "'-Infinity'", "-Inf")),
        Column("REAL", "real", ("0.5", "0.25", "0.25")),
        Column("DECIMAL(10,2)", "numeric(10,2)", ("12.5", "99.90", "99.9")),
        Column("NUMERIC", nil, ("2.5", "12345678901234567", "12345678901234567")),
        Column("VARCHAR(20)", nil, ("'a'", "'ü''\"'", "'ü''\"'")),
        Column("CHAR(4)", "char(4)", ("'ab'", "'cd'", "'cd'")),
        Column("TEXT", "varchar(5)", ("'a'", "'bcdef'", "'bcdef'")),
        Column("TEXT", "json", ("'{\"a\":1}'", "'{\"b\" : 2}'", "'{\"b\" : 2}'")),
        Column("BLOB", nil, ("x'00'", "'\\x'", "X''")), Column("", nil, ("1", "5", "5")),
        Column("BOOLEAN", nil, ("1", "false", "0")),
        Column(
            "DATETIME",
            nil,
            (
                "'2025-10-15 04:50:27.250'", "'2026-01-01'",
                "'2026-01-01 00:00:00.000'"
            )
        ),
        Column("TIMESTAMP", "timestamp", ("'2025-10-15'", "'2026-01-01 00:00:00'", "'2026-01-01'")),
    ])
    func `a value of each type comes back`(column: Column) async throws {
        let profile = column.type.map { type in
            """
            name = "v"
            summary = "v"
            extends = "generic"
            [types]
            "v.v" = "\(type)"
            """
        }
        let sides = try await ReverseSides(
            """
            CREATE TABLE v (id INTEGER PRIMARY KEY, v \(column.declared));
            INSERT INTO v VALUES (1, \(column.stored)), (2, \(column.stored)), (3, NULL);
            """,
            profile: profile
        )
        try await sides.switchOver()
        _ = try await psql(
            sides.target,
            """
            UPDATE v SET v = \(column.written) WHERE id = 1; UPDATE v SET v = v WHERE id = 2;
            UPDATE v SET v = \(column.written) WHERE id = 3;
            INSERT INTO v (v) VALUES (\(column.written)), (NULL);
            """
        )
        let before = try await sides.rows("v", where: "id = 2")
        try await sides.back(independently: false)
        let now = try await sides.rows("v")
        #expect(
            now == [
                "1 \(column.expected)", before[0], "3 \(column.expected)",
                "4 \(column.expected)", "5 NULL",
            ]
        )
    }

    @Test func `generated columns and STRICT tables come back`() async throws {
        let sides = try await ReverseSides(
            """
            CREATE TABLE g (id INTEGER PRIMARY KEY, v INTEGER NOT NULL,
                twice INTEGER GENERATED ALWAYS AS (v * 2) STORED,
                more INTEGER GENERATED ALWAYS AS (v + 1) VIRTUAL);
            CREATE UNIQUE INDEX g_more ON g (more);
            INSERT INTO g (id, v) VALUES (1, 10), (2, 20);
            CREATE TABLE s (k TEXT PRIMARY KEY, n INT, r REAL, b BLOB, t TEXT, a ANY) STRICT;
            INSERT INTO s VALUES ('a', 1, 1.5, x'01', 't', 3);
            """
        )
        try await sides.switchOver()
        _ = try await psql(
            sides.target,
            """
            UPDATE g SET v = 99 WHERE id = 1; UPDATE g SET v = 10 WHERE id = 2;
            UPDATE g SET v = 20 WHERE id = 1; INSERT INTO g (v) VALUES (30);
            UPDATE s SET n = 2, r = 3; INSERT INTO s VALUES ('b', NULL, 2.5, '\\x02', 'u', 4);
            """
        )
        try await sides.back(independently: false)
        let rows = try await sqlite3(sides.source, "SELECT * FROM g; SELECT k, n, r, a FROM s;")
        #expect(rows == "1|20|40|21\n2|10|20|11\n3|30|60|31\na|2|3.0|3\nb||2.5|4")
    }
}
