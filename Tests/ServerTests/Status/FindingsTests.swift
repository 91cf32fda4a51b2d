import Foundation
import MigrationEngine
import TestSupport
import Testing

/// What the verbs print says what happened, with the right numbers.
@Suite(.postgres, .database)
struct FindingsTests {
    private let folder: TestFolder
    private let cutover: CutoverCommand

    init() throws {
        folder = try TestFolder()
        cutover = CutoverCommand(source: folder.file("a.db"), target: TestDatabase.url)
    }

    private func text(_ verb: String, _ options: String...) async throws -> ProgramRun {
        let arguments = cutover.arguments(verb, options).filter { $0 != "--json" }
        return try await run(BuiltProducts.cutover, arguments)
    }

    @Test func `a run that stops at a bad row names its key`() async throws {
        _ = try await sqlite3(
            cutover.source,
            """
            CREATE TABLE p (id INTEGER PRIMARY KEY);
            CREATE TABLE c (id INTEGER PRIMARY KEY, p INTEGER REFERENCES p);
            INSERT INTO p VALUES (1);
            INSERT INTO c VALUES (1, 1), (7, 70), (8, 80);
            """
        )
        let stopped = try await cutover("migrate", "--on-bad-row", "stop")
        #expect(stopped.status == 65, "\(stopped)")
        #expect("\(stopped.json["error"]["place"])".contains("id 7"), "\(stopped)")
    }

    @Test func `rows that lost their parent to quarantine are told from orphans`() async throws {
        _ = try await sqlite3(
            cutover.source,
            """
            CREATE TABLE p (id INTEGER PRIMARY KEY, n INTEGER CHECK (n <> 5));
            CREATE TABLE c (id INTEGER PRIMARY KEY, p INTEGER REFERENCES p);
            INSERT INTO p VALUES (1, 1), (2, 'two');
            INSERT INTO c VALUES (1, 1), (2, 2), (3, 2), (4, 40);
            """
        )
        let first = try await text("migrate")
        #expect(
            first.stdout.contains(
                "c → p: 1 row without a parent in the source, 2 more lost the parent to quarantine"
            ),
            "\(first)"
        )
        #expect(first.stdout.contains("findings: 4 rows wait in quarantine, 0 are allowed"))
        _ = try await cutover("quarantine", "replay", "1", "--set", "n=2")
        _ = try await cutover("quarantine", "accept", "4", "--reason", "a test record")
        let second = try await text("migrate")
        #expect(
            second.stdout.contains(
                "quarantine: 2 waiting, 1 accepted, 1 in the target with values that the operator"
            ),
            "\(second)"
        )
        #expect(!second.stdout.contains("phases: \n"))
        let plan = try await text("plan")
        let lines = plan.stdout.split(separator: "\n")
        #expect(lines.dropFirst().first?.contains(" decisions: ") == true, "\(plan)")
    }

    @Test func `verify says that a run is not finished`() async throws {
        _ = try await sqlite3(
            cutover.source,
            "CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1), (2);"
        )
        _ = try await cutover("migrate")
        _ = try await psql(
            TestDatabase.url,
            "DELETE FROM t WHERE id = 2; UPDATE cutover.run SET phase = 'copy', finished_at = NULL;"
        )
        let verified = try await cutover("verify")
        #expect(verified.status == 1)
        #expect(verified.tables.named("t")["status"].string == "waiting", "\(verified)")
        #expect(verified.json["unfinished"].string == "copy")
    }

    @Test func `what is not there is answered with what is`() async throws {
        let verb = try await run(BuiltProducts.cutover, ["migrat"])
        #expect(verb.status == 64)
        #expect(verb.stderr.contains("there is no verb \"migrat\""), "\(verb)")
        #expect(verb.stderr.contains("verify"))
        try await makeSample(cutover.source, .plan, orders: 20)
        let orders = try await text("orders", "--side", "source", "--status", "bogus")
        #expect(
            orders.stderr.contains("no order has the status \"bogus\"; there are: "),
            "\(orders)"
        )
        let sample = try await run(
            BuiltProducts.cutover,
            ["--read-only", "sample", folder.file("b.db")]
        )
        #expect(sample.status != 0)
        #expect(!exists(folder.file("b.db")))
    }
}
