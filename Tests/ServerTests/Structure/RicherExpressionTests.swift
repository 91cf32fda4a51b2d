import MigrationEngine
import TestSupport
import Testing

/// Window functions, printf, JSON, and dates in constraints give the same on both sides.
@Suite(.postgres, .database)
struct RicherExpressionTests {
    private static let rows = """
        CREATE TABLE v (id INTEGER PRIMARY KEY, g TEXT, n TEXT COLLATE NOCASE, i INTEGER, r REAL,
            b BOOLEAN, d DATE, at DATETIME, j TEXT, k TEXT);
        INSERT INTO v VALUES
        (1, 'a', 'x', 5, 1.5, 1, '2024-02-29', '2024-02-29 23:59:59', '{"a": 1}', '{"a": 1'),
        (2, 'a', 'X', 3, 2.675, 0, '2023-12-31', '2023-12-31 00:00:00', '{"a": "1", "b": [1, 2]}',
            '[1, 2]'),
        (3, 'a', NULL, NULL, -0.001, 1, '2000-01-31', '2000-01-31 12:30:00', '{"a": null}', ''),
        (4, 'b', 'y', -7, NULL, NULL, '1999-03-01', '1999-03-01 06:07:08',
            '{"a": 1.0, "c": {"x y": [true, {"z": "deep"}]}}', '"\\u0000"'),
        (5, 'b', 'Y', -7, 1005.005, 0, '1970-01-01', '1970-01-01 00:00:01', '{"a": true, "a": 2}',
            '01'),
        (6, NULL, 'ä', 9007199254740993, 0.125, 1, NULL, NULL, NULL, NULL),
        (7, NULL, 'Ä', 0, -2.5, 0, '9999-12-31', '9999-12-31 23:59:59', '[10, [], {"a": "foo"}]',
            'nul'),
        (8, 'ü', '', 42, 0.0, 1, '0002-01-01', '0002-01-01 00:00:00', '"text"', '1e5'),
        (9, '', 'z', 100, 99.995, 0, '2024-12-30', '2024-12-30 13:14:15', '{"a": "foo", "b": {}}',
            '{"a":1,}'),
        (10, 'b', 'zz', 1, 1e10, 1, '2020-02-29', '2020-02-29 10:00:00', '12345678901', 'x');
        """

