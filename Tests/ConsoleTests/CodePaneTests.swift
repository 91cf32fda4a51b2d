import Foundation
import MigrationEngine
import Testing

@testable import Console

/// The pane of the application's code: what it lists, what Enter opens, and its four forms.
@Suite struct CodePaneTests {
    private static func model(columns: Int = 80, rows: Int = 24) -> Model {
        var model = Samples.filled(columns: columns, rows: rows)
        model.pane = .code
        return model
    }

    @Test(arguments: [(60, 16), (80, 24), (120, 40)])
    func `the pane of the code looks as its golden files`(size: (Int, Int)) throws {
        var model = Self.model(columns: size.0, rows: size.1)
        try FrameGoldenTests.compare(model, "code-list")
        model.detail = .init(id: "src/sync.py\0s0")
        try FrameGoldenTests.compare(model, "code-statement")
        model.detail = .init(id: "app.py\0f1")
        try FrameGoldenTests.compare(model, "code-finding")
        model.detail = nil
        model.code = .init(value: CodeListing(), loadedAt: Samples.now)
        try FrameGoldenTests.compare(model, "code-no-folder")
        model.code = .init(isLoading: true)
        try FrameGoldenTests.compare(model, "code-loading")
        model.code = .init(error: Samples.error)
        try FrameGoldenTests.compare(model, "code-error")
    }

    private static let stopped = MigrationError(
        .interrupted,
        "stopped on request",
        place: .init("code"),
        kept: .other("no file was changed"),
        remedy: "run the same command again"
    )

    @Test func `x stops the proof at once, and the pane says what was kept`() {
        var model = Samples.empty()
        model.pane = .code
        _ = model.update(.key(.character("r")))
        #expect(Chrome.hints(model).map(\.text).joined().contains("x:stop the proof"))
        #expect(model.update(.key(.character("x"))) == [.cancelCode])
        #expect(Chrome.draw(model).text.contains("stopping the proof"))
        #expect(model.update(.key(.character("x"))).isEmpty)
        #expect(model.notice?.text == "the proof is stopping already")
        _ = model.update(.code(ticket: model.code.ticket, .failure(Self.stopped)))
        let text = Chrome.draw(model).text
        #expect(text.contains("The proof was stopped by you."))
        #expect(text.contains("kept: no file was changed"))
        #expect(!text.contains("stopping the proof"))
        #expect(model.failure == nil)
        #expect(model.update(.key(.character("r"))).contains(.loadCode(ticket: 2)))
    }

    @Test func `an earlier proof stays, and is not taken for the one that was stopped`() {
        var model = Self.model()
        _ = model.update(.key(.character("r")))
        _ = model.update(.key(.character("x")))
        _ = model.update(.code(ticket: model.code.ticket, .failure(Self.stopped)))
        let text = Chrome.draw(model).text
        #expect(text.contains("a newer proof was stopped by you"))
        #expect(text.contains("14:02:06Z"))
        #expect(text.contains("app.py"))
    }

    @Test func `while a cutover is under way x means the cutover`() {
        var model = Samples.cuttingOver("following")
        model.pane = .code
        _ = model.loadCode()
        _ = model.update(.key(.character("x")))
        guard case .confirm(let question)? = model.overlay else {
            Issue.record("no question")
            return
        }
        #expect(question.title == "Abort")
    }

    @Test(arguments: [(80, 24), (120, 40), (200, 60)])
    func `a file lists what stands in it, and the time of the proof is seen`(
        size: (Int, Int)
    ) throws {
        var model = Self.model(columns: size.0, rows: size.1)
        #expect(Chrome.draw(model).text.contains("14:02:06Z"))
        model.detail = .init(id: "app.py")
        let text = Chrome.draw(model).text
        #expect(text.contains("SELECT COUNT(*) FROM orders_inbox"))
        #expect(text.contains("placeholder: "))
        try FrameGoldenTests.compare(model, "code-file")
    }

    @Test func `a screen that is too small says so instead of the code`() throws {
        try FrameGoldenTests.compare(Self.model(columns: 44, rows: 10), "code-too-small")
    }

    @Test func `only problems leaves out what works, and a filter finds a file's rows`() {
        var model = Self.model()
        let all = model.table?.rows.count
        _ = model.update(.key(.character("f")))
        #expect(model.table?.rows.contains { $0.text.contains("works") } == false)
        #expect(model.table?.rows.isEmpty == false)
        _ = model.update(.key(.character("f")))
        #expect(model.table?.rows.count == all)
        _ = model.applyFilter("sync.py")
        #expect(model.table?.rows.count == 2)
    }

    @Test func `the code is proven with r, never by looking and never twice at once`() {
        var model = Samples.empty()
        #expect(model.update(.key(.character("C"))).isEmpty)
        #expect(Chrome.draw(model).text.contains("r reads the application's code"))
        #expect(model.update(.key(.character("r"))).contains(.loadCode(ticket: 1)))
        #expect(model.code.isLoading)
        #expect(!model.update(.key(.character("r"))).contains(.loadCode(ticket: 2)))
        _ = model.update(.code(ticket: 1, .failure(Samples.error)))
        #expect(model.code.error != nil)
        #expect(model.update(.key(.character("r"))).contains(.loadCode(ticket: 2)))
    }
}
