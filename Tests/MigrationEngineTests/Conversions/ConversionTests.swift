import Testing

@testable import MigrationEngine

/// Each conversion on the way to the target, and the same by verify's own code.
struct ConversionTests {
    /// A value, the type and the conversions of its column, and what arrives, as verify shows it;
    /// nil for NULL, "misfit" for a value that does not fit.
    static let cases: [(SourceValue, TargetType, [Conversion], String?)] = [
        (.string(""), .text, [.emptyAsNull], nil),
        (.string(" "), .text, [.emptyAsNull], " "),
        (.string("  a b\t\n"), .text, [.trim], "a b"),
        (.string(" \r\n "), .text, [.trim, .emptyAsNull], nil),
        (.integer(0), .timestamp, [.epochSeconds], "1970-01-01 00:00:00.000000"),
        (.integer(-1), .timestamp, [.epochSeconds], "1969-12-31 23:59:59.000000"),
        (.integer(1_704_448_800), .timestamptz, [.epochSeconds], "2024-01-05 10:00:00.000000"),
        (.real(1_704_448_800.25), .timestamp, [.epochSeconds], "2024-01-05 10:00:00.250000"),
        (.integer(951_782_400), .timestamp, [.epochSeconds], "2000-02-29 00:00:00.000000"),
        (.integer(-62_135_596_800), .timestamp, [.epochSeconds], "0001-01-01 00:00:00.000000"),
        (.integer(253_402_300_799), .timestamp, [.epochSeconds], "9999-12-31 23:59:59.000000"),
        (.integer(253_402_300_800), .timestamp, [.epochSeconds], "misfit"),
        (.integer(-62_135_596_801), .timestamp, [.epochSeconds], "misfit"),
        (.integer(.max), .timestamp, [.epochSeconds], "misfit"),
        (.integer(.min), .timestamp, [.epochMillis], "misfit"),
        (.real(.infinity), .timestamp, [.epochSeconds], "misfit"),
        (.integer(1_627_303_906_122), .timestamp, [.epochMillis], "2021-07-26 12:51:46.122000"),
        (.integer(-1), .timestamp, [.epochMillis], "1969-12-31 23:59:59.999000"),
        (
            .string("1704448800"), .timestamp, [.decimalText, .epochSeconds],
            "2024-01-05 10:00:00.000000"
        ),
        (.integer(7), .text, [.epochSeconds], "1970-01-01 00:00:07"),
        (.real(2_460_315.5), .timestamp, [.julianDay], "2024-01-06 00:00:00.000000"),
        (.integer(2_440_588), .timestamp, [.julianDay], "1970-01-01 12:00:00.000000"),
        (.real(-1), .timestamp, [.julianDay], "misfit"),
        (.integer(0), .timestamp, [.julianDay], "misfit"),
        (
            .string("2024-03-01T00:30:00.5+01:00"), .timestamp, [.offsetToUTC],
            "2024-02-29 23:30:00.500000"
        ),
        (
            .string("2023-12-31 23:59:59-11:30"), .timestamp, [.offsetToUTC],
            "2024-01-01 11:29:59.000000"
        ),
        (.string("2024-01-01 00:00:00Z"), .timestamp, [.offsetToUTC], "2024-01-01 00:00:00.000000"),
        (.string("0001-01-01 00:00+01:00"), .timestamp, [.offsetToUTC], "misfit"),
        (.string("TRUE"), .boolean, [.trueFalseWords], "true"),
        (.string("Off"), .boolean, [.trueFalseWords], "false"),
        (.string("maybe"), .boolean, [.trueFalseWords], "misfit"),
        (.string("@rue"), .boolean, [.trueFalseWords], "misfit"),
        (.integer(1), .boolean, [.trueFalseWords], "true"),
        (.string("12"), .bigint, [.decimalText], "12"),
        (.string("+12.00"), .bigint, [.decimalText], "12"),
        (.string("12.5"), .bigint, [.decimalText], "misfit"),
        (.string("9223372036854775808"), .bigint, [.decimalText], "misfit"),
        (.string("-9223372036854775808"), .bigint, [.decimalText], "-9223372036854775808"),
        (.string("1e3"), .bigint, [.decimalText], "misfit"),
        (.string("."), .numeric, [.decimalText], "misfit"),
        (.string("1"), .boolean, [.decimalText], "true"),
        (
            .string("12345678901234567890.12"), .numeric, [.decimalText],
            "12345678901234567890.12"
        ),
        (.string("-0.00"), .numeric, [.decimalText], "0"),
        (.string("00010.500"), .numeric, [.decimalText], "10.5"),
        (.string(".000012"), .numeric, [.decimalText], "0.000012"),
        (.string("19.99"), .decimal(precision: 6, scale: 2), [.decimalText], "19.99"),
        (.string("19.999"), .decimal(precision: 6, scale: 2), [.decimalText], "misfit"),
        (.string("12345.1"), .decimal(precision: 6, scale: 2), [.decimalText], "misfit"),
        (.string("0.1"), .doublePrecision, [.decimalText], "0.1"),
        (.string("0.12345678901234567890"), .doublePrecision, [.decimalText], "misfit"),
        (.string("0.1"), .real, [.decimalText], "0.10000000149011612"),
        (.string("16777217"), .real, [.decimalText], "misfit"),
        (.string("7"), .text, [.decimalText], "misfit"),
        (.integer(-42), .text, [.numberAsText], "-42"),
        (.real(1.5), .text, [.numberAsText], "1.5"),
        (.real(1e20), .text, [.numberAsText], "1.0e+20"),
        (.real(0.1 + 0.2), .text, [.numberAsText], "misfit"),
        (.real(.infinity), .text, [.numberAsText], "Inf"),
        (.blob([0x68, 0x69]), .text, [.blobAsText], "hi"),
        (.blob([0xff]), .text, [.blobAsText], "misfit"),
        (.blob([0xff]), .text, [.blobAsText, .replaceInvalidUTF8], "misfit"),
        (.text([0x61, 0, 0x62, 0]), .text, [.stripNUL], "ab"),
        (
            .text([0x61, 0xff, 0x62, 0xe2, 0x82]), .text, [.replaceInvalidUTF8],
            "a\u{fffd}b\u{fffd}"
        ),
        (.text([0xed, 0xa0, 0x80]), .text, [.replaceInvalidUTF8], "\u{fffd}\u{fffd}\u{fffd}"),
        (.string("1/5/2024"), .date, [.slashDate], "2024-01-05"),
        (.string("12/31/1999"), .date, [.slashDate], "1999-12-31"),
        (.string("2/30/2024"), .date, [.slashDate], "misfit"),
        (.string("13/1/2024"), .date, [.slashDate], "misfit"),
        (.string("1/5/24"), .date, [.slashDate], "misfit"),
        (.string("äöüß"), .varchar(3), [.truncateToLength], "äöü"),
        (.string("abc"), .varchar(3), [.truncateToLength], "abc"),
        (.string("abcd  "), .char(3), [.truncateToLength], "abc"),
        (.null, .bigint, [.emptyAsNull, .decimalText], nil),
    ]

