/// What `backup` made.
public struct BackupReport: Codable, Sendable, Equatable {
    /// The backup file.
    public var path: String
    /// The SHA-256 of the file, in hexadecimal.
    public var sha256: String
    /// Its size.
    public var sizeBytes: Int
    /// The file with a row count a table.
    public var rowCountsPath: String
    /// The file with the schema.
    public var schemaPath: String
    /// The row counts.
    public var tables: [TableRows]
    /// How long it took.
    public var seconds: Double

    /// The rows of a table.
    public struct TableRows: Codable, Sendable, Equatable {
        /// The table.
        public var name: String
        /// Its rows.
        public var rows: Int
    }
}

/// How long a phase took.
public struct PhaseSeconds: Codable, Sendable, Equatable {
    /// The phase.
    public var name: String
    /// Its duration.
    public var seconds: Double
}

/// What `migrate` did.
public struct MigrateReport: Codable, Sendable, Equatable {
    /// Whether every row arrived, verified unless that was switched off.
    public var ok: Bool
    /// How the schema was made.
    public var mode: String
    /// The fingerprint of the source.
    public var sourceFingerprint: String
    /// The backup that was copied.
    public var backup: BackupReport
    /// Rows table by table.
    public var tables: [Table]
    /// The durations of the phases.
    public var phases: [PhaseSeconds]
    /// The duration of it all.
    public var seconds: Double
    /// Why rows are in quarantine, most frequent first.
    public var quarantine: [QuarantineReason] = []
    /// Cells that conversions of the profile changed.
    public var conversions: [ConversionCount] = []
    /// Tables that the profile leaves out.
    public var skipped: [SkippedTable] = []
    /// What the operator should know although the run went on.
    public var warnings: [String]
    /// What became of everything that the source declares, and what was tried in the target.
    public var ledger = Ledger()
    /// The verification; nil when it was switched off.
    @ExplicitNull public var verify: VerifyReport?
    /// Whether an earlier run had done it all, so that nothing was written; nil stands for false.
    public var alreadyDone: Bool? = false
    /// Whether it was a dry run, of which nothing is left; nil stands for false.
    public var isDryRun: Bool? = false
    /// The run that did it.
    public var runId: String?
    /// When an earlier run that did it all ended, as UTC.
    public var finishedAt: String?

    private enum CodingKeys: String, CodingKey {
        case ok, mode, sourceFingerprint, backup, tables, phases, seconds, quarantine, warnings
        case conversions, skipped, ledger, verify, alreadyDone, runId, finishedAt
        case isDryRun = "dryRun"
    }

    /// The accounting of a table: source rows = target rows + quarantined rows.
    public struct Table: Codable, Sendable, Equatable {
        /// The table.
        public var name: String
        /// Rows in the backup.
        public var sourceRows: Int
        /// Rows that this run committed, without those that a key took out again.
        public var copiedRows: Int
        /// Rows in quarantine.
        public var quarantinedRows: Int
        /// Rows in the target, counted there.
        public var targetRows: Int
        /// Rows in quarantine whose loss the operator accepts.
        public var acceptedRows = 0
    }
}

/// One reason for which rows are in quarantine.
public struct QuarantineReason: Codable, Sendable, Equatable {
    /// The table.
    public var table: String
    /// The column; nil when the row as a whole does not fit.
    @ExplicitNull public var column: String?
    /// The reason.
    public var reason: String
    /// How many rows.
    public var rows: Int
}

/// How many cells of a column a conversion changed.
public struct ConversionCount: Codable, Sendable, Equatable {
    /// The table.
    public var table: String
    /// The column.
    public var column: String
    /// The conversion, as the profile names it.
    public var conversion: String
    /// The cells that arrived changed.
    public var cells: Int
}

/// A table that the profile leaves out.
public struct SkippedTable: Codable, Sendable, Equatable {
    /// The table.
    public var table: String
    /// Its rows in the backup.
    public var rows: Int
    /// The operator's reason.
    public var reason: String
}

