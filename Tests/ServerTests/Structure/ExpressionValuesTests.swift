import MigrationEngine
import TestSupport
import Testing

/// Every expression that is translated gives the same value on both sides, for each of many rows.
@Suite(.postgres, .database)
struct ExpressionValuesTests {
    private static let rows = """
        CREATE TABLE v (id INTEGER PRIMARY KEY, i INTEGER, j INTEGER, r REAL, t TEXT, u TEXT,
            b BOOLEAN, d DATE, at DATETIME, said TEXT, name TEXT COLLATE NOCASE, raw BLOB);
        INSERT INTO v VALUES
        (1, 0, 0, 0.0, '', '', 0, '2024-02-29', '2024-02-29 23:59:59', '2024-02-29 23:59:59',
            'anna', x''),
        (2, 1, 2, 0.5, 'abc', 'b', 1, '2023-12-31', '2023-12-31 00:00:00', '2023-12-31 00:00:00',
            'ANNA', x'00ff'),
        (3, -1, 3, -0.5, 'ABC', 'B', 0, '2000-01-31', '2000-01-31 12:30:00', '2000-01-31',
            'Änna', x'41'),
        (4, 7, -2, 2.5, ' pad ', ' ', 1, '1999-03-01', '1999-03-01 06:07:08', '1999-03-01T06:07:08',
            'änna', NULL),
        (5, -7, 2, -2.5, 'Ä€𝄞x', '€', NULL, NULL, NULL, NULL, NULL, x'c3a4'),
        (6, 9007199254740993, 5, 1e15, '50%', '%', 1, '9999-12-31', '9999-12-31 23:59:59',
            '9999-12-31 23:59:59', 'b%', x'0a0d'),
        (7, NULL, 1, NULL, NULL, 'x', 0, '0002-01-01', '0002-01-01 00:00:00',
            '0002-01-01 00:00:00', '', x'7f'),
        (8, 4, NULL, 3.14159, 'a_b', NULL, 1, '1970-01-01', '1970-01-01 00:00:01',
            '1970-01-01 00:00:01', 'anna ', x'20'),
        (9, 1700000000, 10, 123456.789, 'line
        two', 'o', 0, '2024-12-30', '2024-12-30 13:14:15', '2024-12-30 13:14:15', 'zz', x'3132'),
        (10, 3, 4, 1.005, '12', '1', 1, '2024-01-31', '2024-01-31 00:00:59', '2024-01-31 00:00:59',
            'A', x'ffff'),
        (11, 2, 3, 2.675, '''q"', '"', 0, '2023-02-28', '2023-02-28 10:00:00',
            '2023-02-28 10:00:00', 'é', x'e9'),
        (12, -9223372036854775807, 1, -1e-7, 'back\\slash', '\\', 1, '2020-02-29',
            '2020-02-29 10:00:00', '2020-02-29 10:00:00', 'k', x'5c');
        """

