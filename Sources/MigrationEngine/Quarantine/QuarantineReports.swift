/// What has become of a row in quarantine.
public enum QuarantineState: String, Codable, Sendable, CaseIterable {
    /// It is not in the target, and nobody has decided about it.
    case waiting
    /// It is not in the target, and the operator accepts that.
    case accepted
    /// It is in the target now.
    case replayed
}

/// A row in quarantine, without its values.
public struct QuarantineRow: Codable, Sendable, Equatable {
    /// Its number.
    public var id: Int64
    /// The table in the source.
    public var table: String
    /// The key in the source, such as `id 48211`.
    public var key: String
    /// The column that does not fit; nil when the row as a whole does not.
    @ExplicitNull public var column: String?
    /// Why it does not fit.
    public var reason: String
    /// PostgreSQL's code when the server refused it.
    @ExplicitNull public var sqlState: String?
    /// What has become of it.
    public var state: QuarantineState
    /// When it came.
    public var quarantinedAt: String
    /// When its loss was accepted.
    @ExplicitNull public var acceptedAt: String?
    /// Who accepted it.
    @ExplicitNull public var acceptedBy: String?
    /// Why.
    @ExplicitNull public var acceptReason: String?
    /// When it came into the target after all.
    @ExplicitNull public var replayedAt: String?
    /// Who brought it there.
    @ExplicitNull public var replayedBy: String?
    /// The columns whose values were chosen anew then.
    public var editedColumns: [String]
    /// When it was tried again in vain.
    @ExplicitNull public var refusedAt: String? = nil
    /// The column that did not fit then.
    @ExplicitNull public var refusedColumn: String? = nil
    /// Why it was refused then.
    @ExplicitNull public var refusedReason: String? = nil
}

/// A page of `quarantine list`.
public struct QuarantinePage: Codable, Sendable, Equatable {
    /// The run whose rows these are.
    public var run: String
    /// Rows by table, column and reason, the most frequent first.
    public var groups: [Group]
    /// The rows of the page, by number.
    public var rows: [QuarantineRow]
    /// The number to go on after; nil on the last page.
    @ExplicitNull public var next: Int64?
    /// The source of the run.
    public var source = ""
    /// What the operator should know of the run, such as that it is another source's.
    @ExplicitNull public var note: String? = nil

    /// Rows that do not fit for one reason.
    public struct Group: Codable, Sendable, Equatable {
        /// The table.
        public var table: String
        /// The column; nil when rows as a whole do not fit.
        @ExplicitNull public var column: String?
        /// The reason.
        public var reason: String
        /// All of them.
        public var rows: Int
        /// Those nobody has decided about.
        public var waiting: Int
        /// Those whose loss is accepted.
        public var accepted: Int
        /// Those that are in the target now.
        public var replayed: Int
    }
}

/// What `quarantine show` tells of a row.
public struct QuarantineDetail: Codable, Sendable, Equatable {
    /// The row.
    public var row: QuarantineRow
    /// Its values, in the order of the table.
    public var values: [Value]
    /// Whether the source still has it: `unchanged`, `changed`, `gone` or `unknown`.
    public var source: String
    /// Why that is unknown.
    @ExplicitNull public var note: String?

    /// One value.
    public struct Value: Codable, Sendable, Equatable {
        /// The column.
        public var column: String
        /// How SQLite stores it.
        public var storageClass: String
        /// Its bytes; nil for NULL.
        @ExplicitNull public var bytes: Int?
        /// The value for people: text without control characters, bytes in hexadecimal, both cut.
        @ExplicitNull public var value: String?
        /// The bytes of a text that is not UTF-8, in hexadecimal and cut alike; nil for others.
        public var hexadecimal: String?
        /// Whether it is longer than shown.
        public var isCut: Bool
        /// What stands in the target instead, when the operator chose that.
        @ExplicitNull public var edited: String?
    }
}

/// What `quarantine replay` did.
public struct ReplayReport: Codable, Sendable, Equatable {
    /// Whether every row is in the target.
    public var ok: Bool
    /// Rows that came into the target.
    public var replayed: Int
    /// Rows that were refused again.
    public var refused: Int
    /// Rows that were in the target already.
    public var already: Int
    /// The first rows, each with its outcome.
    public var rows: [Row]

    /// One row.
    public struct Row: Codable, Sendable, Equatable {
        /// Its number.
        public var id: Int64
        /// The table.
        public var table: String
        /// The key in the source.
        public var key: String
        /// `replayed`, `refused` or `already`.
        public var outcome: String
        /// Why it was refused.
        @ExplicitNull public var reason: String?
    }
}

/// What `quarantine accept` did.
public struct AcceptReport: Codable, Sendable, Equatable {
    /// Rows whose loss is accepted now.
    public var accepted: Int
    /// Rows that were accepted before, with the reason given then.
    public var already: Int
    /// Rows that are in the target, and so are not lost.
    public var replayed: Int
    /// Rows that nobody has decided about, in the whole run.
    public var waiting: Int
    /// The reason.
    public var reason: String
    /// Who accepts.
    public var by: String
}
