import Testing

@testable import Console
@testable import MigrationEngine

/// What the console tells of a run that another process made.
@Suite struct EarlierRunTests {
    @Test func `an earlier run is counted, once, and shown by every pane of the copy`() {
        var model = Samples.empty()
        #expect(model.start(.none).contains(.loadEarlier))
        #expect(model.update(.earlier(.success(Samples.earlier(isFinished: true)))) == [.count])
        #expect(model.update(.earlier(.success(Samples.earlier(isFinished: true)))).isEmpty)
        _ = model.update(.counted(.success(Samples.counted)))
        var done = Samples.status(.following)
        done.phase = "done"
        _ = model.update(.status(ticket: model.cutover.status.ticket, .success(done)))
        #expect(model.verdict.text == "2 of 13 counts differ")
        #expect(Chrome.draw(model).text.contains("copy     done   2.6 s"))
        model.pane = .migrate
        #expect(model.table?.rows.count == 12)
        model.pane = .verify
        #expect(Chrome.draw(model).text.contains("only the rows were counted"))
    }

    @Test func `a target that holds the source refuses m with its reason`() {
        var model = Samples.empty()
        _ = model.update(.earlier(.success(Samples.earlier(isFinished: true))))
        #expect(model.update(.key(.character("m"))).isEmpty)
        #expect(model.overlay == nil)
        #expect(model.notice?.text == Samples.earlier(isFinished: true).obstacle)
    }

    @Test func `an unfinished run goes on after a question that says so`() {
        var model = Samples.empty()
        _ = model.update(.earlier(.success(Samples.earlier(isFinished: false))))
        let overview = Chrome.draw(model).text
        #expect(overview.contains("copy     UNFINISHED"))
        #expect(overview.contains("census   done"))
        #expect(overview.contains("keys     waiting"))
        _ = model.update(.key(.character("m")))
        #expect(Chrome.draw(model).text.contains("3 of 12 tables are copied"))
        #expect(model.update(.key(.character("y"))) == [.migrate])
    }

    @Test func `counts that come after a run has begun are dropped`() {
        var model = Samples.empty()
        _ = model.update(.earlier(.success(Samples.earlier(isFinished: false))))
        _ = model.begin(.migrate)
        _ = model.update(.counted(.success(Samples.counted)))
        #expect(model.counts == nil)
        #expect(model.verdict.text == "not verified yet")
    }

    @Test func `leaving after a look at an earlier run says nothing and ends well`() {
        var model = Samples.empty()
        _ = model.update(.earlier(.success(Samples.earlier(isFinished: true))))
        _ = model.update(.counted(.success(Samples.counted)))
        _ = model.update(.key(.character("q")))
        #expect(model.exit == Model.Exit(status: 0, message: ""))
    }

    @Test func `a migration that has ended is asked for what it left`() throws {
        var model = Samples.copying()
        let report = try #require(Samples.filled().report)
        var verified = report
        verified.verify = Samples.filled().verification
        #expect(model.update(.migrated(.success(verified))).contains(.loadEarlier))
        // The figures of this console stay; only what the target takes is learned.
        #expect(model.update(.earlier(.success(Samples.earlier(isFinished: true)))).isEmpty)
        model.pane = .migrate
        #expect(model.update(.key(.character("m"))).isEmpty)
        #expect(model.overlay == nil)
    }

    @Test(arguments: [PaneID.overview, .migrate, .verify])
    func `an earlier run looks as its golden file`(pane: PaneID) throws {
        var model = Samples.empty()
        _ = model.update(.earlier(.success(Samples.earlier(isFinished: true))))
        _ = model.update(.counted(.success(Samples.counted)))
        model.pane = pane
        try FrameGoldenTests.compare(model, "\(pane.title.lowercased())-earlier")
    }
}

extension Samples {
    /// A run of another process, over or not.
    static func earlier(isFinished: Bool) -> EarlierRun {
        var run = EarlierRun.Run(
            phase: isFinished ? .done : .copy,
            isFinished: isFinished,
            tables: .init(done: isFinished ? 12 : 3, total: 12),
            quarantinedRows: 2
        )
        run.endedAt = isFinished ? now - 90_000 : nil
        run.report = isFinished ? filled().report : nil
        run.compared = run.report?.verify.map { .init($0, at: now - 90_000) }
        return EarlierRun(
            run: run,
            obstacle: isFinished ? "already done; V compares both sides" : nil
        )
    }

    /// The counts of both sides.
    static var counted: VerifyReport {
        let compared = filled().verification ?? emptyComparison
        let tables = compared.tables.map { table in
            var counted = VerifyReport.Table(name: table.name, status: table.status)
            counted.sourceRows = table.sourceRows
            counted.targetRows = table.targetRows
            counted.quarantinedRows = table.quarantinedRows
            return counted
        }
        return VerifyReport(
            ok: false,
            tables: tables,
            foreignKeys: compared.foreignKeys,
            countsOnly: true,
            seconds: 0.1
        )
    }

    private static let emptyComparison = VerifyReport(
        ok: true,
        tables: [],
        foreignKeys: [],
        countsOnly: true,
        seconds: 0
    )
}
