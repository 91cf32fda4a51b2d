import Foundation
import MigrationEngine
import TestSupport
import Testing

/// Writes that get into the closed file because its fence is not whole.
@Suite(.postgres, .database, .timeLimit(.minutes(60)))
struct StrayWriteTests {
    private static let script = """
        CREATE TABLE c (id INTEGER PRIMARY KEY, name TEXT, email TEXT, data BLOB);
        CREATE TABLE k (code TEXT PRIMARY KEY, at DATETIME, n NUMERIC) WITHOUT ROWID;
        CREATE TABLE nokey (a TEXT, b INTEGER);
        CREATE TABLE sync_watermark (id INTEGER PRIMARY KEY, updated_at TEXT);
        INSERT INTO sync_watermark VALUES (1, '2026-01-02');
        INSERT INTO c VALUES (1, 'a', 'a@x', x'00ff'), (2, 'b', 'b@x', NULL), (3, 'c', NULL, NULL),
            (4, 'd', NULL, NULL);
        INSERT INTO k VALUES ('x', '2026-01-02 03:04:05', 1.5), ('y', NULL, 2);
        INSERT INTO nokey VALUES ('a', 1), ('a', 1), ('b', 2);
        """

    private func switched() async throws -> LiveSource {
        let live = try await LiveSource(TestFolder(), script: Self.script)
        let flipped = try await live.flip()
        try #require(flipped.status == 0, "\(flipped)")
        return live
    }

    private func lines(_ run: CutoverRun) throws -> [JSON] {
        let file = try #require(run.json["stray_file"].string, "\(run)")
        return try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")
            .map { try JSON(String($0)) }
    }

    /// Both sides hold the same when what was carried along is followed.
    private func requireEqual(_ live: LiveSource) async throws {
        #expect(try await live.leftovers().isEmpty)
        let followed = try await live.cutover("follow", "--until-lag-below", "1")
        #expect(followed.status == 0, "\(followed)")
        let verified = try await live.cutover("verify")
        #expect(verified.status == 0, "\(verified)")
    }

    @Test func `a fence that lost its triggers is told, and the next switch mends it`()
        async throws
    {
        let live = try await switched()
        try await live.openFence("c")
        let fence = try await live.fence("down")
        #expect(fence["reason"].string?.contains("into c") == true, "\(fence)")
        let mended = try await live.flip()
        #expect(mended.status == 0, "\(mended)")
        let warnings = mended.json["warnings"].list.compactMap(\.string)
        #expect(warnings.contains { $0.contains("closed again") }, "\(warnings)")
        _ = try await live.fence("up", isSound: true)
        // A trigger that bears the name and does something else is none.
        try await live.openFence("k")
        _ = try await sqlite3(
            live.path,
            """
            CREATE TRIGGER _cutover_fence_2_insert /* cutover */
            BEFORE INSERT ON k BEGIN SELECT 1; END;
            """
        )
        _ = try await live.fence("down")
        // Without a write nothing is in the way of going back.
        let back = try await live.goBack()
        #expect(back.status == 0 && back.json["stray_writes"].int == 0, "\(back)")
        try await requireEqual(live)
    }

    @Test func `writes past the fence are told, refused, and carried over with a word`()
        async throws
    {
        let live = try await switched()
        for table in ["c", "k", "nokey"] { try await live.openFence(table) }
        _ = try await sqlite3(
            live.path,
            """
            INSERT INTO c (name, data) VALUES ('stray', x'00');
            UPDATE c SET email = 'stray' WHERE id = 2; DELETE FROM c WHERE id = 3;
            UPDATE k SET n = 7 WHERE code = 'y'; INSERT INTO nokey VALUES ('z', 26);
            UPDATE c SET name = name WHERE id = 4;
            """
        )
        _ = try await psql(live.cutover.target, "UPDATE c SET email = 'pg' WHERE id = 1")
        let fence = try await live.fence("down")
        let tables = fence["stray_writes"].list.compactMap { $0["table"].string }
        #expect(tables == ["c", "k", "nokey"], "\(fence)")
        let refused = try await live.requireRefused()
        let message = refused.json["error"]["message"].string ?? ""
        #expect(message.contains("c: 3 rows (id 2; id 3; id 5)"), "\(message)")
        #expect(message.contains("k: 1 row (code y)"), "\(message)")
        let again = try await live.flip()
        #expect(again.status == 1 && again.json["outcome"].string == "switched", "\(again)")
        #expect(again.json["reason"].string?.contains("k: 1 row") == true, "\(again)")
        _ = try await live.fence("up")
        let back = try await live.goBack(["--accept-strays"])
        try #require(back.status == 0, "\(back)")
        #expect(back.json["stray_writes"].int == 5 && back.json["conflicts"].int == 0, "\(back)")
        let found = try lines(back)
        let gone = found.first { $0["key"]["id"].int == 3 }
        #expect(gone?["postgresql"]["name"].string == "c", "\(found)")
        #expect(gone?["conflict"].bool == false, "\(found)")
        try await requireEqual(live)
        let rows = try await psql(
            live.cutover.target,
            "SELECT string_agg(id || name || coalesce(email, ''), ',' ORDER BY id) FROM c"
        )
        #expect(rows.hasPrefix("1apg,2bstray,4d,5stray"), "\(rows)")
        #expect(try await psql(live.cutover.target, "SELECT count(*) FROM nokey").hasPrefix("4"))
    }

