import Foundation
import TestSupport
import Testing

@testable import MigrationEngine

/// Damaged files: what is hurt is named, and everything around it is read.
struct DamageTests {
    private static let pageSize = 512
    private static let script = """
        PRAGMA page_size = 512;
        CREATE TABLE t (id INTEGER PRIMARY KEY, s TEXT);
        CREATE TABLE long (id INTEGER PRIMARY KEY, s TEXT);
        CREATE TABLE k (a TEXT PRIMARY KEY, b) WITHOUT ROWID;
        CREATE TABLE gone (a);
        INSERT INTO t SELECT value, printf('row-%06d-', value) FROM generate_series(1, 3000);
        INSERT INTO long SELECT value, printf('long-%03d-', value) || hex(zeroblob(1000))
            || printf('-end-%03d', value) FROM generate_series(1, 20);
        INSERT INTO k SELECT printf('key-%06d', value), value FROM generate_series(1, 500);
        CREATE INDEX by_s ON t (s DESC);
        INSERT INTO gone SELECT zeroblob(300) FROM generate_series(1, 50);
        DELETE FROM gone;
        """

    private let folder: TestFolder
    private let path: String

    init() throws {
        folder = try TestFolder()
        path = folder.file("source.db")
    }

    /// Makes the file, spoils the page at each place, and inspects it.
    private func inspect(
        spoiling places: @Sendable (Data) -> [Int?],
        cutAt length: @Sendable (Int) -> Int = { $0 }
    ) async throws -> InspectReport {
        _ = try await sqlite3(path, Self.script)
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        for place in places(bytes) {
            let page = try #require(place) / Self.pageSize * Self.pageSize
            let junk = Data(repeating: 0xa5, count: Self.pageSize)
            bytes.replaceSubrange(page..<page + Self.pageSize, with: junk)
        }
        try bytes.prefix(length(bytes.count)).write(to: URL(fileURLWithPath: path))
        let options = Options(source: path, target: "")
        return try await onThread {
            try Inspector.run(options, observer: Observer(), cancellation: Cancellation())
        }
    }

    private func place(of text: String, in bytes: Data) -> Int? {
        bytes.range(of: Data(text.utf8))?.lowerBound
    }

    private func hurt(_ report: InspectReport) -> [String] {
        report.integrity.tables.map { "\($0.name) \($0.unreadable.joined(separator: "; "))" }
    }

    @Test func `a whole file is said to be whole`() async throws {
        let report = try await inspect { _ in [] }
        #expect(report.integrity == .init(ok: true, messages: [], tables: []))
        #expect(report.tables.map(\.rows) == [3_000, 20, 500, 0])
    }

    @Test func `leaf pages are read around, and their rowids named`() async throws {
        let report = try await inspect { bytes in
            ["row-001000-", "row-002000-"].map { place(of: $0, in: bytes) }
        }
        #expect(!report.integrity.ok)
        #expect(!report.integrity.messages.isEmpty)
        let gaps = try #require(report.integrity.tables.first).unreadable
        let numbers = gaps.flatMap { $0.split(separator: " ").compactMap { Int($0) } }
        #expect(numbers.count == 4, "\(gaps)")
        #expect((numbers[0]...numbers[1]).contains(1_000))
        #expect((numbers[2]...numbers[3]).contains(2_000))
        let lost = numbers[1] - numbers[0] + numbers[3] - numbers[2] + 2
        #expect(report.tables.map(\.rows) == [3_000 - lost, 20, 500, 0])
        #expect(lost < 80)
    }

    @Test func `an interior page costs what hangs on it`() async throws {
        let report = try await inspect { bytes in
            // The first byte of an interior page of a table is 5; the first one is a root.
            let pages = stride(from: Self.pageSize, to: bytes.count, by: Self.pageSize)
            return [pages.filter { bytes[$0] == 5 }.dropFirst(3).first]
        }
        #expect(hurt(report).count == 1, "\(hurt(report))")
        #expect(report.tables.map(\.rows).reduce(0, +) < 3_520)
        #expect(report.tables.map(\.rows).reduce(0, +) > 2_000)
    }

