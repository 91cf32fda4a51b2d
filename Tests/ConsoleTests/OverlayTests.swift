import MigrationEngine
import Testing

@testable import Console

/// What lies over the panes says what can be done, whole and truly.
@Suite struct OverlayTests {
    private static let sizes = [(60, 16), (80, 24), (120, 40), (200, 60)]

    private func hints(_ model: Model) -> String { Chrome.hints(model).map(\.text).joined() }

    private func wizard(_ gates: [Gate], columns: Int = 80, rows: Int = 24) -> Model {
        var model = Samples.following(columns: columns, rows: rows)
        model.cutover.gates.value = gates
        model.overlay = .wizard(Wizard(kind: .cutOver, page: .gates))
        return model
    }

    // MARK: - Hints

    @Test(arguments: sizes)
    func `every row of hints fits and keeps its most important key`(size: (Int, Int)) {
        var models = [wizard(Samples.gates), wizard(Samples.openGates)]
        for (overlay, kind) in [
            (Overlay.wizard(Wizard(kind: .cutOver, page: .plan)), "Enter"),
            (.wizard(Wizard(kind: .cutOver, page: .phrase)), "Esc"), (.help(first: 0), "Esc"),
        ] {
            var model = Samples.following(columns: size.0, rows: size.1)
            model.overlay = overlay
            #expect(hints(model).contains("\(kind):"))
            models.append(model)
        }
        models.append(Samples.cuttingOver("following", "pausing"))
        var done = Samples.cuttingOver("following")
        _ = done.update(.cutOver(.success(Samples.switched)))
        models.append(done)
        for var model in models {
            model.size = Size(columns: size.0, rows: size.1)
            #expect(Width.cells(hints(model)) < size.0, "\(hints(model))")
        }
    }

    @Test func `the least important hints go first, and as a whole`() {
        let hints = [
            Hint("a", "first", rank: 0), Hint("b", "second", rank: 3), Hint("c", "third", rank: 1),
        ]
        #expect(Hint.fitted(hints, columns: 80).count == 3)
        #expect(Hint.fitted(hints, columns: 24).map(\.key) == ["a", "c"])
        #expect(Hint.fitted(hints, columns: 10).map(\.key) == ["a"])
        #expect(Hint.fitted(hints, columns: 1).map(\.key) == ["a"])
    }

    @Test func `nothing is offered about gates that would be refused`() {
        var model = wizard(Samples.gates)
        #expect(!hints(model).contains("Enter"))
        #expect(hints(model).contains("s:sign"))
        #expect(!hints(model).contains("S:"), "there is one gate to sign")
        #expect(!hints(model).contains("o:override"))
        _ = model.update(.key(.character("j")))
        #expect(!hints(model).contains("s:sign"))
        model = wizard(Samples.openGates)
        #expect(hints(model).contains("Enter:go on"))
        #expect(!hints(model).contains("sign"))
        model.cutover.gates.value = nil
        #expect(!hints(model).contains("Enter"))
    }

    @Test func `what p does is said in words that fit the state`() {
        #expect(hints(Samples.following()).contains("p:stop following"))
        #expect(!hints(Samples.following()).contains("x:"), "p is named, x does the same")
        #expect(hints(Samples.live(.following)).contains("p:follow again"))
        #expect(!hints(Samples.empty()).contains("follow"))
        let help = HelpOverlay.lines(for: .overview, in: Samples.following())
            .map { $0.map(\.text).joined() }.joined(separator: "\n")
        #expect(help.contains("stop following; the source goes on logging"))
    }

    @Test func `a console with nothing to show says how a copy and a live run begin`() {
        for (columns, rows) in [(80, 24), (120, 40)] {
            let text = Chrome.draw(Samples.empty(columns: columns, rows: rows)).text
            #expect(text.contains("m copies everything"))
            #expect(text.contains("B does it live"))
        }
    }

    // MARK: - Gates

    @Test func `an overridden gate says so whole, in the overview and among the questions`() {
        var gates = Samples.openGates
        gates[1].state = .closed
        gates[1].decision = .init(by: "Ada", at: "2025-10-14", isOverride: true, note: "enough")
        for (columns, rows) in Self.sizes.dropFirst() {
            var model = wizard(gates, columns: columns, rows: rows)
            #expect(Chrome.draw(model).text.contains("OVERRIDDEN disk_space"))
            model.overlay = nil
            #expect(Chrome.draw(model).text.contains("OVERRIDDEN disk_space"))
        }
    }

