import Testing

@testable import MigrationEngine

/// Equality of a stored value of SQLite and a value of PostgreSQL, rule by rule.
struct CanonicalizerTests {
    /// The cell that the source's value becomes, as people see it with its tag.
    private func source(_ value: SourceValue, _ rule: EqualityRule) throws -> String {
        let connection = try SourceConnection(path: ":memory:", access: .create)
        let statement = try connection.prepare("SELECT ?")
        try statement.bind([value])
        #expect(try statement.step())
        let row = CanonicalRow(width: 1)
        SourceCanonicalizer(rules: [rule]).fill(row, statement, from: 0)
        return Array(row.buffer.bytes).hexadecimal
    }

    /// The cell that a value becomes that PostgreSQL sends as these bytes.
    private func target(_ bytes: String?, _ rule: EqualityRule) -> String {
        let row = CanonicalRow(width: 1)
        let value = bytes.map { [UInt8](hexadecimal: $0) }
        let length = withUnsafeBytes(of: Int32(value?.count ?? -1).bigEndian) { Array($0) }
        let message = [0, 1] + length + (value ?? [])
        message.withUnsafeBytes { bytes in
            #expect(TargetCanonicalizer(rules: [rule]).fill(row, bytes, at: 0))
        }
        return Array(row.buffer.bytes).hexadecimal
    }

    static let equal: [(SourceValue, String?, EqualityRule)] = [
        (.null, nil, .text), (.null, nil, .numeric),
        (.integer(-2), "fffffffffffffffe", .integer), (.integer(-2), "fffffffe", .integer),
        (.integer(-2), "fffe", .integer), (.integer(.max), "7fffffffffffffff", .integer),
        (.real(1.5), "3ff8000000000000", .double), (.real(-0.0), "8000000000000000", .double),
        (.integer(3), "4008000000000000", .double), (.string(""), "", .text),
        (.string("é"), "c3a9", .text), (.blob([]), "", .bytes), (.blob([0, 255]), "00ff", .bytes),
        (.integer(0), "00", .boolean), (.integer(1), "01", .boolean),
        (.string("2000-01-01 00:00:01"), "00000000000f4240", .timestamp),
        (.string("2000-01-01T00:00:01Z"), "00000000000f4240", .timestamp),
        (.string("2000-01-01 00:00:01.000+00:00"), "00000000000f4240", .timestamp),
        (.string("2000-01-01"), "0000000000000000", .timestamp),
        (.string("2000-01-01 00:00"), "0000000000000000", .timestamp),
        (.string("1999-12-31 23:59:59.999999"), "ffffffffffffffff", .timestamp),
        (.string("1999-12-31 23:59:59.99999900"), "ffffffffffffffff", .timestamp),
        (.string("0001-01-01 00:00:00"), "ff1fe2ffc59c6000", .timestamp),
        (.string("2024-02-29"), "00002279", .date), (.string("0001-01-01"), "fff4dbf9", .date),
        (.string("9999-12-31"), "002c95d3", .date),
        (.integer(0), "0000000000000000", .numeric),
        (.integer(10_000), "00010001000000000001", .numeric),
        (.real(0.1), "0001ffff0000000103e8", .numeric),
        (.real(-99_999.25), "00030001400000020009270f09c4", .numeric),
        (.real(1e20), "00010005000000000001", .numeric),
        // 1.50 and 1.5 are the same number.
        (.real(1.5), "000200000000000200011388", .numeric),
        (.string("{}"), "7b7d", .textForm), (.integer(7), "37", .textForm),
        (.integer(7), "37", .json), (.real(1.5), "312e35", .json), (.integer(7), "3720", .padded),
        (.string("10.0.0.1"), "31302e302e302e31", .address),
    ]

    @Test(arguments: [
        "2000-01-01 00:00:01 Z", "2000-01-01T00:00:01Z", "2000-01-01 02:00:01+02",
        "2000-01-01 02:00:01 +02", "2000-01-01 02:30:01+0230", "1999-12-31 21:29:01 -02:31",
        "2000-01-01 00:00:01", "2000-01-01 00:00:01-00",
    ])
    func `an offset may be written shorter`(text: String) throws {
        #expect(try source(.string(text), .instant) == target("00000000000f4240", .instant))
    }

    @Test(arguments: [
        "0A1b0000-0000-4000-8000-0000000000ff", "0A1b00000000400080000000000000FF",
    ])
    func `a UUID may be written without hyphens`(text: String) throws {
        let bytes = "0a1b00000000400080000000000000ff"
        #expect(try source(.string(text), .uuid) == target(bytes, .uuid))
    }

    @Test(arguments: equal)
    func `these two are the same`(
        value: SourceValue,
        bytes: String?,
        rule: EqualityRule
    ) throws {
        #expect(try source(value, rule) == target(bytes, rule))
    }

