import Testing

@testable import MigrationEngine

/// Encoder and verify share no code, so each finds the other's mistakes.
struct AgreementTests {
    /// Values at the edges of every type, and many odd spellings.
    static let values: [SourceValue] =
        [
            .null, .integer(0), .integer(1), .integer(-1), .integer(2), .integer(32_767),
            .integer(32_768), .integer(2_147_483_648), .integer(16_777_217),
            .integer(9_007_199_254_740_993), .integer(.max), .integer(.min),
            .integer(1_704_448_800),
            .integer(253_402_300_799), .integer(253_402_300_800_000), .integer(2_460_316),
            .real(0), .real(-0.0), .real(0.1), .real(1.5), .real(-99_999.25), .real(1e20),
            .real(1e308), .real(.leastNonzeroMagnitude), .real(.infinity), .real(-.infinity),
            .real(2_460_315.75),
            .real(1_704_448_800.123456), .real(0.1 + 0.2), .real(16_777_217), .blob([]),
            .blob([0x61]), .blob([0, 0xff]), .blob(Array(0..<16)), .text([0x61, 0]),
            .text([0xff, 0x61]), .text([0xf0, 0x9f, 0x9a]), .text([0xc0, 0x80]),
        ]
        + [
            "", " ", "a", " a ", "ab ", "é", "e\u{301}", "🚚", "true", "No", "T", "0", "-0", "1",
            "1.0", "-12.50", "+7", ".5", "5.", "1e5", "0x10", "12345678901234567890",
            "0.12345678901234567890123", "99999.99", "2024-02-29", "2024-02-30", "0001-01-01",
            "9999-12-31", "2024-01-05 10:00", "2024-01-05 10:00:00", "2024-01-05T10:00:00.1234567",
            "2024-01-05T10:00:00.1234560Z", "2024-01-05 10:00:00+00:00",
            "2024-02-29T23:59:59.999999-05:30", "9999-12-31 23:00:00-02:00",
            "0001-01-01 01:00:00+02:00", "2024-01-05 24:00:00", "12:34", "12:34:56",
            "23:59:59.999999", "12:34:56.1230000", "24:00:00", "1/5/2024", "01/05/2024",
            "2/29/2023", "123e4567-e89b-12d3-a456-426614174000",
            "123E4567-E89B-12D3-A456-426614174000", "123e4567e89b12d3a456426614174000",
            "123e4567-e89b-12d3-a456-42661417400g", "{}", "[1, 2.50, \"x\"]",
            "{\"b\": 1e2, \"a\": \"\\u00e9\\ud83d\\ude9a\"}", "null",
        ].map { SourceValue.string($0) }

    static let types: [TargetType] = [
        .smallint, .integer, .bigint, .boolean, .real, .doublePrecision, .numeric,
        .decimal(precision: 7, scale: 2), .text, .varchar(3), .char(3), .bytea, .date, .time,
        .timestamp, .timestamptz, .uuid, .json, .jsonb,
    ]

    static let chains: [[Conversion]] =
        [[]] + Conversion.allCases.map { [$0] }
        + [
            [.trim, .emptyAsNull, .decimalText], [.decimalText, .epochSeconds],
            [.blobAsText, .stripNUL, .replaceInvalidUTF8], [.numberAsText, .trim],
            [.trim, .truncateToLength], [.replaceInvalidUTF8, .stripNUL, .truncateToLength],
        ]

    @Test(arguments: types)
    func `whatever the encoder lets through, verify finds equal`(type: TargetType) throws {
        var arrived = 0
        for chain in Self.chains {
            let transit = Transit(type, chain)
            for value in Self.values {
                let both = try transit.cross(value)
                guard both.target != .misfit else { continue }
                arrived += 1
                #expect(both.isEqual, "\(value) as \(type) by \(chain): \(both.target)")
            }
        }
        #expect(arrived > Self.chains.count)
    }

    @Test func `no two values of a column are taken for one another`() throws {
        // What verify calls equal must be the same value: keys of a dictionary of cells.
        for type in [TargetType.timestamptz, .time, .uuid, .real, .decimal(precision: 7, scale: 2)]
        {
            var seen: [String: SourceValue] = [:]
            let transit = Transit(type)
            for value in Self.values {
                guard case .arrived(let text?) = try transit.cross(value).target else { continue }
                guard let other = seen.updateValue(value, forKey: text) else { continue }
                #expect(Self.isSame(value, other), "\(value) and \(other) as \(type): \(text)")
            }
        }
    }

    /// Two spellings of one value among those above.
    private static func isSame(_ left: SourceValue, _ right: SourceValue) -> Bool {
        switch (left, right) {
        case (.integer(let integer), .real(let real)), (.real(let real), .integer(let integer)):
            return Double(integer) == real
        case (.real(let left), .real(let right)): return left == right
        case (.text(let left), .text(let right)):
            let texts = [left, right].map { String(decoding: $0, as: UTF8.self).lowercased() }
            if texts[0] == texts[1] { return true }
            // A time with a zone of zero, without seconds, or with more zeros.
            let starts = texts.map { $0.replacing("t", with: " ").prefix(16) }
            return starts[0] == starts[1]
        default: return false
        }
    }

    @Test(arguments: [
        ("{\"a\":1,\"b\":2}", "{ \"b\" : 2.0, \"a\":1 }", true),
        ("{\"a\":1,\"a\":2}", "{\"a\":2}", true), ("[1,2]", "[2,1]", false),
        ("\"\\u00e9\"", "\"é\"", true), ("\"e\u{301}\"", "\"é\"", false), ("1e2", "100", true),
        ("\"1\"", "1", false), ("[]", "{}", false), ("null", "\"null\"", false),
        ("[\"a\",\"b\"]", "[\"a,b\"]", false), ("-0", "0", true), ("1.10", "1.1", true),
        ("{\"a,b\":1}", "{\"a\":1}", false), ("\"\\/\\n\"", "\"/\\u000a\"", true),
    ])
    func `JSON is compared as a value`(left: String, right: String, same: Bool) {
        let forms = [left, right].map { JSONForm.canonical(Array($0.utf8)) }
        #expect(forms[0] != nil && forms[1] != nil)
        #expect((forms[0] == forms[1]) == same)
    }

    @Test(arguments: [
        "", "{", "[1,]", "01", "1.", "tru", "\"\u{1}\"", "{a:1}", "[1] 2", "+1", "\"\\x\"",
    ])
    func `what is not JSON has no form`(text: String) {
        #expect(JSONForm.canonical(Array(text.utf8)) == nil)
    }
}
