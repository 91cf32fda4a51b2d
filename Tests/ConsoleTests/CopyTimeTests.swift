import MigrationEngine
import Testing

@testable import Console

/// What Migrate says of time.
@Suite struct CopyTimeTests {
    private func text(_ model: Model) -> String {
        Chrome.draw(model).text.split { $0 == "\n" || $0 == " " }.joined(separator: " ")
    }

    @Test func `the copy's time stands still behind it, beside that of following`() throws {
        var model = Samples.filled(columns: 120, rows: 40)
        model.pane = .migrate
        let report = try #require(model.report)
        let elapsed = try #require(model.progress?.elapsedSeconds)
        let copied = "copied in \(Figures.duration(elapsed))"
        model.operation = Model.Operation(kind: .migrate, startedAt: model.now - 83)
        #expect(text(model).contains("copying for 01:23"))
        model.operation?.isLive = true
        _ = model.update(.migrated(.success(report)))
        #expect(model.operation?.kind == .follow)
        _ = model.update(.tick(model.now + 45))
        #expect(text(model).contains("\(copied) following for 00:45"), "\(text(model))")
        _ = model.update(.followed(.success(Samples.followed)))
        _ = model.update(.tick(model.now + 100))
        #expect(text(model).contains(copied) && !text(model).contains("following for"))
        #expect(!text(model).contains("elapsed"))
    }
}