    @Test func `a gate that waits for decisions about rows names them before a comparison`() {
        var gate = Samples.gates[1]
        gate.name = "verified"
        gate.state = .closed
        gate.remedy =
            "151 rows in quarantine first: cutover quarantine list, then replay or accept; then "
            + "cutover verify"
        let model = Samples.live(.following)
        let remedies = GateLines.remedies(gate, model)
        let key = model.key(.show(.quarantine))
        #expect(remedies.first?.hasPrefix("next: Esc, then \(key) shows the rows") == true)
        #expect(remedies.dropFirst().first == "next: Esc, then V compares both sides")
        #expect(remedies.contains { $0.hasPrefix("or: 151 rows in quarantine first") })
    }

    @Test func `a closed gate names the key here and the command for elsewhere`() {
        let person = GateLines.remedies(Samples.gates[2], wizard(Samples.gates))
        #expect(person == ["next: s signs it here", "or: sign it when the team knows"])
        var gate = Samples.gates[1]
        gate.state = .closed
        gate.remedy = "cutover follow closes them again"
        var model = Samples.live(.following)
        #expect(GateLines.remedies(gate, model).first == "next: Esc, then p follows the source")
        #expect(GateLines.remedies(gate, model).contains("or: cutover follow closes them again"))
        // A key that would be refused is not named.
        model = Samples.following()
        #expect(GateLines.remedies(gate, model).first == "next: cutover follow closes them again")
        #expect(GateLines.remedies(Samples.openGates[0], model).isEmpty)
    }

