import MigrationEngine
import Testing

@testable import Console

/// What is looked for in the help, and what a no and a stop say.
@Suite struct HelpSearchTests {
    private func press(_ text: String, _ model: inout Model) {
        for character in text { _ = model.update(.key(.character(character))) }
    }

    @Test func `the help shows only the keys that hold a text`() {
        var model = Samples.filled(columns: 120, rows: 50)
        press("?/CLIPB", &model)
        let text = Chrome.draw(model).text
        #expect(text.contains("/CLIPB_"))
        #expect(text.contains("the row's name into the clipboard"))
        #expect(text.contains("LIST"))
        #expect(!text.contains("copy everything, then verify"))
        // While it is typed, no letter is a key.
        press("q?", &model)
        #expect(Chrome.draw(model).text.contains("nothing here holds \"CLIPBq?\""))
        _ = model.update(.key(.control("u")))
        press("theme", &model)
        _ = model.update(.key(.enter))
        #expect(Chrome.draw(model).text.contains("choose a theme"))
        #expect(Chrome.hints(model).map(\.text).joined().contains("Esc:all"))
        _ = model.update(.key(.escape))
        #expect(Chrome.draw(model).text.contains("the row's name into the clipboard"))
        _ = model.update(.key(.escape))
        #expect(model.overlay == nil)
    }

    @Test func `the help over the questions is searched, too, and leads back to them`() {
        var model = Samples.following()
        model.overlay = .wizard(Wizard(kind: .revert, page: .plan))
        press("?/phrase", &model)
        _ = model.update(.key(.enter))
        #expect(Chrome.draw(model).text.contains("typed letter by letter"))
        #expect(!Chrome.draw(model).text.contains("comes back, by table"))
        _ = model.update(.key(.escape))
        _ = model.update(.key(.escape))
        #expect(model.openWizard?.kind == .revert)
    }

    @Test(arguments: [60, 80, 120])
    func `a text is found wherever its lines break, and by what a key is called elsewhere`(
        columns: Int
    ) {
        for words in ["can be resumed, a cutover is", "stop  what RUNS", "x stop what"] {
            var model = Samples.filled(columns: columns, rows: 30)
            press("?/\(words)", &model)
            let text = Chrome.draw(model).text
            #expect(text.contains("stop what runs"), "\(words), \(columns)")
            #expect(!text.contains("nothing here holds"))
        }
        var model = Samples.filled(columns: columns, rows: 30)
        model.pane = .orders
        press("?/sort", &model)
        #expect(Chrome.draw(model).text.contains("oldest first"), "\(columns)")
        // A sentence of the questions is one, however many lines it takes.
        model = Samples.following(columns: columns, rows: 30)
        model.overlay = .wizard(Wizard(kind: .cutOver, page: .plan))
        press("?/within two minutes. A gate", &model)
        #expect(!Chrome.draw(model).text.contains("nothing here holds"))
        #expect(Chrome.draw(model).text.contains("meanwhile leads back"))
    }

    @Test(arguments: [60, 80])
    func `of a text that is longer than its line the end is seen, and what to do`(columns: Int) {
        let long = String(repeating: "山東", count: 30) + "END"
        var model = Samples.filled(columns: columns, rows: 24)
        press("?/" + String(long.suffix(40)), &model)
        var text = Chrome.draw(model).text
        #expect(text.contains("東END_"), "\(text)")
        #expect(text.contains("Esc shows all"))
        // Blanks alone are nothing that could be looked for.
        _ = model.update(.key(.control("u")))
        press("   ", &model)
        #expect(!Chrome.draw(model).text.contains("nothing here holds"))
        model = Samples.filled(columns: columns, rows: 24)
        model.pane = .orders
        press("/" + long, &model)
        #expect(Chrome.draw(model).text.contains("東END_"))
        _ = model.update(.key(.enter))
        text = Chrome.draw(model).text
        #expect(text.contains("Esc clears it"), "\(text)")
        model.orders.value = Samples.filled().orders.value
        model.orders.value?.rows = []
        #expect(Chrome.draw(model).text.contains("Esc shows all"))
        model = Samples.filled(columns: columns, rows: 24)
        press(":search " + long, &model)
        #expect(Chrome.draw(model).text.contains("東END_"))
        model = Samples.filled(columns: columns, rows: 24)
        model.overlay = .decision(DecisionEntry(.accept(rows: [1]), by: "Ada"))
        press(long, &model)
        #expect(Chrome.draw(model).text.contains("東END_"))
    }

    // MARK: - True words

    @Test func `x asks before following stops, too`() {
        var model = Samples.following()
        _ = model.update(.key(.character("x")))
        #expect(Chrome.draw(model).text.contains("Stops following."))
        #expect(model.operation?.isCancelling == false)
        press("n", &model)
        #expect(model.notice?.text == "the catch-up goes on")
        press("x", &model)
        #expect(model.update(.key(.character("y"))) == [.cancel()])
        // The other key says what it does, and does it.
        model = Samples.following()
        #expect(model.update(.key(.character("p"))) == [.cancel()])
    }

    @Test func `a cutover that is not aborted goes on, and nobody reads that nothing was changed`()
    {
        var model = Samples.cuttingOver("fenced")
        press("xn", &model)
        #expect(model.notice?.text == "the cutover goes on")
        #expect(model.overlay == .running)
    }

    @Test func `what was signed before the questions are left is named`() {
        var model = Samples.following()
        press("c", &model)
        let decision = Decision(kind: .sign(gate: nil), author: "ada")
        _ = model.update(.decided(decision, .success(.gates(["team_told", "rollback_read"]))))
        _ = model.update(.key(.escape))
        #expect(
            model.notice?.text == "the cutover was not begun; this stays: 2 gates were signed by "
                + "ada: team_told, rollback_read"
        )
        // The next time it is another box.
        press("c", &model)
        _ = model.update(.key(.escape))
        #expect(model.notice?.text == "nothing was changed")
    }

    @Test func `nothing is called signed when nothing was`() {
        var model = Samples.following()
        press("c", &model)
        let lines = model.log.count
        let decision = Decision(kind: .sign(gate: nil), author: "ada")
        _ = model.update(.decided(decision, .success(.gates([]))))
        #expect(model.log.count == lines)
        #expect(
            model.notice?.text
                == "nothing was signed: all that persons decide is signed already"
        )
        _ = model.update(.key(.escape))
        #expect(model.notice?.text == "nothing was changed")
    }
}
