import MigrationEngine
import Testing

@testable import Console
@testable import MigrationEngine

/// What the console says of the data, in every place that says it.
@Suite struct TruthTests {
    @Test(arguments: [true, false])
    func `rows in quarantine are never called equal`(isAllowed: Bool) {
        var model = Samples.empty(columns: 120, rows: 40)
        _ = model.begin(.verify)
        _ = model.update(.verified(.success(Samples.verified(quarantined: 20_459, ok: isAllowed))))
        let apart = "equal apart from 20,459 rows in quarantine"
        #expect(model.verdict.text == apart)
        #expect(model.notice?.text == "verified: \(apart)")
        #expect(model.log.last?.message == "the two sides are \(apart)")
        #expect(model.log.last?.level == .warning)
        model.pane = .verify
        #expect(Chrome.draw(model).text.contains("12 tables: 11 equal   \(apart)"))
        model.size = Size(columns: 80, rows: 24)
        #expect(model.verdict.text == "20,459 rows in quarantine")
        _ = model.update(.key(.character("q")))
        #expect(model.exit?.message == "the two sides are \(apart)")
        #expect(model.exit?.status == (isAllowed ? 0 : 1))
    }

    @Test func `counts that only quarantine explains are not called equal`() {
        var model = Samples.empty()
        _ = model.update(.earlier(.success(Samples.earlier(isFinished: true))))
        var counts = Samples.verified(quarantined: 7, ok: true)
        counts.countsOnly = true
        _ = model.update(.counted(.success(counts)))
        #expect(model.verdict.text == "7 rows in quarantine")
    }

    @Test func `a verification that ended well is in the log`() {
        var model = Samples.empty()
        _ = model.begin(.verify)
        _ = model.update(.verified(.success(Samples.verified(quarantined: 0, ok: true))))
        #expect(model.log.last?.level == .info)
        #expect(model.log.last?.message.contains("are equal on both sides") == true)
    }

    @Test func `rows that were only counted are never called equal`() {
        var model = Samples.empty()
        model.size = Size(columns: 120, rows: 40)
        _ = model.update(.earlier(.success(Samples.earlier(isFinished: true))))
        var counts = Samples.verified(quarantined: 0, ok: true)
        counts.countsOnly = true
        _ = model.update(.counted(.success(counts)))
        model.pane = .verify
        var text = Chrome.draw(model).text
        #expect(text.contains("with equal counts") && text.contains("no cell was compared"))
        #expect(!text.contains("✓ equal"), "\(text)")
        counts = Samples.verified(quarantined: 2, ok: true)
        counts.countsOnly = true
        model.isCounting = true
        _ = model.update(.counted(.success(counts)))
        text = Chrome.draw(model).text
        #expect(text.contains("counts equal apart from 2 rows in quarantine"), "\(text)")
    }

    @Test func `to read again asks which side is live, also with the refreshing off`() {
        var model = Samples.live(.following)
        for _ in 0..<8 { _ = model.update(.key(.character("-"))) }
        for pane in [PaneID.overview, .workflows, .orders] {
            model.pane = pane
            let commands = model.update(.key(.character("r")))
            #expect(commands.contains(.loadStatus(ticket: model.cutover.status.ticket)))
        }
    }

    @Test func `a switch after the verification is said beside its verdict`() {
        var model = Samples.empty()
        _ = model.begin(.verify)
        _ = model.update(.verified(.success(Samples.verified(quarantined: 0, ok: true))))
        #expect(model.verdict.text == "12 tables equal")
        _ = model.update(.tick(Samples.now + 1))
        model.togglesInFlight = 1
        _ = model.update(.toggled([.init(name: "xml-import", enabled: false)], failure: nil))
        #expect(model.verdict.text == "12 tables equal, changed since")
        #expect(Chrome.draw(model).text.contains("every cell was equal at 14:02:07Z"))
    }

    @Test func `an unfinished run says only that, without alarms about its keys`() {
        var model = Samples.empty()
        _ = model.update(.earlier(.success(Samples.earlier(isFinished: false))))
        var counts = Samples.verified(quarantined: 0, ok: false)
        counts.countsOnly = true
        for index in counts.tables.indices {
            counts.tables[index].sequence = .init(name: "s", nextValue: 1, maximum: 9, ok: false)
        }
        _ = model.update(.counted(.success(counts)))
        #expect(model.verdict.text == "UNFINISHED")
        #expect(model.problems.first?.text.contains("m goes on") == true)
        #expect(!model.problems.contains { $0.text.contains("is taken") })
    }

    @Test(arguments: [(80, 24), (120, 40)])
    func `what goes on with a stopped copy is a key, and is seen`(size: (Int, Int)) {
        for (isLive, words) in [(true, "next: B goes on with"), (false, "next: m goes on with")] {
            var model = Samples.copying(columns: size.0, rows: size.1)
            model.operation?.isLive = isLive
            let stopped = MigrationError(
                .interrupted,
                "the copy was stopped on request, in the middle of a chunk that is now undone",
                place: .init("copy"),
                remedy: "run the same command again"
            )
            _ = model.update(.migrated(.failure(stopped)))
            for pane in [PaneID.overview, .migrate] {
                model.pane = pane
                #expect(Chrome.draw(model).text.contains(words), "\(Chrome.draw(model).text)")
            }
            // The run that stays unfinished names the same key.
            model.progress = nil
            _ = model.update(.earlier(.success(Samples.earlier(isFinished: false))))
            #expect(!model.problems.contains { $0.text.contains(isLive ? "; m goes" : "; B goes") })
        }
    }

