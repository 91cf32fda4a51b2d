import Foundation
import TestSupport
import Testing

/// Names and shapes that SQLite accepts: nothing is lost, or it is refused with the reason.
@Suite(.postgres, .database)
struct HostileSchemaTests {
    @Test(arguments: HostileSchema.all)
    func `a hostile schema arrives whole or is refused with the reason`(
        schema: HostileSchema
    ) async throws {
        let folder = try TestFolder()
        let path = folder.file("hostile.db")
        _ = try await sqlite3(path, schema.sql)
        let run = try await CutoverCommand(source: path, target: TestDatabase.url)("migrate")
        #expect(schema.statuses.contains(run.status), "\(run)")
        guard run.status <= 1 else {
            expectRefusal(run, 65, "source_data")
            return
        }
        let unequal = run.json["verify"]["tables"].list.filter { $0["status"].string != "equal" }
        #expect(unequal.isEmpty, "\(unequal)")
        // Of a table in parts another test compares every cell.
        guard !schema.isInParts else { return }
        let judge = try await TableJudge(path, TestDatabase.url)
        #expect(judge.differences.isEmpty, "\(judge.differences.joined(separator: "\n"))")
        #expect(judge.rows.count == run.tables.list.count && !judge.rows.isEmpty)
        #expect(run.status == 1 || judge.quarantined.isEmpty)
    }
}