    private static let expressions = [
        // window functions
        "row_number() OVER (ORDER BY id)", "row_number() OVER (PARTITION BY g ORDER BY id DESC)",
        "rank() OVER (ORDER BY i)", "dense_rank() OVER (PARTITION BY b ORDER BY g DESC)",
        "percent_rank() OVER (ORDER BY i)", "cume_dist() OVER (ORDER BY i DESC)",
        "ntile(3) OVER (ORDER BY id)", "lag(i) OVER (ORDER BY id)",
        "lead(i, 2) OVER (ORDER BY id)", "lag(i, 1, 0) OVER (PARTITION BY g ORDER BY id)",
        "lag(g, 3, 'none') OVER (ORDER BY id)", "lead(b, 0) OVER (ORDER BY id)",
        "first_value(g) OVER (ORDER BY id)", "last_value(i) OVER (ORDER BY id)",
        "last_value(i) OVER (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)",
        "nth_value(i, 2) OVER (ORDER BY id)", "first_value(d) OVER (ORDER BY at)",
        "sum(i) OVER (ORDER BY id DESC)", "sum(b) OVER (PARTITION BY g)", "count(*) OVER ()",
        "count(i) OVER (ORDER BY i)", "avg(i) OVER (PARTITION BY b ORDER BY id)",
        "total(b) OVER (ORDER BY id ROWS 1 PRECEDING)", "max(g) OVER (ORDER BY id)",
        "min(i) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING EXCLUDE CURRENT ROW)",
        "sum(i) OVER (ORDER BY g GROUPS BETWEEN 1 PRECEDING AND CURRENT ROW)",
        "sum(i) FILTER (WHERE b) OVER (ORDER BY id)", "rank() OVER (ORDER BY n)",
        "count(*) OVER (PARTITION BY n)", "rank() OVER (PARTITION BY g ORDER BY i NULLS LAST)",
        "group_concat(id) OVER (ORDER BY id)", "i - lag(i, 1) OVER (ORDER BY id)",
        "rank() OVER (ORDER BY date(at))", "rank() OVER (ORDER BY i > 3, g)",
        // printf
        "printf('%d', i)", "printf('%05d', i)", "printf('%5d|', i)", "printf('%-5d|', i)",
        "printf('%s', g)", "printf('%5s|', g)", "printf('%-5s|', n)", "printf('%s-%03d', g, id)",
        "format('%d%%', i)", "printf('%x', i)", "printf('%08X', i)", "printf('%s', i)",
        "printf('%.2f', r)", "printf('%.0f', r)", "printf('%8.1f|', r)", "printf('%-9.3f|', r)",
        "printf('%.2f', i / 100.0)", "printf('€%s''', g) || 'x'", "printf('%d', b)",
        "printf('%d', i > 3)", "printf('none')", "printf('%lld', i)", "length(printf('%s', n))",
        // JSON
        "coalesce(json_valid(j), 0)", "coalesce(json_valid(k), 0)",
        "iif(json_valid(k), 'yes', 'no')", "coalesce(json_valid(k) AND i > 0, 0)",
        "json_valid('[1')", "json_type(j)", "json_type(j, '$.a')", "json_type(j, '$.c.x y[0]')",
        "json_type(j, '$.c.\"x y\"[1].z')", "json_type(j, '$[0]')", "json_type(j, '$[2].a')",
        "json_array_length(j)", "json_array_length(j, '$.b')", "json_array_length(j, '$[1]')",
        "json_extract(j, '$.a') = 'foo'", "json_extract(j, '$.a') <> 'foo'",
        "json_extract(j, '$.a') = 1", "json_extract(j, '$.a') <> 1", "j ->> 'a' = '1'",
        "j ->> '$.a' = 1", "j ->> 0 = 10", "json_extract(j, '$.a') IS NULL",
        "json_extract(j, '$.a') IS NOT NULL", "json_extract(j, '$.a') IN ('foo', 2)",
        "json_extract(j, '$.a') NOT IN (1, 'foo')", "'foo' = j ->> 'a'",
        "json_extract(j, '$.c.x y[1].z') = 'deep'", "json_type(j, '$.a') = 'integer'",
    ]

    private static let refused = [
        "json_extract(j, '$.a')", "j -> 'a'", "j ->> 'a'", "json_extract(j, '$.a') > 1",
        "json_extract(j, g) = 1", "printf('%d', r)", "printf('%5.2s', g)", "printf(g, i)",
        "printf('%s', r)", "printf('%,d', i)", "printf('%d')", "json(j)",
        "sum(i) OVER (ORDER BY i RANGE 1 PRECEDING)", "lag(i, i) OVER (ORDER BY id)",
        "json_extract(j, '$.a') = '[1]'", "json_valid(i)", "strftime('%f', at)",
    ]

