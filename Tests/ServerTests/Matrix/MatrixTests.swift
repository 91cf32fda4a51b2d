import Foundation
import TestSupport
import Testing

/// Every declared type with every hostile value: never an abort, never a lost or altered cell.
@Suite(.postgres)
struct MatrixTests {
    /// The parts run side by side, each with a database of its own.
    private static let parts: [Matrix] = {
        let count = DeclaredTypes.all.count
        let step = (count + 3) / 4
        return stride(from: 0, to: count, by: step).map { first in
            Matrix.alone(first..<min(first + step, count))
        } + [Matrix.together]
    }()

    @Test func `no cell of the matrix is lost or altered`() async throws {
        #expect(DeclaredTypes.all.count >= 60 && HostileValues.all.count >= 40)
        let tally = try await withThrowingTaskGroup(of: MatrixTally.self) { group in
            for part in Self.parts {
                group.addTask {
                    try await TestServer.withDatabase { url in
                        try await Self.migrate(part, to: url)
                    }
                }
            }
            var sum = MatrixTally()
            for try await part in group { sum.add(part) }
            return sum
        }
        print(tally.summary)
        #expect(tally.tried > 2 * 60 * 40)
        #expect(tally.lost.isEmpty, "\(tally.lost.prefix(50).joined(separator: "\n"))")
        #expect(tally.altered.isEmpty, "\(tally.altered.prefix(50).joined(separator: "\n"))")
        #expect(
            tally.tried
                == tally.kept + tally.converted + tally.quarantined
                && tally.tried == Self.parts.reduce(0) { $0 + $1.cells }
        )
    }

    private static func migrate(_ matrix: Matrix, to url: String) async throws -> MatrixTally {
        let folder = try TestFolder()
        let path = folder.file("matrix.db")
        _ = try await sqlite3(path, matrix.script)
        let run = try await CutoverCommand(source: path, target: url)("migrate", "--jobs", "2")
        #expect(run.status == 0 || run.status == 1, "\(run.program.stderr.prefix(2_000))")
        let tables = run.json["verify"]["tables"].list
        #expect(tables.count == matrix.tables.count, "\(run.program.stderr.prefix(2_000))")
        let unequal = tables.filter { $0["status"].string != "equal" }
        #expect(unequal.isEmpty, "\(unequal.prefix(5))")
        return try await matrix.judge(path, url)
    }
}
