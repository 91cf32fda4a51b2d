import Testing

@testable import Console
@testable import cutover

/// The command line and the palette know the same verbs.
@Suite struct PaletteVerbsTests {
    private static var model: Model {
        Model(
            identity: .init(sourceName: "ora.db", targetName: "ora"),
            size: Size(columns: 120, rows: 40),
            now: 0
        )
    }

    @Test(arguments: Cutover.verbs)
    func `every verb of the command line leads somewhere in the palette`(verb: String) throws {
        let action = try #require(Actions.action(ofVerb: verb), "nobody does \(verb)")
        let first = try #require(Self.model.paletteEntries(for: verb).first)
        #expect(first.effect == .action(action.id), "\(verb) leads to \(first.name)")
        #expect(!action.help.isEmpty)
    }

    @Test func `no action names a verb that the command line does not have`() {
        let verbs = Set(Actions.all.flatMap(\.verbs).map { $0.prefix { $0 != " " } })
        #expect(verbs.subtracting(Cutover.verbs.map { $0[...] }).isEmpty)
    }
}
