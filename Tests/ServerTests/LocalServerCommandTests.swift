import Foundation
import TestSupport
import Testing

/// `cutover server` as an operator runs it.
@Suite(.postgres)
struct LocalServerCommandTests {
    private func field(_ name: String, of run: ProgramRun) throws -> String? {
        let object = try JSONSerialization.jsonObject(with: Data(run.stdout.utf8))
        let value = (object as? [String: Any])?[name]
        return value.map { "\($0)" }
    }

    @Test func `start is idempotent and stop of a stopped server is fine`() async throws {
        let server = OwnServer()
        let first = try await server.run("start")
        try #require(first.status == 0, "\(first.stderr)")
        #expect(try field("changed", of: first) == "1" || field("changed", of: first) == "true")
        let second = try await server.run("start")
        #expect(try field("pid", of: second) == field("pid", of: first))
        let url = try #require(try field("url", of: second))
        #expect(try await psql(url, "SELECT 1;") == "1")

        #expect(try await server.run("stop").status == 0)
        #expect(try await server.run("stop").status == 0)
        let gone = try await server.run("url")
        #expect(gone.status == 69)
        #expect(gone.stderr.contains("cutover server start") || gone.stdout.contains("start"))
    }

    @Test func `two starts at once make one server`() async throws {
        let server = OwnServer()
        async let one = server.run("start")
        async let two = server.run("start")
        let (first, second) = try await (one, two)
        #expect(first.status == 0, "\(first.stderr)")
        #expect(second.status == 0, "\(second.stderr)")
        #expect(try field("pid", of: first) == field("pid", of: second))
        _ = try await server.run("stop")
    }

    @Test func `a pid file of another process does not stop a start`() async throws {
        let server = OwnServer()
        let first = try await server.run("start")
        try #require(first.status == 0, "\(first.stderr)")
        let pid = try #require(try field("pid", of: first).flatMap { Int32($0) })
        kill(pid, SIGKILL)
        #expect(try await eventually { kill(pid, 0) == -1 })
        let file = "\(server.path)/data/postmaster.pid"
        let lines = try String(contentsOfFile: file, encoding: .utf8)
            .split(separator: "\n", omittingEmptySubsequences: false).dropFirst()
        try "\(getpid())\n\(lines.joined(separator: "\n"))"
            .write(toFile: file, atomically: false, encoding: .utf8)

        let again = try await server.run("start")
        #expect(again.status == 0, "\(again.stderr)")
        #expect(try await server.run("stop").status == 0)
    }

    @Test func `a folder too long for a socket gets its socket elsewhere`() async throws {
        let server = OwnServer()
        let deep = "\(server.path)/\(String(repeating: "d", count: 100))"
        try FileManager.default.createDirectory(
            atPath: server.path,
            withIntermediateDirectories: true
        )
        let started = try await server.run("start", in: deep)
        try #require(started.status == 0, "\(started.stderr)")
        let url = try #require(try field("url", of: started))
        #expect(try await psql(url, "SELECT 1;") == "1")
        let socket = try String(contentsOfFile: "\(deep)/socket", encoding: .utf8).dropLast()
        #expect(try await server.run("stop", in: deep).status == 0)
        #expect(!exists(String(socket)))
    }

    @Test func `an empty folder is taken, one with another's files is not`() async throws {
        let server = OwnServer()
        try FileManager.default.createDirectory(
            atPath: server.path,
            withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0o700]
        )
        let taken = try await server.run("start")
        #expect(taken.status == 0, "\(taken.stderr)")
        #expect(try await server.run("stop").status == 0)
        let refused = try await server.run("start", in: "/usr")
        #expect(refused.status == 74)
        #expect(!exists("/usr/data"))
    }

    @Test func `missing programs are refused with a remedy`() async throws {
        let empty = try TestFolder()
        let refused = try await OwnServer().run(
            "start",
            in: "/var/tmp/none",
            environment: ["CUTOVER_PG_BIN": empty.path]
        )
        #expect(refused.status == 69)
        let words = refused.stdout + refused.stderr
        #expect(words.contains("apt-get install postgresql"))
        #expect(!exists("/var/tmp/none"))
    }
}
