import Testing

@testable import MigrationEngine

/// The count that a console asks for again and again is the one of the file that is there.
struct CountedTablesTests {
    private func source(_ sql: String) throws -> SourceConnection {
        let connection = try SourceConnection(path: ":memory:", access: .create)
        try connection.execute(sql)
        return connection
    }

    @Test func `the count follows the schema, and is the catalog's`() throws {
        let counted = CountedTables()
        let shop = try source("CREATE TABLE a (x); CREATE VIRTUAL TABLE words USING fts5(t)")
        for change in ["", "CREATE TABLE b (x)", "ALTER TABLE b RENAME TO c", "DROP TABLE a"] {
            try shop.execute(change)
            for _ in 0..<2 {
                let count = try counted.tables(in: shop)
                #expect(try count == CatalogReader.read(shop).migratedTables.count, "\(change)")
            }
        }
        #expect(try counted.tables(in: source("")) == 0)
        #expect(try counted.tables(in: source("CREATE TABLE c (x)")) == 1)
    }
}
