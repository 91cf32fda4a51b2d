import Foundation

/// What comparisons of both sides found, so that `status` knows the newest of them.
extension Journal {
    /// A comparison of every cell.
    package struct Verified: Sendable, Equatable {
        /// When it ended, in seconds since 1970.
        package var at: Double
        /// Whether the sides were equal.
        package var ok: Bool
        /// The verdict in words.
        package var verdict: String
        /// The whole of it, without a value of any row; nil when it was not kept.
        package var report: VerifyReport?
    }

    /// Writes down what a comparison found.
    ///
    /// - Parameters:
    ///   - report: What it found.
    ///   - run: The run whose rows were compared.
    /// - Throws: ``MigrationError`` of code `fileFailed`.
    func keep(_ report: VerifyReport, of run: String) throws(MigrationError) {
        try write { connection throws(SourceError) in
            try connection.prepare(
                "INSERT INTO verification (run_id, at, ok, verdict) VALUES (?, ?, ?, ?)"
            ).run([
                .string(run), .real(Date().timeIntervalSince1970), .integer(report.ok ? 1 : 0),
                .string(report.verdict),
            ])
            try keepReport(report, connection)
        }
    }

    /// Writes down what a comparison found, where there is a journal; no folder is made for it.
    ///
    /// - Parameters:
    ///   - report: What it found.
    ///   - run: The run whose rows were compared.
    ///   - options: The folder of the run.
    static func keep(_ report: VerifyReport, of run: String, _ options: Options) {
        let directory = RunDirectory(existing: options.runDirectory)
        guard !options.isReadOnly, access(directory.journal, W_OK) == 0 else { return }
        // The comparison stands on the screen; that nobody can write it down does not change it.
        try? Journal(sharing: directory).keep(report, of: run)
    }

    /// Reads a run and the newest comparison of its rows.
    ///
    /// - Parameters:
    ///   - id: The run.
    ///   - directory: The folder of the run; need not exist.
    /// - Returns: The run, nil when this journal does not know it, and the comparison.
    /// - Throws: ``MigrationError`` of code `fileFailed` when the journal cannot be read.
    package static func newest(
        of id: String,
        in directory: RunDirectory
    ) throws(MigrationError) -> (run: Run?, verified: Verified?) {
        guard access(directory.journal, F_OK) == 0 else { return (nil, nil) }
        let (run, kept) = try attempt(directory) { () throws(SourceError) -> (Run?, Verified?) in
            let connection = try SourceConnection(path: directory.journal, access: .readOnly)
            let run = try runs(connection, "WHERE id = ?", [.string(id)]).first
            // An earlier version has no such tables.
            let tables = try connection.integer(
                """
                SELECT count(*) FROM sqlite_schema
                WHERE name IN ('verification', 'verified_report')
                """
            )
            var found: Verified?
            guard tables == 2 else { return (run, nil) }
            try connection.query(
                """
                SELECT v.at, v.ok, v.verdict, r.report
                FROM verification v LEFT JOIN verified_report r ON r.verification_id = v.id
                WHERE v.run_id = ? ORDER BY v.id DESC LIMIT 1
                """,
                [.string(id)]
            ) { row in
                found = Verified(
                    at: row.real(0),
                    ok: row.real(1) == 1,
                    verdict: row.text(2) ?? "",
                    report: row.text(3).flatMap {
                        try? JSONDecoder.report.decode(VerifyReport.self, from: Data($0.utf8))
                    }
                )
            }
            return (run, found)
        }
        let own = run?.report.flatMap { try? MigrateReport(json: $0) }?.verify
        let first = own.map {
            Verified(at: run?.endedAt ?? 0, ok: $0.ok, verdict: $0.verdict, report: $0)
        }
        return (run, (kept?.at ?? 0) >= (first?.at ?? 0) ? kept ?? first : first)
    }
}
