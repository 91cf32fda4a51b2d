import Foundation
import MigrationEngine
import TestSupport
import Testing

/// Each way in which the source can be wrong, and that nothing is done then.
@Suite(.postgres, .database)
struct BadSourceTests {
    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    private func command(_ name: String) -> CutoverCommand {
        CutoverCommand(source: folder.file(name), target: TestDatabase.url)
    }

    private func write(_ name: String, _ bytes: Data) throws {
        try bytes.write(to: URL(fileURLWithPath: folder.file(name)))
    }

    @Test func `a missing file`() async throws {
        let cutover = command("none.db")
        expectRefusal(try await cutover("migrate"), 66, "source_missing")
        expectRefusal(try await cutover("inspect"), 66, "source_missing")
        expectRefusal(try await cutover("backup"), 66, "source_missing")
        expectRefusal(try await cutover("verify"), 66, "source_missing")
        try await expectNothingDone(cutover)
        #expect(!exists(folder.file("none.db")))
        #expect(!exists(folder.file("none.db.cutover")))
    }

    @Test func `a folder`() async throws {
        let cutover = CutoverCommand(source: folder.path, target: TestDatabase.url)
        expectRefusal(try await cutover("migrate"), 66, "source_is_directory")
        try await expectNothingDone(cutover)
    }

    @Test func `a file that is no database`() async throws {
        try write("notes.db", Data(String(repeating: "no database. ", count: 500).utf8))
        let cutover = command("notes.db")
        expectRefusal(try await cutover("migrate"), 66, "source_not_database")
        expectRefusal(try await cutover("inspect"), 66, "source_not_database")
        try await expectNothingDone(cutover)
    }

    @Test func `a database that was cut off`() async throws {
        let whole = folder.file("whole.db")
        try await makeSample(whole, .plan, orders: 500)
        let bytes = try Data(contentsOf: URL(fileURLWithPath: whole))
        try write("cut.db", bytes.prefix(bytes.count / 2))
        let cutover = command("cut.db")
        expectRefusal(try await cutover("migrate"), 65, "source_corrupt")
        expectRefusal(try await cutover("backup"), 65, "source_corrupt")
        try await expectNothingDone(cutover)
    }

    @Test func `a damaged page in the middle is found before anything is copied`() async throws {
        let path = folder.file("damaged.db")
        try await makeSample(path, .plan, orders: 500)
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        let page = bytes.count / 4_096 / 2 * 4_096
        bytes.replaceSubrange(page..<page + 4_096, with: Data(repeating: 0xa5, count: 4_096))
        try write("damaged.db", bytes)
        let cutover = command("damaged.db")
        expectRefusal(try await cutover("migrate"), 65, "source_corrupt")
        try await expectNothingDone(cutover)
    }

    @Test func `an empty file and a database without tables`() async throws {
        try write("zero.db", Data())
        let zero = command("zero.db")
        expectRefusal(try await zero("migrate"), 66, "source_empty")
        try await expectNothingDone(zero)

        let bare = command("bare.db")
        _ = try await sqlite3(bare.source, "CREATE TABLE t (a); DROP TABLE t; VACUUM;")
        expectRefusal(try await bare("migrate"), 66, "source_empty")
        try await expectNothingDone(bare)
    }

    @Test func `a database without tables is inspected, and neither planned nor called equal`()
        async throws
    {
        let bare = command("views.db")
        _ = try await sqlite3(bare.source, "CREATE VIEW v AS SELECT 1 AS a;")
        let inspected = try await bare("inspect")
        #expect(inspected.status == 0, "\(inspected)")
        #expect(inspected.tables.list.isEmpty)
        #expect(inspected.json["integrity"]["ok"].bool == true)
        expectRefusal(try await bare("plan"), 66, "source_empty")
        expectRefusal(try await bare("verify"), 66, "source_empty")
        expectRefusal(try await bare("migrate", "--dry-run"), 66, "source_empty")
        try await expectNothingDone(bare)
    }

