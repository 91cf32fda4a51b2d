import MigrationEngine
import Testing

@testable import Console
@testable import MigrationEngine

/// What an operator must learn from the screen during the night of a cutover.
@Suite struct NightTests {
    /// A pair of sizes: the least that is worked on, and a usual one.
    private static let sizes = [(80, 24), (120, 40)]

    private static func watched(_ columns: Int = 80, _ rows: Int = 24) -> Model {
        var model = Samples.live(.watching, columns: columns, rows: rows)
        _ = model.update(.tick(Samples.now + 60))
        model.cutover.status.loadedAt = model.now
        model.cutover.written.loadedAt = model.now
        _ = model.update(
            .holders(
                ticket: model.cutover.holders.ticket,
                .success([
                    .init(pid: 4_711, command: "python app.py", verb: nil),
                    .init(pid: 4_712, command: "python worker.py --all", verb: nil),
                ])
            )
        )
        return model
    }

    // MARK: - What is wrong

    @Test(arguments: sizes)
    func `who holds the old file behind the switch stands in row 0 and under what is wrong`(
        size: (Int, Int)
    ) throws {
        let model = Self.watched(size.0, size.1)
        let rows = Chrome.draw(model).text.split(separator: "\n").map(String.init)
        #expect(rows[0].contains("OLD FILE HELD BY 2"))
        for text in ["pid 4711", "python app.py", "pid 4712", "python worker.py --all"] {
            #expect(rows.dropFirst().contains { $0.contains(text) }, "\(rows)")
        }
        try FrameGoldenTests.compare(model, "live-held")
    }

    @Test func `the holders are asked for only behind the switch, and again after a while`() {
        var model = Samples.live(.following)
        #expect(!model.update(.tick(Samples.now + 60)).contains(.loadHolders(ticket: 1)))
        model = Samples.live(.watching)
        #expect(model.update(.tick(Samples.now + 60)).contains(.loadHolders(ticket: 1)))
        _ = model.update(.holders(ticket: 1, .success([])))
        #expect(model.verdict.text == "SWITCHED")
        #expect(!model.update(.tick(Samples.now + 65)).contains(.loadHolders(ticket: 2)))
        #expect(model.update(.tick(Samples.now + 71)).contains(.loadHolders(ticket: 2)))
    }

    @Test(arguments: [
        (SourceFenceStatus.State.down, "SQLITE NOT CLOSED"), (.replaced, "SQLITE REPLACED"),
        (.unknown, "SQLITE UNREADABLE"), (.up, "SQLITE WRITTEN"),
    ])
    func `what became of the closed file stands in row 0 and in a sentence`(
        state: SourceFenceStatus.State,
        words: String
    ) {
        for (columns, rows) in Self.sizes {
            var model = Samples.live(.watching, columns: columns, rows: rows)
            model.cutover.status.value?.sourceFence = SourceFenceStatus(
                state: state,
                reason: "something became of the file",
                strayWrites: [.init(table: "orders_inbox", rows: 1, sampleKeys: ["id 7"])],
                remedy: nil
            )
            // A command that is cut off cannot be typed.
            model.cutover.status.value?.next =
                "stop what writes the file, then put the closed one back with: for s in '' -wal; "
                + "do test -e /srv/ora.db$s && mv /srv/ora.db$s /srv/ora.db$s.other; done; cp "
                + "/srv/ora.db.cutover/closed.db /srv/ora.db and then the last word"
            let text = Chrome.draw(model).text.split(separator: "\n").map(String.init)
            #expect(text[0].contains("SWITCHED  \(words)"), "\(text[0])")
            #expect(text.dropFirst().contains { $0.contains("something became of the file") })
            #expect(text.dropFirst().contains { $0.contains("and then the last word") })
        }
    }

    @Test(arguments: sizes)
    func `a replaced file and a note of the status stand under what is wrong`(size: (Int, Int)) {
        var model = Samples.live(.following, columns: size.0, rows: size.1)
        model.cutover.status.value?.isSourceReplaced = true
        model.cutover.status.value?.notes = ["the folder of the run is nearly full"]
        let text = Chrome.draw(model).text
        #expect(text.contains("FILE REPLACED"))
        #expect(text.contains("the SQLite file is not the one that is followed"))
        #expect(text.contains("note: the folder of the run is nearly full"))
    }

