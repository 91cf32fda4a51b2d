import Foundation
import MigrationEngine
import TestSupport
import Testing

/// The server's own process, by its own word.
private let postmasterPID = #"SELECT split_part(pg_read_file('postmaster.pid'), E'\n', 1);"#

@Suite(.postgres)
struct LocalServerTests {
    @Test func `a temporary server answers psql and leaves no folder and no process`() async throws
    {
        let server = try await onThread { try LocalServer.temporary() }
        try await onThread { try server.createDatabase("Ora's \"copy\"/1") }
        let url = server.url(database: "Ora's \"copy\"/1")
        let answer = try await psql(
            url,
            "SELECT current_database(), pg_encoding_to_char(encoding) FROM pg_database "
                + "WHERE datname = current_database();"
        )
        #expect(answer == "Ora's \"copy\"/1|UTF8")
        let pid = try #require(Int32(try await psql(url, postmasterPID)))
        #expect(kill(pid, 0) == 0)

        try await onThread { try server.stop() }
        #expect(!exists(server.folder))
        #expect(try await eventually { kill(pid, 0) == -1 })
    }

    @Test func `an owner killed with -9 leaves no folder and no process`() async throws {
        let result = await #expect(
            processExitsWith: .signal(SIGKILL),
            observing: [\.standardOutputContent]
        ) {
            let server = try await onThread { try LocalServer.temporary() }
            let pid = try await psql(server.url(), postmasterPID)
            FileHandle.standardOutput.write(Data("owned:\(pid):\(server.folder):\n".utf8))
            kill(getpid(), SIGKILL)
        }
        let words = String(decoding: try #require(result).standardOutputContent, as: UTF8.self)
        let owned = words.split(separator: "\n").first { $0.hasPrefix("owned:") }
        let parts = try #require(owned).split(separator: ":")
        let pid = try #require(Int32(parts[1]))
        let folder = String(parts[2])
        #expect(try await eventually { kill(pid, 0) == -1 && !exists(folder) })
    }

    @Test func `an address holds against the variables of libpq`() async throws {
        let server = try await TestServer.shared()
        let answer = try await run(
            "psql",
            ["-XAtc", "SELECT 1", server.url()],
            environment: ["PGHOST": "/nowhere", "PGPORT": "1", "PGUSER": "nobody"]
        )
        #expect(answer.stdout == "1\n")
    }

    @Test(.database) func `each test has an empty database of its own`() async throws {
        let count = try await psql(
            TestDatabase.url,
            "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace;"
        )
        #expect(count == "0")
    }

    @Test func `a database that exists is refused`() async throws {
        let server = try await TestServer.shared()
        try await onThread { try server.createDatabase("twice") }
        let error = await #expect(throws: MigrationError.self) {
            try await onThread { try server.createDatabase("twice") }
        }
        #expect(error?.code == .serverFailed)
        try await onThread { try server.dropDatabase("twice") }
    }
}

extension ServerPrograms {
    /// What the missing programs look like.
    fileprivate static func refusal(_ environment: [String: String]) -> MigrationError? {
        do throws(MigrationError) {
            _ = try find(environment: environment)
            return nil
        } catch {
            return error
        }
    }
}

struct ServerProgramsTests {
    @Test func `missing programs are refused with the command that installs them`() throws {
        let folder = try TestFolder()
        let error = ServerPrograms.refusal(["CUTOVER_PG_BIN": folder.path])
        #expect(error?.code == .serverMissing)
        #expect(error?.remedy.contains("apt-get install postgresql") == true)
        #expect(error?.exitStatus == 69)
    }
}