    @Test func `a database that a writer keeps locked`() async throws {
        let path = folder.file("locked.db")
        _ = try await sqlite3(path, "PRAGMA journal_mode = DELETE; CREATE TABLE t (a);")
        let (locked, done) = (folder.file("locked"), folder.file("done"))
        // The shell holds the lock until the test has seen the refusal.
        let writer = try StartedProgram(
            "/bin/sh",
            [
                "-c",
                """
                printf '%s\n' 'BEGIN EXCLUSIVE;' 'INSERT INTO t VALUES (1);' \
                    ".shell touch \(locked)" \
                    ".shell while [ ! -e \(done) ]; do sleep 0.05; done" 'COMMIT;' |
                exec sqlite3 -batch -init /dev/null \(path)
                """,
            ]
        )
        #expect(try await eventually { exists(locked) })
        let cutover = command("locked.db")
        let refused = try await cutover("migrate")
        try write("done", Data())
        expectRefusal(refused, 66, "source_locked")
        try await expectNothingDone(cutover)
        #expect(await writer.end().status == 0)
        #expect(try await cutover("migrate").status == 0)
    }

    @Test func `a file that may not be read`() async throws {
        let path = folder.file("private.db")
        _ = try await sqlite3(path, "CREATE TABLE t (a); INSERT INTO t VALUES (1);")
        #expect(chmod(path, 0) == 0)
        let cutover = command("private.db")
        // Root reads everything, unless it gives up the right to.
        let give =
            geteuid() == 0
            ? ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] : ["env"]
        let outcome = try await run(
            give[0],
            give.dropFirst() + [BuiltProducts.cutover] + cutover.arguments("migrate")
        )
        expectRefusal(CutoverRun(outcome), 66, "source_unreadable")
        try await expectNothingDone(cutover)
    }

    @Test func `a mode that the source does not have, and options that nobody knows`() async throws
    {
        let path = folder.file("small.db")
        _ = try await sqlite3(path, "CREATE TABLE t (a); INSERT INTO t VALUES (1);")
        let cutover = command("small.db")
        let plan = try await cutover("migrate", "--mode", "plan")
        #expect(plan.status == 78)
        #expect(plan.code == "configuration")
        for options in [["--mode", "best"], ["--jobs", "0"], ["--on-bad-row", "x"], ["--turbo"]] {
            let refused = try await cutover("migrate", options)
            #expect(refused.status == 64, "\(options) \(refused)")
            #expect(refused.code == "usage", "\(options) \(refused)")
        }
        #expect(try await cutover("migrat").status == 64)
        #expect(try await run(BuiltProducts.cutover, ["migrate", "--turbo"]).status == 64)
    }

    @Test func `--read-only refuses to migrate and to back up`() async throws {
        let path = folder.file("small.db")
        _ = try await sqlite3(path, "CREATE TABLE t (a); INSERT INTO t VALUES (1);")
        let cutover = command("small.db")
        expectRefusal(try await cutover("migrate", "--read-only"), 64, "read_only")
        expectRefusal(try await cutover("backup", "--read-only"), 64, "read_only")
        try await expectNothingDone(cutover)
    }

    @Test func `a folder of the run that cannot be made`() async throws {
        let path = folder.file("small.db")
        _ = try await sqlite3(path, "CREATE TABLE t (a); INSERT INTO t VALUES (1);")
        try write("file", Data())
        let cutover = command("small.db")
        let refused = try await cutover("migrate", "--run-dir", folder.file("file/run"))
        expectRefusal(refused, 74, "file_failed")
        try await expectNothingDone(cutover)
    }

    @Test func `control characters in names never reach the terminal`() async throws {
        let path = folder.file("escape.db")
        _ = try await sqlite3(
            path,
            """
            CREATE TABLE "evil\u{1b}]0;owned\u{7}" (id INTEGER PRIMARY KEY, "c\u{1b}[31m" TEXT);
            INSERT INTO "evil\u{1b}]0;owned\u{7}" VALUES (1, 'x' || char(27) || '[2J');
            """
        )
        let options = ["--source", path, "--target", TestDatabase.url]
        for verb in ["inspect", "plan", "migrate", "verify", "status"] {
            let outcome = try await run(BuiltProducts.cutover, [verb] + options)
            #expect(outcome.status == 0, "\(verb): \(outcome.stderr)")
            let words = outcome.stdout + outcome.stderr
            let hostile = words.unicodeScalars.filter { $0.value < 32 && $0 != "\n" && $0 != "\t" }
            #expect(hostile.isEmpty, "\(verb)")
        }
    }
}
