import Foundation

/// What persons said about gates, what a switch found, and how the steps that need gates ended.
extension Journal {
    /// A person's word on a gate, as it was given.
    struct GateWord: Codable, Sendable, Equatable {
        /// The gate.
        var gate: String
        /// What was done.
        var kind: Kind
        /// Who.
        var by: String
        /// What the person noted.
        @ExplicitNull var note: String?
        /// What an override was given for.
        var subject: String
        /// When, in UTC, ISO 8601.
        var at: String

        /// What a person can do about a gate.
        enum Kind: String, Codable, Sendable {
            case sign
            case override
            /// Takes the earlier word back.
            case withdraw
        }
    }

    /// How a switch or a way back came out, with its report as JSON.
    struct Outcome: Sendable, Equatable {
        var verb: String
        var at: String
        var report: String
    }

    private static let gateTables = """
        CREATE TABLE IF NOT EXISTS gate_word (
            id INTEGER PRIMARY KEY, run_id TEXT NOT NULL, at REAL NOT NULL, gate TEXT NOT NULL,
            kind TEXT NOT NULL, by_whom TEXT NOT NULL, note TEXT, subject TEXT NOT NULL) STRICT;
        CREATE TABLE IF NOT EXISTS outcome (
            id INTEGER PRIMARY KEY, run_id TEXT NOT NULL, at REAL NOT NULL, verb TEXT NOT NULL,
            report TEXT NOT NULL) STRICT
        """

    /// Writes down what a person said, beside whatever process owns the journal.
    ///
    /// - Parameters:
    ///   - words: The words; their time is now.
    ///   - run: The run that they are about.
    /// - Throws: ``MigrationError`` of code `fileFailed`.
    func keep(_ words: [GateWord], of run: String) throws(MigrationError) {
        try write { connection throws(SourceError) in
            try connection.execute(Self.gateTables)
            let insert = try connection.prepare(
                """
                INSERT INTO gate_word (run_id, at, gate, kind, by_whom, note, subject)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """
            )
            for word in words {
                try insert.run([
                    .string(run), .real(Date().timeIntervalSince1970), .string(word.gate),
                    .string(word.kind.rawValue), .string(word.by),
                    word.note.map { .string($0) } ?? .null, .string(word.subject),
                ])
            }
        }
    }

    /// Writes down how a step ended, or what a switch found at its gates.
    ///
    /// - Parameters:
    ///   - verb: Which: `gates`, `switch` or `revert`.
    ///   - report: What it reported.
    ///   - run: The run.
    /// - Throws: ``MigrationError`` of code `fileFailed`.
    func keep(
        _ verb: String,
        _ report: some Encodable,
        of run: String
    ) throws(MigrationError) {
        guard let json = try? JSONEncoder.report.encode(report) else { return }
        try write { connection throws(SourceError) in
            try connection.execute(Self.gateTables)
            try connection.prepare(
                "INSERT INTO outcome (run_id, at, verb, report) VALUES (?, ?, ?, ?)"
            ).run([
                .string(run), .real(Date().timeIntervalSince1970), .string(verb),
                .string(String(decoding: json, as: UTF8.self)),
            ])
        }
    }

    /// Reads what persons said about the gates of a run, in order.
    ///
    /// - Parameters:
    ///   - run: The run.
    ///   - directory: The folder of the run; need not exist.
    /// - Returns: Every word.
    /// - Throws: ``MigrationError`` of code `fileFailed`.
    static func gateWords(
        of run: String,
        in directory: RunDirectory
    ) throws(MigrationError) -> [GateWord] {
        try read("gate_word", in: directory) { connection throws(SourceError) in
            var words: [GateWord] = []
            try connection.query(
                """
                SELECT gate, kind, by_whom, note, subject, at FROM gate_word WHERE run_id = ?
                ORDER BY id
                """,
                [.string(run)]
            ) { row in
                words.append(
                    GateWord(
                        gate: row.text(0) ?? "",
                        kind: GateWord.Kind(rawValue: row.text(1) ?? "") ?? .withdraw,
                        by: row.text(2) ?? "",
                        note: row.text(3),
                        subject: row.text(4) ?? "",
                        at: moment(row.real(5))
                    )
                )
            }
            return words
        } ?? []
    }

    /// Reads how switches and ways back of a run came out, in order.
    ///
    /// - Parameters:
    ///   - run: The run.
    ///   - directory: The folder of the run; need not exist.
    /// - Returns: Every outcome.
    /// - Throws: ``MigrationError`` of code `fileFailed`.
    static func outcomes(
        of run: String,
        in directory: RunDirectory
    ) throws(MigrationError) -> [Outcome] {
        try read("outcome", in: directory) { connection throws(SourceError) in
            var outcomes: [Outcome] = []
            try connection.query(
                "SELECT verb, at, report FROM outcome WHERE run_id = ? ORDER BY id",
                [.string(run)]
            ) { row in
                outcomes.append(
                    Outcome(
                        verb: row.text(0) ?? "",
                        at: moment(row.real(1)),
                        report: row.text(2) ?? "{}"
                    )
                )
            }
            return outcomes
        } ?? []
    }

    /// Reads a table of the journal without touching anything; nil when there is no such table.
    static func read<Value>(
        _ table: String,
        in directory: RunDirectory,
        _ work: (SourceConnection) throws(SourceError) -> Value
    ) throws(MigrationError) -> Value? {
        guard access(directory.journal, F_OK) == 0 else { return nil }
        return try attempt(directory) { () throws(SourceError) -> Value? in
            let connection = try SourceConnection(path: directory.journal, access: .readOnly)
            let found = try connection.integer(
                "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = ?",
                [.string(table)]
            )
            return found == 1 ? try work(connection) : nil
        }
    }

    /// A time as people and reports read it.
    static func moment(_ seconds: Double) -> String {
        Date(timeIntervalSince1970: seconds.rounded(.down)).formatted(.iso8601)
    }
}