    /// Expressions over the rows.
    static let expressions = [
        // numbers
        "i + 1", "i - j", "r * 2", "r / 3", "i / j", "i % j", "i / 0", "i % 0", "-j", "+i", "~j",
        "j & 3", "j | 8", "j << 3", "j >> 1", "abs(j)", "abs(r)", "j * 2 + 1 - 3 * j", "j / 2.0",
        "round(r)", "round(r, 1)", "round(r, 2)", "round(r, 5)", "round(j)", "max(j, 3)",
        "min(j, 3, id)", "max(r, 1.5)", "min(j, NULL)", "CAST(r AS INTEGER)", "CAST(j AS REAL)",
        "CAST(j AS TEXT)", "CAST(b AS INTEGER)", "id * 1.5",
        // NULL
        "coalesce(j, 0)", "ifnull(t, 'none')", "nullif(j, 2)", "j IS NULL", "t IS NOT NULL",
        "i IS j", "i IS NOT j", "coalesce(b, 0)", "iif(j > 2, 'large', 'small')",
        // conditions
        "i > j", "i = j", "t = u", "t < u", "t <> 'abc'", "i BETWEEN 0 AND 5",
        "t NOT BETWEEN 'a' AND 'b'", "j IN (1, 2, 3)", "t IN ('abc', 'x')", "j NOT IN (1, NULL)",
        "b = 1", "b", "NOT b", "b AND j > 2", "b OR j > 2", "j > 2 AND r > 0", "b IS TRUE",
        "(j > 2) + (i > 0)", "b + 1", "CASE WHEN j > 2 THEN 'a' WHEN j > 1 THEN 'b' END",
        "CASE j WHEN 1 THEN 'one' WHEN 2 THEN 'two' ELSE 'many' END",
        "CASE b WHEN 1 THEN 2 ELSE 3 END",
        "j > '2'", "r >= 0.5", "d > '2000-01-01'", "at <= '2024-01-01 00:00:00'",
        "raw = x'41'", "raw > x'20'",
        // text
        "t || u", "t || '-' || j", "length(t)", "length(raw)", "upper(t)", "lower(t)", "trim(t)",
        "ltrim(t)", "rtrim(t, ' x')", "replace(t, 'b', u)", "replace(t, '', 'x')", "instr(t, u)",
        "substr(t, 2)", "substr(t, 1, 2)", "substr(t, -2)", "substr(t, 0)", "substr(t, 2, 0)",
        "substr(t, 1, instr(t, 'b') - 1)", "substr(t, length(u) + 1)", "hex(raw)",
        "lower(hex(raw))",
        "unicode(t)", "typeof(i)", "typeof(t)", "typeof(raw)", "max(t, u)", "min(t, 'b')",
        "t LIKE 'a%'", "t LIKE '%B%'", "t LIKE '_b_'", "t NOT LIKE '%x%'",
        "t LIKE '50\\%' ESCAPE '\\'",
        "t LIKE u", "t LIKE '%' || u || '%'", "t GLOB 'a*'", "t GLOB '[A-C]*'", "t GLOB '*[^a-z]*'",
        "t GLOB '?b?'", "j LIKE '1%'",
        // collations
        "name = 'ANNA'", "name < 'b'", "name IN ('anna', 'É')", "name = 'ANNA' COLLATE BINARY",
        "t = 'ABC' COLLATE NOCASE", "upper(name)", "t < name",
        // dates
        "date(at)", "time(at)", "datetime(at)", "date(d)", "datetime(d)", "strftime('%Y', at)",
        "strftime('%m/%d %H:%M:%S', at)", "strftime('%j', d)", "strftime('%w', d)",
        "strftime('%s', at)", "CAST(strftime('%Y', at) AS INTEGER)", "unixepoch(at)",
        "julianday(at)", "julianday(d) - julianday('2000-01-01')", "date(said)", "datetime(said)",
        "strftime('%Y-%m', said)", "date(at, '-1 day')", "date(d, '-1 month')",
        "date(d, '-1 year')",
        "date(d, '-100 day', 'start of month')", "date(d, 'start of month')",
        "date(d, 'start of year')", "datetime(at, '-90 minutes')", "date(said, '-1 month')",
        "datetime(j, 'unixepoch')", "date(i % 100000, 'unixepoch')",
        "date('2024-01-31', '+1 month')",
        "date('2024-02-29', '+1 year')", "date(d, '-7 days') < d", "at = datetime(at)",
        "d = date(at)", "date(d, '+1 day')",
        "datetime(said, '+12 hours')", "julianday(d, '+5 days')", "date(d, 'weekday 1')",
        "date(at, '-7 days', 'weekday 0')", "datetime(said, 'weekday 6')", "d IS date(d)",
    ]

    /// Expressions of which PostgreSQL has no equal, and that are refused.
    static let refused = [
        "substr(t, j)", "date(t)", "t + 1", "CAST(t AS INTEGER)", "printf('%d', r)", "hex(t)",
        "r || ''", "t > i", "json_extract(t, '$.a')", "random()", "date(at, 'localtime')",
        "t GLOB u", "last_insert_rowid()", "b = 2", "raw || t",
        "strftime('%%', d)",
    ]

