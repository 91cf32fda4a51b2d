import Foundation
import MigrationEngine
import TestSupport
import Testing

/// A source whose migration passes every moment at which a run can die: several chunks a table, rows
/// that do not fit, rows that the server refuses, orphans, and identities.
enum KillSource {
    /// What `migrate` is told, so that the rows in quarantine count as success.
    static let options = ["--max-quarantined", "1000", "--jobs", "2"]
    /// Several chunks of each large table.
    static let environment = ["CUTOVER_CHUNK_ROWS": "150"]

    private static let script = """
        CREATE TABLE customer (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL,
            seen TIMESTAMP UNIQUE, score REAL);
        INSERT INTO customer SELECT value, 'Customer ' || value,
            strftime('%Y-%m-%d %H:%M:%S', 1700000000 + value * 61, 'unixepoch'), value / 7.0
            FROM generate_series(1, 400);
        UPDATE sqlite_sequence SET seq = 5000 WHERE name = 'customer';
        CREATE TABLE purchase (id INTEGER PRIMARY KEY, customer INTEGER NOT NULL
            REFERENCES customer(id) ON DELETE CASCADE, note TEXT, pic BLOB, paid BOOLEAN,
            cents INTEGER CHECK (cents >= 0));
        CREATE INDEX purchase_customer ON purchase(customer);
        CREATE INDEX purchase_open ON purchase(cents) WHERE paid = 0;
        INSERT INTO purchase SELECT value, 1 + value % 400, 'note ' || value,
            CASE WHEN value % 5 = 0 THEN randomblob(4000) END, value % 2, value * 3
            FROM generate_series(1, 900);
        PRAGMA ignore_check_constraints = 1;
        UPDATE purchase SET cents = -1 WHERE id IN (77, 78, 650);
        UPDATE purchase SET cents = 'many' WHERE id IN (99, 800);
        UPDATE purchase SET customer = 4444 WHERE id IN (20, 21, 500);
        PRAGMA ignore_check_constraints = 0;
        CREATE TABLE line (purchase INTEGER NOT NULL REFERENCES purchase(id), n INTEGER NOT NULL,
            sku TEXT, PRIMARY KEY (purchase, n)) WITHOUT ROWID;
        INSERT INTO line SELECT 1 + value / 2, value % 2, 'SKU-' || value
            FROM generate_series(0, 1199);
        CREATE TABLE tag (name TEXT PRIMARY KEY NOT NULL, parent TEXT REFERENCES tag(name));
        INSERT INTO tag VALUES ('root', NULL), ('leaf', 'root'), ('Ä', 'leaf');
        CREATE TABLE log (at TEXT, what TEXT);
        INSERT INTO log SELECT 'at ' || (value / 2), 'same' FROM generate_series(1, 300);
        CREATE TABLE hollow (id INTEGER PRIMARY KEY, a TEXT);
        """

    private static let made = Task.detached { () async throws -> TestFolder in
        let folder = try TestFolder()
        _ = try await sqlite3(folder.file("shop.db"), script)
        return folder
    }

    /// Makes a command between a copy of the source and a target.
    ///
    /// - Parameters:
    ///   - folder: The folder for the copy; temporary files go to its folder `tmp`.
    ///   - url: The target.
    /// - Returns: The command.
    /// - Throws: ``ProgramFailed`` when the source cannot be made.
    static func command(in folder: TestFolder, target url: String) async throws -> CutoverCommand {
        let path = folder.file("shop.db")
        try FileManager.default.copyItem(atPath: try await made.value.file("shop.db"), toPath: path)
        try FileManager.default.createDirectory(
            atPath: folder.file("tmp"),
            withIntermediateDirectories: true
        )
        var cutover = CutoverCommand(source: path, target: url)
        cutover.environment = environment.merging(["TMPDIR": folder.file("tmp")]) { $1 }
        return cutover
    }

    // because the figures of the undisturbed run are the same for every test
    private static let undisturbed = Task.detached { () async throws -> EndState in
        // Without a place of its own: the tests that wait for it hold them all.
        let server = try await TestServer.shared()
        try await onThread { try server.createDatabase("undisturbed") }
        let folder = try TestFolder()
        let url = server.url(database: "undisturbed")
        let cutover = try await command(in: folder, target: url)
        let run = try await cutover("migrate", options)
        try #require(run.status == 0, "\(run)")
        return try await EndState(of: cutover, in: folder)
    }

    /// What an undisturbed run leaves.
    ///
    /// - Returns: The state.
    /// - Throws: ``ProgramFailed`` when the run or a shell fails.
    static func expected() async throws -> EndState { try await undisturbed.value }
}

extension CutoverCommand {
    /// The same command that dies at a moment.
    func dying(at failpoint: String) -> CutoverCommand {
        var command = self
        command.environment["CUTOVER_FAILPOINT"] = failpoint
        return command
    }

    /// The variables for a program that is started and watched.
    var variables: [String: String] { environment.compactMapValues { $0 } }
}

