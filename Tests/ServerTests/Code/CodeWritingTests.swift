import Foundation
import TestSupport
import Testing

/// `code fix --write` when it is stopped, when others write, and when files cannot be read.
@Suite(.postgres, .database, .timeLimit(.minutes(60)))
struct CodeWritingTests {
    private static let schema = "CREATE TABLE t (id bigint PRIMARY KEY, name text, n bigint);"
    private static let source = """
        import sqlite3
        c = sqlite3.connect('x.db').cursor()
        c.execute('SELECT id FROM t WHERE n = ?', (1,))

        """

    /// Three files, and a Python that waits after it has written the first.
    private func held() async throws -> (folder: CodeFolder, python: String) {
        _ = try await psql(TestDatabase.url, Self.schema)
        let folder = try CodeFolder(file: "")
        for name in ["a.py", "b.py", "d.py"] { try folder.write(name, Self.source) }
        let python = folder.folder.file("python")
        let program = """
            #!/usr/bin/env python3
            import os, runpy, sys, time
            if "fix" not in sys.argv[1:]:
                os.execvp("python3", ["python3", *sys.argv[1:]])
            real, mark = os.replace, \(String(reflecting: folder.folder.file("mark")))
            def replace(*words):
                real(*words)
                if not os.path.exists(mark):
                    open(mark, "w").write(str(os.getpid()))
                    while not os.path.exists(mark + ".go"):
                        time.sleep(0.02)
            os.replace = replace
            at = sys.argv.index("fix")
            reader = sys.argv[at - 1]
            sys.argv = [reader, *sys.argv[at:]]
            sys.path.insert(0, reader)
            runpy.run_path(reader, run_name="__main__")

            """
        try Data(program.utf8).write(to: URL(fileURLWithPath: python))
        chmod(python, 0o755)
        return (folder, python)
    }

    private func started(_ folder: CodeFolder, _ python: String) async throws -> StartedProgram {
        let program = try StartedProgram(
            BuiltProducts.cutover,
            [
                "code", "fix", folder.application, "--write", "--json", "--source",
                folder.command.source, "--target", folder.command.target,
            ],
            environment: ["CUTOVER_PYTHON": python]
        )
        let mark = folder.folder.file("mark")
        #expect(try await eventually { access(mark, F_OK) == 0 || program.isGone })
        #expect(access(mark, F_OK) == 0, "\(program.words)\(program.output)")
        return program
    }

    private func goOn(_ folder: CodeFolder) throws {
        try Data().write(to: URL(fileURLWithPath: folder.folder.file("mark.go")))
    }

