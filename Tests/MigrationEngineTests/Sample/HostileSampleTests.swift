import MigrationEngine
import TestSupport
import Testing

/// The spoiled sample is spoiled in the same way each time.
struct HostileSampleTests {
    private func write(
        _ path: String,
        _ schema: SampleSource.Schema,
        hostile: Bool
    ) async throws
        -> SampleReport
    {
        try await onThread {
            try SampleSource.write(
                path: path,
                schema: schema,
                orders: 300,
                seed: 5,
                isHostile: hostile
            )
        }
    }

    @Test(arguments: SampleSource.Schema.allCases)
    func `the same seed spoils the same values, and no seed the rows' number`(
        schema: SampleSource.Schema
    ) async throws {
        let folder = try TestFolder()
        let one = try await write(folder.file("one.db"), schema, hostile: true)
        let two = try await write(folder.file("two.db"), schema, hostile: true)
        let plain = try await write(folder.file("plain.db"), schema, hostile: false)
        #expect(one.oddValues == two.oddValues && one.oddValues > 20)
        #expect(plain.oddValues == 0)
        #expect(one.tables.map(\.rows) == plain.tables.map(\.rows))
        let dumps = try await ["one", "two", "plain"].asyncMap { name in
            try await sqlite3(folder.file("\(name).db"), ".dump")
        }
        #expect(dumps[0] == dumps[1])
        #expect(dumps[0] != dumps[2])
    }

    @Test func `text stands in INTEGER columns, and children have no parents`() async throws {
        let folder = try TestFolder()
        let path = folder.file("plan.db")
        _ = try await write(path, .plan, hostile: true)
        let kinds = try await sqlite3(
            path,
            "SELECT count(DISTINCT typeof(quantity)) FROM shipped_items; PRAGMA integrity_check(1);"
        )
        #expect(Int(kinds.prefix(1)) ?? 0 >= 3, "\(kinds)")
        let orphans = try await sqlite3(path, "SELECT count(*) FROM pragma_foreign_key_check;")
        #expect(Int(orphans) ?? 0 > 0)
    }
}

extension Array {
    fileprivate func asyncMap<Value>(
        _ transform: (Element) async throws -> Value
    ) async rethrows -> [Value] {
        var values: [Value] = []
        for element in self { values.append(try await transform(element)) }
        return values
    }
}
