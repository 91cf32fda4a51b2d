import TestSupport
import Testing

/// What is wrong with the target is said with what helps.
@Suite(.postgres, .database)
struct TargetWordsTests {
    private func source(_ folder: TestFolder) async throws -> String {
        let path = folder.file("words.db")
        _ = try await sqlite3(path, "CREATE TABLE t (a INTEGER); INSERT INTO t VALUES (1), (2);")
        return path
    }

    private func error(_ run: CutoverRun) -> String {
        "\(run.json["error"]["message"].string ?? "\(run)"): "
            + (run.json["error"]["remedy"].string ?? "")
    }

    @Test func `a database that is set to read-only is not called a standby`() async throws {
        let folder = try TestFolder()
        let cutover = CutoverCommand(source: try await source(folder), target: TestDatabase.url)
        _ = try await psql(
            TestDatabase.url,
            "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on',"
                + " current_database()); END $$;"
        )
        let run = try await cutover("migrate")
        #expect(run.status == 69, "\(run)")
        #expect(error(run).contains("RESET default_transaction_read_only"))
    }

    @Test func `a user who only compares is told which rights to read`() async throws {
        let folder = try TestFolder()
        let cutover = CutoverCommand(source: try await source(folder), target: TestDatabase.url)
        #expect(try await cutover("migrate").status == 0)
        let database = try await psql(TestDatabase.url, "SELECT current_database();")
        let user = "reader_\(database)"
        _ = try await psql(TestDatabase.url, "CREATE ROLE \(user) LOGIN;")
        var reading = cutover
        reading.environment = ["PGUSER": user]
        reading.target = try await psql(
            TestDatabase.url,
            "SELECT format('postgresql:///%s?host=%s&port=%s', current_database(), "
                + "split_part(current_setting('unix_socket_directories'), ',', 1), "
                + "current_setting('port'));"
        )
        let blind = try await reading("verify")
        #expect(error(blind).contains("GRANT USAGE ON SCHEMA"), "\(blind)")
        _ = try await psql(
            TestDatabase.url,
            """
            GRANT USAGE ON SCHEMA public, cutover TO \(user);
            GRANT SELECT ON ALL TABLES IN SCHEMA public, cutover TO \(user);
            ALTER TABLE t ENABLE ROW LEVEL SECURITY;
            """
        )
        let hidden = try await reading("verify")
        #expect(error(hidden).hasPrefix("row-level security hides rows"), "\(hidden)")
        _ = try await psql(TestDatabase.url, "ALTER ROLE \(user) BYPASSRLS;")
        let open = try await reading("verify")
        #expect(open.status == 0, "\(open)")
        _ = try await psql(
            TestDatabase.url,
            "DROP OWNED BY \(user); DROP ROLE \(user);"
        )
    }

    @Test func `a connection string that libpq or the server refuses is the matter`() async throws {
        let folder = try TestFolder()
        let path = try await source(folder)
        let address = try await psql(
            TestDatabase.url,
            "SELECT format('postgresql:///%s?user=%s&host=%s&port=%s', '\u{25C6}', current_user, "
                + "split_part(current_setting('unix_socket_directories'), ',', 1), "
                + "current_setting('port'));"
        )
        let known = address.replacing("\u{25C6}", with: "postgres")
        let cases = [
            (known + "&sslmode=bad", "libpq does not take a parameter"),
            (known + "&options=-c%20foo%3Dbar", "the server was reached and refuses"),
            (
                address.replacing("\u{25C6}", with: "template0"),
                "the database \"template0\" takes no connections"
            ),
        ]
        for (target, words) in cases {
            let run = try await CutoverCommand(source: path, target: target)("migrate")
            #expect(error(run).hasPrefix(words), "\(run)")
            #expect(!error(run).contains("start the server"), "\(run)")
        }
    }

    @Test func `a negative number is called one`() async throws {
        let folder = try TestFolder()
        let path = try await source(folder)
        let cutover = CutoverCommand(source: path, target: TestDatabase.url)
        let jobs = try await cutover("migrate", "--jobs", "-1")
        #expect(jobs.status == 64)
        #expect(error(jobs).hasPrefix("--jobs must not be negative"), "\(jobs)")
        let key = try await cutover("verify", "--table", "t", "--key", "-1")
        #expect(!error(key).contains("Missing value"), "\(key)")
        let plain = try await run(BuiltProducts.cutover, ["migrate", "--jobs", "-1"])
        #expect(plain.stderr.contains("--jobs must not be negative"), "\(plain)")
    }
}
