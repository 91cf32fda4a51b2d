import Foundation

/// What a comparison found of each table, without a value of any row.
extension Journal {
    /// A table of a comparison.
    struct VerifiedTable: Codable, Sendable, Equatable {
        var name: String
        var status: VerifyReport.Status
        @ExplicitNull var sourceRows: Int?
        @ExplicitNull var targetRows: Int?
        var quarantinedRows: Int
        var missing: Int
        var extra: Int
        var different: Int
        @ExplicitNull var digest: String?
        @ExplicitNull var targetDigest: String?

        /// Takes over what a comparison found.
        init(_ table: VerifyReport.Table) {
            name = table.name
            status = table.status
            sourceRows = table.sourceRows
            targetRows = table.targetRows
            quarantinedRows = table.quarantinedRows
            missing = table.missing
            extra = table.extra
            different = table.different
            digest = table.digest
            targetDigest = table.targetDigest
        }
    }

    /// A comparison of every cell.
    struct Comparison: Codable, Sendable, Equatable {
        var at: String
        var ok: Bool
        var verdict: String
        var tables: [VerifiedTable]

        /// Whether rows that wait to be followed are all that it found.
        var isOnlyWaiting: Bool {
            !ok && tables.contains { $0.status == .waiting }
                && tables.allSatisfy { $0.status == .waiting || !$0.status.isProblem }
        }
    }

    /// Keeps the whole comparison beside the verdict that was written last, in its transaction; no
    /// value of a row is kept with it.
    ///
    /// - Parameters:
    ///   - report: What was found.
    ///   - connection: The journal.
    /// - Throws: ``SourceError``.
    func keepReport(
        _ report: VerifyReport,
        _ connection: SourceConnection
    ) throws(SourceError) {
        var bare = report
        for index in bare.tables.indices { bare.tables[index].samples = [] }
        guard let json = try? JSONEncoder.report.encode(bare) else { return }
        try connection.prepare(
            "INSERT INTO verified_report SELECT max(id), ? FROM verification"
        ).run([.string(String(decoding: json, as: UTF8.self))])
    }

    /// Reads the comparisons of a run, in order; that of the copy is in the run's own report.
    ///
    /// - Parameters:
    ///   - run: The run.
    ///   - directory: The folder of the run.
    /// - Returns: The comparisons.
    /// - Throws: ``MigrationError`` of code `fileFailed`.
    static func comparisons(
        of run: String,
        in directory: RunDirectory
    ) throws(MigrationError) -> [Comparison] {
        try read("verified_report", in: directory) { connection throws(SourceError) in
            var found: [Comparison] = []
            let decoder = JSONDecoder.report
            try connection.query(
                """
                SELECT v.at, v.ok, v.verdict, t.report
                FROM verification v LEFT JOIN verified_report t ON t.verification_id = v.id
                WHERE v.run_id = ? ORDER BY v.id
                """,
                [.string(run)]
            ) { row in
                let json = Data((row.text(3) ?? "").utf8)
                let report = try? decoder.decode(VerifyReport.self, from: json)
                found.append(
                    Comparison(
                        at: moment(row.real(0)),
                        ok: row.integer(1) == 1,
                        verdict: row.text(2) ?? "",
                        tables: report?.tables.map(VerifiedTable.init) ?? []
                    )
                )
            }
            return found
        } ?? []
    }

    /// Reads what operators did, in order.
    static func actions(
        in directory: RunDirectory
    ) throws(MigrationError) -> [Evidence.Action] {
        try read("action", in: directory) { connection throws(SourceError) in
            var found: [Evidence.Action] = []
            try connection.query(
                "SELECT at, who, action, before, after FROM action ORDER BY id"
            ) { row in
                found.append(
                    Evidence.Action(
                        at: moment(row.real(0)),
                        who: row.text(1) ?? "",
                        action: row.text(2) ?? "",
                        before: row.text(3),
                        after: row.text(4)
                    )
                )
            }
            return found
        } ?? []
    }

    /// Reads the steps of a run, in order.
    static func steps(
        of run: String,
        in directory: RunDirectory
    ) throws(MigrationError) -> [Evidence.Step] {
        try read("step", in: directory) { connection throws(SourceError) in
            var found: [Evidence.Step] = []
            try connection.query(
                """
                SELECT name, started_at, ended_at, outcome, detail FROM step
                WHERE run_id = ? ORDER BY id
                """,
                [.string(run)]
            ) { row in
                let isOver = row.storageClass(2) != .null
                found.append(
                    Evidence.Step(
                        name: row.text(0) ?? "",
                        startedAt: moment(row.real(1)),
                        seconds: isOver ? row.real(2) - row.real(1) : nil,
                        outcome: row.text(3),
                        detail: row.text(4)
                    )
                )
            }
            return found
        } ?? []
    }
}
