import Foundation
import Testing

@testable import MigrationEngine

/// Gates as values.
struct GateTests {
    @Test func `clocks that are apart, or were set back, close the gate`() {
        func judge(_ server: Double?, ahead: Double = -3) -> Gate.State {
            TargetGates.judge(
                between: 1_000,
                and: 1_001,
                server: server,
                newestChangeAhead: ahead
            ).state
        }
        #expect(judge(1_000.5) == .open)
        #expect(judge(1_005.9) == .open)
        #expect(judge(1_007) == .closed)
        #expect(judge(994) == .closed)
        #expect(judge(nil) == .closed)
        #expect(judge(1_000.5, ahead: 60) == .closed)
    }

    @Test func `only a closed gate that nobody overrode blocks`() {
        var gate = Gate("a", title: "a", kind: .machine, state: .open, reason: "")
        #expect(!gate.blocks && gate.isPassed)
        gate.state = .waiting
        #expect(!gate.blocks && !gate.isPassed)
        gate.state = .closed
        #expect(gate.blocks && !gate.isPassed)
        gate.decision = .init(by: "Ada", at: "", isOverride: false)
        #expect(gate.blocks)
        gate.decision = .init(by: "Ada", at: "", isOverride: true)
        #expect(!gate.blocks && gate.isPassed)
    }

    @Test func `gates that one cause closes are told as one, and no report knows of it`() throws {
        func gate(_ name: String, _ cause: String?, code: MigrationError.Code) -> Gate {
            var gate = Gate(name, title: name, kind: .machine, state: .closed, reason: "shut")
            gate.obstacle = cause.map {
                let place = MigrationError.Place("check")
                return GateObstacle(MigrationError(code, $0, place: place, remedy: "start it"))
            }
            return gate
        }
        let gates = [
            gate("a", "the server is gone", code: .targetUnavailable),
            gate("b", "the journal is gone", code: .fileFailed),
            // The second look at a server that goes away ends in other words than the first.
            gate("c", "the connection broke", code: .targetUnavailable),
            gate("d", nil, code: .internal),
        ]
        let unseen = UnseenGates.groups(of: gates)
        #expect(unseen.map { $0.gates.map(\.name) } == [["a", "c"]])
        #expect(
            unseen[0].words(since: "22:05:00Z")
                == "2 gates need PostgreSQL, which has not answered since 22:05:00Z: "
                + "the server is gone"
        )
        #expect(UnseenGates.others(of: gates).map(\.name) == ["b", "d"])
        var overridden = gates
        overridden[0].decision = .init(by: "Ada", at: "", isOverride: true)
        #expect(UnseenGates.groups(of: overridden).isEmpty)
        let json = String(decoding: try JSONEncoder().encode(gates[0]), as: UTF8.self)
        #expect(!json.contains("obstacle") && json.contains("\"remedy\":null"), "\(json)")
        #expect(try JSONDecoder().decode(Gate.self, from: Data(json.utf8)).obstacle == nil)
    }

    @Test func `the page of the gates names every gate there is`() throws {
        let questions = GateTable.questions.map(\.name)
        #expect(Set(questions).count == questions.count)
        var folder = URL(fileURLWithPath: #filePath)
        for _ in 0..<4 { folder.deleteLastPathComponent() }
        let path = "Sources/MigrationEngine/Documentation.docc/Gates.md"
        let page = try String(contentsOf: folder.appending(path: path), encoding: .utf8)
        for name in questions + GateTable.signed.map(\.name) {
            #expect(page.contains("| `\(name)` |"), "\(name)")
        }
        for question in GateTable.questions {
            let line = page.split(separator: "\n").first { $0.contains("| `\(question.name)` |") }
            #expect(line?.hasSuffix(question.isOverridable ? "| yes |" : "| no |") == true)
        }
    }

    @Test func `passwords are taken out of what others wrote`() {
        let removed = Secrets.removed(
            from: "psql postgresql://u:pw@h/d and PGPASSWORD=pw x; password = 'pw' \"http://a/b\""
        )
        #expect(!removed.contains("pw@") && !removed.contains("=pw") && !removed.contains("'pw'"))
        #expect(removed.contains("http://a/b") && removed.contains("postgresql://u:***@h/d"))
    }

    @Test(arguments: [
        (
            "SELECT * FROM t WHERE a = 'it''s' AND b = 17.5",
            "SELECT * FROM t WHERE a = '…' AND b = …"
        ),
        (
            "LOCK TABLE t2\n  IN SHARE MODE; SELECT $x$pw$x$, 'cut off",
            "LOCK TABLE t2 IN SHARE MODE; SELECT '…', '…'"
        ),
    ])
    func `a query of another session is told without its values`(_ query: String, _ told: String) {
        #expect(LockHolders.withoutValues(query) == told)
    }

    @Test(arguments: [
        (812, "812 bytes"), (98_304, "98 kB"), (34_560_000, "34 MB"), (12_000_000_000, "12 GB"),
    ])
    func `no amount of bytes is told as none`(_ bytes: Int, _ told: String) {
        #expect(GateWords.size(bytes) == told)
    }
}