    static let different: [(SourceValue, String?, EqualityRule)] = [
        (.null, "", .text), (.string(""), nil, .text), (.blob([]), nil, .bytes),
        (.null, "00", .boolean), (.integer(0), nil, .integer),
        (.string("1"), "0000000000000001", .integer), (.real(1), "0000000000000001", .integer),
        (.real(0.0), "8000000000000000", .double),
        (.integer(9_007_199_254_740_993), "4340000000000000", .double),
        (.string("e\u{301}"), "c3a9", .text), (.blob([0x61]), "61", .text),
        (.string("a"), "61", .bytes), (.integer(2), "01", .boolean), (.string("1"), "01", .boolean),
        (.string("2000-01-01 00:00:00.0000001"), "0000000000000000", .timestamp),
        (.string("2000-01-01 00:00:00+01:00"), "0000000000000000", .timestamp),
        (.string("2000-01-01 00:00:00x"), "0000000000000000", .timestamp),
        (.integer(0), "0000000000000000", .timestamp),
        (.string("infinity"), "7fffffffffffffff", .timestamp),
        (.string("2000-01-01 00:00:00"), "00000000", .date),
        (.string("2000-01-02"), "00000000", .date),
        (.string("0"), "0000000000000000", .numeric),
        (.real(0.1), "0001ffff0000000203e9", .numeric),
        (.real(.infinity), "00000000c0000000", .numeric),
        (.integer(1), "00010000400000000001", .numeric),
    ]

    @Test(arguments: different)
    func `these two are not the same`(
        value: SourceValue,
        bytes: String?,
        rule: EqualityRule
    ) throws {
        #expect(try source(value, rule) != target(bytes, rule))
    }

    @Test(arguments: [
        ("int2", EqualityRule.integer), ("int4", .integer), ("int8", .integer),
        ("float8", .double), ("text", .text), ("varchar", .text), ("bpchar", .padded),
        ("bytea", .bytes), ("bool", .boolean), ("timestamp", .timestamp), ("date", .date),
        ("numeric", .numeric), ("jsonb", .json), ("timestamptz", .instant),
        ("float4", .single), ("time", .clock), ("uuid", .uuid), ("json", .textForm),
        ("inet", .address),
    ])
    func `a type of PostgreSQL has this rule`(type: String, rule: EqualityRule) {
        #expect(EqualityRule(type: type) == rule)
    }

    @Test(arguments: [
        (0.0, "0"), (-0.0, "-0"), (0.1, "0.1"), (-0.1, "-0.1"), (1.5, "1.5"), (100, "100"),
        (1e20, "100000000000000000000"), (1.25e-5, "0.0000125"), (123456.789, "123456.789"),
        (1e16, "10000000000000000"), (1.2345e18, "1234500000000000000"),
        (Double.leastNonzeroMagnitude, "0." + String(repeating: "0", count: 323) + "5"),
        (-1e-7, "-0.0000001"), (.infinity, "Infinity"), (-.infinity, "-Infinity"),
    ])
    func `a double as a plain decimal number`(value: Double, text: String) {
        #expect(DecimalText.plain(value) == text)
    }

    @Test(arguments: [
        ("0", "0"), ("000", "0"), ("0.0", "0"), ("001.500", "1.5"), ("10", "10"), (".5", "0.5"),
        ("0010.", "10"), ("0.0100", "0.01"),
    ])
    func `zeros that say nothing are dropped`(text: String, trimmed: String) {
        #expect(DecimalText.trimmed(text) == trimmed)
    }
}

/// What is shown of two values that differ far behind their beginning.
struct DifferingValueTests {
    private func row(_ text: String) -> CanonicalRow {
        let row = CanonicalRow(width: 1)
        row.string(.text, text)
        return row
    }

    @Test func `long texts are shown around the first byte that differs, with place and length`() {
        let same = String(repeating: "é", count: 250)
        let shown = row(same + "A").display(0, beside: row(same + "Bc"))
        #expect(shown.own == "…éééééA… (501 bytes, differs from byte 501 on)")
        #expect(shown.other == "…éééééBc… (502 bytes, differs from byte 501 on)")
    }

    @Test func `a text that is the beginning of the other is shown at its end`() {
        let same = String(repeating: "x", count: 300)
        let shown = row(same).display(0, beside: row(same + "y"))
        #expect(shown.own == "…xxxxxxxxxx… (300 bytes, differs from byte 301 on)")
    }

    @Test func `what differs at once or is short stays as it was`() {
        #expect(row("a").display(0, beside: row("b")).own == "a")
        let long = String(repeating: "x", count: 500)
        #expect(row("a" + long).display(0, beside: row("b" + long)).own?.hasPrefix("ax") == true)
    }
}
