import Testing

@testable import MigrationEngine

/// One expression of SQLite and what becomes of it.
struct Translation: CustomTestStringConvertible, Sendable {
    let source: String
    let target: String
    let isRefused: Bool

    init(_ source: String, _ target: String) {
        (self.source, self.target, isRefused) = (source, target, false)
    }

    init(_ source: String, refused reason: String) {
        (self.source, target, isRefused) = (source, reason, true)
    }

    var testDescription: String { source }
}

@Suite struct ExpressionTests {
    static func column(
        _ sql: String,
        _ type: TargetType,
        _ affinity: Catalog.Affinity,
        _ collation: String? = nil
    ) -> ExpressionRenderer.Column {
        .init(sql: sql, type: type, affinity: affinity, collation: collation)
    }

    static let columns: [String: ExpressionRenderer.Column] = [
        "qty": column("qty", .bigint, .integer),
        "price": column("price", .doublePrecision, .real),
        "amount": column("amount", .numeric, .numeric),
        "code": column("code", .text, .text),
        "order": column("\"order\"", .text, .text),
        "enabled": column("enabled", .boolean, .numeric),
        "day": column("day", .date, .numeric),
        "at": column("at", .timestamp, .numeric),
        "mixed": column("mixed", .text, .numeric),
        "loose": column("loose", .bigint, .blob),
        "raw": column("raw", .bytea, .blob),
        "name": column("name", .text, .text, "NOCASE"),
        "padded": column("padded", .text, .text, "RTRIM"),
        "odd": column("odd", .text, .text, "MINE"),
    ]

    private func expect(_ translation: Translation, _ render: () throws -> String) {
        do {
            let sql = try render()
            #expect(!translation.isRefused, "\(sql)")
            #expect(sql == translation.target)
        } catch let refusal as Refusal {
            #expect(translation.isRefused, "\(refusal.reason)")
            #expect(refusal.reason == translation.target)
        } catch {
            Issue.record(error)
        }
    }

