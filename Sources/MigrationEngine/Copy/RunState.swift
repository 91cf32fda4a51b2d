import Foundation

/// The tables of schema `cutover` in the target: what must be atomic with the data.
package enum RunState {
    /// The schema that holds them.
    package static let schema = "cutover"

    /// The statements that make them; harmless when they are there.
    package static let create = """
        CREATE SCHEMA IF NOT EXISTS cutover;
        CREATE TABLE IF NOT EXISTS cutover.run (
            run_id text PRIMARY KEY,
            source_path text NOT NULL,
            source_fingerprint text NOT NULL,
            backup_sha256 text NOT NULL,
            mode text NOT NULL,
            schema_name text NOT NULL,
            started_at timestamptz NOT NULL DEFAULT now(),
            finished_at timestamptz,
            phase text NOT NULL DEFAULT 'schema',
            max_quarantined bigint NOT NULL DEFAULT 0
        );
        CREATE TABLE IF NOT EXISTS cutover.mapping (
            run_id text NOT NULL REFERENCES cutover.run,
            table_name text NOT NULL,
            target_name text NOT NULL,
            columns jsonb NOT NULL,
            PRIMARY KEY (run_id, table_name)
        );
        CREATE TABLE IF NOT EXISTS cutover.checkpoint (
            run_id text NOT NULL REFERENCES cutover.run,
            table_name text NOT NULL,
            chunk integer NOT NULL,
            rows bigint NOT NULL,
            quarantined bigint NOT NULL,
            committed_at timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (run_id, table_name, chunk)
        );
        CREATE TABLE IF NOT EXISTS cutover.quarantine (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            run_id text NOT NULL REFERENCES cutover.run,
            table_name text NOT NULL,
            key_text text NOT NULL,
            key_bytes bytea NOT NULL,
            column_name text,
            reason text NOT NULL,
            sql_state text,
            columns text[] NOT NULL,
            classes text[] NOT NULL,
            row_values bytea[] NOT NULL,
            quarantined_at timestamptz NOT NULL DEFAULT now()
        );
        CREATE INDEX IF NOT EXISTS quarantine_table ON cutover.quarantine (run_id, table_name);
        """ + quarantineColumns

    /// The names of columns on both sides, as JSON: source name to target name.
    ///
    /// - Parameter columns: The columns.
    /// - Returns: A JSON object.
    static func columnMap(_ columns: [TargetColumn]) -> String {
        // Written by hand, because a dictionary takes two spellings of a name for the same key.
        func quoted(_ text: String) -> String {
            (try? JSONEncoder.report.encode(text)).map { String(decoding: $0, as: UTF8.self) }
                ?? "\"\""
        }
        let pairs = columns.map { "\(quoted($0.sourceName)):\(quoted($0.name))" }
        return "{\(pairs.joined(separator: ","))}"
    }

    /// A run as the target knows it.
    package struct Run: Sendable, Equatable {
        package var id: String
        package var sourceFingerprint: String
        package var backupSHA256: String
        package var mode: String
        package var phase: String
        package var isFinished: Bool
        /// The number of quarantined rows that the operator allowed.
        package var maximumQuarantined: Int
        /// The real path of the source.
        package var sourcePath = ""
        /// When it ended, as UTC; nil while it has not.
        package var finishedAt: String?
    }

    /// The newest run, if the target knows one; dry runs do not count.
    ///
    /// - Parameters:
    ///   - connection: A connection to the target.
    ///   - schema: The schema that the run filled; any when nil.
    /// - Returns: The run, or nil when there is none.
    /// - Throws: ``TargetError``.
    package static func newestRun(
        _ connection: TargetConnection,
        in schema: String? = nil
    ) throws(TargetError) -> Run? {
        let found = try connection.query("SELECT to_regclass('cutover.run') IS NOT NULL")
        guard found.first == "t", try foreignSchema(connection) != Self.schema else { return nil }
        let rows = try connection.query(
            """
            SELECT run_id, source_fingerprint, backup_sha256, mode, phase,
                finished_at IS NOT NULL, max_quarantined, source_path,
                to_char(finished_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
            FROM cutover.run WHERE run_id NOT LIKE 'dry-%' AND coalesce(schema_name = $1, true)
            ORDER BY started_at DESC LIMIT 1
            """,
            [.optional(schema)]
        )
        guard let row = rows.rows.first else { return nil }
        return Run(
            id: row[0] ?? "",
            sourceFingerprint: row[1] ?? "",
            backupSHA256: row[2] ?? "",
            mode: row[3] ?? "",
            phase: row[4] ?? "",
            isFinished: row[5] == "t",
            maximumQuarantined: row[6].flatMap { Int($0) } ?? 0,
            sourcePath: row[7] ?? "",
            finishedAt: row[8]
        )
    }

    /// Moves a run to a phase.
    ///
    /// - Parameters:
    ///   - phase: The phase that begins.
    ///   - run: The run.
    ///   - connection: A connection to the target.
    ///   - isFinished: Whether the run ends with it.
    /// - Throws: ``TargetError``.
    package static func setPhase(
        _ phase: String,
        of run: String,
        _ connection: TargetConnection,
        isFinished: Bool = false
    ) throws(TargetError) {
        try connection.query(
            """
            UPDATE cutover.run SET phase = $2,
                finished_at = CASE WHEN $3::boolean THEN now() END WHERE run_id = $1
            """,
            [.text(run), .text(phase), .text(isFinished ? "true" : "false")]
        )
    }

    /// Writes down how many quarantined rows the operator allows.
    ///
    /// - Parameters:
    ///   - rows: The number.
    ///   - run: The run.
    ///   - connection: A connection to the target.
    /// - Throws: ``TargetError``.
    static func allow(
        _ rows: Int,
        of run: String,
        _ connection: TargetConnection
    ) throws(TargetError) {
        try connection.query(
            "UPDATE cutover.run SET max_quarantined = $2 WHERE run_id = $1",
            [.text(run), .integer(rows)]
        )
    }
}
