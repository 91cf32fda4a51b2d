import Foundation
import TestSupport
import Testing

@testable import MigrationEngine

/// Whatever the application writes is in the log, and the application does not notice.
struct CaptureTests {
    private static let modes = [
        "PRAGMA foreign_keys = ON", "PRAGMA foreign_keys = OFF; PRAGMA recursive_triggers = ON",
        "PRAGMA foreign_keys = ON; PRAGMA recursive_triggers = ON",
    ]

    @Test(arguments: WriteShape.keys + WriteShape.kinds)
    func `every row that a write changes is in the log, and the write does what it did`(
        shape: WriteShape
    ) async throws {
        try await onThread {
            let folder = try TestFolder()
            for (seed, pragmas) in Self.modes.enumerated() {
                for twin in [false, true] {
                    let oracle = try CaptureOracle(shape, in: folder, pragmas: pragmas, twin: twin)
                    var shape = shape
                    // Which rows such a statement leaves depends on the order in which it meets
                    // them; SQL does not say which, and with a trigger SQLite may take another one.
                    if twin {
                        shape.writes.removeAll {
                            $0.hasPrefix("UPDATE OR") && !$0.contains("WHERE id =")
                        }
                    }
                    var random = SeededWrites(seed: UInt64(seed + 1))
                    // Each write once in order, so that none is left out by chance.
                    for write in shape.writes { try oracle.write(random.filled(write)) }
                    for _ in 0..<100 { try oracle.write(Self.next(shape, oracle, &random)) }
                }
            }
        }
    }

    /// One of the shape's writes, or a step of a transaction.
    private static func next(
        _ shape: WriteShape,
        _ oracle: CaptureOracle,
        _ random: inout SeededWrites
    ) -> String {
        switch Int.random(in: 0..<20, using: &random) {
        case 0: "SAVEPOINT s"
        case 1 where oracle.hasSavepoint: "ROLLBACK TO s"
        case 2 where oracle.hasSavepoint: "ROLLBACK"
        case 3,
            4 where oracle.hasSavepoint:
            "RELEASE s"
        case 5 where !oracle.hasSavepoint: "VACUUM"
        case 6: "ANALYZE"
        default: random.filled(shape.writes.randomElement(using: &random) ?? "")
        }
    }