    // MARK: - Gates

    private static var overridden: [Gate] {
        var gates = (1...24).map { number in
            Gate(
                "machine_\(number)",
                title: "condition \(number)",
                kind: .machine,
                state: .open,
                reason: "it holds"
            )
        }
        gates[22].state = .closed
        gates[22].decision = .init(
            by: "somebody",
            at: "2026-11-22T14:00:00Z",
            isOverride: true,
            note: "known"
        )
        gates[23].state = .closed
        return gates
    }

    @Test(arguments: sizes)
    func `an overridden gate is seen behind the closed ones, with the time of the look`(
        size: (Int, Int)
    ) throws {
        var model = Samples.following(columns: size.0, rows: size.1)
        model.cutover.gates.value = Self.overridden
        model.cutover.gates.loadedAt = Samples.now - 7
        #expect(model.gates.prefix(3).map(\.name) == ["machine_24", "machine_23", "machine_1"])
        let text = Chrome.draw(model).text
        #expect(text.contains("1 closed  1 overridden  0 waiting  22 open"))
        #expect(text.contains("OVERRIDDEN"))
        let time = Figures.clock(Samples.now - 7)
        #expect(text.lowercased().contains("gates, read at \(time)z"))
        try FrameGoldenTests.compare(model, "live-overridden")
        model.overlay = .wizard(Wizard(kind: .cutOver, page: .gates))
        #expect(Chrome.draw(model).text.contains("OVERRIDDEN"))
    }

    // MARK: - Figures of then

    @Test(arguments: sizes)
    func `copy and comparison say when they were made, and that writes came since`(
        size: (Int, Int)
    ) throws {
        var model = Samples.live(.watching, columns: size.0, rows: size.1)
        for pane in [PaneID.migrate, .verify] {
            model.pane = pane
            let text = Chrome.draw(model).text
            let time = Figures.clock(model.verifiedAt ?? 0)
            #expect(text.contains("compared at \(time)Z; the figures are of then"), "\(text)")
            #expect(text.contains("PostgreSQL wrote since"), "\(text)")
            try FrameGoldenTests.compare(model, "\(pane.title.lowercased())-watching")
        }
    }

    @Test func `a comparison of a copy that another console made is shown with its time`() {
        var model = Samples.live(.watching)
        var run = Samples.earlier(isFinished: true)
        run.run?.report = model.report
        run.run?.compared = model.verification.map { .init($0, at: 1_795_356_118) }
        model.verification = nil
        model.verifiedAt = nil
        model.progress = nil
        model.report = nil
        _ = model.update(.earlier(.success(run)))
        model.pane = .verify
        let text = Chrome.draw(model).text
        #expect(text.contains("orders_inbox"), "\(text)")
        #expect(text.contains("compared at 11-22 14:01:58Z"), "\(text)")
        #expect(!text.contains("Nothing was compared yet"))
    }

    @Test func `a comparison that another process made since is read, once`() throws {
        var model = Samples.live(.watching)
        var run = Samples.earlier(isFinished: true)
        run.run?.compared = model.verification.map { .init($0, at: 1_795_356_118) }
        model.verification = nil
        model.verifiedAt = nil
        _ = model.update(.earlier(.success(run)))
        var status = try #require(model.cutover.status.value)
        for (at, isRead) in [
            ("2026-11-22T14:01:58Z", false), ("2026-11-22T14:09:30Z", true),
            ("2026-11-22T14:09:30Z", false), ("2026-11-22T14:11:00Z", true),
        ] {
            status.verifiedAt = at
            let ticket = model.cutover.status.ticket
            let commands = model.update(.status(ticket: ticket, .success(status)))
            #expect(commands.contains(.loadEarlier) == isRead, "\(at)")
        }
    }

    // MARK: - The wizard

    @Test func `a wrong phrase is told while it is typed, and on Enter`() {
        var model = Samples.live(.watching)
        model.overlay = .wizard(Wizard(kind: .revert, page: .phrase))
        for character in "revert or" { _ = model.update(.key(.character(character))) }
        #expect(!Chrome.draw(model).text.contains("this is not the phrase"))
        _ = model.update(.key(.character("x")))
        #expect(Chrome.draw(model).text.contains("wrong from letter 10 on"))
        #expect(model.update(.key(.enter)).isEmpty)
        #expect(model.notice?.text == "wrong phrase: nothing was begun; type revert ora_prod")
        _ = model.update(.key(.control("u")))
        #expect(model.update(.key(.enter)).isEmpty)
        #expect(model.notice?.text.hasPrefix("the phrase is not there yet") == true)
        for character in "revert ora_prodd" { _ = model.update(.key(.character(character))) }
        #expect(Chrome.draw(model).text.contains("it is longer"))
    }

