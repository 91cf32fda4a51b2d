import Foundation
import MigrationEngine
import TestSupport
import Testing

/// A sample with a live run into a test's database.
struct LiveSource {
    let folder: TestFolder
    let cutover: CutoverCommand

    /// Makes the sample and migrates it with `--live`; its gates are signed unless they are not to.
    init(
        _ folder: TestFolder,
        orders: Int = 60,
        at place: String? = nil,
        target: String? = nil,
        journal: String = "WAL",
        isSigned: Bool = true,
        tables: String = ""
    ) async throws {
        self.folder = folder
        let path = (place ?? folder.path) + "/ora.db"
        try await makeSample(path, .production, orders: orders)
        // One toggle is off on purpose: it must be off again at the end.
        _ = try await sqlite3(
            path,
            """
            PRAGMA journal_mode = \(journal);
            UPDATE workflow_controls SET enabled = 0, last_updated = '2025-01-02 03:04:05',
                updated_by = 'somebody' WHERE workflow_name = 'orders-cleanup';
            \(tables)
            """
        )
        cutover = CutoverCommand(source: path, target: target ?? TestDatabase.url)
        let migrated = try await cutover("migrate", "--live")
        try #require(migrated.status == 0, "\(migrated)")
        if isSigned { try await sign(isOnSmallDisk: place != nil) }
    }

    /// Signs what a person signs, and says openly that nobody rehearsed.
    func sign(isOnSmallDisk: Bool = false) async throws {
        if isOnSmallDisk {
            _ = try await cutover(
                "check",
                ["--override", "disk", "--by", "a test", "--note", "small on purpose"]
                    + ["--confirm", "override disk"]
            )
        }
        let checked = try await cutover(
            "check",
            "--sign",
            "all",
            "--override",
            "rehearsal",
            "--by",
            "a test",
            "--note",
            "no rehearsal",
            "--confirm",
            "override rehearsal"
        )
        try #require(checked.status == 0, "\(checked)")
    }

    var path: String { cutover.source }

    /// The database's name, which the typed phrases hold.
    func database() async throws -> String {
        try await psql(cutover.target, "SELECT current_database()")
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Runs `switch` without waiting for workers that are not there.
    func flip(_ options: [String] = [], dying point: String? = nil) async throws -> CutoverRun {
        var command = cutover
        if let point { command.environment["CUTOVER_FAILPOINT"] = point }
        let arguments =
            ["--flag-cache", "0", "--confirm", "cut over \(try await database())"] + options
        let run = try await command("switch", arguments)
        guard Self.wantsComparison(run) else { return run }
        // After a way back somebody has to compare both sides first.
        try await compare()
        return try await command("switch", arguments)
    }

    /// Whether a switch was refused because nobody has compared both sides since a way back.
    static func wantsComparison(_ run: CutoverRun) -> Bool {
        run.code == "gate_closed"
            && run.json["error"]["message"].string?.contains("nothing was compared since") == true
    }

    /// Follows, and compares every cell; where the application writes meanwhile, rows may wait.
    func compare() async throws {
        let followed = try await cutover("follow", "--until-lag-below", "50")
        try #require(followed.status == 0, "\(followed)")
        let verified = try await cutover("verify")
        try #require(verified.status <= 1, "\(verified)")
    }

    /// Some writes of the application.
    func write(_ number: Int) async throws {
        _ = try await sqlite3(
            path,
            """
            INSERT INTO orders_inbox (order_number, order_date, status)
                VALUES ('9\(number)', '2026-01-02', 'pending');
            UPDATE inventory_current SET current_quantity = current_quantity - 1;
            DELETE FROM shipped_items WHERE id = (SELECT min(id) FROM shipped_items);
            """
        )
    }

    /// Whether the application can write the source.
    func sourceTakesWrites() async throws -> Bool {
        let connection = try SourceConnection(path: path, access: .readWrite)
        do throws(SourceError) {
            try connection.execute("UPDATE sync_watermark SET updated_at = updated_at")
            return true
        } catch {
            try #require(error.message.hasPrefix("writes blocked:"), "\(error)")
            return false
        }
    }

    /// Whether the application can write the target.
    func targetTakesWrites() async throws -> Bool {
        let answer = try await psql(
            cutover.target,
            """
            DO $$ BEGIN
                UPDATE sync_watermark SET updated_at = updated_at;
                CREATE TEMPORARY TABLE answer AS SELECT 'yes' AS a;
            EXCEPTION WHEN read_only_sql_transaction THEN
                CREATE TEMPORARY TABLE answer AS SELECT 'no' AS a;
            END $$;
            SELECT a FROM answer;
            """
        )
        return answer.contains("yes")
    }

    /// The toggles of the source, as they are stored.
    func toggles() async throws -> String {
        try await sqlite3(
            path,
            """
            SELECT workflow_name, typeof(enabled), enabled, last_updated, updated_by
            FROM workflow_controls ORDER BY 1;
            """
        )
    }

    /// The toggles of the target in the same form.
    func targetToggles() async throws -> String {
        try await psql(
            cutover.target,
            """
            SELECT workflow_name, 'integer', enabled::int, last_updated, updated_by
            FROM workflow_controls ORDER BY workflow_name COLLATE "C"
            """
        )
    }

    /// What of ours is in the source beside the capture.
    func leftovers() async throws -> String {
        try await sqlite3(
            path,
            """
            SELECT name FROM sqlite_schema WHERE name LIKE '\\_cutover\\_fence%' ESCAPE '\\'
                OR name = '_cutover_saved';
            """
        )
    }
}
