import Glibc
import MigrationEngine
import Testing

@testable import Console
@testable import MigrationEngine

/// Cutting over and going back by keys, without a terminal and without a server.
@Suite struct CutoverTests {
    /// Types text and presses Enter.
    private func type(_ text: String, into model: inout Model) -> [Command] {
        for character in text { _ = model.update(.key(.character(character))) }
        return model.update(.key(.enter))
    }

    /// A followed run whose gates are open, with the phrase asked for.
    private func asked(_ kind: Wizard.Kind = .cutOver) -> Model {
        var model = kind == .cutOver ? Samples.following() : Samples.live(.watching)
        model.cutover.gates.value = Samples.openGates
        if kind == .cutOver {
            #expect(
                model.update(.key(.character("c")))
                    == [.loadGates(ticket: model.cutover.gates.ticket)]
            )
            _ = model.update(
                .gates(ticket: model.cutover.gates.ticket, .success(Samples.openGates))
            )
        } else {
            _ = model.update(.key(.character("R")))
        }
        while case .wizard(let wizard) = model.overlay, wizard.page != .phrase {
            #expect(model.update(.key(.enter)).isEmpty)
        }
        return model
    }

    @Test func `only the whole phrase begins a cutover, and following gives way to it`() {
        var model = asked()
        #expect(type("cut over ora_pro", into: &model).isEmpty)
        #expect(model.operation?.kind == .follow)
        #expect(type("d", into: &model) == [.cutOver])
        #expect(model.operation?.kind == .cutOver)
        #expect(model.overlay == .running)
        #expect(model.cutover.awaitsFollowEnd)
        #expect(model.update(.followed(.success(Samples.followed))).isEmpty)
        #expect(model.operation?.kind == .cutOver)
    }

    @Test(arguments: [
        "cut over ora", "Cut over ora_prod", "cut over ora_prod ", " cut over ora_prod",
        "revert ora_prod", "cut  over ora_prod", "",
    ])
    func `another phrase does nothing`(text: String) {
        var model = asked()
        #expect(type(text, into: &model).isEmpty)
        #expect(model.operation?.kind == .follow)
    }

    @Test func `a pasted phrase, Esc and two minutes all do nothing`() {
        var model = asked()
        _ = model.update(.key(.pasteBegin))
        for character in "cut over ora_prod" { _ = model.update(.key(.character(character))) }
        _ = model.update(.key(.pasteEnd))
        #expect(model.update(.key(.enter)).isEmpty)
        #expect(model.operation?.kind == .follow)
        _ = model.update(.key(.escape))
        #expect(model.overlay == nil)

        model = asked()
        _ = model.update(.tick(Samples.now + 119))
        #expect(model.overlay != nil)
        _ = model.update(.tick(Samples.now + 121))
        #expect(model.overlay == nil)
    }

    @Test func `a small screen keeps the phrase as far as it is typed, and takes no letter`() {
        var model = asked()
        #expect(type("cut over ora_pro", into: &model).isEmpty)
        let open = model.overlay
        _ = model.update(.resized(Size(columns: 50, rows: 12)))
        // Also a letter that would quit elsewhere.
        for key in ["q", "Q", "d"] { _ = model.update(.key(.character(Character(key)))) }
        #expect(model.update(.key(.enter)).isEmpty)
        #expect(model.exit == nil)
        #expect(model.overlay == open)
        _ = model.update(.resized(Size(columns: 80, rows: 24)))
        #expect(type("d", into: &model) == [.cutOver])
    }

    @Test func `a closed gate keeps the questions on their first page`() {
        var model = Samples.following()
        _ = model.update(.key(.character("c")))
        _ = model.update(.gates(ticket: model.cutover.gates.ticket, .success(Samples.gates)))
        #expect(model.update(.key(.enter)).isEmpty)
        guard case .wizard(let wizard) = model.overlay else {
            Issue.record("the questions are gone")
            return
        }
        #expect(wizard.page == .gates)
        #expect(model.notice?.text.contains("1 gate closed") == true)
    }

    @Test func `a gate that closes behind the operator's back is shown again by name`() {
        var model = asked()
        for character in "cut over ora_prod" { _ = model.update(.key(.character(character))) }
        model.cutover.gates.value = Samples.gates
        #expect(model.update(.key(.enter)).isEmpty)
        guard case .wizard(let wizard) = model.overlay else {
            Issue.record("the questions are gone")
            return
        }
        #expect(wizard.page == .gates)
        #expect(model.gates[wizard.index].name == "team_told")
        #expect(model.notice?.text.contains("team_told is closed since you agreed") == true)
        #expect(model.operation?.kind == .follow)
    }

    @Test(arguments: [
        (Gate.State.waiting, Gate.State.open), (.open, .waiting), (.waiting, .waiting),
    ])
    func `a gate that waits or no longer waits leads nobody back`(
        before: Gate.State,
        after: Gate.State
    ) {
        var model = asked()
        guard case .wizard(var wizard) = model.overlay else {
            Issue.record("the questions are gone")
            return
        }
        var (agreed, gates) = (Samples.openGates, Samples.openGates)
        agreed[3].state = before
        gates[3].state = after
        wizard.agreed = agreed
        model.overlay = .wizard(wizard)
        model.cutover.gates.value = gates
        #expect(type("cut over ora_prod", into: &model) == [.cutOver])
    }

    @Test func `a gate that was open and is only overridden now is shown again`() {
        var model = asked()
        var gates = Samples.openGates
        gates[1].state = .closed
        gates[1].decision = .init(by: "Ada", at: "2025-10-14", isOverride: true)
        model.cutover.gates.value = gates
        #expect(type("cut over ora_prod", into: &model).isEmpty)
        #expect(model.notice?.text.contains("disk_space is closed and overridden") == true)
    }

    @Test func `a person signs a gate by name, and the name is asked for once`() {
        var model = Samples.following()
        // The closed one comes first.
        model.overlay = .wizard(Wizard(kind: .cutOver, page: .gates))
        _ = model.update(.key(.character("s")))
        let decision = Decision(kind: .sign(gate: "team_told"), author: "Ada")
        #expect(type("Ada", into: &model) == [.decide(decision)])
        let ticket = model.cutover.gates.ticket
        #expect(
            model.update(.decided(decision, .success(.gates(["team_told"]))))
                == [.loadGates(ticket: ticket + 1)]
        )
        _ = model.update(.key(.character("s")))
        #expect(model.update(.key(.enter)) == [.decide(decision)])
        _ = model.update(.key(.character("S")))
        #expect(model.update(.key(.enter)).isEmpty)
        // The name alone signs nothing: what is signed stands there and is agreed to.
        #expect(Chrome.draw(model).text.contains("team_told"))
        #expect(Chrome.draw(model).text.contains("y signs, n does not"))
        #expect(model.update(.key(.enter)).isEmpty)
        #expect(model.update(.key(.character("n"))).isEmpty)
        #expect(model.openWizard?.entry == nil)
        _ = model.update(.key(.character("S")))
        _ = model.update(.key(.enter))
        #expect(
            model.update(.key(.character("y")))
                == [.decide(Decision(kind: .sign(gate: nil), author: "Ada"))]
        )
        _ = model.update(.key(.character("j")))
        _ = model.update(.key(.character("s")))
        #expect(model.notice?.text.contains("decided by looking") == true)
    }

    @Test func `an override asks who, why and for its phrase`() {
        var model = Samples.following()
        var gates = Samples.openGates
        gates[1].state = .closed
        model.cutover.gates.value = gates
        model.overlay = .wizard(Wizard(kind: .cutOver, page: .gates))
        _ = model.update(.key(.character("o")))
        #expect(type("Ada", into: &model).isEmpty)
        #expect(model.update(.key(.enter)).isEmpty)
        #expect(type("a disk was added", into: &model).isEmpty)
        #expect(type("override disk", into: &model).isEmpty)
        #expect(
            type("_space", into: &model) == [
                .decide(
                    Decision(
                        kind: .override(gate: "disk_space"),
                        author: "Ada",
                        note: "a disk was added"
                    )
                )
            ]
        )
        _ = model.update(.key(.character("j")))
        _ = model.update(.key(.character("o")))
        #expect(model.notice?.text.contains("is not closed") == true)
    }

    @Test func `the write freeze is in the line of truth, in every pane, and counts on`() {
        for pane in PaneID.allCases {
            var model = Samples.cuttingOver("fenced", "drained") { cutover in
                cutover.freezeSeconds = 0.1
                cutover.freezeBudget = 30
            }
            model.overlay = nil
            model.pane = pane
            _ = model.update(.tick(Samples.now + 0.3))
            let first = Chrome.draw(model).row(0)
            let text = first.map(\.text).joined()
            #expect(text.contains("WRITES BLOCKED"))
            #expect(text.contains("FROZEN 0.4 s of 30 s"))
            #expect(first.contains { $0.style == .headerFrozen })
            #expect(model.clockInterval == 0.1)
        }
    }

    @Test func `x aborts after one more key, and not any more behind the handover`() {
        var model = Samples.cuttingOver("following", "pausing")
        _ = model.update(.key(.character("x")))
        #expect(model.update(.key(.character("n"))).isEmpty)
        #expect(model.overlay == .running)
        _ = model.update(.key(.character("x")))
        #expect(model.update(.key(.character("y"))) == [.cancel()])
        #expect(model.operation?.isCancelling == true)

        model = Samples.cuttingOver("verified", "switched") { $0.isAskedToTakeOver = true }
        #expect(model.update(.key(.character("x"))).isEmpty)
        #expect(model.notice?.text.contains("decided when it answers") == true)
        #expect(!Chrome.draw(model).text.contains("SQLite stays live"))

        model = Samples.cuttingOver("switched", "hook") { $0.isHandedOver = true }
        #expect(model.update(.key(.character("x"))).isEmpty)
        #expect(model.notice?.text.contains("can no longer be aborted") == true)
        #expect(Chrome.draw(model).text.contains("can no longer be aborted"))
        #expect(model.identity.liveSide == .target)
    }

    @Test func `a yes that comes behind the handover aborts nothing`() {
        var model = Samples.cuttingOver("following", "pausing")
        _ = model.update(.key(.character("x")))
        var progress = Progress()
        var cutover = CutoverProgress()
        cutover.isHandedOver = true
        progress.cutover = cutover
        _ = model.update(.progress(progress))
        #expect(model.update(.key(.character("y"))).isEmpty)
        #expect(model.operation?.isCancelling == false)
    }

    @Test(arguments: [SIGHUP, SIGTERM, SIGINT])
    func `no signal ends the console while writes may be blocked`(signal: Int32) {
        var model = Samples.cuttingOver("fenced") { $0.freezeSeconds = 1 }
        let wisher = Model.Leaving.signal(signal).wisher
        #expect(model.update(.signal(signal)) == [.cancel(by: wisher)])
        for _ in 0..<3 {
            #expect(model.update(.signal(signal)).isEmpty)
            #expect(model.update(.inputClosed).isEmpty)
            #expect(model.exit == nil)
        }
        _ = model.update(.cutOver(.success(Samples.undone)))
        #expect(model.exit?.status == 128 + signal)
        #expect(model.exit?.message.contains("the application works on SQLite") == true)
    }

    @Test func `quitting waits for a way back, too`() {
        var model = Samples.live(.watching)
        _ = model.begin(.revert)
        _ = model.update(.key(.control("c")))
        #expect(model.update(.key(.character("y"))) == [.cancel()])
        #expect(model.exit == nil)
        _ = model.update(.reverted(.failure(Samples.error)))
        #expect(model.exit != nil)
    }

    @Test func `a switch turns every list to PostgreSQL, and a way back turns them again`() {
        var model = Samples.cuttingOver("following")
        let commands = model.update(.cutOver(.success(Samples.switched)))
        #expect(model.writer == .side(.target))
        #expect(model.phase == .watching)
        #expect(model.side == .target)
        #expect(model.orders.value == nil)
        #expect(model.overlay == .outcome(first: 0))
        #expect(!commands.contains(.follow))
        _ = model.update(.key(.character("R")))
        _ = model.update(.key(.enter))
        #expect(type("revert ora_prod", into: &model) == [.revert])
        let back = model.update(.reverted(.success(Samples.reverted)))
        #expect(model.writer == .side(.source))
        #expect(model.side == .source)
        #expect(back.contains(.follow))
        #expect(model.operation?.kind == .follow)
    }

    @Test func `a cutover that was undone goes on following, if it followed before`() {
        var model = asked()
        #expect(type("cut over ora_prod", into: &model) == [.cutOver])
        _ = model.update(.followed(.success(Samples.followed)))
        #expect(model.update(.cutOver(.success(Samples.undone))).contains(.follow))

        model = Samples.cuttingOver("following")
        #expect(!model.update(.cutOver(.success(Samples.undone))).contains(.follow))
        #expect(model.isPostponed)
    }

    @Test func `a live copy goes on following by itself, and p stops and resumes it`() throws {
        var model = Samples.empty()
        _ = model.update(.key(.character("B")))
        #expect(model.update(.key(.character("y"))) == [.migrateLive])
        #expect(model.phase == .prepared)
        let report = try #require(Samples.filled().report)
        #expect(model.update(.migrated(.success(report))).contains(.follow))
        #expect(model.phase == .following)
        #expect(model.update(.key(.character("p"))) == [.cancel()])
        _ = model.update(.followed(.success(Samples.followed)))
        #expect(model.isPostponed)
        #expect(model.update(.key(.character("p"))) == [.follow])
    }

    @Test func `leaving while the source is followed asks nothing and says how to go on`() {
        var model = Samples.following()
        #expect(model.update(.key(.character("q"))) == [.cancel()])
        _ = model.update(.followed(.success(Samples.followed)))
        #expect(model.exit?.status == 0)
        #expect(model.exit?.message.contains("go on with: cutover follow") == true)
    }

    @Test func `what another process does is shown, and not touched`() {
        var model = Samples.live(.following)
        _ = model.start(.none)
        var status = Samples.status(.fenced)
        status.isRunning = true
        _ = model.update(.status(ticket: model.cutover.status.ticket, .success(status)))
        #expect(model.writer == .nobody)
        let text = Chrome.draw(model).text
        #expect(text.contains("FROZEN 3.2 s"))
        #expect(text.contains("another process cuts over"))
        for key in ["c", "R", "p"] {
            #expect(model.update(.key(.character(Character(key)))).isEmpty)
            #expect(model.overlay == nil)
            #expect(model.notice?.text.contains("another process") == true)
        }
        // A run that others drive is looked at more often.
        _ = model.update(.tick(Samples.now + 0.2))
        #expect(!model.update(.tick(Samples.now + 0.8)).isEmpty)
    }

    @Test func `a cutover that was killed can be undone from here`() {
        var model = Samples.live(.fenced)
        #expect(Chrome.draw(model).text.contains("R undoes it"))
        _ = model.update(.key(.character("R")))
        _ = model.update(.key(.enter))
        #expect(type("revert ora_prod", into: &model) == [.revert])
    }

    @Test func `an answer that was asked for before a cutover does not change its outcome`() {
        var model = Samples.cuttingOver("following")
        let old = model.cutover.status.ticket
        _ = model.update(.cutOver(.success(Samples.switched)))
        _ = model.update(.status(ticket: old, .success(Samples.status(.following))))
        #expect(model.phase == .watching)
    }

    @Test func `toggles rest in the hand of a cutover`() {
        var model = Samples.cuttingOver("following", "pausing")
        model.overlay = nil
        model.pane = .workflows
        #expect(model.update(.key(.character(" "))).isEmpty)
        #expect(model.overlay == nil)
        #expect(model.notice?.text.contains("a cutover holds the toggles") == true)
    }

    @Test(arguments: CutoverPhase.allCases)
    func `the current step stands in brackets at every width`(phase: CutoverPhase) {
        guard phase != .final else { return }
        for width in [40, 58, 78, 118, 198] {
            for glyphs in [Glyphs.unicode, .ascii] {
                let line = Steps.line(phase, width: width, glyphs: glyphs)
                let text = line.map(\.text).joined()
                #expect(Width.cells(text) <= width)
                #expect(text.contains(/\[.?.?\w+\]/))
                #expect(text.contains("\(phase.rawValue)]"))
            }
        }
    }
}
