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
                + "that timestamp would drop; 2 values do not fit: 2 integer, 5 text; "
                + "2 rows go to quarantine unless the profile asks for a conversion: number_as_text"
        )
        #expect(
            rule("INTEGER", Stored(integers: 9, texts: 1)).reason
                == "SQLite's integers have 64 bits; 1 value does not fit: 9 integer, 1 text; "
                + "1 row goes to quarantine unless the profile asks for a conversion: decimal_text"
        )
        #expect(
            rule("BOOLEAN", Stored(integers: 9, shapes: [.zeroOrOne: 9])).reason
                == "declared BOOLEAN, all 9 values are 0 or 1"
        )
    }

    @Test func `a type is as sure as what is stored`() {
        let cases: [(String, Stored, TargetSchema.Confidence)] = [
            ("INTEGER", Stored(), .medium),
            ("INTEGER", Stored(integers: 5), .high),
            ("INTEGER", Stored(integers: 95, texts: 5), .medium),
            ("INTEGER", Stored(integers: 60, texts: 40), .low),
            ("INTEGER", Stored(texts: 5), .medium),
            ("DATETIME", Stored(integers: 3), .medium),
            ("TEXT", Stored(texts: 4, shapes: [.nulInside: 1]), .low),
            ("TEXT", Stored(texts: 4), .high),
        ]
        for (declared, stored, confidence) in cases {
            #expect(rule(declared, stored).confidence == confidence, "\(declared) \(stored)")
        }
        let evidence = rule("BOOLEAN", Stored(integers: 3, texts: 1, shapes: [.zeroOrOne: 3]))
            .evidence
        #expect(
            evidence == ["values": 4, "fitting": 3, "integer": 3, "text": 1, "zero_or_one": 3]
        )
    }

    @Test func `a decision says which conversions would keep what does not fit`() {
        let cases: [(String, Stored, String)] = [
            ("BOOLEAN", Stored(integers: 3, texts: 1, shapes: [.zeroOrOne: 3]), "true_false_words"),
            ("TEXT", Stored(integers: 1, texts: 9), "number_as_text"),
            ("TEXT", Stored(texts: 9, blobs: 1), "blob_as_text"),
            ("TEXT", Stored(texts: 9, shapes: [.nulInside: 1]), "strip_nul"),
            ("TEXT", Stored(texts: 9, shapes: [.invalidUTF8: 1]), "replace_invalid_utf8"),
            (
                "INTEGER", Stored(integers: 9, texts: 1, shapes: [.emptyText: 1]),
                "decimal_text, empty_as_null"
            ),
        ]
        for (declared, stored, words) in cases {
            let reason = rule(declared, stored).reason
            #expect(
                reason.hasSuffix("unless the profile asks for a conversion: \(words)"),
                "\(reason)"
            )
        }
    }

    /// Every spelling that people use; none may end in nothing.
    static let spellings: [String] = """
        INTEGER INTEGER(4) BIGINT LONG INT INT_UNSIGNED TINYINT SMALLINT MEDIUMINT UNSIGNED_BIG_INT \
        INT2 INT4 INT8 FLOAT8 STRING NUMBER GUID ANY ENUM('a','b') YEAR BYTE[] TEXT[] LONGTEXT \
        VARBINARY(9) BINARY(9) BOOLEAN BOOL BIT TEXT VARCHAR(9) CHAR(9) CHARACTER(9) NCHAR(9) \
        NVARCHAR(9) NATIVE_CHARACTER(9) VARYING_CHARACTER(9) CLOB BLOB REAL FLOAT DOUBLE \
        DOUBLE_PRECISION NUMERIC DECIMAL(10,2) MONEY DATE TIME DATETIME TIMESTAMP JSON JSONB UUID \
        INET XML INTERVAL POINT GEOMETRY HSTORE CITEXT TSVECTOR SERIAL BIGSERIAL ROWVERSION
        """.split(separator: " ").map { String($0).replacing("_", with: " ") }

    @Test(arguments: spellings)
    func `every declared type holds what most of its values are`(_ declared: String) {
        let kinds: [(Stored, Set<TargetType>)] = [
            (Stored(integers: 4), [.bigint, .doublePrecision, .numeric]),
            (Stored(reals: 4), [.doublePrecision, .numeric]),
            (Stored(texts: 4), [.text]),
            (Stored(blobs: 4), [.bytea]),
        ]
        for (stored, types) in kinds {
            #expect(types.contains(rule(declared, stored).type), "\(declared) \(stored)")
        }
    }
}
