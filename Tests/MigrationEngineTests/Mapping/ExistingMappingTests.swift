import Testing

@testable import MigrationEngine

/// Tables and columns of the source find theirs among the ones that stand in the target.
struct ExistingMappingTests {
    private static func column(
        _ name: String,
        _ type: String = "text",
        isNotNull: Bool = false
    ) -> ExistingCatalog.Column {
        ExistingCatalog.Column(
            name: name,
            type: type,
            base: type,
            isBuiltIn: true,
            isEnumeration: false,
            modifier: -1,
            isNotNull: isNotNull,
            hasDefault: false,
            isGenerated: false,
            sequence: nil,
            hasOwnSequence: false
        )
    }

    private static func existing(
        _ tables: [(String, [ExistingCatalog.Column])]
    ) -> ExistingCatalog {
        ExistingCatalog(
            schema: "public",
            tables: tables.map { name, columns in
                var table = ExistingCatalog.Table(
                    name: name,
                    oid: name,
                    isPartitioned: false,
                    isOwned: true,
                    isWritable: true,
                    rows: 0
                )
                table.columns = columns
                return table
            }
        )
    }

    private static func source(_ tables: [(String, [String])]) -> Catalog {
        var catalog = Catalog()
        catalog.tables = tables.map { name, columns in
            var table = Catalog.Table(name: name)
            table.columns = columns.map { Catalog.Column(name: $0) }
            return table
        }
        return catalog
    }

    @Test(arguments: [
        ("User", "User"), ("user", "user"), ("ORDERS", "orders"), ("Ünit", "ünit"),
        (
            String(repeating: "a", count: 62) + "é", String(repeating: "a", count: 62)
        ),
        (String(repeating: "B", count: 70), String(repeating: "b", count: 63)),
    ])
    func `a name is found exactly, in another case, or cut to 63 bytes`(
        name: String,
        expected: String
    ) throws {
        let existing = Self.existing(
            [
                "User", "user", "orders", "ünit", String(repeating: "a", count: 62),
                String(repeating: "b", count: 63),
            ].map { ($0, []) }
        )
        #expect(existing.table(matching: name)?.name == expected)
        #expect(existing.table(matching: "USER") == nil)
        #expect(existing.table(matching: "nothing") == nil)
    }

    @Test func `every reason against a match is named, not only the first`() {
        let mapping = ExistingMapping(
            Self.source([("t", ["a", "b", "A2"]), ("T", ["x"]), ("u", ["c"])]),
            Self.existing([("t", [Self.column("a"), Self.column("must", isNotNull: true)])])
        )
        #expect(mapping.refusals.count == 5, "\(mapping.refusals)")
        let text = mapping.refusals.joined(separator: "\n")
        for part in ["\"t.b\"", "\"t.A2\"", "\"t.must\"", "both match", "\"u\""] {
            #expect(text.contains(part), "\(text)")
        }
    }

    @Test func `types that the encoder knows go straight, the others are read by the server`() {
        let mapping = ExistingMapping(
            Self.source([("t", ["a", "b", "c"])]),
            Self.existing([
                (
                    "t",
                    [Self.column("a", "int8"), Self.column("b", "uuid"), Self.column("c", "inet")]
                )
            ])
        )
        #expect(mapping.target.tables[0].columns.map(\.type) == [.bigint, .text, .text])
        #expect(mapping.casts["t"]?.keys.sorted() == ["b", "c"])
        #expect(mapping.refusals == [])
    }
}
