import Foundation
import MigrationEngine
import TestSupport
import Testing

/// The spoiled sample shows the quarantine at work, and nothing of it is lost.
@Suite(.postgres, .database)
struct HostileSampleMigrationTests {
    @Test(arguments: SampleSource.Schema.allCases)
    func `every row of the spoiled sample is in the target or in quarantine`(
        schema: SampleSource.Schema
    ) async throws {
        let folder = try TestFolder()
        let path = folder.file("ora.db")
        let sample = try await run(
            BuiltProducts.cutover,
            ["sample", path, "--schema", schema.rawValue, "--orders", "600", "--hostile", "--json"]
        )
        #expect(sample.status == 0, "\(sample.stderr)")
        #expect(try JSON(sample.stdout)["odd_values"].int ?? 0 > 50)
        let migrated = try await CutoverCommand(source: path, target: TestDatabase.url)("migrate")
        #expect(migrated.status == 1, "\(migrated)")
        let unequal = migrated.json["verify"]["tables"].list
            .filter { $0["status"].string != "equal" }
        #expect(unequal.isEmpty, "\(unequal)")
        #expect(migrated.json["quarantine"].list.count > 10)
        let judge = try await TableJudge(path, TestDatabase.url)
        #expect(judge.differences.isEmpty, "\(judge.differences.joined(separator: "\n"))")
        #expect(judge.quarantined.count > 3)
    }
}
