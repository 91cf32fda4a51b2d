import Foundation

/// What an environment file said of a variable before a switch: `cutover.environment`.
///
/// It stands in the target, because the folder of a run may be lost or another one by the time
/// somebody goes back.
struct SwitchedVariable: Codable, Equatable, Sendable {
    /// The file, from the root on.
    var path: String
    /// The variable.
    var variable: String
    /// What it was switched to.
    var value: String
    /// Its lines before, without line ends; empty when there was none.
    var lines: [Data]
    /// Whether there was no file.
    var isNew: Bool

    /// Whether the file said already what it was to be switched to.
    var isSwitched: Bool {
        !lines.isEmpty
            && lines.allSatisfy { line in
                let text = String(decoding: line, as: UTF8.self)
                let said = text.drop { $0 != "=" }.dropFirst()
                return said.trimmingCharacters(in: .whitespacesAndNewlines) == value
            }
    }

    /// The table, as a statement that is harmless when it is there.
    static let create = """
        CREATE TABLE IF NOT EXISTS cutover.environment (
            run_id text NOT NULL REFERENCES cutover.run ON DELETE CASCADE,
            path text NOT NULL,
            earlier text NOT NULL,
            PRIMARY KEY (run_id, path)
        )
        """

    /// Reads what a run has switched.
    ///
    /// - Parameters:
    ///   - run: The run.
    ///   - target: A connection to the target.
    /// - Returns: The variables; nil when nobody noted whether one was switched.
    /// - Throws: ``TargetError``.
    static func all(
        of run: String,
        _ target: TargetConnection
    ) throws(TargetError) -> [SwitchedVariable]? {
        guard try target.query("SELECT to_regclass('cutover.environment')").first != nil else {
            return nil
        }
        return try target.query(
            "SELECT earlier FROM cutover.environment WHERE run_id = $1 ORDER BY path",
            [.text(run)]
        ).rows.compactMap { row in
            row[0].flatMap { try? JSONDecoder().decode(Self.self, from: Data($0.utf8)) }
        }
    }

    /// Notes it, before the file is changed; what a killed switch has noted stays.
    ///
    /// - Parameters:
    ///   - run: The run.
    ///   - target: A connection to the target.
    /// - Returns: Whether it was not noted before.
    /// - Throws: ``TargetError``.
    func note(of run: String, _ target: TargetConnection) throws(TargetError) -> Bool {
        let json = (try? JSONEncoder().encode(self)) ?? Data()
        if try target.query("SELECT to_regclass('cutover.environment')").first == nil {
            try target.execute(Self.create)
        }
        return try target.query(
            """
            INSERT INTO cutover.environment (run_id, path, earlier) VALUES ($1, $2, $3)
            ON CONFLICT (run_id, path) DO NOTHING
            """,
            [.text(run), .text(path), .text(String(decoding: json, as: UTF8.self))]
        ).affected == 1
    }

    /// Forgets what a run has switched; harmless when nothing was noted.
    ///
    /// - Parameters:
    ///   - run: The run.
    ///   - target: A connection to the target.
    /// - Throws: ``TargetError``.
    static func forget(_ run: String, _ target: TargetConnection) throws(TargetError) {
        guard try target.query("SELECT to_regclass('cutover.environment')").first != nil else {
            return
        }
        try target.query("DELETE FROM cutover.environment WHERE run_id = $1", [.text(run)])
    }
}