    @Test(arguments: [nil, "reverse-replayed", "reverse-committed", "handed-back"])
    func `where PostgreSQL wrote the same row its row stands, and both are listed`(
        _ point: String?
    ) async throws {
        let live = try await switched()
        for table in ["c", "nokey"] { try await live.openFence(table) }
        _ = try await sqlite3(
            live.path,
            """
            UPDATE c SET name = 'stray' WHERE id = 1; UPDATE c SET name = 'mine' WHERE id = 2;
            DELETE FROM c WHERE id = 4; INSERT INTO nokey VALUES ('stray', 1);
            """
        )
        _ = try await psql(
            live.cutover.target,
            """
            UPDATE c SET email = 'pg' WHERE id IN (1, 4); INSERT INTO nokey VALUES ('pg', 1);
            """
        )
        var file: String?
        if let point {
            let killed = try await live.goBack(
                ["--accept-strays"],
                ["CUTOVER_FAILPOINT": point]
            )
            #expect(killed.status == 128 + SIGKILL, "\(killed)")
            let names = try FileManager.default.contentsOfDirectory(atPath: live.path + ".cutover")
            file = names.first { $0.hasPrefix("strays-") }
            #expect(file != nil)
        }
        let back = try await live.goBack(["--accept-strays"])
        try #require(back.status == 0, "\(back)")
        if point == nil {
            #expect(back.json["stray_writes"].int == 4, "\(back)")
            #expect(back.json["conflicts"].int == 3, "\(back)")
            let found = try lines(back)
            let both = try #require(found.first { $0["key"]["id"].int == 1 }, "\(found)")
            #expect(both["sqlite"]["name"].string == "stray", "\(both)")
            #expect(both["sqlite"]["data"]["hex"].string == "00ff", "\(both)")
            #expect(both["postgresql"]["name"].string == "a", "\(both)")
            #expect(both["postgresql"]["email"].string == "pg", "\(both)")
            #expect(both["conflict"].bool == true, "\(both)")
        }
        try await requireEqual(live)
        let rows = try await sqlite3(
            live.path,
            "SELECT group_concat(id || name || coalesce(email, ''), ',') FROM c;"
        )
        #expect(rows == "1apg,2mineb@x,3c,4dpg", "\(rows)")
        #expect(
            try await sqlite3(live.path, "SELECT count(*) FROM nokey WHERE a = 'stray';") == "0"
        )
    }

    @Test func `writes that may have passed unseen leave the kept file as the one way back`()
        async throws
    {
        let live = try await switched()
        try await live.openFence("c")
        _ = try await sqlite3(
            live.path,
            "DROP TRIGGER _cutover_1_after_update; UPDATE c SET name = 'unseen' WHERE id = 1;"
        )
        let fence = try await live.fence("down")
        #expect(fence["reason"].string?.contains("unseen") == true, "\(fence)")
        _ = try await live.requireRefused(["--accept-strays"])
        let refused = try await live.requireRefused()
        #expect(try await live.flip().status == 1)
        try await live.putBack(refused.json["error"]["remedy"].string ?? "")
        #expect(try await live.goBack().status == 0)
        try await requireEqual(live)
        #expect(try await sqlite3(live.path, "SELECT name FROM c WHERE id = 1;") == "a")
    }
}