/// Everything that a migration leaves behind, apart from names and times of the run.
struct EndState: Equatable, CustomStringConvertible {
    /// The rows of each table, as a digest.
    var rows: String
    /// The schema, as `pg_dump` writes it.
    var schema: String
    /// The sequences and their next values.
    var sequences: String
    /// The rows in quarantine, with all their bytes.
    var quarantine: String
    /// Runs, checkpoints and mapping.
    var bookkeeping: String
    /// What is in the folders that should not be there.
    var leftovers: [String]

    /// What differs from another state, for people.
    var description: String {
        """
        rows:
        \(rows)
        sequences: \(sequences)
        quarantine:
        \(quarantine)
        bookkeeping: \(bookkeeping)
        leftovers: \(leftovers)
        schema: \(schema.count) characters, \(schema.hashValue)
        """
    }

    /// Reads what a command left in its target and its folders.
    ///
    /// - Parameters:
    ///   - cutover: The command.
    ///   - folder: The folder of its source.
    /// - Throws: ``ProgramFailed`` when a shell fails.
    init(of cutover: CutoverCommand, in folder: TestFolder) async throws {
        let url = cutover.target
        let parts = try await psql(url, Self.script).components(separatedBy: "\n#\n")
        try #require(parts.count == 4, "\(parts)")
        (rows, sequences, quarantine, bookkeeping) = (parts[0], parts[1], parts[2], parts[3])
        let dump = try await run("pg_dump", ["--schema-only", "--no-owner", "-d", url])
        try #require(dump.status == 0, "\(dump.stderr)")
        // Newer dumps carry a random key that keeps psql from running injected commands.
        schema = dump.stdout.split(separator: "\n")
            .filter { !$0.hasPrefix("\\restrict") && !$0.hasPrefix("\\unrestrict") }
            .joined(separator: "\n")
        leftovers = try await Self.leftovers(cutover, folder)
    }

    private static let script = """
        SELECT string_agg(line, E'\\n' ORDER BY line) FROM (
            SELECT format('%s %s', c.relname, (xpath('/row/d/text()', query_to_xml(format(
                'SELECT count(*) || '' '' || coalesce(md5(string_agg(t::text, chr(10) '
                || 'ORDER BY t::text COLLATE "C")), ''empty'') AS d FROM %I.%I t',
                n.nspname, c.relname), false, true, '')))[1]) AS line
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'cutover')
        ) l;
        \\echo '#'
        SELECT string_agg(format('%s %s', sequencename, last_value), ', ' ORDER BY sequencename)
            FROM pg_sequences WHERE schemaname = 'public';
        \\echo '#'
        SELECT string_agg(line, E'\\n' ORDER BY line COLLATE "C") FROM (
            SELECT concat_ws('|', table_name, key_text, encode(key_bytes, 'hex'), column_name, reason,
                sql_state, columns::text, classes::text, md5(row_values::text)) AS line
            FROM cutover.quarantine) q;
        \\echo '#'
        SELECT (SELECT format('%s runs, %s finished, phase %s', count(*), count(finished_at),
                min(phase)) FROM cutover.run),
            (SELECT string_agg(format('%s %s %s+%s', table_name, chunk, rows, quarantined), ', '
                ORDER BY table_name, chunk) FROM cutover.checkpoint),
            (SELECT count(*) FROM cutover.mapping),
            (SELECT bool_and(reltuples >= 0) FROM pg_class
                WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace);
        """

    private static func leftovers(
        _ cutover: CutoverCommand,
        _ folder: TestFolder
    ) async throws -> [String] {
        let files = FileManager.default
        var found = try files.contentsOfDirectory(atPath: folder.file("tmp")).map { "tmp/\($0)" }
        let own = cutover.source + ".cutover"
        let backups = try files.contentsOfDirectory(atPath: own + "/backups")
        found += backups.filter { $0.contains(".partial-") }
        // A backup that was complete before the run began is kept; each has its companions.
        let names = backups.filter { $0.hasSuffix(".db") }.map { $0.dropLast(3) }
        for name in names {
            let wanted = ["\(name).counts.txt", "\(name).db.sha256", "\(name).schema.sql"]
            found += wanted.filter { !backups.contains($0) }.map { "no \($0)" }
            let check = try await run(
                "sh",
                ["-c", "cd \"$1\" && sha256sum --status -c \"$2\"", "sh", own + "/backups"]
                    + ["\(name).db.sha256"]
            )
            if check.status != 0 { found.append("\(name).db is not what its checksum says") }
        }
        if backups.count != 4 * names.count { found.append("strangers among \(backups)") }
        let open = try await sqlite3(
            own + "/journal.db",
            "SELECT count(*) || ' of ' || count(DISTINCT state) FROM run WHERE state = 'running'"
        )
        if !open.hasPrefix("0 ") { found.append("the journal has open runs: \(open)") }
        return found
    }
}