    static let conditions: [Translation] = [
        .init("qty > 0", "qty > 0"),
        .init("qty == 5 AND NOT qty != 6", "qty = 5 AND NOT qty <> 6"),
        .init("qty = 1 OR qty = 2 AND code = 'a'", "qty = 1 OR qty = 2 AND code = 'a'"),
        .init("(qty = 1 OR qty = 2) AND 1", "(qty = 1 OR qty = 2) AND TRUE"),
        .init("qty", "qty <> 0"),
        .init("code", refused: "text is taken for a condition"),
        .init("qty > '5'", "qty > 5"),
        .init("qty > ' 5.0 '", "qty > 5"),
        .init("qty > 'x'", refused: "it compares a number with a constant that is none"),
        .init("loose > '5'", refused: "it compares a number with a constant that is none"),
        .init("qty > 0.5", "qty > 0.5"),
        .init("qty > -9223372036854775808", "qty > -9223372036854775808"),
        .init("qty < 0x7F", "qty < 127"),
        .init("qty IS NOT NULL", "qty IS NOT NULL"),
        .init("qty NOTNULL", "qty IS NOT NULL"),
        .init("qty IS code", refused: Self.storage("integer", "text")),
        .init("qty IS 5", "qty IS NOT DISTINCT FROM 5"),
        .init("qty IS NOT 5", "qty IS DISTINCT FROM 5"),
        .init("qty IS DISTINCT FROM 5", "qty IS DISTINCT FROM 5"),
        .init("qty BETWEEN 1 AND 9 AND code = 'x'", "qty BETWEEN 1 AND 9 AND code = 'x'"),
        .init("qty NOT IN (1, 2, NULL)", "qty NOT IN (1, 2, NULL)"),
        .init("qty IN ()", "FALSE"),
        .init("qty IN (SELECT 1)", refused: "it has a subquery"),
        .init("EXISTS (SELECT 1)", refused: "it has a subquery"),
        // text
        .init("code IN ('a', 'it''s')", "code IN ('a', 'it''s')"),
        .init("code = 'back\\slash'", "code = E'back\\\\slash'"),
        .init("code = \"text\"", "code = 'text'"),
        .init("code = \"order\"", "code = \"order\""),
        .init("[order] > `code`", "\"order\" > code"),
        .init("code = 5", "code = '5'"),
        .init("code = 5.5", refused: "it compares text with a constant that is none"),
        .init("code || 'x' = 5", refused: "it compares text with a constant that is none"),
        .init("code = mixed", refused: "it compares text with a column of numeric affinity"),
        .init("mixed = 'x'", "mixed = 'x'"),
        .init("mixed = '2024'", refused: "SQLite takes '2024' for a number here"),
        .init("missing = 1", refused: "there is no column \"missing\" in the target"),
        // boolean, date, timestamp, bytea
        .init("enabled = 1", "enabled = TRUE"),
        .init("enabled IN (0, 1)", "enabled IN (FALSE, TRUE)"),
        .init("enabled <> FALSE", "enabled <> FALSE"),
        .init("enabled IS TRUE", "enabled IS TRUE"),
        .init("enabled", "enabled"),
        .init("NOT enabled", "NOT enabled"),
        .init("enabled = qty", "enabled::integer = qty"),
        .init("enabled = 2", refused: "it compares a boolean with something other than 0 and 1"),
        .init("enabled + 1 > 1", "enabled::integer + 1 > 1"),
        .init("(qty > 0) + (code = 'x') = 1", "(qty > 0)::integer + (code = 'x')::integer = 1"),
        .init("day >= '2024-02-29'", "day >= DATE '2024-02-29'"),
        .init("day >= '2023-02-29'", refused: "it compares date with a constant of another kind"),
        .init("at < '2024-01-01 00:00:00'", "at < TIMESTAMP '2024-01-01 00:00:00'"),
        .init(
            "at < '2024-01-01'",
            refused: "it compares timestamp with a constant of another kind"
        ),
        .init("day < at", refused: Self.storage("date", "timestamp")),
        .init("raw <> x'00FF'", "raw <> '\\x00ff'::bytea"),
        .init("length(raw) < 9", "length(raw) < 9"),
        // patterns
        .init("code LIKE 'Ab%_'", "lower(code) LIKE 'ab%_' ESCAPE ''"),
        .init("code NOT LIKE 'a\\%' ESCAPE '\\'", "lower(code) NOT LIKE E'a\\\\%' ESCAPE E'\\\\'"),
        .init("qty LIKE '1%'", "lower(qty::text COLLATE \"C\") LIKE '1%' ESCAPE ''"),
        .init(
            "code LIKE qty",
            "lower(code) LIKE lower(qty::text COLLATE \"C\") ESCAPE ''"
        ),
        .init("code GLOB '[A-Z][^]0-9-]*.?'", "code ~ E'^[A-Z][^\\\\]0-9\\\\-].*\\\\..$'"),
        .init("code GLOB 'a[b'", refused: "a set in the pattern of GLOB is empty or not closed"),
        .init("code REGEXP 'a'", refused: "REGEXP is a function of the application"),
        // collations
        .init("name = 'ÄBc'", "lower(name) = 'Äbc'"),
        .init("code = name", "code = name"),
        .init("name = code", "lower(name) = lower(code)"),
        .init("name = 'a' COLLATE BINARY", "name = 'a'"),
        .init("code < 'B' COLLATE nocase", "lower(code) < 'b'"),
        .init("name IN ('A', 'B')", "lower(name) IN ('a', 'b')"),
        .init("padded = 'x '", "rtrim(padded, ' ') = rtrim('x ' COLLATE \"C\", ' ')"),
        .init("odd = 'x'", refused: "the collation MINE belongs to the application"),
        // numbers
        .init("qty / 2 > 1", "qty / 2 > 1"),
        .init("qty % qty = 0", "qty % nullif(qty, 0) = 0"),
        .init("qty - (1 - qty) > 0", "qty - (1 - qty) > 0"),
        .init("qty * 60 * 60 > 1 << 40", "qty * 60 * 60 > 1::bigint << 40"),
        .init("60 * 60 * 24 > qty", "60::bigint * 60 * 24 > qty"),
        .init("amount * 3 = 0.3", "amount::double precision * 3::double precision = 0.3"),
        .init("amount / 3 = 1", refused: "/ on NUMERIC depends on how each value is stored"),
        .init("code + 1 > 2", refused: "+ is applied to text"),
        .init("-qty < ~1", "-qty < ~1"),
        .init("price >= 1e3", "price >= 1000.0"),
        .init("qty > 1e999", refused: "the number 1e999 is infinite"),
        // functions
        .init("length(trim(code)) BETWEEN 1 AND 9", "length(btrim(code)) BETWEEN 1 AND 9"),
        .init("coalesce(enabled, 0) = 1", "coalesce(enabled, FALSE) = TRUE"),
        .init("ifnull(code, '') <> ''", "coalesce(code, '') <> ''"),
        .init(
            "coalesce(qty, '') <> ''",
            refused: "it compares a number with a constant that is none"
        ),
        .init("hex(raw) = '00'", "coalesce(upper(encode(raw, 'hex')), '') COLLATE \"C\" = '00'"),
        .init("upper(code) = code", "upper(code) = code"),
        .init("substr(code, 1, 2) = 'ab'", "substr(code, 1, 2) = 'ab'"),
        .init("substr(code, -2) = 'ab'", "right(code, 2) = 'ab'"),
        .init(
            "substr(code, qty) = 'ab'",
            refused: "substr counts from something that may be below 0"
        ),
        .init("instr(code, '@') > 1", "strpos(code, '@') > 1"),
        .init(
            "typeof(qty) = 'integer'",
            "CASE WHEN qty IS NULL THEN 'null' ELSE 'integer' END COLLATE \"C\" = 'integer'"
        ),
        .init(
            "typeof(amount) = 'real'",
            refused: "typeof asks how a value is stored, which has no counterpart"
        ),
        .init(
            "CASE WHEN qty > 0 THEN code ELSE 'x' END = 'y'",
            "CASE WHEN qty > 0 THEN code ELSE 'x' END = 'y'"
        ),
        .init("CASE qty WHEN 1 THEN 2 END = 2", "CASE WHEN qty = 1 THEN 2 END = 2"),
        .init(
            "CASE WHEN qty THEN 1 ELSE 'x' END = 1",
            refused: "its results are of kind integer and text, which one type cannot hold"
        ),
        .init("CAST(qty AS TEXT) = '5'", "qty::text COLLATE \"C\" = '5'"),
        .init(
            "CAST(code AS INTEGER) > 5",
            refused: "CAST turns text into integer in a way of its own"
        ),
        .init("CAST(price AS INT) > 5", "trunc(price)::bigint > 5"),
        .init(
            "json_valid(code)",
            refused: "PostgreSQL has no function with the meaning of json_valid"
        ),
        .init("day <= date('now')", refused: "its value changes with the time"),
        .init(
            "date(code) IS NOT NULL",
            refused: "it computes with dates, which SQLite reads out of text"
        ),
        .init("qty > ?", refused: "it has a bound parameter"),
        .init("qty >", refused: "the expression ends too early"),
        .init("qty 5", refused: "the expression is not understood at \"5\""),
        .init("(qty, code) = (1, 'a')", refused: "it compares rows of values"),
        .init("code ->> '$.a' = 1", refused: "PostgreSQL has no function with the meaning of ->>"),
    ]

