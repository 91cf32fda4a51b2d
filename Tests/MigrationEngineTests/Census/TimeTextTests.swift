import Testing

@testable import MigrationEngine

/// Dates and times as text: what is one, what is none, and when it is.
struct TimeTextTests {
    private func parse(_ text: String) -> TimeText? {
        Array(text.utf8).withUnsafeBytes { TimeText($0) }
    }

    @Test(arguments: [
        ("2024-02-29", ColumnCensus.Shape.date), ("2000-02-29", .date), ("0001-01-01", .date),
        ("9999-12-31", .date), ("2024-01-01 00:00:00", .timestamp),
        ("2024-12-31 23:59:59", .timestamp), ("2024-01-01 00:00:00.5", .timestampFraction),
        ("2024-01-01 00:00:00.123456", .timestampFraction),
        ("2024-01-01 00:00:00.1234560", .timestampFraction),
        ("2024-01-01T00:00:00", .timestampT), ("2024-01-01T00:00", .timestampT),
        ("2024-01-01T00:00:00Z", .timestampZone), ("2024-01-01 00:00:00+00:00", .timestampZone),
        ("2024-01-01 00:00:00.25-05:30", .timestampZone),
    ])
    func `a real date or time has this shape`(text: String, shape: ColumnCensus.Shape) {
        #expect(parse(text)?.shape == shape)
    }

    @Test(arguments: [
        "", "2024", "2024-1-1", "2024-02-30", "2023-02-29", "1900-02-29", "2024-04-31",
        "2024-13-01", "2024-00-10", "2024-01-00", "0000-01-01", "24-01-01xx", "2024/01/01",
        "2024-01-01 24:00:00", "2024-01-01 23:60:00", "2024-01-01 23:59:60", "2024-01-01 ",
        "2024-01-01 00", "2024-01-01 00:00:0", "2024-01-01 00:00:00.", "2024-01-01  00:00:00",
        "2024-01-01 00:00:00.1234567", "2024-01-01 00:00:00+1", "2024-01-01 00:00:00+16:00",
        "2024-01-01 00:00:00+01:60", "2024-01-01 00:00:00ZZ", "2024-01-01 00:00:00 UTC",
        "2024-01-01x00:00:00", "２０２４-01-01", " 2024-01-01", "2024-01-01\n", "now",
    ])
    func `anything else is none`(text: String) {
        #expect(parse(text) == nil)
    }

    @Test(arguments: [
        ("2000-01-01", 0), ("1999-12-31", -1), ("2000-03-01", 60), ("1970-01-01", -10_957),
        ("2024-02-29", 8_825), ("2100-03-01", 36_584), ("0001-01-01", -730_119),
        ("9999-12-31", 2_921_939),
    ])
    func `a day is counted from 2000-01-01`(text: String, days: Int) {
        #expect(parse(text)?.daysFrom2000 == days)
    }

    @Test(arguments: [
        ("2000-01-01 00:00:00.000001", Int64(1)), ("1999-12-31 23:59:59.999999", -1),
        ("2000-01-02 03:04:05.25", 97_445_250_000), ("1970-01-01T00:00Z", -946_684_800_000_000),
    ])
    func `an instant is counted in microseconds`(text: String, microseconds: Int64) {
        #expect(parse(text)?.microsecondsFrom2000 == microseconds)
    }

    @Test func `a time without seconds has no shape of its own`() {
        #expect(parse("2024-01-01 10:20") != nil)
        #expect(parse("2024-01-01 10:20")?.shape == nil)
    }

    @Test func `an offset is kept apart`() {
        #expect(parse("2024-01-01 00:00:00-05:30")?.offsetMinutes == -330)
        #expect(parse("2024-01-01 00:00:00Z")?.offsetMinutes == 0)
        #expect(parse("2024-01-01 00:00:00")?.offsetMinutes == nil)
    }
}

/// The bytes of a text: UTF-8 as PostgreSQL accepts it.
struct TextBytesTests {
    private func isUTF8(_ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBytes { TextBytes.isUTF8($0) }
    }

    static let valid: [(String, [UInt8])] = [
        ("empty", []), ("ASCII", Array("plain".utf8)), ("NUL", [0x00]),
        ("U+0080", [0xc2, 0x80]), ("U+07FF", [0xdf, 0xbf]), ("U+0800", [0xe0, 0xa0, 0x80]),
        ("U+D7FF", [0xed, 0x9f, 0xbf]), ("U+E000", [0xee, 0x80, 0x80]),
        ("U+FFFF", [0xef, 0xbf, 0xbf]), ("U+10000", [0xf0, 0x90, 0x80, 0x80]),
        ("U+10FFFF", [0xf4, 0x8f, 0xbf, 0xbf]),
    ]

    static let invalid: [(String, [UInt8])] = [
        ("lone continuation", [0x80]), ("0xff", [0xff]), ("0xfe", [0xfe]),
        ("overlong slash, 2 bytes", [0xc0, 0xaf]), ("overlong, c1", [0xc1, 0xbf]),
        ("overlong, 3 bytes", [0xe0, 0x80, 0xaf]), ("overlong, 3 bytes high", [0xe0, 0x9f, 0xbf]),
        ("overlong, 4 bytes", [0xf0, 0x80, 0x80, 0xaf]),
        ("overlong, 4 bytes high", [0xf0, 0x8f, 0xbf, 0xbf]),
        ("high surrogate", [0xed, 0xa0, 0x80]), ("low surrogate", [0xed, 0xbf, 0xbf]),
        ("U+110000", [0xf4, 0x90, 0x80, 0x80]), ("0xf5", [0xf5, 0x80, 0x80, 0x80]),
        ("5 bytes", [0xf8, 0x88, 0x80, 0x80, 0x80]),
        ("6 bytes", [0xfc, 0x84, 0x80, 0x80, 0x80, 0x80]), ("cut, 2", [0xc3]),
        ("cut, 3", [0xe2, 0x82]), ("cut, 4", [0xf0, 0x9f, 0x9a]),
        ("second no continuation", [0xc3, 0x28]), ("third none", [0xe2, 0x82, 0x28]),
        ("fourth none", [0xf0, 0x9f, 0x9a, 0x28]),
    ]

    @Test(arguments: valid)
    func `these bytes are UTF-8, wherever they stand`(name: String, bytes: [UInt8]) {
        // In front of, inside and behind the pieces of eight that are looked at together.
        for padding in 0..<18 {
            let before = [UInt8](repeating: 0x61, count: padding)
            #expect(isUTF8(before + bytes), "\(name) behind \(padding)")
            #expect(isUTF8(before + bytes + before), "\(name) in \(padding)")
        }
    }

    @Test(arguments: invalid)
    func `these bytes are none, wherever they stand`(name: String, bytes: [UInt8]) {
        for padding in 0..<18 {
            let before = [UInt8](repeating: 0x61, count: padding)
            #expect(!isUTF8(before + bytes), "\(name) behind \(padding)")
            #expect(!isUTF8(before + bytes + before), "\(name) in \(padding)")
        }
    }

    @Test func `a NUL is found wherever it stands`() {
        for length in 1..<20 {
            for place in 0..<length {
                var bytes = [UInt8](repeating: 0x61, count: length)
                #expect(!bytes.withUnsafeBytes { TextBytes.containsNUL($0) })
                bytes[place] = 0
                #expect(bytes.withUnsafeBytes { TextBytes.containsNUL($0) })
            }
        }
        #expect(![UInt8]().withUnsafeBytes { TextBytes.containsNUL($0) })
    }
}
