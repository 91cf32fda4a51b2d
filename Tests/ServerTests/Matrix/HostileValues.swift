/// The values that break migrations, as SQLite expressions.
enum HostileValues {
    /// A value and its name for people.
    struct Value: Sendable {
        /// What a failed expectation calls it.
        var name: String
        /// The expression that stores it.
        var sql: String
    }

    /// All of them.
    static let all: [Value] = numbers + words + bytes + times

    private static let numbers = [
        Value(name: "NULL", sql: "NULL"), Value(name: "0", sql: "0"), Value(name: "1", sql: "1"),
        Value(name: "-1", sql: "-1"), Value(name: "2", sql: "2"),
        Value(name: "2^31", sql: "2147483648"), Value(name: "-2^31-1", sql: "-2147483649"),
        Value(name: "2^53+1", sql: "9007199254740993"),
        Value(name: "2^63-1", sql: "9223372036854775807"),
        Value(name: "-2^63", sql: "-9223372036854775808"), Value(name: "0.1", sql: "0.1"),
        Value(name: "0.1+0.2", sql: "0.1 + 0.2"), Value(name: "-0.0", sql: "-0.0"),
        Value(name: "1.0", sql: "1.0"), Value(name: "1e308", sql: "1e308"),
        Value(name: "1e-320", sql: "1e-320"), Value(name: "2.0^63", sql: "9223372036854775808.0"),
        Value(name: "Inf", sql: "9e999"), Value(name: "-Inf", sql: "-9e999"),
        Value(name: "NaN", sql: "9e999 - 9e999"), Value(name: "epoch", sql: "1760503827"),
        Value(name: "epoch ms", sql: "1760503827123"), Value(name: "julian", sql: "2460963.70239"),
    ]
    private static let words = [
        Value(name: "empty", sql: "''"), Value(name: "blank", sql: "' '"),
        Value(name: "'0'", sql: "'0'"), Value(name: "'1'", sql: "'1'"),
        Value(name: "'true'", sql: "'true'"), Value(name: "'007'", sql: "'007'"),
        Value(name: "'1e5'", sql: "'1e5'"), Value(name: "' 12 '", sql: "' 12 '"),
        Value(name: "'0x1F'", sql: "'0x1F'"),
        Value(name: "20 digits", sql: "'12345678901234567890'"),
        Value(name: "'3.14'", sql: "'3.14'"), Value(name: "'NaN'", sql: "'NaN'"),
        Value(name: "'infinity'", sql: "'infinity'"), Value(name: "'null'", sql: "'NULL'"),
        Value(name: "JSON", sql: #"'{"a":1,"a":1.50}'"#), Value(name: "bad JSON", sql: "'{bad'"),
        Value(name: "uuid", sql: "'A0EEBC99-9c0b-4ef8-bb6d-6bb9bd380a11'"),
        Value(name: "\\N", sql: #"'\N'"#), Value(name: "\\.", sql: #"'\.'"#),
        Value(name: "escapes", sql: #"'a' || char(10, 9, 92, 13) || 'b''"$$'"#),
        Value(name: "money", sql: "'$1,234.50'"), Value(name: "5 characters", sql: "'abcde'"),
        Value(name: "trailing blanks", sql: "'ab  '"),
    ]
    private static let bytes = [
        Value(name: "NUL inside", sql: "CAST(x'610062' AS TEXT)"),
        Value(name: "bad UTF-8", sql: "CAST(x'61ff62' AS TEXT)"),
        Value(name: "cut UTF-8", sql: "CAST(x'c3' AS TEXT)"),
        Value(name: "overlong", sql: "CAST(x'c080' AS TEXT)"),
        Value(name: "surrogate", sql: "CAST(x'eda0bd' AS TEXT)"),
        Value(name: "emoji", sql: "char(128666, 8205, 128105)"),
        Value(name: "NFD", sql: "'e' || char(769)"), Value(name: "RTL", sql: "char(8238) || 'abc'"),
        Value(name: "BOM", sql: "char(65279) || 'a'"),
        Value(name: "noncharacter", sql: "CAST(x'efbfbff48fbfbf' AS TEXT)"),
        Value(name: "10 kB", sql: "printf('%.*c', 10240, 'x')"),
        Value(name: "empty blob", sql: "x''"), Value(name: "blob", sql: "x'00ff5c27'"),
        Value(name: "text blob", sql: "x'68656c6c6f'"), Value(name: "digit blob", sql: "x'3432'"),
    ]
    private static let times = [
        "2025-10-15", "2025-10-15 04:50:27", "2025-10-15T04:50:27Z", "2025-10-15T04:50:27+02:00",
        "2025-10-15 04:50:27.1234567", "2025-10-15 04:50", "04:50:27", "24:00:00", "2024-02-30",
        "0000-00-00", "10000-01-01", "-4713-11-24", "0001-01-01", "13/45/2025", "05/01/2024",
        "now", "2016-12-31 23:59:60",
    ]
    .map { Value(name: "'\($0)'", sql: "'\($0)'") }
}