    @Test func `behind a plain copy stands what to do next`() {
        var model = Samples.filled()
        model.operation = nil
        #expect(model.report != nil)
        #expect(Chrome.draw(model).text.contains("next: "), "\(Chrome.draw(model).text)")
        model.verification = Samples.verified(quarantined: 4, ok: true)
        #expect(model.nextBehindCopy == "9 shows the rows in quarantine")
        model.verification = Samples.verified(quarantined: 0, ok: false)
        #expect(model.nextBehindCopy == "3 shows what differs")
        model.verification = nil
        model.progress = nil
        #expect(model.nextBehindCopy == "V compares every cell")
    }

    @Test func `figures of another moment carry it, and quarantine is counted once`() {
        var model = Samples.live(.watching, columns: 120, rows: 40)
        model.verification = Samples.verified(quarantined: 7, ok: true)
        model.cutover.status.value?.quarantinedRows = 5
        model.cutover.status.value?.waitingRows = 2
        let text = Chrome.draw(model).text
        #expect(text.contains(" at 14:01:58Z"), "\(text)")
        #expect(text.contains("5 rows in quarantine, 2 undecided"), "\(text)")
        #expect(!text.contains("7 rows in quarantine"), "\(text)")
    }

    @Test func `the pane of the copy believes the newest verification`() {
        var model = Samples.filled()
        model.pane = .migrate
        let row = model.table?.rows.first { $0.id == "shipped_items" }
        #expect(row?.text.contains("DIFFERS") == true)
    }

    @Test func `a side that cannot be read is named, and m says so and asks again`() {
        var model = Samples.empty()
        _ = model.update(.earlier(.failure(Samples.error)))
        let text = Chrome.draw(model).text
        #expect(text.contains("▲ PostgreSQL ora_prod: the server does not answer"))
        #expect(text.contains("next: start the server"))
        #expect(text.contains("POSTGRESQL CANNOT BE READ"))
        #expect(model.update(.key(.character("m"))) == [.loadEarlier])
        #expect(model.overlay == nil)
        #expect(model.notice?.text == "PostgreSQL ora_prod: the server does not answer")
        _ = model.update(.earlier(.success(EarlierRun())))
        _ = model.update(.key(.character("m")))
        #expect(model.overlay != nil)
    }

    @Test func `the facts of both sides are read again when a run changes its phase`() {
        var model = Samples.copying()
        let progress = model.progress ?? Progress()
        #expect(model.update(.progress(progress)).isEmpty)
        var next = progress
        next.phase = .keys
        #expect(model.update(.progress(next)) == [.loadSides(ticket: 1)])
        #expect(model.update(.progress(next)).isEmpty)
    }

    @Test func `differing cells are counted although the rows are as many`() {
        var model = Samples.empty()
        _ = model.begin(.verify)
        var report = Samples.verified(quarantined: 0, ok: false)
        report.tables[0].status = .different
        report.tables[0].different = 3
        _ = model.update(.verified(.success(report)))
        model.pane = .verify
        #expect(model.table?.rows.first?.cells[3].first?.text == "3")
    }

    @Test(arguments: [80, 100, 120, 160], [24, 30, 40])
    func `no list loses a column to its detail`(columns: Int, rows: Int) {
        let wanted: [PaneID: [String]] = [
            .migrate: ["TABLE", "SOURCE", "COPIED", "PROGRESS", "RATE/s", "STATE", "ETA"],
            .verify: ["TABLE", "SQLITE", "POSTGRES", "DIFF", "DIGEST", "STATUS"],
            .orders: ["ORDER", "DATE", "CUSTOMER", "ITEMS", "TOTAL", "STATUS"],
            .inventory: ["SKU", "NAME", "ON HAND", "REORDER", "LEVEL", "DAYS", "SIDES"],
            .workflows: ["WORKFLOW", "ENABLED", "CHANGED", "BY", "LAST RUN", "AGE"],
        ]
        for (pane, titles) in wanted {
            var model = Samples.filled(columns: columns, rows: rows)
            model.pane = pane
            let lines = Chrome.draw(model).text.split(separator: "\n")
            let header =
                lines.first { $0.contains(" " + titles[0] + " ") && $0.contains(titles[1]) } ?? ""
            for title in titles { #expect(header.contains(title), "\(pane) \(title)") }
        }
    }

    @Test func `rows out of sight are announced, and G shows the end of the help`() {
        var model = Samples.filled(columns: 60, rows: 16)
        model.pane = .verify
        #expect(Chrome.draw(model).text.contains("... 7 more below"))
        _ = model.update(.key(.character("G")))
        #expect(Chrome.draw(model).text.contains("... 7 more above"))
        _ = model.update(.key(.character("?")))
        #expect(Chrome.draw(model).text.contains("more below"))
        _ = model.update(.key(.character("G")))
        let end = Chrome.draw(model).text
        #expect(end.contains("more above") && !end.contains("more below"))
        #expect(end.contains(":console"))
    }
}

extension Samples {
    /// A comparison of twelve tables without a difference, but for rows in quarantine.
    static func verified(quarantined: Int, ok: Bool) -> VerifyReport {
        let tables = (filled().verification?.tables ?? []).filter { $0.status != .unplanned }
            .map { table in
                var equal = VerifyReport.Table(name: table.name, status: .equal)
                equal.sourceRows = table.sourceRows.map { $0 + quarantined }
                equal.targetRows = equal.sourceRows
                if table.name == "shipped_items" {
                    equal.targetRows = table.sourceRows
                    equal.quarantinedRows = quarantined
                }
                return equal
            }
        return VerifyReport(
            ok: ok,
            tables: tables,
            foreignKeys: [],
            countsOnly: false,
            seconds: 0.1
        )
    }
}
