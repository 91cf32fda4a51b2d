import Foundation
import TestSupport
import Testing

/// Databases as frameworks and desktop programs write them migrate without a rule.
@Suite(.postgres, .database)
struct RealWorldTests {
    /// A database of somebody else's making.
    struct Sample: Sendable, CustomTestStringConvertible {
        /// The file in `Databases` that makes it.
        var name: String
        /// Rows that PostgreSQL cannot hold beside the others of their column, and why.
        var limits: [String] = []
        /// Virtual tables whose module only the application has, so that nobody can read them.
        var unreadable: [String] = []

        var testDescription: String { name }
    }

    static let samples = [
        Sample(name: "alembic"), Sample(name: "anki"), Sample(name: "browser"),
        Sample(name: "chat"), Sample(name: "django"), Sample(name: "ebook-library"),
        Sample(name: "fossil"), Sample(name: "geopackage"), Sample(name: "home-recorder"),
        Sample(name: "laravel"), Sample(name: "media-server"), Sample(name: "music-library"),
        Sample(name: "notes", unreadable: ["notes_spellfix"]), Sample(name: "prisma"),
        Sample(name: "rails"), Sample(name: "trac"),
        // One column without a type holds texts, and in one row bytes.
        Sample(name: "zotero", limits: ["settings.value: a blob where text is expected, 1"]),
    ]

    @Test(arguments: samples)
    func `a database of others migrates without a rule and is equal`(sample: Sample) async throws {
        let folder = try TestFolder()
        let path = folder.file("\(sample.name).db")
        let script = try String(contentsOf: Self.script(sample.name), encoding: .utf8)
        _ = try await sqlite3(path, script)
        let run = try await CutoverCommand(source: path, target: TestDatabase.url)("migrate")
        let isWhole = sample.limits.isEmpty && sample.unreadable.isEmpty
        #expect(run.status == (isWhole ? 0 : 1), "\(run)")
        let reasons = run.json["quarantine"].list.map { reason in
            "\(reason["table"].string ?? "").\(reason["column"].string ?? "*"): "
                + "\(reason["reason"].string ?? ""), \(reason["rows"].int ?? 0)"
        }
        #expect(reasons == sample.limits, "\(run)")
        let unequal = run.json["verify"]["tables"].list.filter { $0["status"].string != "equal" }
        #expect(unequal.map { $0["name"].string } == sample.unreadable, "\(unequal)")
        try await Self.makeReadable(path)
        let judge = try await TableJudge(path, TestDatabase.url)
        #expect(judge.differences.isEmpty, "\(judge.differences.joined(separator: "\n"))")
        // The engine also copies what only a virtual table holds, the judge ordinary tables.
        let copied = Set(run.tables.list.compactMap { $0["name"].string })
        #expect(judge.rows.keys.allSatisfy(copied.contains), "\(copied)")
        #expect(judge.rows.values.reduce(0, +) > 500)
    }

    private static func script(_ name: String) -> URL {
        URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "Databases/\(name).sql")
    }

    /// Gives collations that only the application has the name of one that the shell has.
    private static func makeReadable(_ path: String) async throws {
        _ = try await sqlite3(
            path,
            """
            PRAGMA writable_schema = ON;
            UPDATE sqlite_schema
            SET sql = replace(replace(sql, 'PYNOCASE', 'NOCASE'), 'unicase', 'NOCASE');
            """
        )
    }

    @Test func `the judge of these tests sees one changed cell`() async throws {
        let folder = try TestFolder()
        let path = folder.file("trac.db")
        let script = try String(contentsOf: Self.script("trac"), encoding: .utf8)
        _ = try await sqlite3(path, script)
        let run = try await CutoverCommand(source: path, target: TestDatabase.url)("migrate")
        #expect(run.status == 0, "\(run)")
        _ = try await psql(
            TestDatabase.url,
            """
            UPDATE ticket SET summary = summary || ' ' WHERE id = 77; DELETE FROM enum
            WHERE name = 'p3';
            """
        )
        let found = try await TableJudge(path, TestDatabase.url).differences
        #expect(found.map { $0.prefix { $0 != ":" } } == ["enum", "ticket"])
    }
}