    @Test(arguments: [(120, 40), (200, 60)])
    func `with room for it every gate shows its evidence`(size: (Int, Int)) {
        var model = wizard(Samples.gates, columns: size.0, rows: size.1)
        for overlay in [model.overlay, nil] {
            model.overlay = overlay
            let text = Chrome.draw(model).text
            for gate in Samples.gates { #expect(text.contains(gate.reason), "\(gate.name)") }
        }
    }

    @Test(arguments: [(120, 40), (200, 60)])
    func `a wide overview shows the rows of both sides beside each other`(size: (Int, Int)) throws {
        var model = Samples.following(columns: size.0, rows: size.1)
        model.log += model.log + model.log + model.log + model.log + model.log
        let text = Chrome.draw(model).text
        #expect(text.contains("Rows on both sides"))
        let table = try #require(model.verification?.tables.first)
        #expect(text.contains(table.name))
        let empty = text.split(separator: "\n").filter { line in
            line.allSatisfy { " │".contains($0) }
        }
        #expect(empty.count < size.1 / 3, "\(empty.count) empty lines")
    }

    @Test func `no size breaks the drawing of a live run`() {
        for columns in [0, 1, 44, 60, 80, 100, 160, 500] {
            for rows in [0, 1, 10, 16, 24, 30, 45, 200] {
                var models = [
                    Samples.following(), Samples.live(.watching), wizard(Samples.gates),
                    Samples.cuttingOver("following", "pausing"),
                ]
                let questions = Overlay.wizard(Wizard(kind: .revert, page: .plan))
                models[1].overlay = .help(first: 0, over: questions)
                for var model in models {
                    model.size = Size(columns: columns, rows: rows)
                    #expect(Chrome.draw(model).cells.count == columns * rows)
                }
            }
        }
    }

    // MARK: - Help

    @Test(arguments: sizes)
    func `no line of a help is cut`(size: (Int, Int)) {
        for pane in PaneID.allCases {
            var model = Samples.filled(columns: size.0, rows: size.1)
            model.pane = pane
            let width = OverlayBox.width(model)
            for line in HelpOverlay.lines(for: pane, in: model, width: width) {
                let text = line.map(\.text).joined()
                #expect(Width.cells(text) <= width, "\(text)")
            }
        }
    }

    @Test func `the questions have a help of their own, and keep what was typed`() {
        var model = wizard(Samples.openGates)
        let open = model.overlay
        _ = model.update(.key(.character("?")))
        #expect(Chrome.draw(model).text.contains("Help: the questions before a cutover"))
        #expect(Chrome.draw(model).text.contains("typed letter by letter"))
        _ = model.update(.key(.escape))
        #expect(model.overlay == open)

        var wizard = Wizard(kind: .cutOver, page: .phrase)
        wizard.phraseAt = Samples.now
        model.overlay = .wizard(wizard)
        for character in "cut?" { _ = model.update(.key(.character(character))) }
        _ = model.update(.key(.function(1)))
        guard case .help(_, over: .wizard(let below), _) = model.overlay else {
            Issue.record("there is no help")
            return
        }
        #expect(below.typed == "cut?")
        // The two minutes go on below it.
        _ = model.update(.tick(Samples.now + 121))
        #expect(model.overlay == nil)
    }

    // MARK: - The question whether to stop

    @Test(arguments: [(80, 24), (120, 40)])
    func `the question whether to abort is whole, and no step hides behind it`(size: (Int, Int)) {
        var model = Samples.cuttingOver("following", "pausing", columns: size.0, rows: size.1)
        #expect(hints(model).contains("x, then y:ABORT"))
        #expect(Chrome.draw(model).text.contains("x, then y aborts"))
        _ = model.update(.key(.character("x")))
        let text = Chrome.draw(model).text
        for step in ["following", "pausing", "fenced", "drained", "verified", "toggles", "keys"] {
            #expect(text.contains(step))
        }
        #expect(text.contains("Nothing is lost."))
        #expect(text.contains("y: abort"))
        #expect(!text.split(separator: "\n").dropFirst().joined().contains("~"))
        // The steps go on below the question.
        var progress = Progress()
        var cutover = CutoverProgress()
        cutover.steps = [.init(name: "fenced", seconds: nil, outcome: "running")]
        cutover.freezeSeconds = 0.1
        progress.cutover = cutover
        _ = model.update(.progress(progress))
        #expect(Chrome.draw(model).text.contains("WRITES BLOCKED"))
    }

    @Test(arguments: [60, 80])
    func `no question is cut`(columns: Int) {
        let rows = columns == 60 ? 16 : 24
        for key in ["m", "B"] {
            var model = Samples.empty(columns: columns, rows: rows)
            _ = model.update(.key(.character(Character(key))))
            guard case .confirm(let question) = model.overlay else {
                Issue.record("nothing is asked")
                return
            }
            let words = Chrome.draw(model).text.split { " \n║".contains($0) }
            for word in question.lines.joined(separator: " ").split(separator: " ") {
                #expect(words.contains(word), "\(word)")
            }
        }
    }

    // MARK: - One truth

    @Test func `the names of the sides stay where they are while the lag changes`() {
        for columns in [80, 120, 200] {
            var places: Set<String> = []
            for (rows, seconds) in [(0, 0.0), (7, 0.1), (1_234, 12.3), (99_999, 59.9)] {
                var model = Samples.following(columns: columns)
                model.cutover.lag?.lagRows = rows
                model.cutover.lag?.lagSeconds = seconds
                let row = Chrome.draw(model).row(0).map(\.text).joined()
                let end = row.firstRange(of: "LIVE")?.upperBound ?? row.startIndex
                places.insert(String(row[..<end]))
            }
            #expect(places.count == 1, "\(places)")
            #expect(places.first?.contains("ora.db") == true)
        }
    }

    @Test func `a run that nobody follows is not called followed`() {
        for columns in [60, 80, 120] {
            let model = Samples.live(.following, columns: columns)
            let row = Chrome.draw(model).row(0).map(\.text).joined()
            #expect(row.contains("NOT FOLLOWED"))
            #expect(!row.contains("following"))
        }
        #expect(Samples.live(.following).activity == "not followed")
    }

    @Test func `one revert has one count of rows, wherever it is told`() {
        var model = Samples.live(.watching)
        _ = model.begin(.revert)
        _ = model.update(.reverted(.success(Samples.reverted)))
        let came = "48 rows came back, from 48 writes"
        #expect(Samples.reverted.came == came)
        #expect(model.notice?.text.contains(came) == true)
        #expect(Chrome.draw(model).text.contains(came))
        model.overlay = nil
        #expect(Chrome.draw(model).text.contains(came))
    }

    @Test func `what was said about a key is gone with the next one`() {
        var model = wizard(Samples.gates)
        _ = model.update(.key(.enter))
        #expect(model.notice?.text.contains("1 gate closed: team_told") == true)
        _ = model.update(.key(.character("j")))
        #expect(model.notice == nil)
    }

    @Test func `what the operator did stands in the log in sentences`() {
        var model = Samples.following()
        _ = model.update(.key(.character("p")))
        _ = model.update(.followed(.success(Samples.followed)))
        _ = model.begin(.follow)
        let said = model.log.filter { $0.level == .audit }.map(\.message)
        #expect(said.contains("you asked to stop the catch-up"))
        #expect(said.contains("following the writes of ora.db was begun"))
    }
}
