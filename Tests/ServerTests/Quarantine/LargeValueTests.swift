import Foundation
import Synchronization
import TestSupport
import Testing

/// Values of many megabytes pass through without being held more than once.
@Suite(.postgres, .database)
struct LargeValueTests {
    private static let megabytes = 64

    /// What a process may use beyond the largest row: the program itself, its libraries, SQLite's
    /// page caches and libpq's buffers take about 50 MB in a debug build; the rest is room.
    private static let room = 100

    /// Runs a verb, and measures the most memory that the process ever had.
    private func measured(
        _ cutover: CutoverCommand,
        _ verb: String,
        _ options: [String] = []
    ) async throws -> (run: CutoverRun, peak: Int) {
        let program = try StartedProgram(
            BuiltProducts.cutover,
            cutover.arguments(verb, options)
        )
        let peak = Mutex(0)
        let status = "/proc/\(program.pid)/status"
        let ended = try await eventually(within: .seconds(300)) {
            let text = (try? String(contentsOfFile: status, encoding: .utf8)) ?? ""
            // The kernel's own record, which only grows; gone when the process has ended.
            guard let match = text.firstMatch(of: /VmHWM:\s+(\d+) kB/) else { return true }
            peak.withLock { $0 = max($0, (Int(match.1) ?? 0) / 1_024) }
            return false
        }
        #expect(ended)
        return (CutoverRun(await program.end()), peak.withLock { $0 })
    }

    /// One large row in a place of each kind, and several in two tables: one that is large by
    /// another column than the row before it, and text that no judge may copy.
    private static let script = """
        CREATE TABLE parent (id INTEGER PRIMARY KEY);
        INSERT INTO parent VALUES (1);
        CREATE TABLE plain (id INTEGER PRIMARY KEY, b BLOB, t TEXT);
        INSERT INTO plain VALUES (1, randomblob(\(megabytes << 20)), 'x'), (2, x'00', 'y');
        INSERT INTO plain VALUES (3, NULL, hex(randomblob(\(megabytes << 19))));
        CREATE TABLE broken (k TEXT PRIMARY KEY, t TEXT, d DATE);
        INSERT INTO broken VALUES ('a', CAST(randomblob(\(megabytes << 20)) AS TEXT), NULL);
        INSERT INTO broken VALUES ('b', 't', hex(randomblob(\(megabytes << 19))));
        CREATE TABLE misfit (id INTEGER PRIMARY KEY, n INTEGER, b BLOB);
        INSERT INTO misfit VALUES (1, 'bad', randomblob(\(megabytes << 20))), (2, 2, NULL);
        CREATE TABLE keyless (p INTEGER REFERENCES parent, b BLOB);
        INSERT INTO keyless VALUES (1, randomblob(\(megabytes << 20))), (9, randomblob(2000000));
        CREATE TABLE words (k TEXT PRIMARY KEY, t TEXT) WITHOUT ROWID;
        INSERT INTO words VALUES ('a', hex(randomblob(\(megabytes << 19)))), ('b', 'short');
        CREATE TABLE refused (id INTEGER PRIMARY KEY, n INTEGER CHECK (n > 0), b BLOB);
        PRAGMA ignore_check_constraints = 1;
        INSERT INTO refused VALUES (1, 1, x'00'), (2, 0, x'01'), (3, 3, randomblob(8000000));
        INSERT INTO refused VALUES (4, 0, randomblob(\(megabytes << 20))), (5, 5, x'05');
        """

    @Test(.timeLimit(.minutes(30)))
    func `memory stays below 100 MB and the largest row`() async throws {
        let folder = try TestFolder()
        let path = folder.file("large.db")
        _ = try await sqlite3(path, Self.script)
        let cutover = CutoverCommand(source: path, target: TestDatabase.url)
        let inspected = try await measured(cutover, "inspect")
        #expect(inspected.run.status == 0, "\(inspected.run)")
        #expect(inspected.peak > Self.megabytes, "the row is in memory once")
        #expect(inspected.peak < Self.megabytes + Self.room)
        let migrated = try await measured(cutover, "migrate", ["--no-verify"])
        #expect(migrated.run.status == 1, "\(migrated.run)")
        #expect(migrated.peak > Self.megabytes, "the row is in memory once")
        #expect(migrated.peak < Self.megabytes + Self.room)
        let verified = try await measured(cutover, "verify")
        #expect(verified.run.tables.list.allSatisfy { $0["status"].string == "equal" })
        #expect(verified.run.json["quarantined_rows"].int == 5, "\(verified.run)")
        #expect(verified.peak < Self.megabytes + Self.room)

        let sums = try await psql(
            TestDatabase.url,
            """
            SELECT octet_length(b), encode(sha256(b), 'hex') FROM plain WHERE id = 1;
            SELECT octet_length(row_values[3]), encode(sha256(row_values[3]), 'hex')
                FROM cutover.quarantine WHERE table_name = 'misfit';
            SELECT count(*) FROM refused;
            """
        ).split(separator: "\n").map(String.init)
        for (index, table) in ["plain", "misfit"].enumerated() {
            _ = try await sqlite3(
                path,
                "SELECT writefile('\(folder.file(table))', b) FROM \(table) WHERE id = 1;"
            )
            let sum = try await run("sha256sum", [folder.file(table)]).stdout.prefix(64)
            #expect(sums[index] == "\(Self.megabytes << 20)|\(sum)")
        }
        #expect(sums[2] == "3")
    }

    @Test func `one byte changed in a large value is found, with and without a key`() async throws {
        let folder = try TestFolder()
        let path = folder.file("large.db")
        _ = try await sqlite3(
            path,
            """
            CREATE TABLE keyed (id INTEGER PRIMARY KEY, b BLOB, t TEXT);
            CREATE TABLE keyless (b BLOB, t TEXT);
            CREATE TABLE named (k TEXT PRIMARY KEY, b BLOB);
            INSERT INTO keyed VALUES (1, randomblob(3000000), hex(randomblob(1000000))), (2, x'', '');
            INSERT INTO keyless SELECT b, t FROM keyed;
            INSERT INTO named VALUES ('b', randomblob(6000000)), ('a', x'00'), ('c', NULL);
            """
        )
        let cutover = CutoverCommand(source: path, target: TestDatabase.url)
        #expect(try await cutover("migrate").status == 0)
        for (table, change) in [
            ("keyed", "b = set_byte(b, 2999999, get_byte(b, 2999999) # 1)"),
            ("keyed", "t = overlay(t placing 'g' from 1999999)"),
            ("keyless", "b = set_byte(b, 1, get_byte(b, 1) # 128)"),
            ("named", "b = b || x'00'::bit(8)::text::bytea"),
        ] {
            _ = try await psql(
                TestDatabase.url,
                """
                CREATE TABLE kept AS TABLE \(table);
                UPDATE \(table) SET \(change) WHERE length(b) > 100;
                """
            )
            let found = try await cutover("verify")
            #expect(found.tables.named(table)["status"].string == "different", "\(found)")
            _ = try await psql(
                TestDatabase.url,
                """
                DELETE FROM \(table); INSERT INTO \(table) SELECT * FROM kept; DROP TABLE kept;
                """
            )
        }
        #expect(try await cutover("verify").status == 0)
    }
}