    @Test func `a write that is rolled back leaves no entry`() async throws {
        try await onThread {
            let folder = try TestFolder()
            let source = try Self.source(in: folder)
            let capture = try Capture.install(source.path).capture
            #expect(capture.tables.map(\.key) == [["id"]])
            try source.execute(
                """
                INSERT INTO t VALUES (1, 1);
                BEGIN; INSERT INTO t VALUES (2, 2); ROLLBACK;
                SAVEPOINT a; INSERT INTO t VALUES (3, 3); SAVEPOINT b; INSERT INTO t VALUES (4, 4);
                ROLLBACK TO b; INSERT INTO t VALUES (5, 5); RELEASE a;
                """
            )
            #expect(throws: SourceError.self) {
                try source.execute("INSERT INTO t VALUES (6, 6), (7, 7), (5, 8)")
            }
            try source.execute("INSERT OR IGNORE INTO t VALUES (6, 6), (5, 8)")
            var logged: [Int64] = []
            try source.query("SELECT k1 FROM _cutover_log WHERE seq > 0 ORDER BY seq") {
                logged.append($0.integer(0))
            }
            #expect(logged == [1, 3, 5, 6])
            #expect(try ChangeLog.waiting(after: 2, source).rows == 2)
        }
    }

    @Test func `a captured table looks for rows in the way by their index`() async throws {
        try await onThread {
            let folder = try TestFolder()
            for shape in WriteShape.keys + WriteShape.kinds where shape.name != "a wide table" {
                let path = folder.file("\(UUID().uuidString).db")
                let source = try SourceConnection(path: path, access: .create)
                try source.execute(shape.schema)
                try Capture.install(path)
                var plans: [String] = []
                try source.query(
                    "SELECT sql FROM sqlite_schema WHERE type = 'trigger' AND name LIKE '\\_cutover%' "
                        + "ESCAPE '\\' AND name LIKE '%before%'"
                ) { plans.append($0.text(0) ?? "") }
                for trigger in plans {
                    for step in trigger.split(separator: "INSERT INTO _cutover_log").dropFirst() {
                        // NEW and OLD stand for values that are known.
                        let select = try #require(step.firstRange(of: "SELECT"))
                        let query = step[select.lowerBound...].split(separator: "; ")[0]
                            .replacing(/(NEW|OLD)\."(""|[^"])+"/, with: "?")
                            .replacing(/(NEW|OLD)\.(rowid|oid|_rowid_)/, with: "?")
                        try source.query("EXPLAIN QUERY PLAN " + query) { row in
                            // The rest are parts of it, such as the new row.
                            guard row.integer(1) == 0 else { return }
                            let line = row.text(3) ?? ""
                            let scans =
                                line.hasPrefix("SCAN ") && !line.contains("CONSTANT ROW")
                                && !line.contains("subquery")
                            #expect(!scans, "\(shape.name): \(line)\n\(query)")
                        }
                    }
                }
            }
        }
    }

    @Test func `a database that is attached is captured as well`() async throws {
        try await onThread {
            let folder = try TestFolder()
            let source = try Self.source(in: folder)
            try Capture.install(source.path)
            let other = try SourceConnection(path: folder.file("other.db"), access: .create)
            try other.execute(
                """
                CREATE TABLE t (id INTEGER PRIMARY KEY, a);
                ATTACH '\(source.path)' AS shop;
                INSERT INTO main.t VALUES (9, 9);
                REPLACE INTO shop.t VALUES (1, 1);
                """
            )
            #expect(try source.integer("SELECT sum(k1) FROM _cutover_log") == 1)
        }
    }

    @Test(arguments: [
        "ALTER TABLE t ADD COLUMN z INT DEFAULT 7", "ALTER TABLE t RENAME COLUMN a TO z",
        "ALTER TABLE t RENAME TO z", "ALTER TABLE t DROP COLUMN d", "ALTER TABLE t DROP COLUMN c",
        "DROP INDEX i", "DROP TABLE t", "CREATE TABLE z (a)", "CREATE VIEW z AS SELECT * FROM t",
        "ALTER TABLE t RENAME COLUMN b TO z",
    ])
    func `a change of the schema goes as without us, and is named`(change: String) async throws {
        try await onThread {
            let folder = try TestFolder()
            let shape = WriteShape(
                change,
                """
                CREATE TABLE t (id INTEGER PRIMARY KEY, a INT UNIQUE, b, c, d CHECK (d <> 'z'));
                CREATE UNIQUE INDEX i ON t (lower(b)) WHERE a > 0;
                CREATE UNIQUE INDEX j ON t (abs(c));
                CREATE TABLE u (x);
                INSERT INTO t VALUES (1, 1, 'x', 1, NULL);
                """,
                []
            )
            let oracle = try CaptureOracle(shape, in: folder, pragmas: "")
            var failures: [String?] = []
            for connection in [oracle.plain, oracle.captured] {
                do throws(SourceError) {
                    try connection.execute(change)
                    failures.append(nil)
                } catch {
                    failures.append(error.message)
                }
            }
            #expect(failures[0] == failures[1])
            let changes = try Capture.schemaChanges(oracle.captured)
            #expect(changes.isEmpty == (failures[0] != nil))
            let table = change.contains("RENAME TO") ? "z" : "t"
            for connection in [oracle.plain, oracle.captured] where !change.hasPrefix("DROP TABLE")
            {
                try connection.execute("DELETE FROM \(table); INSERT INTO \(table) (id) VALUES (3)")
            }
        }
    }

    @Test func `VACUUM, ANALYZE and a changed setting are no change of the schema`() async throws {
        try await onThread {
            let folder = try TestFolder()
            let source = try Self.source(in: folder)
            try Capture.install(source.path)
            let before = try source.integer("PRAGMA schema_version")
            try source.execute("VACUUM; ANALYZE; PRAGMA user_version = 7")
            #expect(try source.integer("PRAGMA schema_version") != before)
            #expect(try Capture.schemaChanges(source) == [])
        }
    }

    @Test func `a table that is made anew with the same text has lost its triggers`() async throws {
        try await onThread {
            let folder = try TestFolder()
            let source = try Self.source(in: folder)
            let first = try Capture.install(source.path)
            try source.execute(
                """
                BEGIN; CREATE TEMP TABLE old AS SELECT * FROM t; DROP TABLE t;
                CREATE TABLE t (id INTEGER PRIMARY KEY, a); INSERT INTO t SELECT * FROM old; COMMIT;
                """
            )
            let changes = try Capture.schemaChanges(source)
            #expect(
                changes == [
                    "our trigger \"_cutover_1_after_delete\" is gone",
                    "our trigger \"_cutover_1_after_insert\" is gone",
                    "our trigger \"_cutover_1_after_update\" is gone",
                ]
            )
            // A new run starts with a log that sees everything.
            let second = try Capture.install(source.path)
            #expect(second.isNew && second.capture.id != first.capture.id)
            try source.execute("INSERT INTO t VALUES (8, 8)")
            #expect(try source.integer("SELECT k1 FROM _cutover_log WHERE seq > 0") == 8)
        }
    }

    static func source(
        in folder: TestFolder,
        _ script: String = "CREATE TABLE t (id INTEGER PRIMARY KEY, a)"
    ) throws -> SourceConnection {
        let path = folder.file("\(UUID().uuidString).db")
        let source = try SourceConnection(path: path, access: .create)
        try source.execute(script)
        return source
    }
}
