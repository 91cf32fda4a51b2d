import Foundation
import Testing

/// Rules about the code as text, each with the reason beside it.
struct ArchitectureTests {
    /// One file; as bytes, because much is looked through.
    private struct File: Sendable {
        var path: String
        var bytes: [UInt8]

        var lines: [String] {
            bytes.split(separator: 10, omittingEmptySubsequences: false)
                .map { String(decoding: $0, as: UTF8.self) }
        }

        func holds(_ word: String) -> Bool { bytes.holds(word) }
    }

    private static let everywhere = ["Sources", "Tests", "Themes"]

    /// The package's folder, found from where this file was compiled.
    private static let root: String = {
        var url = URL(fileURLWithPath: #filePath)
        while url.path != "/", !FileManager.default.fileExists(atPath: url.path + "/Package.swift")
        {
            url.deleteLastPathComponent()
        }
        return url.path
    }()

    private static func files(_ folders: [String], _ kinds: [String] = ["swift"]) throws -> [File] {
        try folders.flatMap { folder in
            let found = FileManager.default.enumerator(atPath: "\(root)/\(folder)")
            return try #require(found).compactMap { $0 as? String }
                .filter { name in kinds.contains { name.hasSuffix(".\($0)") } }
                .sorted()
                .map { name in
                    let path = "\(folder)/\(name)"
                    let url = URL(fileURLWithPath: "\(root)/\(path)")
                    return File(path: path, bytes: Array(try Data(contentsOf: url)))
                }
        }
    }

    /// The lines that hold one of some words, comments left out unless they are asked for.
    private static func lines(
        of folders: [String],
        with words: [String],
        inComments: Bool = false
    ) throws -> [String] {
        try files(folders).filter { file in words.contains { file.holds($0) } }.flatMap { file in
            file.lines.enumerated()
                .filter { _, line in
                    (inComments || !isComment(line))
                        && words.contains { Array(line.utf8).holds($0) }
                }
                .map { "\(file.path):\($0.offset + 1)" }
        }
    }

    private static func isComment(_ line: String) -> Bool {
        line.drop { $0 == " " }.hasPrefix("//")
    }

    @Test(arguments: [
        ("CSQLite", "Sources/MigrationEngine/Source/"),
        ("CPostgres", "Sources/MigrationEngine/Target/"),
        ("CTerminal", "Sources/Console/Terminal/"),
    ])
    func `a C library is imported in its own folder only`(module: String, folder: String) throws {
        let importers = try Self.files(["Sources"]).filter { $0.holds("import \(module)\n") }
        #expect(!importers.isEmpty, "the rule looks for something that is not there")
        #expect(importers.map(\.path).filter { !$0.hasPrefix(folder) } == [])
    }

    @Test func `only terminal.c includes curses`() throws {
        let files = try Self.files(["Sources"], ["swift", "c", "h", "modulemap"])
        let users = files.filter { $0.holds("curses.h") }.map(\.path)
        #expect(users == ["Sources/CTerminal/terminal.c"])
    }

    @Test func `the engine knows neither the console nor the command line`() throws {
        let foreign = ["import Console", "import ArgumentParser", "import Themes"]
        #expect(try Self.lines(of: ["Sources/MigrationEngine"], with: foreign) == [])
        #expect(try Self.lines(of: ["Sources/Console"], with: ["import ArgumentParser"]) == [])
    }

    @Test func `no file is longer than 500 lines`() throws {
        let long = try Self.files(Self.everywhere).filter { $0.lines.count > 501 }
        #expect(long.map(\.path) == [])
    }

    @Test func `nothing ends the process by surprise`() throws {
        let words = ["fatalError(", "try!", "as!", "unowned(unsafe)", "abort()"]
        #expect(try Self.lines(of: ["Sources"], with: words) == [])
    }

    @Test func `nothing is drawn or run on the main actor`() throws {
        // The console's thread blocks in poll, so nothing would ever run there.
        let words = ["@MainActor", "DispatchQueue.main"]
        #expect(try Self.lines(of: ["Sources"], with: words) == [])
    }

    @Test func `an unchecked promise says why`() throws {
        let words = ["@unchecked", "nonisolated(unsafe)"]
        let places = try Self.lines(of: ["Sources"], with: words)
        #expect(!places.isEmpty, "the rule looks for something that is not there")
        let files = try Self.files(["Sources"])
        for place in places {
            let parts = place.split(separator: ":")
            let lines = try #require(files.first { $0.path == parts[0] }).lines
            let index = try #require(Int(parts[1])) - 1
            let around = lines[max(0, index - 6)...min(lines.count - 1, index + 4)]
            #expect(around.contains { Self.isComment($0) && $0.contains("because") }, "\(place)")
        }
    }

    @Test func `no path of a person's machine is in the code`() throws {
        // Put together here, so that this file does not find itself.
        let words = ["/ho" + "me/", "/Us" + "ers/", "/wo" + "rk/", "/ro" + "ot/"]
        #expect(try Self.lines(of: Self.everywhere, with: words, inComments: true) == [])
    }

    @Test func `no file holds control characters`() throws {
        let bad = try Self.files(Self.everywhere).filter { file in
            file.bytes.contains { ($0 < 32 && $0 != 10) || $0 == 127 } || file.holds("\u{feff}")
        }
        #expect(bad.map(\.path) == [])
    }

    @Test func `no test waits for a time instead of a condition`() throws {
        let words = ["Task.sl" + "eep", "usl" + "eep(", "Thread.sl" + "eep"]
        #expect(try Self.lines(of: ["Tests"], with: words) == [])
    }

    @Test func `verify shares no code with the encoder`() throws {
        let encoder = ["RowEncoder", "NumericWire", "TimeText", "EncodedRows", "TablePlan"]
        #expect(try Self.lines(of: ["Sources/MigrationEngine/Verify"], with: encoder) == [])
    }

    @Test func `every invariant names a test that exists`() throws {
        let pages = try Self.files(["Sources/MigrationEngine/Documentation.docc"], ["md"])
        let page = try #require(pages.first { $0.path.hasSuffix("Invariants.md") })
        let text = String(decoding: page.bytes, as: UTF8.self)
        let named = text.matches(of: /\[`([^`]+)`\]/).map { String($0.1) }
        #expect(named.count > 40, "the rule looks for something that is not there")
        let tests = try Self.files(["Tests"]).flatMap { file in
            String(decoding: file.bytes, as: UTF8.self)
                .matches(of: /func `([^`]+)`/).map { String($0.1) }
        }
        #expect(Set(named).subtracting(tests).sorted() == [])
        #expect(!text.contains("no test yet"))
    }

    @Test func `every guard of the console is a test that exists`() throws {
        let pages = try Self.files(["Sources/MigrationEngine/Documentation.docc"], ["md"])
        let page = try #require(pages.first { $0.path.hasSuffix("ConsoleGuards.md") })
        let rows = String(decoding: page.bytes, as: UTF8.self)
            .split(separator: "\n").filter { $0.hasPrefix("|") }
        let named = rows.flatMap { $0.matches(of: /`([^`]+)`/).map { String($0.1) } }
        #expect(named.count > 40, "the rule looks for something that is not there")
        let tests = try Self.files(["Tests"]).flatMap { file in
            String(decoding: file.bytes, as: UTF8.self)
                .matches(of: /func `([^`]+)`/).map { String($0.1) }
        }
        #expect(Set(named).subtracting(tests).sorted() == [])
    }

    @Test func `the tests use Swift Testing only`() throws {
        #expect(try Self.lines(of: ["Tests"], with: ["import XCTe" + "st"]) == [])
    }
}

extension [UInt8] {
    /// Whether the bytes of a word stand in these.
    fileprivate func holds(_ word: String) -> Bool {
        let wanted = Array(word.utf8)
        return withUnsafeBytes { text in
            guard let start = text.baseAddress, let first = wanted.first else { return false }
            var place = 0
            while place + wanted.count <= text.count,
                let hit = memchr(start + place, Int32(first), text.count - place)
            {
                place = UnsafeRawPointer(hit) - start
                guard place + wanted.count <= text.count else { return false }
                if memcmp(hit, wanted, wanted.count) == 0 { return true }
                place += 1
            }
            return false
        }
    }
}
