import Foundation
import MigrationEngine
import TestSupport
import Testing

/// A server that asks for a password, and what becomes of that password.
@Suite(.postgres, .serialized)
final class PasswordTests {
    private static let secret = "s3cr3t-Zx9"
    private let server: LocalServer
    private let folder: TestFolder

    init() async throws {
        folder = try TestFolder()
        server = try await onThread { try LocalServer.temporary() }
        _ = try await psql(
            server.url(),
            """
            SET password_encryption = 'scram-sha-256';
            CREATE ROLE keeper LOGIN SUPERUSER PASSWORD '\(Self.secret)';
            CREATE DATABASE shop OWNER keeper;
            """
        )
        let rules = "\(server.folder)/data/pg_hba.conf"
        let before = try String(contentsOfFile: rules, encoding: .utf8)
        // Written in place, so that the file stays the server's own.
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: rules))
        try file.write(contentsOf: Data(("local all keeper scram-sha-256\n" + before).utf8))
        try file.close()
        _ = try await psql(server.url(), "SELECT pg_reload_conf();")
        let url = url(password: "wrong")
        // The reload takes effect with the next connections.
        let isAsked = try await eventually {
            try await run("psql", ["-XAtc", "SELECT 1", url]).status != 0
        }
        #expect(isAsked)
    }

    private func url(password: String?) -> String {
        let part = password.map { "keeper:\($0)@" } ?? "keeper@"
        return "postgresql://\(part)/shop?host=\(server.socketFolder)"
    }

    private func expectNoSecret(
        in texts: [String],
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        for text in texts {
            #expect(!text.contains(Self.secret), sourceLocation: sourceLocation)
        }
    }

    @Test func `a wrong or missing password is refused and not repeated`() async throws {
        let source = folder.file("small.db")
        _ = try await sqlite3(source, "CREATE TABLE t (a); INSERT INTO t VALUES (1);")
        var wrong = CutoverCommand(source: source, target: url(password: Self.secret + "x"))
        for verb in ["migrate", "verify"] {
            let refused = try await wrong(verb)
            expectRefusal(refused, 69, "target_authentication")
            expectNoSecret(in: [refused.program.stdout, refused.program.stderr])
        }
        wrong.target = url(password: nil)
        wrong.environment = ["PGPASSWORD": nil, "PGPASSFILE": "/dev/null"]
        expectRefusal(try await wrong("migrate"), 69, "target_authentication")
        expectNoBackup(wrong)
        #expect(try await psql(server.url(database: "shop"), "SELECT to_regclass('t');") == "")
    }

    @Test func `the password is in no output, no file and no process list`() async throws {
        let source = folder.file("ora.db")
        try await makeSample(source, .plan, orders: 5_000)
        let target = url(password: Self.secret)
        let cutover = CutoverCommand(source: source, target: target)
        let started = try StartedProgram(BuiltProducts.cutover, cutover.arguments("migrate"))
        let isWorking = try await eventually(within: .seconds(60)) { [server] in
            try await psql(
                server.url(database: "shop"),
                "SELECT count(*) > 0 FROM pg_stat_activity WHERE application_name LIKE 'cutover%';"
            ) == "t"
        }
        #expect(isWorking)
        let line = try Data(contentsOf: URL(fileURLWithPath: "/proc/\(started.pid)/cmdline"))
        expectNoSecret(in: [String(decoding: line, as: UTF8.self)])
        #expect(String(decoding: line, as: UTF8.self).contains("keeper"))
        let outcome = await started.end()
        #expect(outcome.status == 0, "\(outcome)")
        expectNoSecret(in: [outcome.stdout, outcome.stderr])

        let common = ["--source", source, "--target", target]
        for verb in ["migrate", "verify", "status", "plan", "inspect", "orders", "workflows"] {
            for json in [[], ["--json"]] {
                let outcome = try await run(BuiltProducts.cutover, [verb] + common + json)
                expectNoSecret(in: [outcome.stdout, outcome.stderr])
            }
        }
        let found = try await run("grep", ["-rlaF", Self.secret, source + ".cutover", source])
        #expect(found.stdout == "" && found.status == 1)
        let stored = try await psql(
            server.url(database: "shop"),
            "SELECT count(*) FROM cutover.run r WHERE r::text LIKE '%\(Self.secret)%';"
        )
        #expect(stored == "0")
    }

    @Test func `words that the command line does not understand hide a password`() async throws {
        let target = url(password: Self.secret)
        let conninfo = "host=\(server.socketFolder) user=keeper password=\(Self.secret) bogus=1"
        for arguments in [
            ["migrate", target], ["migrate", "--traget", target], ["migrat", "--target", target],
            ["verify", "--table", "--target=\(target)"], ["migrate", "--target", conninfo],
            ["migrate", "--jobs", target], ["migrate", "--mode", target],
        ] {
            for json in [[], ["--json"]] {
                let outcome = try await run(BuiltProducts.cutover, arguments + json)
                #expect(outcome.status != 0, "\(arguments)")
                expectNoSecret(in: [outcome.stdout, outcome.stderr])
            }
        }
    }
}