    private static func storage(_ one: String, _ other: String) -> String {
        "it compares \(one) with \(other), which SQLite orders by storage class"
    }

    @Test(arguments: conditions)
    func `a condition keeps its meaning or is refused`(_ translation: Translation) {
        expect(translation) {
            var renderer = ExpressionRenderer(columns: Self.columns)
            return try renderer.condition(try SQLExpression(parsing: translation.source)).sql
        }
    }

    private static let now = "timezone('UTC', statement_timestamp())"

    static let defaults: [(String, Translation)] = [
        ("code", .init("'it''s'", "'it''s'")),
        ("code", .init("5", "'5'")),
        ("code", .init("word", "'word'")),
        ("code", .init("\"word\"", "'word'")),
        ("code", .init("CURRENT_TIMESTAMP", "to_char(\(now), 'YYYY-MM-DD HH24:MI:SS')")),
        ("code", .init("datetime('now')", "to_char(\(now), 'YYYY-MM-DD HH24:MI:SS')")),
        ("code", .init("date('now')", "to_char(\(now), 'YYYY-MM-DD')")),
        ("code", .init("CURRENT_TIME", "to_char(\(now), 'HH24:MI:SS')")),
        (
            "code",
            .init(
                "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')",
                "to_char(\(now), 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')"
            )
        ),
        (
            "code",
            .init(
                "datetime('now', 'localtime')",
                refused: "it depends on the time zone of the machine, or on its clock's precision"
            )
        ),
        (
            "code",
            .init("lower(hex(randomblob(16)))", "encode(uuid_send(gen_random_uuid()), 'hex')")
        ),
        ("at", .init("CURRENT_TIMESTAMP", "date_trunc('second', \(now))")),
        ("at", .init("'2024-01-05 10:00:00'", "TIMESTAMP '2024-01-05 10:00:00'")),
        ("at", .init("0", refused: "the column's type timestamp does not hold it")),
        ("day", .init("(date('now'))", "\(now)::date")),
        (
            "day",
            .init(
                "CURRENT_TIMESTAMP",
                refused: "it gives text, and the column's type is date"
            )
        ),
        ("enabled", .init("1", "TRUE")),
        ("enabled", .init("TRUE", "TRUE")),
        ("enabled", .init("'0'", "FALSE")),
        ("enabled", .init("2", refused: "the column's type boolean does not hold it")),
        ("qty", .init("TRUE", "1")),
        ("qty", .init("-5", "-5")),
        ("qty", .init("'7'", "7")),
        ("qty", .init("1.0", "1")),
        ("qty", .init("1.5", refused: "the column's type bigint does not hold it")),
        ("qty", .init("''", refused: "the column's type bigint does not hold it")),
        ("qty", .init("1 + 2", "1::bigint + 2")),
        (
            "qty",
            .init(
                "strftime('%s', 'now')",
                "floor(extract(epoch FROM statement_timestamp()))::bigint"
            )
        ),
        (
            "qty",
            .init(
                "CAST(strftime('%s', 'now') AS INTEGER)",
                "floor(extract(epoch FROM statement_timestamp()))::bigint"
            )
        ),
        ("price", .init("5", "5")),
        ("amount", .init("0.10", "0.1")),
        ("raw", .init("x''", "'\\x'::bytea")),
        ("raw", .init("'text'", refused: "the column's type bytea does not hold it")),
        ("qty", .init("NULL", "NULL")),
        (
            "qty",
            .init(
                "random()",
                "('x' || substr(encode(uuid_send(gen_random_uuid()), 'hex'), 1, 12) || "
                    + "substr(encode(uuid_send(gen_random_uuid()), 'hex'), 1, 4))::bit(64)::bigint"
            )
        ),
    ]

    @Test(arguments: defaults)
    func `a default stores what SQLite would store`(_ column: String, _ translation: Translation) {
        expect(translation) {
            var renderer = ExpressionRenderer(columns: [:], place: .default)
            let expression = try SQLExpression(parsing: translation.source)
            return try renderer.assigned(expression, to: #require(Self.columns[column])).sql
        }
    }

    @Test func `deep nesting is refused, not a crash`() {
        let text = String(repeating: "(", count: 100_000) + "1"
        #expect(throws: Refusal("the expression is nested too deeply")) {
            _ = try SQLExpression(parsing: text)
        }
    }
}
