import Foundation
import MigrationEngine
import TestSupport
import Testing

@testable import Console
@testable import MigrationEngine

/// The file of keys for support: what was pressed and what it did, and nothing that was typed.
@Suite struct KeyLogTests {
    /// Presses keys as the loop does, and gives back what is written.
    private func log(_ keys: [Key], _ model: inout Model) throws -> String {
        let folder = try TestFolder()
        let path = folder.file("keys.txt")
        let log = try KeyLog(path: path, now: model.now)
        for key in keys {
            try log.add(.key(key), in: model)
            _ = model.update(.key(key))
        }
        return try String(contentsOfFile: path, encoding: .utf8)
    }

    private func characters(_ text: String) -> [Key] { text.map { .character($0) } }

    @Test func `keys have their time, their pane and what they do`() throws {
        var model = Samples.filled()
        model.now += 0.25
        let text = try log([.character("5"), .down, .control("f"), .character("V")], &model)
        let lines = text.split(separator: "\n").dropFirst().map(String.init)
        #expect(lines[0] == "2025-10-14 14:02:07.250Z\tOverview\t5\tshow-orders")
        #expect(lines[1].hasSuffix("\tOrders\tDown\tdown"))
        #expect(lines[2].hasSuffix("\tOrders\tC-f\tpage-down"))
        #expect(lines[3].hasSuffix("\tOrders\tV"))
    }

    @Test func `a refused key has its reason`() throws {
        var model = Samples.filled()
        model.identity.isReadOnly = true
        let text = try log([.character("m")], &model)
        #expect(text.contains("\tm\tmigrate refused: read-only: "))
    }

    @Test func `no phrase, no search, no line of the palette and nothing pasted is written`() throws
    {
        var model = Samples.filled()
        model.pane = .workflows
        var keys: [Key] = characters("A") + characters("all off ora") + [.escape]
        keys += characters("/") + characters("sesame") + [.enter, .escape]
        keys += characters(":") + characters("dump /srv/films") + [.escape]
        keys += [.pasteBegin] + characters("hunter2") + [.pasteEnd]
        let text = try log(keys, &model)
        #expect(text.contains("Workflows > question Switch every workflow OFF\ttext"))
        #expect(text.contains("Workflows > prompt\ttext"))
        #expect(text.contains("Workflows > palette\ttext"))
        #expect(text.contains("\tpaste\n"))
        let body = text.split(separator: "\n").dropFirst()
        for line in body {
            let words = line.split(separator: "\t")
            #expect(words.count >= 3)
            // A single letter stands there only for what is a command.
            if words[2].count == 1 { #expect(words.count == 4, "\(line)") }
        }
        #expect(body.count { $0.hasSuffix("\ttext") } == 11 + 6 + 15 + 7)
    }

    @Test func `names and reasons for gates are left out, too`() throws {
        var model = Samples.live(.following)
        _ = model.update(.key(.character("c")))
        _ = model.update(.gates(ticket: model.cutover.gates.ticket, .success(Samples.gates)))
        let text = try log(characters("S") + characters("Ada Lindqvist") + [.escape], &model)
        #expect(!text.contains("\tL\n") && !text.contains("\td\n"))
        #expect(text.components(separatedBy: "\ttext\n").count == 14)
    }

    @Test func `only its owner reads the file, and none is written over`() throws {
        let folder = try TestFolder()
        let path = folder.file("keys.txt")
        _ = try KeyLog(path: path, now: 0)
        var status = stat()
        #expect(stat(path, &status) == 0)
        #expect(status.st_mode & 0o777 == 0o600)
        #expect(throws: (any Error).self) { try KeyLog(path: path, now: 0) }
    }
}