    @Test(arguments: cases)
    func `a conversion arrives and verify finds it equal`(
        value: SourceValue,
        type: TargetType,
        conversions: [Conversion],
        expected: String?
    ) throws {
        let both = try Transit(type, conversions).cross(value)
        #expect(both.target == (expected == "misfit" ? .misfit : .arrived(expected)))
        if expected != "misfit" { #expect(both.isEqual) }
    }

    @Test func `a cell is counted under each conversion that changed it`() throws {
        let column = TargetColumn(
            sourceName: "c",
            name: "c",
            type: .text,
            isNotNull: true,
            conversions: [.trim, .emptyAsNull]
        )
        let plain = TargetColumn(sourceName: "d", name: "d", type: .bigint, isNotNull: false)
        let encoder = RowEncoder(columns: [plain, column])
        let tally = ConversionTally(slots: 2)
        let connection = try SourceConnection(path: ":memory:", access: .create)
        let statement = try connection.prepare(
            "SELECT * FROM (VALUES (1, ' a'), (2, 'b'), (3, '  '), (4, ' c '))"
        )
        let buffer = ByteBuffer()
        var misfits: [String] = []
        while try statement.step() {
            if let misfit = encoder.append(statement, from: 0, to: buffer, tally: tally) {
                misfits.append(misfit.reason)
            } else {
                tally.countRow()
            }
        }
        // The third row became NULL and went to quarantine: nothing of it is stored converted.
        #expect(misfits == ["NULL in a column that is NOT NULL in the target"])
        #expect(tally.cells == [2, 0])
    }
}

/// The whole way of a value: encoded, read back as PostgreSQL would send it, and compared.
struct Transit {
    /// What became of the value.
    enum Arrival: Equatable {
        case misfit
        case arrived(String?)
    }

    private let column: TargetColumn
    private let rule: EqualityRule

    init(_ type: TargetType, _ conversions: [Conversion] = []) {
        column = TargetColumn(
            sourceName: "c",
            name: "c",
            type: type,
            isNotNull: false,
            conversions: conversions
        )
        let names: [TargetType: String] = [
            .smallint: "int2", .integer: "int4", .bigint: "int8", .boolean: "bool",
            .real: "float4", .doublePrecision: "float8", .numeric: "numeric", .text: "text",
            .bytea: "bytea", .date: "date", .time: "time", .timestamp: "timestamp",
            .timestamptz: "timestamptz", .uuid: "uuid", .json: "json", .jsonb: "jsonb",
        ]
        var name = names[type] ?? "varchar"
        if case .char = type { name = "bpchar" }
        if case .decimal = type { name = "numeric" }
        rule = EqualityRule(type: name)
    }

    /// Sends a value over and compares both sides.
    func cross(_ value: SourceValue) throws -> (target: Arrival, isEqual: Bool) {
        let connection = try SourceConnection(path: ":memory:", access: .create)
        let statement = try connection.prepare("SELECT ?")
        try statement.bind([value])
        #expect(try statement.step())
        let source = CanonicalRow(width: 1)
        let reading = ConvertedReading(column.conversions, length: column.type.length)
        SourceCanonicalizer(rules: [rule], readings: [reading]).fill(source, statement, from: 0)
        let buffer = ByteBuffer()
        let misfit = RowEncoder(columns: [column]).append(statement, from: 0, to: buffer)
        guard misfit == nil else { return (.misfit, false) }
        var bytes = Array(buffer.bytes)
        if column.type == .jsonb, bytes.count > 6 {
            // The server refuses what is not JSON, and sends its text without the version.
            guard JSONForm.canonical(Array(bytes.dropFirst(7))) != nil else {
                return (.misfit, false)
            }
            bytes.remove(at: 6)
            bytes[5] -= 1
        }
        let target = CanonicalRow(width: 1)
        bytes.withUnsafeBytes { bytes in
            #expect(TargetCanonicalizer(rules: [rule]).fill(target, bytes, at: 0))
        }
        return (.arrived(target.display(0)), source.isEqual(to: target))
    }
}
