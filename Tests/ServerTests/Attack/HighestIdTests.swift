import Foundation
import TestSupport
import Testing

/// Tables whose highest id is the highest number there is.
@Suite(.postgres, .database)
struct HighestIdTests {
    @Test func `an identity that has no next id is said, and nothing stops for it`() async throws {
        let folder = try TestFolder()
        let path = folder.file("highest.db")
        _ = try await sqlite3(
            path,
            """
            CREATE TABLE plain (id INTEGER PRIMARY KEY, t TEXT);
            INSERT INTO plain VALUES (1, 'a'), (9223372036854775807, 'b'),
                (-9223372036854775808, 'c');
            CREATE TABLE counted (id INTEGER PRIMARY KEY AUTOINCREMENT, t TEXT);
            INSERT INTO counted VALUES (9223372036854775807, 'b');
            DELETE FROM counted;
            INSERT INTO counted VALUES (5, 'c');
            CREATE TABLE low (id INTEGER PRIMARY KEY);
            INSERT INTO low VALUES (-9223372036854775808);
            """
        )
        let cutover = CutoverCommand(source: path, target: TestDatabase.url)
        let planned = try await cutover("plan")
        let said = "\(planned)".components(separatedBy: "9223372036854775807, and there is no next")
        #expect(said.count == 3, "\(planned)")
        let run = try await cutover("migrate")
        #expect(run.status == 0, "\(run)")
        #expect(run.tables.list.map { $0["target_rows"].int } == [3, 1, 1])
        let verified = try await cutover("verify")
        #expect(verified.status == 0, "\(verified)")
        for table in ["plain", "counted"] {
            let refused = try await psql(
                TestDatabase.url,
                """
                DO $$ BEGIN INSERT INTO \(table) (t) VALUES ('x');
                EXCEPTION WHEN sequence_generator_limit_exceeded THEN
                    CREATE TABLE refused_\(table) (); END $$;
                SELECT to_regclass('refused_\(table)');
                """
            )
            #expect(refused == "refused_\(table)")
        }
        #expect(exists(folder.path))
    }
}
