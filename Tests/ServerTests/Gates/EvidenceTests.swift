import Crypto
import Foundation
import MigrationEngine
import TestSupport
import Testing

/// The evidence bundle.
@Suite(.postgres, .database, .timeLimit(.minutes(60)))
struct EvidenceTests {
    @Test func `the same evidence has the same hash, and every byte of it counts`() async throws {
        let live = try await LiveSource(TestFolder())
        let first = try await live.cutover("report")
        try #require(first.status == 0, "\(first)")
        let again = try await live.cutover("report")
        let sha256 = try #require(first.json["sha256"].string)
        #expect(again.json["sha256"].string == sha256)
        let path = try #require(first.json["files"][0].string)
        let text = try String(contentsOfFile: path, encoding: .utf8)
        #expect(text == again.program.stdout)
        // Whoever reads the file can compute it.
        let start = try #require(text.firstRange(of: "{\"evidence\":")).upperBound
        let end = try #require(text.ranges(of: ",\"files\":[").last).lowerBound
        let digest = SHA256.hash(data: Data(text[start..<end].utf8)).hexadecimal
        #expect(digest == sha256)
        let verdict = try await live.cutover("report", "--check", path)
        #expect(verdict.status == 0 && verdict.json["ok"].bool == true, "\(verdict)")
        for (place, word) in [("a test", "a tesT"), (sha256, String(sha256.reversed()))] {
            let forged = live.folder.file("forged.json")
            try text.replacing(place, with: word).write(
                toFile: forged,
                atomically: true,
                encoding: .utf8
            )
            let found = try await live.cutover("report", "--check", forged)
            #expect(found.status == 1 && found.json["ok"].bool == false, "\(found)")
        }
        _ = try await live.check("--sign", "tests_done", "--by", "Bob")
        #expect(try await live.cutover("report").json["sha256"].string != sha256)
    }

    @Test func `it tells of the whole way, for the operator's eyes only`() async throws {
        let live = try await LiveSource(TestFolder())
        let verified = try await live.cutover("verify")
        try #require(verified.status == 0, "\(verified)")
        try #require(try await live.flip().status == 0)
        let asked = try await live.cutover("reconcile")
        try #require(asked.status == 0, "\(asked)")
        _ = try await live.cutover("reconcile", "--check", "dates")
        let phrase = "revert \(try await live.database())"
        try #require(try await live.cutover("revert", "--confirm", phrase).status == 0)
        let run = try await live.cutover("report")
        try #require(run.status == 0, "\(run)")
        let evidence = run.json["evidence"]
        #expect(
            evidence["source"]["fingerprint"].string == evidence["run"]["source_fingerprint"].string
        )
        #expect(
            evidence["target"]["fingerprint"].string == evidence["run"]["target_fingerprint"].string
        )
        #expect(evidence["backup"]["sha256"].string == evidence["backup"]["sha256_now"].string)
        #expect(evidence["mapping"].list.count == 19)
        let digests = evidence["verifications"].list.last?["tables"].list ?? []
        #expect(digests.count == 19 && digests.allSatisfy { $0["digest"].string?.count == 64 })
        #expect(evidence["switches"][0]["report"]["outcome"].string == "switched", "\(run)")
        #expect(evidence["reverts"][0]["ok"].bool == true, "\(run)")
        let gates = evidence["gates_at_switch"]["gates"]
        #expect(gates.named("rehearsal")["decision"]["by"].string == "a test", "\(gates)")
        // Both sides were asked all business checks once; some checks alone are no evidence.
        let reconciled = evidence["reconciliations"].list
        #expect(reconciled.count == 1 && reconciled[0]["ok"].bool == true, "\(run)")
        #expect(reconciled[0]["checks"].list.count == asked.json["checks"].list.count)
        #expect(!"\(reconciled)".contains("samples"))
        let steps = evidence["steps"].list.compactMap { $0["name"].string }
        #expect(
            Set(["copy", "keys", "verify", "fenced", "switched"]).isSubset(of: steps),
            "\(steps)"
        )
        let actions = evidence["actions"].list.compactMap { $0["action"].string }
        #expect(Set(["capture", "pause", "undo"]).isSubset(of: actions), "\(actions)")
        for file in run.json["files"].list.compactMap(\.string) {
            var status = stat()
            try #require(stat(file, &status) == 0)
            #expect(status.st_mode & 0o777 == 0o600)
            let text = try String(contentsOfFile: file, encoding: .utf8)
            #expect(text.contains(try #require(run.json["sha256"].string)))
        }
    }

    @Test func `no password and no value of a row is in it`() async throws {
        let live = try await LiveSource(TestFolder())
        let secret = "s3cr3t-\(UUID().uuidString.prefix(6))"
        _ = try await live.check(
            "--sign",
            "tests_done",
            "--by",
            "Ada",
            "--note",
            "postgresql://shop:\(secret)@db/x and password=\(secret)"
        )
        let name = try await sqlite3(
            live.path,
            "SELECT ship_name FROM orders_inbox WHERE ship_name <> '' LIMIT 1;"
        )
        try #require(!name.isEmpty)
        var withPassword = live.cutover
        withPassword.target += "&password=\(secret)"
        let run = try await withPassword("report")
        try #require(run.status == 0, "\(run)")
        let files = try run.json["files"].list.compactMap(\.string).map {
            try String(contentsOfFile: $0, encoding: .utf8)
        }
        #expect(files.count == 2)
        for text in files + [run.program.stdout] {
            #expect(!text.contains(secret))
            #expect(!text.contains(name))
        }
        let readOnly = try await live.cutover("report", "--read-only")
        #expect(readOnly.status == 0 && readOnly.json["files"].list.isEmpty, "\(readOnly)")
    }
}