    @Test func `windows, printf and JSON give the same for every row on both sides`()
        async throws
    {
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
            BothSides.expectSame(
                try await sides.inSource(query),
                try await sides.inTarget(query),
                expression
            )
        }
        for (number, expression) in Self.refused.enumerated() {
            #expect(!made.contains("e\(Self.expressions.count + number)"), "\(expression)")
        }
    }

    @Test func `queries with windows and filters give the same rows on both sides`() async throws {
        let queries = [
            "SELECT g, count(*) FILTER (WHERE i > 0) AS few, sum(i) FILTER (WHERE b) AS s FROM v GROUP BY g",
            "SELECT g, sum(count(*)) OVER (ORDER BY g) AS running FROM v GROUP BY g",
            "SELECT id, sum(i) OVER w AS s, rank() OVER (w ROWS 1 PRECEDING) AS p FROM v "
                + "WINDOW w AS (PARTITION BY b ORDER BY id)",
            "SELECT * FROM (SELECT id, g, row_number() OVER (PARTITION BY g ORDER BY id) AS place FROM v) "
                + "WHERE place = 1",
            "WITH t AS (SELECT id, lag(i) OVER (ORDER BY id) AS former FROM v) SELECT id, former + 1 AS f FROM t",
            "SELECT id, i FROM v ORDER BY row_number() OVER (ORDER BY id DESC)",
            "SELECT id, (SELECT max(i) FILTER (WHERE b) FROM v AS o WHERE o.g = v.g) AS m FROM v",
        ]
        var script = Self.rows
        for (number, query) in queries.enumerated() {
            script += "\nCREATE VIEW q\(number) AS \(query);"
        }
        let sides = try await BothSides(script)
        try #require(sides.run.status == 0, "\(sides.run)")
        for (number, query) in queries.enumerated() {
            try #require(
                sides.warnings(about: "view q\(number):").isEmpty,
                "\(query): \(sides.warnings(about: "view q\(number):"))"
            )
            let asked =
                "SELECT * FROM q\(number) ORDER BY 1\(query.hasPrefix("SELECT g") ? " NULLS FIRST" : "");"
            BothSides.expectSame(
                try await sides.inSource(asked),
                try await sides.inTarget(asked),
                query
            )
        }
    }

    @Test func `checks, indexes and generated columns compute with dates and read JSON`()
        async throws
    {
        let sides = try await BothSides(
            """
            CREATE TABLE c (id INTEGER PRIMARY KEY, d DATE CHECK (d IS date(d)), at DATETIME,
                j TEXT CHECK (json_valid(j) OR j IS NULL),
                o TEXT CHECK (json_type(o) = 'object'),
                month TEXT AS (strftime('%Y-%m', at)) STORED, day TEXT AS (date(at, '-1 day')),
                clock TEXT AS (time(at)), year INT AS (CAST(strftime('%Y', at) AS INTEGER)),
                epoch INT AS (unixepoch(at)), j1 REAL AS (julianday(d)),
                nth TEXT AS (strftime('%j', at, 'start of month')),
                code TEXT AS (printf('C-%06d', id)), stamp TEXT AS (datetime(at, '+1 month')));
            CREATE INDEX by_day ON c (date(at));
            CREATE UNIQUE INDEX by_month ON c (strftime('%Y-%m', at), j);
            CREATE INDEX named ON c (json_type(o, '$.name')) WHERE json_valid(j);
            INSERT INTO c (id, d, at, j, o) VALUES
            (1, '2024-02-29', '2024-02-29 23:59:59', '{}', '{"name": "x"}'),
            (2, '0002-01-01', '0002-01-01 00:00:00', '[1]', '{}'),
            (3, NULL, NULL, NULL, NULL), (4, '9999-12-31', '1999-12-31 12:00:01', '1', '{"name": 1}');
            """
        )
        try #require(sides.run.status == 0, "\(sides.run)")
        let made = sides.run.json["ledger"]["entries"].list
        for entry in made {
            #expect(
                entry["outcome"].string != "dropped" && entry["target"].string != "text",
                "\(entry)"
            )
        }
        let all = "SELECT * FROM c ORDER BY id;"
        BothSides.expectSame(try await sides.inSource(all), try await sides.inTarget(all), all)
        let kept = try await sides.inTarget(
            "SELECT count(*) FROM pg_attribute WHERE attrelid = 'c'::regclass AND attgenerated = 's';"
        )
        #expect(kept == ["9"])
        #expect(
            try await sides.refusal("INSERT INTO c (j) VALUES ('{')")?.contains("23514") == true
        )
        #expect(
            try await sides.refusal("INSERT INTO c (o) VALUES ('[]')")?.contains("23514") == true
        )
        #expect(try await sides.refusal("INSERT INTO c (o) VALUES ('{')") != nil)
        #expect(try await sides.refusal("INSERT INTO c (j, o) VALUES ('[]', '{}')") == nil)
    }

    @Test func `a row whose JSON breaks its check goes into quarantine`() async throws {
        let sides = try await BothSides(
            """
            PRAGMA ignore_check_constraints = 1;
            CREATE TABLE c (id INTEGER PRIMARY KEY, o TEXT CHECK (json_type(o) = 'object'),
                j TEXT CHECK (json_valid(j)));
            INSERT INTO c VALUES (1, '{}', '[]'), (2, '{', NULL), (3, '{}', '{'), (4, '[]', '1'),
                (5, NULL, NULL);
            """,
            "--max-quarantined",
            "3"
        )
        try #require(sides.run.status == 0, "\(sides.run)")
        #expect(try await sides.inTarget("SELECT id FROM c ORDER BY id;") == ["1", "5"])
        let kept = "SELECT key_text FROM cutover.quarantine ORDER BY key_text;"
        #expect(try await sides.inTarget(kept).count == 3)
    }
}
