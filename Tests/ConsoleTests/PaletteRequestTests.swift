import MigrationEngine
import Testing

@testable import Console
@testable import MigrationEngine

/// Verbs with options in the palette: what is completed, what is done, and why something is not.
@Suite struct PaletteRequestTests {
    private func model(_ pane: PaneID = .overview) -> Model {
        var model = Samples.filled()
        model.pane = pane
        model.comparing.known = ["pending", "on_hold", "shipped"]
        return model
    }

    private func type(_ text: String, into model: inout Model) -> [Command] {
        _ = model.update(.key(.character(":")))
        for character in text { _ = model.update(.key(.character(character))) }
        return model.update(.key(.enter))
    }

    private func names(_ text: String, _ model: Model) -> [String] {
        model.paletteEntries(for: text).map(\.name)
    }

    @Test func `options, tables, statuses, levels, sides and workflows are completed`() {
        let model = model()
        #expect(
            names("orders --", model) == ["orders --status", "orders --search", "orders --side"]
        )
        #expect(names("orders --st", model) == ["orders --status"])
        #expect(
            names("orders --status ", model) == [
                "orders --status pending", "orders --status on_hold", "orders --status shipped",
            ]
        )
        #expect(
            names("orders --status pending --side t", model) == [
                "orders --status pending --side target"
            ]
        )
        #expect(names("inventory --level c", model) == ["inventory --level critical"])
        #expect(names("verify --table shipped_it", model) == ["verify --table shipped_items"])
        #expect(names("verify shipped_it", model) == ["verify shipped_items"])
        #expect(names("workflows ", model).contains("workflows disable xml-import"))
        #expect(names("workflows disable x", model) == ["workflows disable xml-import"])
        #expect(names("verif", model).contains("verify"))
        #expect(names("rows ship", model) == ["rows shipped_items"])
    }

    @Test func `Tab writes a completion, and Enter does what stands there`() {
        var model = model()
        _ = model.update(.key(.character(":")))
        for character in "orders --st" { _ = model.update(.key(.character(character))) }
        _ = model.update(.key(.tab))
        #expect(model.overlay == .palette(Palette(typed: "orders --status ")))
        for character in "ship" { _ = model.update(.key(.character(character))) }
        let commands = model.update(.key(.enter))
        #expect(model.pane == .orders && model.overlay == nil)
        #expect(
            commands == [
                .loadOrders(
                    ticket: model.orders.ticket,
                    side: .source,
                    search: "",
                    limit: 200,
                    status: "shipped"
                )
            ]
        )
    }

    @Test func `a list is limited in several ways at once, from any pane`() {
        var model = model(.log)
        let commands = type("orders --status pending --search Ada Lind --side target", into: &model)
        #expect(
            commands == [
                .loadOrders(
                    ticket: model.orders.ticket,
                    side: .target,
                    search: "Ada Lind",
                    limit: 200,
                    status: "pending"
                )
            ]
        )
        #expect(model.side == .target)
        #expect(model.limitWords(of: model.pane) == "  status pending  filter Ada Lind")
    }

    @Test func `one table is compared, and takes its place among the others`() throws {
        var model = model(.log)
        #expect(
            type("verify --table shipped_items", into: &model) == [.verifyTable("shipped_items")]
        )
        #expect(model.operation?.kind == .verify)
        #expect(model.log.last?.message.contains("table shipped_items of ") == true)
        let whole = try #require(model.verification)
        #expect(whole.tables.contains { $0.name == "shipped_items" && $0.status == .different })
        var part = whole
        part.tables = whole.tables.filter { $0.name == "shipped_items" }
        part.tables[0].status = .equal
        part.foreignKeys = []
        _ = model.update(.verified(.success(part)))
        #expect(model.operation == nil)
        #expect(model.verification?.tables.count == whole.tables.count)
        #expect(model.verification?.foreignKeys == whole.foreignKeys)
        #expect(
            model.verification?.tables.first { $0.name == "shipped_items" }?.status == .equal
        )
        #expect(model.notice?.text == "verified: shipped_items is equal")
        #expect(model.verification?.ok == false, "another table is UNPLANNED")
    }

    @Test func `the comparison of one table is never that of all`() {
        var model = model(.log)
        model.verification = nil
        _ = type("verify --table shipped_items", into: &model)
        var part = VerifyReport(
            ok: true,
            tables: [.init(name: "shipped_items", status: .equal)],
            foreignKeys: [],
            countsOnly: false,
            seconds: 1
        )
        part.ok = true
        _ = model.update(.verified(.success(part)))
        #expect(model.verification == nil)
        #expect(model.notice?.text == "verified: shipped_items is equal")
    }

    @Test(arguments: [
        ("verify --table nowhere", "there is no table \"nowhere\"; there are: "),
        ("orders --status bogus", "there is no status \"bogus\"; there are: pending, on_hold"),
        ("orders --colour red", "orders has no --colour: --status, --search, --side"),
        ("inventory --side here", "there is no side \"here\"; there are: source, target"),
        ("workflows switch xml-import", "say enable or disable and the workflow"),
        ("workflows enable nobody", "no workflow is called \"nobody\""),
        ("workflows enable xml-import", "xml-import is on already"),
        ("search ", "say what is looked for"),
    ])
    func `a refused line says why, and does nothing`(line: String, why: String) {
        var model = model(.verify)
        let entries = model.paletteEntries(for: line)
        let refusal = entries.first?.refusal
        #expect(refusal?.hasPrefix(why) == true, "\(line): \(String(describing: refusal))")
        #expect(type(line, into: &model).isEmpty)
        #expect(model.notice?.text.hasPrefix(why) == true)
    }

    @Test func `a workflow is switched only behind its question`() {
        var model = model(.log)
        _ = type("workflows disable xml-import", into: &model)
        guard case .confirm(let question) = model.overlay else {
            Issue.record("no question")
            return
        }
        #expect(
            question.consequence == .setWorkflow(name: "xml-import", isEnabled: false)
        )
        #expect(question.kind == .yesNo)
    }

    @Test func `read-only and what runs refuse here as they refuse the keys`() {
        var model = model(.log)
        model.identity.isReadOnly = true
        let toggle = model.paletteEntries(for: "workflows disable xml-import").first
        #expect(toggle?.refusal?.hasPrefix("read-only") == true)
        model.identity.isReadOnly = false
        _ = model.begin(.verify)
        let verify = model.paletteEntries(for: "verify --table shipped_items").first
        #expect(verify?.refusal != nil)
        #expect(type("verify --table shipped_items", into: &model).isEmpty)
    }

    @Test func `an order, an article and a table are opened by name`() {
        var model = model(.log)
        var commands = type("order 100890", into: &model)
        #expect(model.pane == .orders && model.detail?.id == "100890")
        #expect(
            commands.contains(
                .compare(.order(ticket: model.comparing.order.ticket, number: "100890"))
            )
        )
        commands = type("article 17612", into: &model)
        #expect(model.pane == .inventory && model.detail?.id == "17612")
        commands = type("rows sku_lot --side target", into: &model)
        #expect(model.pane == .tables && model.detail?.id == "sku_lot" && model.side == .target)
        #expect(
            commands.contains(
                .browse(
                    .rows(
                        ticket: model.browsing.rows.ticket,
                        side: .target,
                        table: "sku_lot",
                        at: .first
                    )
                )
            )
        )
    }
}