/// What `verify` found.
public struct VerifyReport: Codable, Sendable, Equatable {
    /// Whether both sides are equal in everything that was looked at.
    public var ok: Bool
    /// Every table of either side.
    public var tables: [Table]
    /// Every foreign key of the source, with orphans counted on both sides.
    public var foreignKeys: [ForeignKey]
    /// Rows of the source that are in quarantine instead of the target.
    public var quarantinedRows = 0
    /// The number of them that the operator allowed.
    public var maxQuarantined = 0
    /// Those of the rows in quarantine whose loss the operator accepted, each with a reason.
    public var acceptedRows = 0
    /// Rows of the target that hold values which the operator chose in place of the source's.
    public var editedRows = 0
    /// Whether only the rows were counted.
    public var countsOnly: Bool
    /// The duration.
    public var seconds: Double
    /// Tables that one side keeps for itself on purpose, with the reason.
    public var aside: [String]? = []
    /// The phase of a run that has not ended, whose rows were compared.
    public var unfinished: String?

    /// The side that the application writes in a live run; nil when there is none.
    public var liveSide: Side?

    /// The verdict in words, which never calls rows equal that are in quarantine.
    public var verdict: String {
        if let unfinished, tables.contains(where: { $0.status == .waiting }) {
            let waiting = tables.count { $0.status == .waiting }
            return "the run is not finished (\(unfinished)): "
                + (waiting == 1 ? "1 table waits" : "\(waiting) tables wait")
                + " for rows; cutover migrate goes on"
        }
        if differs, let waiting = waitingNote { return waiting }
        if differs { return "the sides differ" }
        let edits = editedRows > 0 ? "\(editedRows) rows equal by edit" : nil
        guard quarantinedRows > 0 else {
            return (edits.map { "both sides are equal, \($0)" } ?? "both sides are equal")
                + skippedNote
        }
        let apart = "equal apart from \(quarantinedRows) rows in quarantine"
        let known = [acceptedRows > 0 ? "\(acceptedRows) accepted" : nil, edits].compactMap { $0 }
        let named = known.isEmpty ? apart : "\(apart) (\(known.joined(separator: ", ")))"
        if acceptedRows == quarantinedRows { return named + skippedNote }
        return (ok ? "\(named), which are allowed" : "\(named); \(maxQuarantined) are allowed")
            + skippedNote
    }

    /// What is left when rows of a live run are all that the sides lack.
    private var waitingNote: String? {
        let waiting = tables.filter { $0.status == .waiting }
        guard let liveSide, !waiting.isEmpty,
            !tables.contains(where: {
                ($0.status.isProblem && $0.status != .waiting) || $0.sequence?.isProblem == true
            })
        else { return nil }
        let rows = waiting.filter { $0.missing + $0.extra + $0.different > 0 }
        let names = rows.prefix(5).map(\.name).joined(separator: ", ")
        let more = rows.count > 5 ? " and \(rows.count - 5) more" : ""
        guard !rows.isEmpty else {
            let tables = waiting.prefix(5).map(\.name).joined(separator: ", ")
            return "every row is equal; the next ids of \(tables)"
                + (waiting.count > 5 ? " and \(waiting.count - 5) more" : "")
                + " wait to be set: cutover switch does it, and cutover follow "
                + "--until-lag-below 1"
        }
        return liveSide == .source
            ? "changed rows wait to be followed in \(names)\(more): run cutover follow "
                + "--until-lag-below 1, then cutover verify"
            : "the application works on PostgreSQL: what it wrote there since the switch is in "
                + "\(names)\(more) and not in SQLite, until cutover revert"
    }

    private var skippedNote: String {
        let skipped = tables.count { $0.status == .skipped }
        guard skipped > 0 else { return "" }
        return "; \(skipped) \(skipped == 1 ? "table is" : "tables are") skipped by the profile"
    }

