import MigrationEngine
import TestSupport
import Testing

/// Customers' data stays in the databases.
@Suite(.postgres, .database)
struct RowValueTests {
    private static let secret = "Evangeline-of-Nowhere-4711"

    @Test func `no error names a row's values`() async throws {
        let folder = try TestFolder()
        let path = folder.file("ora.db")
        try await makeSample(path, .plan, orders: 5)
        // Once refused by the encoder, once by the server.
        _ = try await sqlite3(
            path,
            """
            INSERT INTO orders_inbox (order_number, order_date)
                VALUES ('S-1', '\(Self.secret)');
            """
        )
        let cutover = CutoverCommand(source: path, target: TestDatabase.url)
        let stopped = try await cutover("migrate", "--on-bad-row", "stop")
        #expect(stopped.status == 65, "\(stopped)")
        #expect(stopped.json["error"]["code"].string == "source_data")
        #expect(!stopped.description.contains(Self.secret))
        #expect(exists(folder.path))
    }

    @Test func `the server's messages are cut before a value`() async throws {
        let url = TestDatabase.url
        try await onThread {
            let connection = try TargetConnection(try TargetAddress(url), purpose: "test")
            #expect {
                try connection.execute("SELECT '\(Self.secret)'::integer")
            } throws: { error in
                guard let error = error as? TargetError else { return false }
                return error.message.contains(Self.secret)
                    && error.messageWithoutValues == "invalid input syntax for type integer"
                    && !"\(error.cause)".contains(Self.secret)
            }
        }
    }
}
