import Foundation
import MigrationEngine
import TestSupport
import Testing

/// A table with a value that is too large to be read beside others.
@Suite(.postgres, .database, .timeLimit(.minutes(30)))
struct LargeRowVerifyTests {
    @Test func `a large value in front of many rows is compared like any other`() async throws {
        let folder = try TestFolder()
        let path = folder.file("docs.db")
        _ = try await sqlite3(
            path,
            """
            CREATE TABLE docs (id INTEGER PRIMARY KEY, t TEXT, b BLOB);
            INSERT INTO docs VALUES (1, 'large', zeroblob(5000000));
            WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
            INSERT INTO docs SELECT i, 'some text of the row ' || i, x'0102030405' FROM n;
            """
        )
        let cutover = CutoverCommand(source: path, target: TestDatabase.url)
        let migrated = try await cutover("migrate")
        #expect(migrated.status == 0, "\(migrated)")
        let verified = try await cutover("verify")
        #expect(verified.status == 0, "\(verified)")
        _ = try await psql(
            cutover.target,
            "UPDATE docs SET b = b || '\\x00' WHERE id = 1; DELETE FROM docs WHERE id = 4711"
        )
        let different = try await cutover("verify")
        #expect(different.status == 1, "\(different)")
        let table = different.json["tables"].list.first
        #expect(table?["missing"].int == 1 && table?["different"].int == 1, "\(different)")
    }
}
