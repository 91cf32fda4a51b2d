import TestSupport
import Testing

@testable import MigrationEngine

/// The fence of the source and the toggles that are put by.
struct SourceFenceTests {
    private func open(_ path: String) throws -> SourceConnection {
        try SourceConnection(path: path, access: .readWrite)
    }

    private static let writes = [
        "INSERT INTO o VALUES (3, 'c')", "INSERT OR IGNORE INTO o VALUES (3, 'c')",
        "REPLACE INTO o VALUES (1, 'z')", "UPDATE o SET n = 'x' WHERE id = 1",
        "UPDATE OR IGNORE o SET n = 'x'",
        "DELETE FROM o", "INSERT INTO w VALUES ('k', 1)", "INSERT INTO v VALUES (9, 'v')",
        "INSERT INTO o VALUES (1, 'q') ON CONFLICT (id) DO UPDATE SET n = 'q'",
    ]

    private func source(_ folder: TestFolder) throws -> String {
        let path = folder.file("s.db")
        let connection = try SourceConnection(path: path, access: .create)
        try connection.execute(
            """
            CREATE TABLE o (id INTEGER PRIMARY KEY, n TEXT UNIQUE);
            CREATE TABLE w (k TEXT PRIMARY KEY, n) WITHOUT ROWID;
            CREATE VIEW v AS SELECT * FROM o;
            CREATE TRIGGER vi INSTEAD OF INSERT ON v BEGIN INSERT INTO o VALUES (NEW.id, NEW.n); END;
            INSERT INTO o VALUES (1, 'a'), (2, 'b');
            """
        )
        return path
    }

    @Test(arguments: writes)
    func `a raised fence lets no write pass and says why`(_ write: String) throws {
        let folder = try TestFolder()
        let path = try source(folder)
        let ours = try open(path)
        try SourceFence.install(ours)
        try SourceFence.raise(for: 60, ours)
        let application = try open(path)
        let error = #expect(throws: SourceError.self) { try application.execute(write) }
        #expect(error?.message.hasPrefix("writes blocked:") == true, "\(String(describing: error))")
        #expect(try application.integer("SELECT count(*) FROM o WHERE n IN ('a', 'b')") == 2)
        try SourceFence.remove(ours)
        try application.execute(write)
    }

    @Test func `a fence that nobody takes down ends by itself`() async throws {
        let folder = try TestFolder()
        let path = try source(folder)
        let ours = try open(path)
        try SourceFence.install(ours)
        #expect(try SourceFence.state(ours) == .down)
        try SourceFence.raise(for: 5, ours)
        let application = try open(path)
        #expect(throws: SourceError.self) { try application.execute("DELETE FROM o WHERE id = 1") }
        let hasEnded = try await eventually(within: .seconds(20)) {
            try SourceFence.state(SourceConnection(path: path, access: .readOnly)) == .down
        }
        #expect(hasEnded)
        try application.execute("DELETE FROM o WHERE id = 1")
        try SourceFence.raise(for: nil, ours)
        guard case .up = try SourceFence.state(ours) else {
            Issue.record("a fence for good is not up")
            return
        }
    }

    @Test func `the schema is as before when the fence is gone`() throws {
        let folder = try TestFolder()
        let path = try source(folder)
        let ours = try open(path)
        let before = try ApplicationSchema(ours)
        try SourceFence.install(ours)
        try SourceFence.install(ours)
        try SourceFence.remove(ours)
        try SourceFence.remove(ours)
        #expect(try ApplicationSchema(ours) == before)
        #expect(try Capture.ours(ours).isEmpty)
    }
}
