import Foundation
import MigrationEngine
import Synchronization
import TestSupport
import Testing

/// An application that commits without end keeps nobody from copying its file.
@Suite(.serialized)
final class SteadyWriterTests: Sendable {
    /// What a writer did until it was stopped.
    private struct Writing: Sendable {
        var commits = 0
        var thoughts = 0
        var longest = Duration.zero
    }

    private let isStopped = Mutex(false)

    /// Commits a row every two milliseconds; the test's process is not the one that copies.
    private func write(_ path: String) throws -> Writing {
        let connection = try SourceConnection(
            path: path,
            access: .readWrite,
            busyMilliseconds: 30_000
        )
        var writing = Writing()
        while !isStopped.withLock({ $0 }) {
            let started = ContinuousClock.now
            try connection.execute("INSERT INTO t (v) VALUES ('live')")
            writing.longest = max(writing.longest, started.duration(to: .now))
            writing.commits += 1
            // What an application does between two commits.
            let thought = ContinuousClock.now
            while thought.duration(to: .now) < .milliseconds(2) { writing.thoughts &+= 1 }
        }
        return writing
    }

    @Test(arguments: ["delete", "truncate", "wal"])
    func `a backup ends while another process writes, which waits but a moment`(
        mode: String
    ) async throws {
        let folder = try TestFolder()
        let path = folder.file("busy.db")
        _ = try await sqlite3(
            path,
            """
            PRAGMA journal_mode = \(mode);
            CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT, b BLOB);
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000)
            INSERT INTO t (v, b) SELECT 'v' || i, randomblob(60) FROM n;
            """
        )
        async let writing = onThread { try self.write(path) }
        let cutover = CutoverCommand(source: path, target: "")
        var copies: [CutoverRun] = []
        for _ in 0..<3 { copies.append(try await cutover("backup")) }
        isStopped.withLock { $0 = true }
        let written = try await writing
        for copy in copies {
            #expect(copy.status == 0, "\(copy)")
            let rows = copy.json["tables"][0]["rows"].int ?? 0
            #expect(rows >= 200_000)
        }
        #expect(written.commits > 3)
        #expect(written.longest < .seconds(4), "\(written)")
    }
}
