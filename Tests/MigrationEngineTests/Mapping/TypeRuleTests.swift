import Testing

@testable import MigrationEngine

/// What one column stores, in short.
struct Stored: Sendable {
    var integers = 0
    var reals = 0
    var texts = 0
    var blobs = 0
    var shapes: [ColumnCensus.Shape: Int] = [:]

    var census: ColumnCensus {
        var census = ColumnCensus()
        census.integers = integers
        census.reals = reals
        census.texts = texts
        census.blobs = blobs
        census.shapes = shapes
        return census
    }
}

@Suite struct TypeRuleTests {
    private func rule(_ declared: String, _ stored: Stored = Stored()) -> TypeRule {
        var column = Catalog.Column(name: "c")
        column.declaredType = declared
        column.affinity = .init(declaredType: declared)
        return TypeRule(column, of: Catalog.Table(name: "t"), census: stored.census)
    }

    static let declared: [(String, TargetType)] = [
        ("INTEGER", .bigint), ("INT", .bigint), ("TINYINT(1)", .bigint), ("INT8", .bigint),
        ("UNSIGNED BIG INT", .bigint), ("FLOATING POINT", .bigint),
        ("REAL", .doublePrecision), ("FLOAT", .doublePrecision),
        ("DOUBLE PRECISION", .doublePrecision),
        ("NUMERIC", .numeric), ("DECIMAL(10, 2)", .numeric), ("numeric ( 5 )", .numeric),
        ("TEXT", .text), ("VARCHAR(20)", .text), ("NATIVE CHARACTER(70)", .text), ("CLOB", .text),
        ("BLOB", .bytea), ("", .text), ("ANY", .text), ("STRING", .text), ("MONEY", .text),
        ("BOOL", .boolean), ("Boolean", .boolean), ("DATE", .date), ("DATETIME", .timestamp),
        ("TIMESTAMP", .timestamp), ("DATETIME(6)", .timestamp), ("TIME", .text), ("JSON", .text),
        ("UUID", .text), ("CHAR(36)", .text), ("BYTE[]", .text),
    ]

    @Test(arguments: declared)
    func `without values the declaration decides`(_ declared: String, _ type: TargetType) {
        #expect(rule(declared).type == type)
    }

    @Test func `what is stored decides where the declaration does not bind`() {
        let cases: [(String, Stored, TargetType)] = [
            ("BOOLEAN", Stored(integers: 3, shapes: [.zeroOrOne: 3]), .boolean),
            ("BOOLEAN", Stored(integers: 3, shapes: [.zeroOrOne: 2]), .bigint),
            ("BOOLEAN", Stored(integers: 1, texts: 1, shapes: [.zeroOrOne: 1]), .boolean),
            ("BOOLEAN", Stored(integers: 1, texts: 2, shapes: [.zeroOrOne: 1]), .text),
            ("DATE", Stored(texts: 3, shapes: [.date: 3]), .date),
            ("DATE", Stored(texts: 3, shapes: [.date: 2, .timestamp: 1]), .text),
            ("DATE", Stored(integers: 3), .bigint),
            (
                "DATETIME", Stored(texts: 3, shapes: [.timestamp: 2, .timestampFraction: 1]),
                .timestamp
            ),
            ("DATETIME", Stored(texts: 3, shapes: [.timestamp: 2, .timestampZone: 1]), .text),
            ("DATETIME", Stored(texts: 3, shapes: [.timestamp: 2, .timestampT: 1]), .text),
            ("TEXT", Stored(texts: 3, shapes: [.date: 3]), .text),
            ("TEXT", Stored(blobs: 3), .bytea),
            ("INTEGER", Stored(integers: 3, texts: 1), .bigint),
            ("INTEGER", Stored(texts: 3), .text),
            ("", Stored(integers: 3), .bigint),
            ("", Stored(integers: 3, reals: 1), .numeric),
            ("ANY", Stored(blobs: 3), .bytea),
            ("ANY", Stored(texts: 1, blobs: 3), .bytea),
            ("STRING", Stored(integers: 2), .bigint),
            ("UUID", Stored(blobs: 2), .bytea),
        ]
        for (declared, stored, type) in cases {
            #expect(rule(declared, stored).type == type, "\(declared) \(stored)")
        }
    }

    @Test func `the reason carries the evidence`() {
        let mixed = rule(
            "DATETIME",
            Stored(integers: 2, texts: 5, shapes: [.timestamp: 4, .timestampZone: 1])
        )
        #expect(mixed.outcome == .changed)
        #expect(
            mixed.reason
                == "declared DATETIME, but 4 of 7 values are YYYY-MM-DD HH:MM:SS, 1 have a zone "
                + "that timestamp would drop; 2 values do not fit: 2 integer, 5 text"
        )
        #expect(
            rule("INTEGER", Stored(integers: 9, texts: 1)).reason
                == "SQLite's integers have 64 bits; 1 value does not fit: 9 integer, 1 text"
        )
        #expect(
            rule("BOOLEAN", Stored(integers: 9, shapes: [.zeroOrOne: 9])).reason
                == "declared BOOLEAN, all 9 values are 0 or 1"
        )
    }
}
