import Foundation
import Testing

@testable import MigrationEngine

/// What becomes of a check, by what both sides have.
struct CheckJudgeTests {
    private typealias Verdict = ReconciliationReport.Verdict

    private func check(_ expectation: Profile.Check.Expectation) -> Profile.Check {
        Profile.Check(
            name: "own",
            title: "t",
            kind: .levels,
            expectation: expectation,
            meaning: nil,
            remedy: nil,
            seconds: 1
        )
    }

    private func reading(found: [String] = [], figures: [String: String] = [:]) -> CheckReading {
        CheckReading(
            figures: figures.map { CheckRow(key: $0.key, value: $0.value) },
            found: found.map { CheckRow(key: $0) },
            foundRows: Int64(found.count),
            tables: ["orders"]
        )
    }

    private func verdict(
        _ expectation: Profile.Check.Expectation,
        _ source: Result<CheckReading, CheckObstacle>?,
        _ target: Result<CheckReading, CheckObstacle>?,
        pending: PendingWrites = PendingWrites(),
        isTargetLive: Bool = false,
        hasRun: Bool = false
    ) -> Verdict {
        CheckJudge(
            check: check(expectation),
            source: source,
            target: target,
            pending: pending,
            isTargetLive: isTargetLive,
            hasRun: hasRun
        ).check.verdict
    }

    @Test func `the same on both sides is judged by what may be found`() {
        let nothing = Result<CheckReading, CheckObstacle>.success(reading())
        let some = Result<CheckReading, CheckObstacle>.success(reading(found: ["a", "b"]))
        for expectation in Profile.Check.Expectation.allCases {
            #expect(verdict(expectation, nothing, nothing) == .good)
            #expect(verdict(expectation, nothing, some) == .differs)
            #expect(verdict(expectation, some, nothing) == .differs)
        }
        #expect(verdict(.none, some, some) == .violated)
        #expect(verdict(.asSource, some, some) == .inherited)
        #expect(verdict(.equal, some, some) == .good)
    }

    @Test func `as many of others are a difference`() {
        let verdict = verdict(
            .asSource,
            .success(reading(found: ["a", "b"])),
            .success(reading(found: ["a", "c"]))
        )
        #expect(verdict == .differs)
    }

    @Test func `one side alone says what it can`() {
        let some = Result<CheckReading, CheckObstacle>.success(reading(found: ["a"]))
        #expect(verdict(.none, nil, some) == .violated)
        #expect(verdict(.asSource, some, nil) == .uncompared)
        #expect(verdict(.equal, some, nil) == .uncompared)
        #expect(verdict(.none, nil, .success(reading())) == .good)
    }

    @Test(
        arguments: [
            ("é", "e\u{301}"), ("007", "7"), (CheckValue.cell(nil), CheckValue.cell("NULL")),
            (CheckValue.cell("a | b") + " | c", "a | " + CheckValue.cell("b | c")),
        ]
    )
    func `what only looks alike differs`(one: String, other: String) {
        func figures(_ value: String) -> Result<CheckReading, CheckObstacle> {
            .success(reading(figures: ["x": value]))
        }
        #expect(verdict(.equal, figures(one), figures(other)) == .differs)
        #expect(verdict(.equal, figures(one), figures(one)) == .good)
    }

    @Test func `a parent that lost its rows behind the switch is named, whatever was written`() {
        let check = CheckJudge(
            check: check(.asSource),
            source: .success(reading()),
            target: .success(reading(found: ["new", "old"])),
            pending: .unknown(),
            isTargetLive: true,
            hasRun: true,
            lost: ["old"]
        ).check
        #expect(check.verdict == .violated)
        #expect(check.reason.hasSuffix("1 of them has rows in SQLite and none in PostgreSQL"))
        #expect(check.samples.map(\.key) == ["old", "new"])
    }

    @Test func `what is missing on one side only is a fault`() {
        let lacks = Result<CheckReading, CheckObstacle>.failure(.lacks("the table \"x\""))
        let failed = Result<CheckReading, CheckObstacle>.failure(.failed("took longer than 1 s"))
        let fine = Result<CheckReading, CheckObstacle>.success(reading())
        #expect(verdict(.none, lacks, lacks) == .notApplicable)
        #expect(verdict(.none, nil, lacks) == .notApplicable)
        #expect(verdict(.none, fine, lacks) == .failed)
        #expect(verdict(.none, lacks, fine) == .failed)
        #expect(verdict(.none, failed, fine) == .failed)
        #expect(verdict(.none, fine, failed) == .failed)
    }

    @Test func `writes that wait explain a difference, and nothing else`() {
        let some = Result<CheckReading, CheckObstacle>.success(reading(found: ["a"]))
        let nothing = Result<CheckReading, CheckObstacle>.success(reading())
        #expect(verdict(.none, some, nothing, pending: .unknown(), hasRun: true) == .waiting)
        #expect(verdict(.none, some, some, pending: .unknown(), hasRun: true) == .violated)
        #expect(
            verdict(.none, some, nothing, pending: .unknown(), isTargetLive: true, hasRun: true)
                == .movedOn
        )
        // The side that is live must hold by itself.
        #expect(
            verdict(.none, nothing, some, pending: .unknown(), isTargetLive: true, hasRun: true)
                == .violated
        )
        #expect(verdict(.none, some, nothing, isTargetLive: true, hasRun: true) == .differs)
        // After the run was cleaned away nobody knows which tables were written.
        #expect(verdict(.none, some, nothing, isTargetLive: true) == .movedOn)
    }

    @Test func `too many to compare are counted`() {
        var many = reading(found: ["a"])
        many.foundRows = 20_000
        var more = many
        more.foundRows = 20_001
        #expect(verdict(.equal, .success(many), .success(many)) == .good)
        #expect(verdict(.equal, .success(many), .success(more)) == .differs)
    }

    @Test(
        arguments: [
            ("1.50", "1.5"), ("007", "007"), ("0.50", "0.5"), ("-0.0", "0"), ("t", "1"),
            ("false", "0"), ("", ""),
            ("2025-10-15T04:05:06", "2025-10-15 04:05:06"), ("2025-10-15 00:00:00", "2025-10-15"),
            ("12345678901234567890.10", "12345678901234567890.1"), ("1e5", "1e5"),
        ]
    )
    func `a value has one form on both sides`(stored: String, plain: String) {
        #expect(CheckValue.plain(stored) == plain)
    }

    @Test(arguments: [("1265", "12.65"), ("5", "0.05"), ("-5", "-0.05"), ("0", "0.00")])
    func `cents are written with their point`(units: String, text: String) {
        #expect(CheckValue.decimal(units, decimals: 2) == text)
    }

    @Test func `the built-in profile's checks are read, and own ones stand in their place`() throws
    {
        let groups = Reconciliation.groups(try Profile.load("ora", catalog: nil))
        let names = groups.map { $0[0].name }
        #expect(names.prefix(2) == ["orphans", "childless"])
        #expect(Set(names).count == names.count)
        #expect(groups.first { $0[0].name == "bundles_without_components" }?.count == 2)
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("checks-\(UUID().uuidString).toml")
        defer { try? FileManager.default.removeItem(at: folder) }
        try """
        name = "own"
        extends = "ora"
        [[checks]]
        name = "dates"
        title = "mine"
        kind = "dates"
        columns = ["a.b"]
        """.write(to: folder, atomically: true, encoding: .utf8)
        let own = Reconciliation.groups(try Profile.load(folder.path, catalog: nil))
        #expect(own.filter { $0[0].name == "dates" }.map { $0[0].title } == ["mine"])
        #expect(own.count == groups.count)
    }
}