    @Test func `an overflow page costs the row that it belongs to`() async throws {
        let report = try await inspect { bytes in
            guard let start = place(of: "long-007-", in: bytes) else { return [nil] }
            // Behind what a cell holds itself stands the number of the page where it goes on.
            let page = bytes.withUnsafeBytes { raw in
                (start..<start + Self.pageSize).lazy
                    .map { raw[$0..<$0 + 4].reduce(0) { $0 << 8 | Int($1) } }
                    .first { $0 > 1 && $0 * Self.pageSize <= raw.count }
            }
            return [page.map { ($0 - 1) * Self.pageSize }]
        }
        #expect(hurt(report) == ["long rowid 7"])
        #expect(report.tables[1].rows == 19)
    }

    @Test func `an index alone costs no row`() async throws {
        let report = try await inspect { bytes in
            // The index holds each text once more, behind the rows.
            [bytes.range(of: Data("row-001500-".utf8), options: .backwards)?.lowerBound]
        }
        #expect(hurt(report) == ["t "])
        #expect(report.tables[0].rows == 3_000)
    }

    @Test func `a table by key is read from both ends`() async throws {
        let report = try await inspect { bytes in [place(of: "key-000250", in: bytes)] }
        let gap = try #require(report.integrity.tables.first?.unreadable.first)
        #expect(gap.hasPrefix("keys after a key-0002") && gap.contains(" and before a key-0002"))
        #expect((460..<500).contains(report.tables[2].rows))
    }

    @Test func `the list of free pages hurts no table`() async throws {
        let report = try await inspect { bytes in
            let trunk = bytes[32..<36].reduce(0) { $0 << 8 | Int($1) }
            return [trunk > 0 ? (trunk - 1) * Self.pageSize : nil]
        }
        #expect(!report.integrity.ok)
        #expect(report.integrity.tables.isEmpty)
        #expect(report.tables.map(\.rows) == [3_000, 20, 500, 0])
    }

    @Test func `a file that was cut off is read to its end`() async throws {
        let report = try await inspect(spoiling: { _ in [] }, cutAt: { $0 / 2 })
        #expect(!report.integrity.ok)
        #expect(report.tables.map(\.rows).reduce(0, +) > 1_000)
        #expect(report.tables.map(\.rows).reduce(0, +) < 3_520)
    }

    @Test func `a damaged list of tables shows those in front of the damage, and says so`()
        async throws
    {
        let tables = (100..<200).map { "CREATE TABLE name_\($0) (id INTEGER PRIMARY KEY, a);" }
        _ = try await sqlite3(path, "PRAGMA page_size = 512;" + tables.joined())
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        let found = try #require(place(of: "CREATE TABLE name_150", in: bytes))
        let page = found / Self.pageSize * Self.pageSize
        let junk = Data(repeating: 0xa5, count: Self.pageSize)
        bytes.replaceSubrange(page..<page + Self.pageSize, with: junk)
        try bytes.write(to: URL(fileURLWithPath: path))
        let options = Options(source: path, target: "")
        let report = try await onThread {
            try Inspector.run(options, observer: Observer(), cancellation: Cancellation())
        }
        #expect(!report.integrity.ok)
        #expect(report.integrity.messages.first?.hasPrefix("the list of tables is damaged") == true)
        #expect((40...51).contains(report.tables.count))
        #expect(report.tables.first?.name == "name_100")
    }

    @Test func `without its first page nothing can be read`() async throws {
        _ = try await sqlite3(path, Self.script)
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        bytes.replaceSubrange(0..<512, with: Data(repeating: 0xa5, count: 512))
        try bytes.write(to: URL(fileURLWithPath: path))
        let options = Options(source: path, target: "")
        let error = await #expect(throws: MigrationError.self) {
            try await onThread {
                try Inspector.run(options, observer: Observer(), cancellation: Cancellation())
            }
        }
        #expect(error?.code == .sourceNotDatabase)
        #expect(error?.remedy.contains(".recover") == true)
    }
}
