import Foundation
import MigrationEngine
import Testing

@testable import Console
@testable import MigrationEngine

/// Comparing both sides by keys while the source is followed.
@Suite struct BesideTests {
    private let key = Key.character("V")

    /// What a comparison beside writes finds: one table has rows on their way.
    private var waiting: VerifyReport {
        guard var report = Samples.live(.following).verification else {
            preconditionFailure("the sample was compared")
        }
        report.ok = false
        report.liveSide = .source
        report.tables[0].status = .waiting
        report.tables[0].extra = 2
        report.tables[0].note = "2 rows written in SQLite and not followed yet"
        return report
    }

    @Test func `both sides are compared beside following, which goes on`() {
        var model = Samples.following()
        #expect(model.update(.key(key)) == [.verifyBeside(table: nil)])
        #expect(model.operation?.kind == .follow)
        #expect(model.isVerifying)
        let found = model.update(.verifiedBeside(.success(waiting)))
        // The gate is looked at again, so that it opens at once.
        #expect(found.contains(.loadGates(ticket: model.cutover.gates.ticket)))
        #expect(model.operation?.kind == .follow)
        #expect(model.beside == nil)
        #expect(model.verifiedAt == model.now)
        #expect(model.failure == nil)
        #expect(model.notice?.style == .statusOK)
    }

    @Test func `x stops the comparison and not the run beside it`() {
        var model = Samples.following()
        _ = model.update(.key(key))
        #expect(model.update(.key(.character("x"))) == [.cancelBeside])
        _ = model.update(.verifiedBeside(.failure(Samples.error)))
        #expect(model.operation?.kind == .follow)
        #expect(model.operation?.isCancelling == false)
        #expect(model.failure == nil)
        #expect(model.notice?.text.contains("was stopped") == true)
    }

    @Test func `a comparison that failed is told in its pane and is no failure of the run`() {
        var model = Samples.following(columns: 120, rows: 40)
        model.pane = .verify
        _ = model.update(.key(key))
        _ = model.update(.verifiedBeside(.failure(Samples.error)))
        #expect(model.failure == nil)
        #expect(Chrome.draw(model).text.contains("the last run: \(Samples.error.message)"))
    }

    @Test func `a cutover does not wait for a comparison`() {
        var model = Samples.following()
        _ = model.update(.key(key))
        #expect(model.begin(.cutOver) == [.cancelBeside, .cutOver])
        #expect(model.beside == nil)
        #expect(model.update(.verifiedBeside(.failure(Samples.error))).isEmpty)
        #expect(model.failure == nil)
    }

    @Test func `leaving stops the comparison, too, and waits for it`() {
        var model = Samples.following()
        _ = model.update(.key(key))
        #expect(model.update(.signal(15)) == [.cancel(by: "SIGTERM"), .cancelBeside])
        _ = model.update(.followed(.success(Samples.followed)))
        #expect(model.exit == nil)
        _ = model.update(.verifiedBeside(.failure(Samples.error)))
        #expect(model.exit != nil)
    }

    @Test func `a gate that was not compared since the way back names the key`() {
        var model = Samples.following(columns: 120, rows: 40)
        var gate = Samples.gates[0]
        gate.name = "verified"
        gate.state = .closed
        gate.remedy = "cutover follow --until-lag-below 1, then cutover verify"
        model.cutover.gates.value = [gate]
        let remedies = GateLines.remedies(gate, model)
        #expect(remedies.first == "next: Esc, then V compares both sides")
        #expect(!remedies.contains { $0.contains("cutover follow") })
    }

    @Test func `what was compared before a way back is told so until it is compared anew`() {
        var model = Samples.live(.following, columns: 120, rows: 40)
        let now = Samples.now
        model.verifiedAt = now - 600
        model.cutover.status.value?.verifiedAt = Date(timeIntervalSince1970: now - 600)
            .formatted(.iso8601)
        model.cutover.status.value?.verifiedBefore = "the revert of 2025-10-14T14:05:00Z"
        let words = "Z, before the revert"
        #expect(Chrome.draw(model).text.contains("equal, compared at "))
        #expect(Chrome.draw(model).text.contains(words))
        model.pane = .migrate
        #expect(Chrome.draw(model).text.contains(words))
        model.verifiedAt = now
        #expect(!Chrome.draw(model).text.contains(words))

        // The box of the way back asks for the comparison first.
        model.verifiedAt = now - 600
        model.cutover.gates.reset()
        model.cutover.outcome = .reverted(Samples.reverted)
        model.overlay = .outcome(first: 0)
        let next = "next: PostgreSQL follows again; V compares first, then c cuts over"
        #expect(Chrome.draw(model).text.contains(next))
        var gate = Samples.gates[0]
        (gate.name, gate.state) = ("verified", .open)
        model.cutover.gates.value = [gate]
        #expect(!Chrome.draw(model).text.contains("V compares first"))
    }

    @Test func `since the switch and half way through one nothing is compared`() {
        for phase in [CutoverPhase.watching, .fenced] {
            var model = Samples.live(phase)
            #expect(model.update(.key(key)).isEmpty)
            #expect(model.beside == nil)
        }
    }

    @Test func `Verify shows the last comparison of a followed run with its time and both sides`() {
        var model = Samples.following(columns: 120, rows: 40)
        model.pane = .verify
        // The copy ended with its comparison.
        model.lastPhase = .verify
        model.progress = Samples.filled().progress
        let text = Chrome.draw(model).text
        #expect(text.contains("POSTGRES"))
        #expect(text.contains("DIGEST"))
        #expect(text.contains("compared at"))
        #expect(text.contains("what SQLite wrote since is followed"))
    }

    @Test func `a row of the list and what Enter opens tell of one comparison`() {
        var model = Samples.following(columns: 120, rows: 40)
        model.pane = .verify
        model.lastPhase = .verify
        model.progress = Samples.filled().progress
        model.verification = waiting
        let name = waiting.tables[0].name
        #expect(Chrome.draw(model).text.contains("wait"))
        model.detail = Model.Detail(id: name)
        #expect(Chrome.draw(model).text.contains("extra 2"))
        // While a new one is under way, nothing of the old one is told as of now.
        model.detail = nil
        _ = model.update(.key(key))
        _ = model.update(.comparing(Samples.filled().progress ?? Progress()))
        #expect(Chrome.draw(model).text.contains("being compared since"))
        model.detail = Model.Detail(id: name)
        #expect(!Chrome.draw(model).text.contains("extra 2"))
    }

    @Test func `where nobody follows, no pane says that it is followed`() {
        var model = Samples.live(.following, columns: 120, rows: 40)
        model.pane = .verify
        #expect(model.isPostponed)
        let text = Chrome.draw(model).text
        #expect(!text.contains("is followed"))
        #expect(text.contains("nobody follows"))
    }

    @Test func `the rows that differ are counted alike, in quarantine or not`() {
        var model = Samples.live(.following, columns: 120, rows: 40)
        model.pane = .verify
        model.verification = waiting
        model.verification?.tables[1].status = .equal
        model.verification?.tables[1].quarantinedRows = 2
        model.verification?.tables[1].targetRows = (waiting.tables[1].sourceRows ?? 0) - 2
        #expect(!Chrome.draw(model).text.contains("-2"))
    }
}
