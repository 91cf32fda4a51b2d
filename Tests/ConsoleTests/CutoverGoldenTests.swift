import MigrationEngine
import Testing

@testable import Console

/// The screens of a live run, as files that a person can read.
@Suite struct CutoverGoldenTests {
    private static let sizes = [(80, 24), (120, 40), (200, 60)]

    @Test(arguments: sizes)
    func `the overview of a live run looks as its golden file`(size: (Int, Int)) throws {
        let (columns, rows) = size
        try compare(Samples.following(columns: columns, rows: rows), "live-following")
        try compare(Samples.live(.following, columns: columns, rows: rows), "live-postponed")
        try compare(Samples.live(.watching, columns: columns, rows: rows), "live-watching")
        try compare(Samples.live(.fenced, columns: columns, rows: rows), "live-foreign-fence")
        var waiting = Samples.following(columns: columns, rows: rows)
        waiting.cutover.lag?.waitingFor = "waiting: the connection to the server is lost"
        try compare(waiting, "live-waiting")
        var copying = Samples.copying(columns: columns, rows: rows)
        copying.operation?.isLive = true
        try compare(copying, "live-copying")
        var loading = Samples.live(.following, columns: columns, rows: rows)
        loading.cutover = CutoverState()
        loading.cutover.knownPhase = .watching
        loading.identity.liveSide = .target
        try compare(loading, "live-loading")
        loading.cutover.knownPhase = .following
        loading.identity.liveSide = .source
        loading.cutover.gates.error = Samples.error
        loading.cutover.status.error = Samples.error
        try compare(loading, "live-error")
    }

    @Test(arguments: sizes)
    func `the questions before a cutover look as their golden files`(size: (Int, Int)) throws {
        var model = Samples.following(columns: size.0, rows: size.1)
        model.overlay = .wizard(Wizard(kind: .cutOver, page: .gates))
        try compare(model, "wizard-gates")
        model.cutover.gates.value = nil
        try compare(model, "wizard-gates-loading")
        model.cutover.settings.environmentFile = "/srv/app/.env"
        model.cutover.settings.hook = "systemctl restart app"
        model.overlay = .wizard(Wizard(kind: .cutOver, page: .plan))
        try compare(model, "wizard-plan")
        var wizard = Wizard(kind: .cutOver, page: .phrase)
        wizard.typed = "cut over ora_pr"
        wizard.phraseAt = Samples.now - 20
        model.overlay = .wizard(wizard)
        try compare(model, "wizard-phrase")
        model = Samples.live(.watching, columns: size.0, rows: size.1)
        model.overlay = .wizard(Wizard(kind: .revert, page: .plan))
        try compare(model, "wizard-revert")
    }

    @Test(arguments: sizes)
    func `the steps and the outcomes look as their golden files`(size: (Int, Int)) throws {
        let (columns, rows) = size
        try compare(
            Samples.cuttingOver("following", "pausing", columns: columns, rows: rows),
            "running-pausing"
        )
        var model = Samples.cuttingOver(
            "following",
            "pausing",
            "fenced",
            "drained",
            columns: columns,
            rows: rows
        ) { cutover in
            cutover.freezeSeconds = 0.1
            cutover.freezeBudget = 30
        }
        _ = model.update(.tick(Samples.now + 0.3))
        try compare(model, "running-frozen")
        model.overlay = nil
        try compare(model, "live-frozen")
        model.pane = .workflows
        try compare(model, "workflows-frozen")
        model = Samples.cuttingOver("switched", "hook", columns: columns, rows: rows) { cutover in
            cutover.isHandedOver = true
        }
        try compare(model, "running-handed-over")
        for (name, message) in [
            ("outcome-switched", Message.cutOver(.success(Samples.switched))),
            ("outcome-undone", .cutOver(.success(Samples.undone))),
            ("outcome-failed", .cutOver(.failure(Samples.error))),
        ] {
            var model = Samples.cuttingOver("following", columns: columns, rows: rows)
            _ = model.update(message)
            try compare(model, name)
        }
        model = Samples.live(.watching, columns: columns, rows: rows)
        _ = model.begin(.revert)
        _ = model.update(.reverted(.success(Samples.reverted)))
        try compare(model, "outcome-reverted")
        model = Samples.cuttingOver("following", "pausing", columns: columns, rows: rows)
        model.overlay = nil
        model.pane = .workflows
        try compare(model, "workflows-pausing")
    }

    @Test func `ASCII, small and the smallest screens look as their golden files`() throws {
        var model = Samples.cuttingOver("fenced") { cutover in
            cutover.freezeSeconds = 3.2
            cutover.freezeBudget = 30
        }
        model.identity.glyphs = .ascii
        try compare(model, "running-ascii")
        model.overlay = nil
        try compare(model, "live-ascii")
        model.size = Size(columns: 44, rows: 10)
        try compare(model, "live-too-small")
        model.size = Size(columns: 60, rows: 16)
        try compare(model, "live-smallest")
        model.overlay = .running
        try compare(model, "running-smallest")
    }

    private func compare(_ model: Model, _ name: String) throws {
        try FrameGoldenTests.compare(model, name)
    }
}