    private func leftovers(_ folder: CodeFolder) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.application)
            .filter { $0.contains("cutover-") }
    }

    @Test(arguments: [SIGINT, SIGTERM])
    func `a stop says which files were written and where the old ones are`(
        signal: Int32
    )
        async throws
    {
        let (folder, python) = try await held()
        let program = try await started(folder, python)
        program.send(signal)
        let ended = CutoverRun(await program.end())
        #expect(ended.status == 75, "\(ended)")
        let kept = ended.json["error"]["kept"].string ?? ""
        #expect(kept.contains("1 file of the application was written: a.py"), "\(ended)")
        let backup = try #require(kept.split(separator: "as they were: ").last.map(String.init))
        #expect(try String(contentsOfFile: backup + "/a.py", encoding: .utf8) == Self.source)
        #expect(try folder.read("a.py") != Self.source)
        #expect(try folder.read("b.py") == Self.source)
        #expect(try leftovers(folder).isEmpty)
        // And the same command goes on with the rest.
        let again = try await folder.code("fix", "--write")
        #expect(again.status == 0, "\(again)")
        #expect(try folder.read("d.py") != Self.source)
    }

    @Test func `when the command is killed its Python writes no further file`() async throws {
        let (folder, python) = try await held()
        let program = try await started(folder, python)
        let child = try #require(
            Int32(String(contentsOfFile: folder.folder.file("mark"), encoding: .utf8))
        )
        program.send(SIGKILL)
        _ = await program.end()
        try goOn(folder)
        #expect(try await eventually { kill(child, 0) != 0 })
        #expect(try folder.read("a.py") != Self.source)
        #expect(try folder.read("b.py") == Self.source)
        #expect(try folder.read("d.py") == Self.source)
        #expect(try leftovers(folder).isEmpty)
    }

    @Test func `what an earlier run left beside a file holds up nothing and is removed`()
        async throws
    {
        _ = try await psql(TestDatabase.url, Self.schema)
        let folder = try CodeFolder(file: "c.execute('SELECT id FROM t WHERE n = ?', (1,))\n")
        try folder.write("a.py.cutover-new", "half")
        try folder.write(".cutover-abc123.new", "half")
        let fixed = try await folder.code("fix", "--write")
        #expect(fixed.json["files"][0]["state"].string == "fixed", "\(fixed)")
        #expect(try leftovers(folder).isEmpty)
    }

    @Test func `a file that is edited meanwhile keeps the edit, and a second writer is refused`()
        async throws
    {
        let (folder, python) = try await held()
        let program = try await started(folder, python)
        let second = try await folder.code("fix", "--write")
        #expect(second.code == "run_busy", "\(second)")
        #expect(second.status == 78)
        let edited = Self.source + "# an edit of this minute\n"
        try folder.write("b.py", edited)
        try goOn(folder)
        let ended = CutoverRun(await program.end())
        #expect(ended.status == 1, "\(ended)")
        #expect(try folder.read("b.py") == edited)
        let states = ended.json["files"].list.compactMap { $0["state"].string }
        #expect(states == ["fixed", "refused", "fixed"], "\(ended)")
        #expect(ended.json["files"][1]["reason"].string?.contains("changed") == true, "\(ended)")
    }

    @Test func `a fixed file keeps its mode and its owner`() async throws {
        _ = try await psql(TestDatabase.url, Self.schema)
        let folder = try CodeFolder(file: "c.execute('SELECT id FROM t WHERE n = ?', (1,))\n")
        let path = folder.application + "/a.py"
        chmod(path, 0o750)
        let isRoot = geteuid() == 0
        if isRoot { chown(path, 12_345, 23_456) }
        var before = stat()
        lstat(path, &before)
        #expect(try await folder.code("fix", "--write").status == 0)
        var after = stat()
        lstat(path, &after)
        #expect(after.st_ino != before.st_ino)
        #expect(after.st_mode == before.st_mode)
        #expect(after.st_uid == before.st_uid)
        #expect(after.st_gid == before.st_gid)
    }

    @Test func `what could not be read is named, and fix is not done`() async throws {
        let folder = try CodeFolder(file: "c.execute('SELECT 1')\n")
        try folder.write("old.py", "import sqlite3\nprint 'SELECT 1'\n")
        let fixed = try await folder.code("fix")
        #expect(fixed.status == 1, "\(fixed)")
        #expect(fixed.json["files"].list.map { $0["path"].string }.contains("old.py"), "\(fixed)")
        let reason = fixed.json["files"].list.first { $0["path"].string == "old.py" }?["reason"]
        #expect(reason?.string?.contains("cannot be parsed") == true, "\(fixed)")
    }

    @Test(arguments: [
        "f'SELECT id FROM {table} WHERE n = ?', (1,)",
        "f'INSERT OR REPLACE INTO {table} (id) VALUES (1)'",
        "f\"SELECT id FROM {table} WHERE name < datetime('now')\"",
    ])
    func `a reviewed statement that only SQLite takes holds up its file`(
        call: String
    )
        async throws
    {
        _ = try await psql(TestDatabase.url, Self.schema)
        let folder = try CodeFolder(
            file: "def f(table):\n    c.execute(\(call))  # cutover: reviewed\n"
        )
        let before = try folder.read("a.py")
        let fixed = try await folder.code("fix", "--write")
        #expect(fixed.status == 1, "\(fixed)")
        let reason = fixed.json["files"][0]["reason"].string
        #expect(reason?.contains("write it for PostgreSQL by hand") == true, "\(fixed)")
        #expect(try folder.read("a.py") == before)
    }
}
