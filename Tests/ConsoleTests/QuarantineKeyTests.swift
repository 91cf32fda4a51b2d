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

    @Test func `nothing is decided while the source is followed, and the words say what to do`() {
        var model = Samples.following()
        model.browsing = Samples.browsing
        model.pane = .quarantine
        for key in ["a", "t"] {
            _ = model.update(.key(.character(Character(key))))
            #expect(model.overlay == nil)
            #expect(
                model.notice?.text
                    == "the source is being followed; p stops that, then rows can be decided about"
            )
        }
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
