import Foundation
import TestSupport
import Testing

/// Folders as they are found: broken files, other languages, names and links that mean harm.
@Suite(.postgres, .database, .timeLimit(.minutes(60)))
struct CodeBadInputTests {
    private func text(
        _ folder: CodeFolder,
        _ verb: String,
        _ environment: [String: String?] = [:]
    ) async throws -> ProgramRun {
        try await run(
            BuiltProducts.cutover,
            ["code", verb, folder.application, "--target", TestDatabase.url],
            environment: environment
        )
    }

    @Test func `files that cannot be read are named, and the others are proven all the same`()
        async throws
    {
        let folder = try CodeFolder(file: "c.execute('SELECT 1')\n")
        try folder.write("broken.py", "def f(:\n")
        try folder.write("old.py", "import sqlite3\nprint 'SELECT 1'\n")
        let latin = Data([0x23, 0x0a, 0x61, 0x20, 0x3d, 0x20, 0x27, 0xe9, 0x27, 0x0a])
        try latin.write(to: URL(fileURLWithPath: folder.application + "/bytes.py"))
        try FileManager.default.createSymbolicLink(
            atPath: folder.application + "/loop",
            withDestinationPath: "."
        )
        let checked = try await folder.code("check")
        #expect(checked.status == 1, "\(checked)")
        let rules = Dictionary(
            checked.json["files"].list.map { file in
                (file["path"].string ?? "", file["findings"][0]["rule"].string)
            }
        ) { first, _ in first }
        #expect(rules["broken.py"] == "unparsed")
        #expect(rules["old.py"] == "unparsed")
        #expect(rules["bytes.py"] == "unreadable")
        #expect(rules.count == 4, "\(rules)")
        #expect(checked.json["totals"]["prepared"].int == 1)
    }

    @Test func `a file name cannot write on the terminal`() async throws {
        let folder = try CodeFolder(file: "c.execute('SELECT 1')\n")
        try folder.write("\u{1b}[31mred\nnext\u{7}.py", "import sqlite3\n")
        try folder.write("-rf.py", "import sqlite3\n")
        for verb in ["scan", "check", "fix"] {
            let shown = try await text(folder, verb)
            #expect([0, 1].contains(shown.status), "\(shown)")
            #expect(!(shown.stdout + shown.stderr).contains("\u{1b}"), "\(shown)")
            #expect(!(shown.stdout + shown.stderr).contains("\u{7}"), "\(shown)")
        }
        let scanned = try await folder.code("scan")
        #expect(scanned.json["files"].list.count == 3, "\(scanned)")
    }

    @Test func `how far a long reading is stands on standard error, the result alone on output`()
        async throws
    {
        let folder = try CodeFolder(file: "c.execute('SELECT 1')\n")
        // A folder that takes long enough would take every run of this test as long.
        let python = folder.folder.file("python")
        let script = "#!/bin/sh\necho 'scan: 4711 files' >&2\nexec python3 \"$@\"\n"
        try Data(script.utf8).write(to: URL(fileURLWithPath: python))
        chmod(python, 0o755)
        let outcome = try await run(
            BuiltProducts.cutover,
            ["code", "scan", folder.application, "--json"],
            environment: ["CUTOVER_PYTHON": python]
        )
        #expect(outcome.stderr == "scan: 4711 files\n", "\(outcome)")
        #expect(CutoverRun(outcome).json["totals"]["statements"].int == 1)
    }

    @Test func `a reader that fails is told with its own words`() async throws {
        let folder = try CodeFolder(file: "c.execute('SELECT 1')\n")
        let missing = try await text(folder, "scan", ["CUTOVER_PYTHON": "/not/there/python"])
        #expect(missing.status == 78, "\(missing)")
        #expect(missing.stderr.contains("CUTOVER_PYTHON"))
        let python = folder.folder.file("python")
        try Data("#!/bin/sh\necho 'it burns' >&2\nexit 3\n".utf8)
            .write(to: URL(fileURLWithPath: python))
        chmod(python, 0o755)
        let failed = try await text(folder, "scan", ["CUTOVER_PYTHON": python])
        #expect(failed.status == 70, "\(failed)")
        #expect(failed.stderr.contains("cause: it burns"), "\(failed)")
    }
}
