/// One place in the application's code that means something else, or nothing, on PostgreSQL.
public struct CodeFinding: Codable, Sendable, Equatable {
    /// The line, from 1.
    public let line: Int
    /// The column, from 1.
    public let column: Int
    /// The rule that found it.
    public let rule: String
    /// `error` when it fails on PostgreSQL, `warning` when it means something else there.
    public let severity: String
    /// What will happen on PostgreSQL.
    public let message: String
    /// What to write instead.
    public let suggestion: String
}

/// The report of `code scan` and `code check`.
public struct CodeReport: Encodable, Sendable {
    /// What became of a statement.
    public enum State: String, Encodable, Sendable {
        /// It was read only.
        case read
        /// The server plans it as it stands.
        case works
        /// The server plans what it was converted to.
        case converted
        /// The server refuses it, or it has no form there.
        case failed
        /// A part of it is known only when the program runs.
        case dynamic
        /// No server plans statements of its kind, such as VACUUM and ALTER TABLE.
        case unplanned
        /// As `dynamic` or `unplanned`, and a comment beside the call says that a person ran it on PostgreSQL.
        case reviewed
    }

    /// One statement.
    public struct Statement: Encodable, Sendable {
        /// The line of the call.
        public let line: Int
        /// The column of the call.
        public let column: Int
        /// The function that is called.
        public let call: String
        /// What became of it.
        public var state: State
        /// The text as it stands.
        public let before: String
        /// The text for PostgreSQL; nil when there is none or it is the same.
        public var after: String?
        /// Why it failed, or what could not be resolved.
        public var reason: String?
        /// The server's code, when the server refused it.
        public var sqlState: String?
    }

    /// One file.
    public struct File: Encodable, Sendable {
        /// The path below the folder.
        public let path: String
        /// `sqlite-layer`, `adapter`, or empty.
        public let role: String
        /// Its statements.
        public var statements: [Statement]
        /// Its findings, in the order of its lines.
        public var findings: [CodeFinding]
    }

    /// The sums.
    public struct Totals: Codable, Sendable, Equatable {
        /// Files that were looked at.
        public var files = 0
        /// Statements in them.
        public var statements = 0
        /// Statements that the server planned, as they stand or converted.
        public var prepared = 0
        /// Of these, the ones that had to be converted.
        public var converted = 0
        /// Statements that it refused or that have no form there.
        public var failed = 0
        /// Statements with a part that is not known.
        public var dynamic = 0
        /// Statements of a kind that no server plans.
        public var unplanned = 0
        /// Statements of the last two kinds that a person has reviewed; these hold up nothing.
        public var reviewed = 0
        /// Findings.
        public var findings = 0
        /// Of these, the ones that fail on PostgreSQL.
        public var errors = 0
        /// Of these, the ones that a person has to read.
        public var warnings = 0
    }

    /// Whether the code speaks PostgreSQL: there are statements, every one is planned as it stands,
    /// and no finding is an error.
    public var ok: Bool
    /// The files that have a statement or a finding.
    public var files: [File]
    /// The sums.
    public var totals: Totals
    /// How long it took.
    public var seconds: Double

    init(_ files: [File], readFiles: Int, seconds: Double) {
        self.files = files.filter { !$0.statements.isEmpty || !$0.findings.isEmpty }
        self.seconds = seconds
        let all = files.flatMap(\.statements)
        func count(_ state: State) -> Int { all.count { $0.state == state } }
        totals = Totals(
            files: readFiles,
            statements: all.count,
            prepared: count(.works) + count(.converted),
            converted: count(.converted),
            failed: count(.failed),
            dynamic: count(.dynamic),
            unplanned: count(.unplanned),
            reviewed: count(.reviewed),
            findings: files.reduce(0) { $0 + $1.findings.count }
        )
        totals.errors = files.reduce(0) { $0 + $1.findings.count { $0.severity == "error" } }
        totals.warnings = totals.findings - totals.errors
        // Of a folder in which nothing was found nothing is proven.
        ok =
            totals.statements > 0
            && totals.errors + totals.converted + totals.failed + totals.dynamic == 0
            && totals.unplanned == 0
    }
}

/// The report of `code fix`.
public struct CodeFixReport: Encodable, Sendable {
    /// What became of a file.
    public struct File: Codable, Sendable {
        /// The path below the folder.
        public let path: String
        /// `fixed`, `unchanged` or `refused`.
        public let state: String
        /// Why it was refused.
        public let reason: String
        /// What changes in it, as a unified diff.
        public let diff: String
    }

    /// Whether no file was refused.
    public let ok: Bool
    /// Whether the files were written.
    public let written: Bool
    /// The folder with the files as they were; nil when nothing was written.
    public let backup: String?
    /// The files that are fixed or refused.
    public let files: [File]
    /// The sums of the statements as the files hold them now: after the fix, when it was written.
    public let totals: CodeReport.Totals
}

/// The report of `code adapter`.
public struct CodeAdapterReport: Encodable, Sendable {
    /// One file of the adapter.
    public struct File: Encodable, Sendable {
        /// The path below the folder.
        public let path: String
        /// `written`, `unchanged` when it was there already, or `missing` when nothing is written.
        public let state: String
    }

    /// Always true: what does not work is an error.
    public let ok: Bool
    /// Whether what was missing was written.
    public let written: Bool
    /// What is missing or was, as a unified diff against nothing.
    public let diff: String
    /// The files that still run SQL on SQLite, whatever USE_POSTGRES says: `fix` has not written them.
    public let onSqlite: [String]
    /// The name by which the application imports the adapter.
    public let module: String
    /// The files.
    public let files: [File]
}
