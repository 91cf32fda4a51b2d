import Foundation
import TestSupport
import Testing

/// What a chosen type cannot keep is named before and counted, or stays in quarantine.
@Suite(.postgres, .database)
struct CountedChangeTests {
    @Test func `offsets and members that a type cannot keep are told`() async throws {
        let folder = try TestFolder()
        let path = folder.file("told.db")
        _ = try await sqlite3(
            path,
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, at TEXT, doc TEXT);
            INSERT INTO t VALUES (1, '2024-01-05T10:00:00+02:00', '{"a": 1, "a": 2}'),
                (2, '2024-01-05T10:00:00Z', '{"a": 1, "b": {"a": 2}}'),
                (3, '2024-01-05 10:00:00', '[]'), (4, '2024-06-30 23:30:00-05:30', NULL);
            """
        )
        let profile = folder.file("told.toml")
        try "name = \"told\"\n[types]\nt.at = \"timestamptz\"\nt.doc = \"jsonb\"\n"
            .write(toFile: profile, atomically: true, encoding: .utf8)
        let cutover = CutoverCommand(source: path, target: TestDatabase.url)
        let plan = try await cutover("plan", ["--profile", profile])
        #expect(plan.program.stdout.contains("not the offset that it was written with"))
        let run = try await cutover("migrate", ["--profile", profile])
        #expect(run.status == 1, "\(run)")
        let counted = run.json["conversions"].list.map {
            "\($0["column"].string ?? "") \($0["conversion"].string ?? "") \($0["cells"].int ?? 0)"
        }
        // The row in quarantine does not count.
        #expect(counted == ["at offset_to_utc 1"], "\(run)")
        #expect(
            try await psql(
                TestDatabase.url,
                "SET timezone = 'UTC'; SELECT string_agg(at::text, ', ' ORDER BY id) FROM t;"
            ).split(separator: "\n").last
                == "2024-01-05 10:00:00+00, 2024-01-05 10:00:00+00, 2024-07-01 05:00:00+00"
        )
        #expect(
            try await psql(
                TestDatabase.url,
                "SELECT key_text, column_name FROM cutover.quarantine;"
            ) == "id 1|doc"
        )
        let verified = try await cutover("verify")
        #expect(verified.tables.named("t")["status"].string == "equal", "\(verified)")
    }
}
