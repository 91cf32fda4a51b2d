import Testing

@testable import MigrationEngine

/// The bytes of PostgreSQL's binary COPY, written out as hexadecimal digits.
struct RowEncoderTests {
    /// Encodes one value as a row of one column.
    private func encode(
        _ value: SourceValue,
        as type: TargetType,
        isNotNull: Bool = false
    ) throws -> String {
        let connection = try SourceConnection(path: ":memory:", access: .create)
        let statement = try connection.prepare("SELECT ?")
        try statement.bind([value])
        #expect(try statement.step())
        let column = TargetColumn(sourceName: "c", name: "c", type: type, isNotNull: isNotNull)
        let buffer = ByteBuffer()
        buffer.append(UInt8(0x2a))
        if let misfit = RowEncoder(columns: [column]).append(statement, from: 0, to: buffer) {
            #expect(misfit.column == 0)
            // Nothing of a row that does not fit may stay behind.
            #expect(buffer.bytes.elementsEqual([0x2a]))
            return "misfit: \(misfit.reason)"
        }
        return Array(buffer.bytes.dropFirst()).hexadecimal
    }

    static let fitting: [(SourceValue, TargetType, String)] = [
        (.null, .bigint, "0001ffffffff"),
        (.integer(1), .bigint, "0001000000080000000000000001"),
        (.integer(-1), .bigint, "000100000008ffffffffffffffff"),
        (.integer(.max), .bigint, "0001000000087fffffffffffffff"),
        (.integer(.min), .bigint, "0001000000088000000000000000"),
        (.integer(2_147_483_647), .integer, "0001000000047fffffff"),
        (.integer(-2_147_483_648), .integer, "00010000000480000000"),
        (.integer(32_767), .smallint, "0001000000027fff"),
        (.integer(0), .boolean, "00010000000100"),
        (.integer(1), .boolean, "00010000000101"),
        (.real(1.5), .doublePrecision, "0001000000083ff8000000000000"),
        (.real(-0.0), .doublePrecision, "0001000000088000000000000000"),
        (.real(.leastNonzeroMagnitude), .doublePrecision, "0001000000080000000000000001"),
        (.real(.infinity), .doublePrecision, "0001000000087ff0000000000000"),
        (.integer(3), .doublePrecision, "0001000000084008000000000000"),
        (.string(""), .text, "000100000000"),
        (.string("aé"), .text, "00010000000361c3a9"),
        (.string("🚚"), .varchar(1), "000100000004f09f9a9a"),
        (.blob([]), .bytea, "000100000000"),
        (.blob([0x00, 0xff]), .bytea, "00010000000200ff"),
        (.string("2000-01-01"), .date, "00010000000400000000"),
        (.string("1999-12-31"), .date, "000100000004ffffffff"),
        (.string("2024-02-29"), .date, "00010000000400002279"),
        (.string("0001-01-01"), .date, "000100000004fff4dbf9"),
        (.string("2000-01-01 00:00:01"), .timestamp, "00010000000800000000000f4240"),
        (.string("2000-01-02"), .timestamp, "000100000008000000141dd76000"),
        (.string("1999-12-31T23:59:59.999999Z"), .timestamp, "000100000008ffffffffffffffff"),
        (.string("2000-01-01 00:00:00+00:00"), .timestamp, "0001000000080000000000000000"),
        (.integer(0), .numeric, "0001000000080000000000000000"),
    ]

    @Test(arguments: fitting)
    func `a value that fits has these bytes`(
        value: SourceValue,
        type: TargetType,
        bytes: String
    ) throws {
        #expect(try encode(value, as: type) == bytes)
    }

    static let refused: [(SourceValue, TargetType, String)] = [
        (.integer(2_147_483_648), .integer, "beyond 32 bits"),
        (.integer(-2_147_483_649), .integer, "beyond 32 bits"),
        (.integer(32_768), .smallint, "beyond 16 bits"),
        (.integer(2), .boolean, "an integer other than 0 and 1"),
        (.integer(-1), .boolean, "an integer other than 0 and 1"),
        (
            .integer(9_007_199_254_740_993), .doublePrecision,
            "an integer that a double precision cannot hold exactly"
        ),
        (
            .integer(.max), .doublePrecision,
            "an integer that a double precision cannot hold exactly"
        ),
        (.integer(1), .text, "an integer where text is expected"),
        (.integer(1), .date, "an integer where date is expected"),
        (.real(1), .bigint, "a real where bigint is expected"),
        (.real(.infinity), .numeric, "infinite"),
        (.string("1"), .bigint, "text where bigint is expected"),
        (.string("true"), .boolean, "text where boolean is expected"),
        (.string("x"), .bytea, "text where bytea is expected"),
        (.string("éé"), .varchar(1), "longer than 1 characters"),
        (.text([0x61, 0x00]), .text, "text with a NUL, which text cannot hold"),
        (.text([0xff]), .text, "text that is not valid UTF-8"),
        (.text([0xc3]), .varchar(5), "text that is not valid UTF-8"),
        (.string("2024-02-30"), .date, "not a date YYYY-MM-DD"),
        (.string("2024-01-01 00:00:00"), .date, "not a date YYYY-MM-DD"),
        (.string(""), .timestamp, "not a date or a date and time"),
        (
            .string("2024-01-01 00:00:00+01:00"), .timestamp,
            "a time with an offset, which timestamp cannot hold"
        ),
        (.blob([1]), .text, "a blob where text is expected"),
        (.blob([1]), .bigint, "a blob where bigint is expected"),
    ]

    @Test(arguments: refused)
    func `a value that does not fit is refused with this reason`(
        value: SourceValue,
        type: TargetType,
        reason: String
    ) throws {
        #expect(try encode(value, as: type) == "misfit: \(reason)")
    }

    @Test func `NULL is refused where the target does not take it`() throws {
        #expect(
            try encode(.null, as: .text, isNotNull: true)
                == "misfit: NULL in a column that is NOT NULL in the target"
        )
    }

    @Test func `a row is its number of columns and then each column`() throws {
        let connection = try SourceConnection(path: ":memory:", access: .create)
        let statement = try connection.prepare("SELECT 'skipped', 7, NULL, 'x'")
        #expect(try statement.step())
        let columns = [TargetType.smallint, .text, .text].map {
            TargetColumn(sourceName: "c", name: "c", type: $0, isNotNull: false)
        }
        let buffer = ByteBuffer()
        #expect(RowEncoder(columns: columns).append(statement, from: 1, to: buffer) == nil)
        #expect(Array(buffer.bytes).hexadecimal == "0003000000020007ffffffff0000000178")
    }

    @Test func `a stream opens and ends as PostgreSQL wants it`() {
        #expect(RowEncoder.header.hexadecimal == "5047434f50590aff0d0a000000000000000000")
        #expect(RowEncoder.trailer.hexadecimal == "ffff")
    }
}
