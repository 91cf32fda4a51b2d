import Foundation
import TestSupport
import Testing

/// Values that the target's own types read from text are compared by what they mean.
@Suite(.postgres, .database)
struct ExistingValuesTests {
    private static let numbers = [
        "'1.50'", "'1.5'", "1.5", "'1'", "1", "'-2.30'", "'.5'", "'7.'", "'1e1'", "'12.5E-1'",
        "'0.00'", "'000012.10'", "'99999999.99'", "0.1", "NULL",
    ]

    private func migrated(_ folder: TestFolder) async throws -> CutoverCommand {
        let path = folder.file("app.db")
        let rows = Self.numbers.enumerated().map { "(\($0 + 1), \($1))" }
        _ = try await sqlite3(
            path,
            """
            CREATE TABLE price (id INTEGER PRIMARY KEY, amount);
            INSERT INTO price VALUES \(rows.joined(separator: ", "));
            CREATE TABLE gauge (id INTEGER PRIMARY KEY, share);
            INSERT INTO gauge VALUES (1, '1.50'), (2, '-.25'), (3, 0.5), (4, 3), (5, '1e3');
            CREATE TABLE log (at TEXT PRIMARY KEY NOT NULL, zone TEXT);
            INSERT INTO log VALUES ('2024-01-01 10:00:00.5+0000', '2024-01-01 10:00:00+0200'),
                ('2024-01-01T10:00Z', '2024-01-01 10:00 +02'), ('2024-01-02', '2024-01-02');
            """
        )
        _ = try await psql(
            TestDatabase.url,
            """
            CREATE DOMAIN money_amount AS numeric(12,2);
            CREATE DOMAIN price_amount AS money_amount CHECK (VALUE < 1000000000);
            CREATE TABLE price (id bigint PRIMARY KEY, amount price_amount);
            CREATE TABLE gauge (id bigint PRIMARY KEY, share real);
            CREATE TABLE log (at timestamp(3) PRIMARY KEY, zone timestamptz(0));
            """
        )
        let cutover = CutoverCommand(source: path, target: TestDatabase.url)
        let run = try await cutover("migrate", "--mode", "existing", "--no-verify")
        try #require(run.status == 0, "\(run)")
        return cutover
    }

    @Test func `numbers and times read from text are equal by value in every spelling`()
        async throws
    {
        let folder = try TestFolder()
        let cutover = try await migrated(folder)
        let verified = try await cutover("verify")
        #expect(verified.status == 0, "\(verified)")
        #expect(verified.tables.list.count == 3)
        #expect(verified.tables.list.allSatisfy { $0["status"].string == "equal" })
    }

    @Test func `one unit more in a number that was read from text is found`() async throws {
        let folder = try TestFolder()
        let cutover = try await migrated(folder)
        let ids = Self.numbers.indices.dropLast().map { $0 + 1 }
        _ = try await psql(
            TestDatabase.url,
            """
            UPDATE price SET amount = amount + 0.01 WHERE amount < 1;
            UPDATE price SET amount = amount - 0.01 WHERE amount >= 1 AND id <= \(ids.count);
            UPDATE gauge SET share = share + 0.125 WHERE id IN (1, 2);
            UPDATE log SET at = at + interval '1 millisecond' WHERE at < '2024-01-02';
            """
        )
        let verified = try await cutover("verify")
        #expect(verified.status == 1)
        #expect(verified.tables.named("price")["different"].int == ids.count, "\(verified)")
        #expect(verified.tables.named("gauge")["different"].int == 2, "\(verified)")
        #expect(verified.tables.named("log")["status"].string == "different", "\(verified)")
    }

    @Test func `text that numeric would alter costs its row`() async throws {
        let folder = try TestFolder()
        let path = folder.file("app.db")
        let odd = [
            "'1.505'", "'-0'", "'-0.0e1'", "'NaN'", "' 1'", "'1,5'", "'0x10'", "'1e-3'",
            "'1_000'", "'12345678901.00'",
        ]
        let rows = odd.enumerated().map { "(\($0 + 1), \($1))" }
        _ = try await sqlite3(
            path,
            """
            CREATE TABLE price (id INTEGER PRIMARY KEY, amount);
            INSERT INTO price VALUES \(rows.joined(separator: ", "));
            """
        )
        _ = try await psql(
            TestDatabase.url,
            "CREATE TABLE price (id bigint PRIMARY KEY, amount numeric(12,2));"
        )
        let cutover = CutoverCommand(source: path, target: TestDatabase.url)
        let run = try await cutover(
            "migrate",
            ["--mode", "existing", "--max-quarantined", "\(odd.count)"]
        )
        #expect(run.status == 0, "\(run)")
        #expect(run.tables.named("price")["quarantined_rows"].int == odd.count, "\(run)")
    }
}