    /// Whether something is not equal, quarantine left out of account.
    var differs: Bool {
        tables.contains { $0.status.isProblem || $0.sequence?.isProblem == true }
            || foreignKeys.contains { ($0.targetOrphans ?? 0) > $0.sourceOrphans }
    }

    /// A table of either side.
    public struct Table: Codable, Sendable, Equatable {
        /// The table, as the source spells it; as the target does when only the target has it.
        public var name: String
        /// The verdict.
        public var status: Status
        /// Rows in the source; nil when the source has no such table.
        @ExplicitNull public var sourceRows: Int?
        /// Rows in the target; nil when the target has no such table.
        @ExplicitNull public var targetRows: Int?
        /// Rows in quarantine.
        public var quarantinedRows: Int
        /// Rows in quarantine whose loss the operator accepts.
        public var acceptedRows = 0
        /// Rows that hold values which the operator chose: equal by edit.
        public var editedRows = 0
        /// Rows of the source that are neither in the target nor in quarantine.
        public var missing: Int
        /// Rows of the target that the source does not have.
        public var extra: Int
        /// Rows whose key is on both sides and whose values differ.
        public var different: Int
        /// The SHA-256 over the canonical rows of the source in key order.
        @ExplicitNull public var digest: String?
        /// The same over the target's rows; equal to `digest` when the tables are equal.
        @ExplicitNull public var targetDigest: String?
        /// The first differences.
        public var samples: [Sample]
        /// The identity, when the table has one.
        @ExplicitNull public var sequence: Sequence?
        /// What could not be compared, in words.
        @ExplicitNull public var note: String?

        /// Makes a table that was not looked at yet.
        ///
        /// - Parameters:
        ///   - name: The table.
        ///   - status: The verdict.
        public init(name: String, status: Status) {
            self.name = name
            self.status = status
            sourceRows = nil
            targetRows = nil
            digest = nil
            targetDigest = nil
            sequence = nil
            note = nil
            quarantinedRows = 0
            missing = 0
            extra = 0
            different = 0
            samples = []
        }
    }

    /// The verdict on a table.
    public enum Status: String, Codable, Sendable {
        case equal
        case different
        /// Nobody planned it: it is on one side only and no mapping names it.
        case unplanned
        /// It was planned and is not in the target.
        case missing
        case waiting
        /// The profile leaves it out, with a reason.
        case skipped

        /// Whether somebody has to look at it.
        public var isProblem: Bool { self != .equal && self != .skipped }
    }

    /// One difference.
    public struct Sample: Codable, Sendable, Equatable {
        /// The row's key.
        public var key: String
        /// The column; nil when the whole row is missing or extra.
        @ExplicitNull public var column: String?
        /// The value in the source; nil for NULL or no row.
        @ExplicitNull public var source: String?
        /// The value in the target; nil for NULL or no row.
        @ExplicitNull public var target: String?
        /// The kind of difference: `missing`, `extra` or `different`.
        public var kind: String
    }

    /// The next value of an identity against the highest id.
    public struct Sequence: Codable, Sendable, Equatable {
        /// The sequence's name.
        public var name: String
        /// The value that the next insert gets.
        public var nextValue: Int64
        /// The highest id in the target.
        @ExplicitNull public var maximum: Int64?
        /// Whether the next value is above every id.
        public var ok: Bool
        /// Whether a live run will still set it: the switch does, while writes are blocked.
        public var waits: Bool?

        /// Whether somebody has to look at it.
        var isProblem: Bool { !ok && waits != true }
    }

    /// A foreign key and the rows that break it.
    public struct ForeignKey: Codable, Sendable, Equatable {
        /// The child.
        public var table: String
        /// The parent.
        public var references: String
        /// The child's columns.
        public var columns: [String]
        /// Rows without a parent in the source.
        public var sourceOrphans: Int
        /// Rows without a parent in the target; nil when it could not be asked.
        @ExplicitNull public var targetOrphans: Int?
    }
}