    @Test func `an expression gives the same value for every row on both sides`() async throws {
        var script = Self.rows
        for (number, expression) in (Self.expressions + Self.refused).enumerated() {
            script += "\nCREATE VIEW e\(number) AS SELECT id, \(expression) AS value FROM v;"
        }
        let sides = try await BothSides(script)
        try #require(sides.run.status == 0, "\(sides.run)")
        let made = Set(
            try await sides.inTarget(
                "SELECT relname FROM pg_class WHERE relkind = 'v' AND relnamespace = 'public'::regnamespace;"
            )
        )
        for (number, expression) in Self.expressions.enumerated() {
            guard made.contains("e\(number)") else {
                Issue.record("\(expression): \(sides.warnings(about: "view e\(number):"))")
                continue
            }
            let query = "SELECT * FROM e\(number) ORDER BY id;"
            let left = try await sides.inSource(query)
            let right = try await sides.inTarget(query)
            BothSides.expectSame(left, right, expression)
        }
        for (number, expression) in Self.refused.enumerated() {
            #expect(!made.contains("e\(Self.expressions.count + number)"), "\(expression)")
        }
    }

    @Test func `a default stores the same text, or text of the same form`() async throws {
        let sides = try await BothSides(
            """
            CREATE TABLE d (id INTEGER PRIMARY KEY,
                a TEXT DEFAULT CURRENT_TIMESTAMP, b TEXT DEFAULT (datetime('now')),
                c TEXT DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')), d TEXT DEFAULT CURRENT_DATE,
                e TEXT DEFAULT CURRENT_TIME, f INTEGER DEFAULT (strftime('%s', 'now')),
                g TEXT DEFAULT (lower(hex(randomblob(16)))), h TEXT DEFAULT (hex(randomblob(10))),
                i TEXT DEFAULT (lower(hex(randomblob(4))) || '-' || lower(hex(randomblob(2))) || '-4'
                    || substr(lower(hex(randomblob(2))), 2) || '-'
                    || substr('89ab', abs(random()) % 4 + 1, 1)
                    || substr(lower(hex(randomblob(2))), 2) || '-' || lower(hex(randomblob(6)))),
                j INTEGER DEFAULT (random()), k TEXT DEFAULT (date('now', '+1 month')),
                l DATETIME DEFAULT (datetime('now', '+1 hour')), m DATE DEFAULT (date('now', '-1 day')),
                n INTEGER DEFAULT (1 + 2 * 3), o TEXT DEFAULT ('a' || 'b'), p REAL DEFAULT 0.1,
                q BOOLEAN DEFAULT TRUE, r TEXT DEFAULT "word");
            """
        )
        try #require(sides.run.status == 0, "\(sides.run)")
        #expect(sides.warnings(about: "default") == [])
        let forms = [
            "[0-9]+", #"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"#, #"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"#,
            #"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"#, #"\d{4}-\d\d-\d\d"#, #"\d\d:\d\d:\d\d"#,
            #"\d{10}"#, "[0-9a-f]{32}", "[0-9A-F]{20}",
            "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", "-?[0-9]{10,19}",
            #"\d{4}-\d\d-\d\d"#, #"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"#, #"\d{4}-\d\d-\d\d"#, "7", "ab",
            #"0\.1"#, "[1t]", "word",
        ]
        let insert = "INSERT INTO d DEFAULT VALUES; SELECT * FROM d;"
        for side in [try await sides.inSource(insert), try await sides.inTarget(insert)] {
            let values = try #require(side.last).split(
                separator: "|",
                omittingEmptySubsequences: false
            )
            try #require(values.count == forms.count, "\(side)")
            for (value, form) in zip(values, forms) {
                let pattern = try Regex(form)
                #expect(value.wholeMatch(of: pattern) != nil, "\(value) is not \(form)")
            }
        }
    }
}
