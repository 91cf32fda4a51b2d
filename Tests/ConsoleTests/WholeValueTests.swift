import MigrationEngine
import Testing

@testable import Console
@testable import MigrationEngine

/// Long values: where two differ, and every one of them as a whole.
@Suite struct WholeValueTests {
    private let long = String(repeating: "x", count: 300)

    /// Two values that differ behind what a cell has room for.
    private func differing(columns: Int = 80, rows: Int = 24) -> Model {
        var model = Samples.filled(columns: columns, rows: rows)
        model.pane = .verify
        let samples: [VerifyReport.Sample] = [
            .init(
                key: "id 7",
                column: "note",
                source: long + "A",
                target: long + "B",
                kind: "different"
            )
        ]
        model.verification?.tables[0].status = .different
        model.verification?.tables[0].different = 1
        model.verification?.tables[0].samples = samples
        model.detail = Model.Detail(id: model.verification?.tables[0].name ?? "")
        return model
    }

    @Test(arguments: [80, 120, 200])
    func `two long values are seen to differ in their cells`(columns: Int) {
        let text = Chrome.draw(differing(columns: columns, rows: 40)).text
        #expect(text.contains("…xxxxxxA"))
        #expect(text.contains("…xxxxxxB"))
    }

    @Test func `Enter shows both whole, with the place and the lengths; Esc goes back`() {
        var model = differing()
        #expect(model.update(.key(.enter)).isEmpty)
        let text = Chrome.draw(model).text
        #expect(text.contains("they differ from character 301 on"))
        #expect(text.contains("301 characters"))
        #expect(text.contains("xA"))
        for _ in 0..<30 { _ = model.update(.key(.down)) }
        #expect(Chrome.draw(model).text.contains("xB"))
        _ = model.update(.key(.escape))
        #expect(model.detail?.value == nil)
        #expect(model.detail != nil)
    }

    @Test(arguments: [(80, 24), (120, 40), (200, 60)])
    func `a value of the table browser is shown whole and copied`(size: (Int, Int)) {
        var model = Samples.filled(columns: size.0, rows: size.1)
        model.pane = .tables
        model.browsing.rows.value?.rows[0].values[6] = long + "END"
        model.detail = Model.Detail(id: "shipped_items", row: "1")
        model.detail?.index = 6
        #expect(model.update(.key(.enter)).isEmpty)
        #expect(model.detail?.value == "note")
        #expect(Chrome.draw(model).text.contains("END"))
        let copied = model.update(.key(.character("y")))
        #expect(copied == [.writeToTerminal(Clipboard.sequence(for: long + "END") ?? "")])
        _ = model.update(.key(.escape))
        #expect(model.detail?.index == 6)
        #expect(model.detail?.row == "1")
    }

    @Test func `y on a value takes the value and not its column's name`() {
        var model = Samples.filled()
        model.pane = .tables
        model.detail = Model.Detail(id: "shipped_items", row: "1")
        model.detail?.index = 5
        let copied = model.update(.key(.character("y")))
        #expect(copied == [.writeToTerminal(Clipboard.sequence(for: "100891") ?? "")])
    }

    @Test func `a value in quarantine that is no text stands there with its bytes`() {
        var model = Samples.filled(columns: 120, rows: 40)
        model.pane = .quarantine
        model.browsing.quarantineRow.value?.values[1].value = "caf\u{FFFD}"
        model.browsing.quarantineRow.value?.values[1].hexadecimal = "636166e9"
        model.detail = Model.Detail(id: "1")
        let text = Chrome.draw(model).text
        #expect(text.contains("x'636166e9'"))
        #expect(text.contains("✗ quantity"))
    }

    @Test func `a list of quarantine that is a part says so`() {
        var model = Samples.filled(columns: 120, rows: 40)
        model.pane = .quarantine
        model.browsing.quarantine.value?.next = 10_000
        #expect(Chrome.draw(model).text.contains("the first"))
    }

    @Test func `the reasons of quarantine are summed up, the most frequent first`() {
        var model = Samples.filled(columns: 120, rows: 40)
        model.pane = .quarantine
        model.browsing.quarantine.value?.groups = (1...5).map { number in
            .init(
                table: "orders",
                column: "note",
                reason: "reason \(number)",
                rows: 2_000 / number,
                waiting: 1,
                accepted: 0,
                replayed: 0
            )
        }
        let text = Chrome.draw(model).text
        #expect(text.contains("2,000  orders.note: reason 1   1 undecided"))
        #expect(text.contains("and 2 more reasons"))
    }

    @Test func `a list that is asked for by name is of the live side`() {
        var model = Samples.live(.following)
        model.pane = .tables
        model.side = .target
        guard let request = PaletteRequest("orders --status pending") else {
            Issue.record("the request is not read")
            return
        }
        _ = model.perform(request)
        #expect(model.side == .source)
    }

    @Test func `a run is begun by its name from every pane, and walking comes last`() {
        var model = Samples.following()
        model.pane = .log
        let names = model.paletteEntries(for: "").map(\.name)
        #expect(names.first != "next-pane")
        #expect(model.paletteEntries(for: "cut").first?.name == "cut-over")
        _ = model.update(.key(.character(":")))
        for character in "cut-over" { _ = model.update(.key(.character(character))) }
        _ = model.update(.key(.enter))
        #expect(model.openWizard?.kind == .cutOver)
    }

    @Test func `an order that is nowhere is not told to have no item`() {
        var model = Samples.filled(columns: 120, rows: 40)
        model.pane = .orders
        model.detail = Model.Detail(id: "999")
        model.orderItems.value = []
        #expect(!Chrome.draw(model).text.contains("This order has no item"))
    }

    @Test func `read-only says what made it so`() {
        var model = Samples.filled()
        model.isReadOnlyBySettings = true
        let refusal = Actions.all.first { $0.id == .migrate }?.refusal(in: model)
        #expect(refusal?.contains("--read-only") == false)
        #expect(refusal?.contains("config.toml") == true)
        model.identity.isReadOnly = true
        model.isReadOnlyBySettings = false
        let other = Actions.all.first { $0.id == .migrate }?.refusal(in: model)
        #expect(other?.contains("--read-only") == true)
        #expect(other?.contains("config.toml") == false)
    }

    @Test func `a check that waits is not one that does not hold`() {
        var model = Samples.filled(columns: 120, rows: 40)
        model.pane = .checks
        model.reconciliation.value = Samples.reconciliation
        for index in model.reconciliation.value?.checks.indices ?? 0..<0 {
            model.reconciliation.value?.checks[index].verdict = index == 0 ? .waiting : .good
        }
        let text = Chrome.draw(model).text
        #expect(!text.contains("do not hold"))
        #expect(text.contains(", 1 waits"))
    }

    @Test func `what a gate asks is marked beside what was found`() {
        var model = Samples.following(columns: 120, rows: 40)
        model.overlay = .wizard(Wizard(kind: .cutOver, page: .gates))
        #expect(Chrome.draw(model).text.contains("asks: the team knows of the cutover"))
    }
}