    @Test func `a way back says how long writes were blocked`() {
        var model = Samples.live(.watching)
        _ = model.begin(.revert)
        var report = Samples.reverted
        report.writeFreezeSeconds = 0.62
        _ = model.update(.reverted(.success(report)))
        #expect(Chrome.draw(model).text.contains("Writes were blocked for 0.62 s"))
    }

    @Test func `the hint names the keys of all panes`() {
        #expect(PaneID.keys == "1-0,C,W,F")
        let model = Samples.cuttingOver("following")
        #expect(Chrome.draw(model).text.contains("1-0,C,W,F:pane"))
    }

    // MARK: - Keys of other panes

    @Test(arguments: [
        ("V", "V: verify, in 1 Overview, 2 Migrate, 3 Verify"),
        ("c", "c: cut over, in 1 Overview, 2 Migrate, 4 Workflows"),
    ])
    func `a key that does nothing here says where it works`(key: String, words: String) throws {
        var model = Samples.filled()
        model.pane = .orders
        #expect(model.update(.key(.character(try #require(key.first)))).isEmpty)
        #expect(model.notice?.text == words)
        #expect(Chrome.draw(model).text.contains(words))
        // A key that does nothing anywhere does not keep the words on the one before.
        _ = model.update(.key(.character(";")))
        #expect(model.notice == nil)
    }

    @Test func `every key of the table does something or says where it does, in every pane`() {
        for pane in PaneID.allCases {
            let model = Samples.filled()
            for action in Actions.all where !action.panes.contains(pane) {
                for key in action.keys where model.keymap.action(for: key, in: pane) == nil {
                    let words = model.keymap.elsewhere(key, from: pane, in: model)
                    #expect(words?.contains(action.words(in: model).name) == true)
                }
            }
            #expect(model.keymap.elsewhere(.character("\u{7}"), from: pane, in: model) == nil)
        }
    }

    // MARK: - An abort

    @Test(arguments: sizes)
    func `what the operator stopped is told as that, and not as a failure`(
        size: (Int, Int)
    ) throws {
        var model = Samples.cuttingOver("following", columns: size.0, rows: size.1)
        _ = model.update(.key(.character("x")))
        #expect(model.update(.key(.character("y"))) == [.cancel()])
        _ = model.update(.cutOver(.success(Samples.undone)))
        let text = Chrome.draw(model).text
        #expect(text.contains("Aborted by you"))
        #expect(text.contains("aborted by you; everything was put back"))
        for word in ["FAILED", "failed", "because:"] { #expect(!text.contains(word)) }
        #expect(model.failure == nil)
        #expect(model.standing?.contains("aborted by you") == true)
        try FrameGoldenTests.compare(model, "outcome-aborted")
    }

    @Test func `an abort before anything was begun is no failure either, but an error is`() {
        let wish = MigrationError(
            .interrupted,
            "the cutover was stopped",
            place: .init("switch"),
            kept: .untouched,
            remedy: "begin again"
        )
        var model = Samples.cuttingOver("following")
        _ = model.update(.key(.character("x")))
        _ = model.update(.key(.character("y")))
        _ = model.update(.cutOver(.failure(wish)))
        #expect(model.failure == nil)
        #expect(Chrome.draw(model).text.contains("Aborted by you"))
        model = Samples.cuttingOver("following")
        _ = model.update(.key(.character("x")))
        _ = model.update(.key(.character("y")))
        _ = model.update(.cutOver(.failure(Samples.error)))
        #expect(model.failure != nil)
        #expect(!Chrome.draw(model).text.contains("Aborted by you"))
        // An undo that nobody asked for is told with its reason.
        model = Samples.cuttingOver("following")
        _ = model.update(.cutOver(.success(Samples.undone)))
        #expect(Chrome.draw(model).text.contains("because: the write freeze"))
    }
}
