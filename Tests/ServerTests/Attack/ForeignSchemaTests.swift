import Foundation
import TestSupport
import Testing

/// A schema that has a name of ours and was made by somebody else is never touched.
@Suite(.postgres, .database)
struct ForeignSchemaTests {
    static let schemas = [
        "CREATE SCHEMA cutover_dry_run; CREATE TABLE cutover_dry_run.precious (n int);",
        "CREATE SCHEMA cutover; CREATE TABLE cutover.precious (n int);",
        """
        CREATE SCHEMA cutover; CREATE TABLE cutover.precious (n int);
        CREATE TABLE cutover.run (run_id text, source_fingerprint text, backup_sha256 text,
            mode text, phase text, finished_at timestamptz, started_at timestamptz);
        """,
    ]

    @Test(arguments: schemas, [[], ["--dry-run"]])
    func `a schema of our name with other tables is refused and stays`(
        schema: String,
        options: [String]
    ) async throws {
        let folder = try TestFolder()
        let path = folder.file("small.db")
        _ = try await sqlite3(path, "CREATE TABLE t (id INTEGER PRIMARY KEY);")
        _ = try await psql(TestDatabase.url, schema)
        let run = try await CutoverCommand(source: path, target: TestDatabase.url)(
            "migrate",
            options
        )
        #expect(run.status == 69, "\(run)")
        #expect(run.json["error"]["code"].string == "target_not_empty")
        let left = "SELECT count(*) FROM pg_class WHERE relname = 'precious';"
        #expect(try await psql(TestDatabase.url, left) == "1")
    }

    @Test func `a dry run twice leaves nothing in the target`() async throws {
        let folder = try TestFolder()
        let path = folder.file("small.db")
        _ = try await sqlite3(path, "CREATE TABLE t (id INTEGER PRIMARY KEY);")
        let cutover = CutoverCommand(source: path, target: TestDatabase.url)
        for _ in 1...2 {
            let run = try await cutover("migrate", "--dry-run")
            #expect(run.status == 0, "\(run)")
        }
        let left = "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'cutover%';"
        #expect(try await psql(TestDatabase.url, left) == "0")
    }
}
