import Foundation
import TestSupport
import Testing

/// The status as lines that come when something changes.
@Suite(.postgres, .database)
struct PlainWatchTests {
    @Test(.timeLimit(.minutes(30)))
    func `each line of the status comes again when it changes, and only then`() async throws {
        let folder = try TestFolder()
        let cutover = CutoverCommand(source: folder.file("a.db"), target: TestDatabase.url)
        _ = try await sqlite3(
            cutover.source,
            "CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1), (2);"
        )
        let watch = try StartedProgram(
            BuiltProducts.cutover,
            cutover.arguments("console", ["--plain", "--watch", "--interval", "0.2"])
                .filter { $0 != "--json" }
        )
        #expect(try await eventually { watch.output.contains("phase:       idle") })
        let first = watch.output
        #expect(first.contains("tables:      0 of 1 copied"))
        _ = try await cutover("migrate")
        #expect(try await eventually { watch.output.contains("Z  phase:       done") })
        #expect(try await eventually { watch.output.contains("Z  tables:      1 of 1 copied") })
        // The source is the same: its line came once.
        #expect(watch.output.components(separatedBy: "source:      ").count == 2)
        watch.send(SIGTERM)
        let ended = await watch.end()
        #expect(ended.status == 0, "\(ended)")
    }

    @Test(.timeLimit(.minutes(30)))
    func `it ends when nobody reads any more, although nothing changes`() async throws {
        let folder = try TestFolder()
        let cutover = CutoverCommand(source: folder.file("a.db"), target: TestDatabase.url)
        _ = try await sqlite3(cutover.source, "CREATE TABLE t (id INTEGER PRIMARY KEY);")
        let arguments = cutover.arguments("console", ["--plain", "--watch", "--interval", "0.2"])
            .filter { $0 != "--json" }
        let script = "{ \"$@\"; echo \"ended with $?\" >&2; } | head -n 1"
        let outcome = try await TestSupport.run(
            "bash",
            ["-c", script, "bash", BuiltProducts.cutover] + arguments
        )
        #expect(outcome.stderr.contains("ended with 0"), "\(outcome)")
    }
}
