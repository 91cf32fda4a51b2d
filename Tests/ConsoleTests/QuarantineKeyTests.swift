import MigrationEngine
import Testing

@testable import Console
@testable import MigrationEngine

/// What is decided by keys about rows that did not fit.
@Suite struct QuarantineKeyTests {
    private func model() -> Model {
        var model = Samples.filled()
        model.pane = .quarantine
        model.operation = nil
        return model
    }

    private func type(_ text: String, _ model: inout Model) -> [Command] {
        for character in text { _ = model.update(.key(.character(character))) }
        return model.update(.key(.enter))
    }

    @Test func `a row is accepted with a name and a reason, and never without`() {
        var model = model()
        _ = model.update(.key(.character("a")))
        #expect(Chrome.draw(model).text.contains("Who accepts the loss of 1 row?"))
        #expect(type("", &model).isEmpty)
        #expect(model.notice?.text == "a name is needed")
        #expect(type("ada", &model).isEmpty)
        #expect(Chrome.draw(model).text.contains("ada accepts 1 row. Why may they be missing?"))
        #expect(type("", &model).isEmpty)
        #expect(model.notice?.text == "say why")
        let decision = Decision(kind: .accept(rows: [1]), author: "ada", note: "by hand")
        #expect(type("by hand", &model) == [.decide(decision)])
        #expect(model.isDecidingRows && model.overlay == nil)
        _ = model.update(.key(.character("a")))
        #expect(model.overlay == nil)
        let commands = model.update(.decided(decision, .success(.rows(Samples.accepted(1)))))
        #expect(commands.contains(.browse(.quarantine(ticket: model.browsing.quarantine.ticket))))
        #expect(
            model.log.last?.message == "1 row in quarantine was accepted by ada; 0 undecided"
        )
        // The name is asked for once.
        _ = model.update(.key(.character("a")))
        #expect(Chrome.draw(model).text.contains("ada accepts 1 row."))
        _ = model.update(.key(.escape))
        #expect(model.notice?.text == "nothing was decided")
    }

    @Test func `marked rows are decided together, those that are decided already left out`() {
        var model = model()
        _ = model.update(.key(.character(" ")))
        _ = model.update(.key(.character(" ")))
        #expect(model.marks.count == 2)
        #expect(model.decidableRows([.waiting]) == [1])
        _ = model.update(.key(.character("t")))
        #expect(Chrome.draw(model).text.contains("Tries 2 rows in quarantine again"))
        #expect(model.update(.key(.character("y"))) == [.replay([1, 2])])
        _ = model.update(.replayed(.success(Samples.replayed)))
        #expect(
            model.notice?.text
                == "1 row came into PostgreSQL, 1 refused again: row 2, text in an integer column"
        )
        #expect(model.marks.isEmpty && !model.isDecidingRows)
    }

    @Test func `a row that was accepted can be tried again, and not accepted again`() {
        var model = model()
        _ = model.update(.key(.character("j")))
        _ = model.update(.key(.character("a")))
        #expect(model.overlay == nil)
        #expect(model.notice?.text == "row 2 was accepted by ada already")
        _ = model.update(.key(.character("t")))
        _ = model.update(.key(.character("n")))
        #expect(model.notice?.text == "nothing was changed")
    }

    private func followed() -> Model {
        var model = Samples.following()
        model.browsing = Samples.browsing
        model.pane = .quarantine
        return model
    }

    @Test func `following pauses for a decision and goes on behind it, whatever came of it`() {
        for isGood in [true, false] {
            var model = followed()
            _ = model.update(.key(.character("t")))
            #expect(Chrome.draw(model).text.contains("Following pauses for it"))
            #expect(model.update(.key(.character("y"))) == [.cancel()])
            #expect(model.operation?.isCancelling == true)
            // Until following has ended nothing is decided, and nothing else begins.
            for key in ["1", "c", "p", "x", "9", "a"] {
                let commands = model.update(.key(.character(Character(key))))
                for begun in [Command.follow, .cutOver, .cancel()] {
                    #expect(!commands.contains(begun), "\(key)")
                }
                #expect(model.overlay == nil && model.awaitedDecision != nil, "\(key)")
            }
            #expect(model.update(.followed(.success(Samples.followed))) == [.replay([1])])
            #expect(!model.isPostponed && model.isDecidingRows)
            #expect(model.refusal(of: .cutOver)?.contains("being decided about") == true)
            #expect(model.refusal(of: .follow)?.contains("being decided about") == true)
            let came: Result<ReplayReport, MigrationError> =
                isGood ? .success(Samples.replayed) : .failure(Samples.error)
            #expect(model.update(.replayed(came)).contains(.follow))
            #expect(model.operation?.kind == .follow && !model.isDecidingRows)
            #expect(!model.isFollowingPaused && model.refusal(of: .cutOver) == nil)
            // A later end of following is one again.
            _ = model.update(.followed(.success(Samples.followed)))
            #expect(model.isPostponed)
            #expect(model.notice?.text.hasPrefix("stopped following") == true)
        }
    }

    @Test func `an acceptance pauses following, too, and tells so before`() {
        var model = followed()
        _ = model.update(.key(.character("a")))
        #expect(Chrome.draw(model).text.contains("Following pauses for it"))
        #expect(type("ada", &model).isEmpty)
        #expect(type("by hand", &model) == [.cancel()])
        let decision = Decision(kind: .accept(rows: [1]), author: "ada", note: "by hand")
        #expect(model.update(.followed(.success(Samples.followed))) == [.decide(decision)])
        let commands = model.update(.decided(decision, .success(.rows(Samples.accepted(1)))))
        #expect(commands.contains(.follow))
    }

    @Test func `following that ends by itself before a decision leaves the rows as they are`() {
        var model = followed()
        _ = model.update(.key(.character("t")))
        _ = model.update(.key(.character("y")))
        let commands = model.update(.followed(.failure(Samples.error)))
        #expect(!commands.contains(.replay([1])) && !commands.contains(.follow))
        #expect(model.failure?.message == Samples.error.message)
        #expect(!model.isDecidingRows && !model.isFollowingPaused && model.operation == nil)
        // One that was only told to end before it had begun has ended as it was to.
        model = followed()
        _ = model.update(.key(.character("t")))
        _ = model.update(.key(.character("y")))
        #expect(model.update(.followed(.failure(Samples.interrupted))) == [.replay([1])])
        #expect(model.failure == nil)
    }

    @Test func `who leaves meanwhile gets the decision, and nothing is followed behind it`() {
        var model = followed()
        _ = model.update(.key(.character("t")))
        _ = model.update(.key(.character("y")))
        _ = model.update(.signal(15))
        #expect(model.update(.followed(.success(Samples.followed))) == [.replay([1])])
        #expect(model.exit == nil)
        #expect(!model.update(.replayed(.success(Samples.replayed))).contains(.follow))
        #expect(model.exit?.status == 143)
    }

    @Test
    func `nothing is decided while a copy or a cutover runs, and another's follower is named`() {
        var model = followed()
        model.operation = Model.Operation(kind: .migrate, startedAt: Samples.now)
        _ = model.update(.key(.character("a")))
        #expect(model.notice?.text == "a copy is running; then rows can be decided about")
        model = followed()
        model.operation = nil
        model.cutover.status.value?.isRunning = true
        _ = model.update(.key(.character("a")))
        #expect(model.notice?.text.contains("another process works on this run") == true)
        #expect(model.overlay == nil)
        model = followed()
        _ = model.update(.key(.character("t")))
        _ = model.update(.key(.character("y")))
        _ = model.update(.followed(.success(Samples.followed)))
        // Another process has handed over meanwhile: there is nothing to follow.
        model.cutover.knownPhase = .watching
        #expect(!model.update(.replayed(.success(Samples.replayed))).contains(.follow))
    }

    @Test func `where no row is in quarantine the keys say so, also while the source is followed`()
    {
        var model = Samples.following()
        model.browsing.quarantine = Samples.nothing().browsing.quarantine
        model.pane = .quarantine
        _ = model.update(.key(.character("a")))
        #expect(model.notice?.text == "no row is selected")
    }

    @Test func `a failure says why, and the rows stay as they are`() {
        var model = model()
        model.isDecidingRows = true
        _ = model.update(.replayed(.failure(Samples.error)))
        #expect(model.notice?.text == Samples.error.message)
        #expect(!model.isDecidingRows)
    }
}
