import TestSupport
import Testing

@testable import MigrationEngine

/// A COPY never ends by accident as if it were whole.
@Suite(.postgres, .database)
struct CopyStreamTests {
    private func begin(_ connection: TargetConnection) throws -> CopyStream {
        let stream = try CopyStream(on: connection, "COPY item FROM STDIN")
        try Array("1\n2\n".utf8).withUnsafeBytes { try stream.send($0) }
        return stream
    }

    private func connected() throws -> TargetConnection {
        let address = try TargetAddress(TestDatabase.url)
        let connection = try TargetConnection(address, purpose: "test")
        try connection.execute("CREATE TABLE IF NOT EXISTS item (id integer)")
        return connection
    }

    @Test func `a COPY that is dropped keeps no row, and the connection goes on`() async throws {
        let url = TestDatabase.url
        try await onThread {
            try TestDatabase.$url.withValue(url) {
                let connection = try connected()
                do {
                    _ = try begin(connection)
                }
                #expect(try connection.query("SELECT count(*) FROM item").integer == 0)
                try begin(connection).abort("not wanted")
                #expect(try connection.query("SELECT count(*) FROM item").integer == 0)
                #expect(try begin(connection).finish() == 2)
                #expect(try connection.query("SELECT count(*) FROM item").integer == 2)
            }
        }
    }
}
