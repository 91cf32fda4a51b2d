/// One row on both sides, cell by cell.
public struct RowReport: Codable, Sendable, Equatable {
    /// Whether the row is on both sides and every cell is equal.
    public var ok: Bool
    /// The table, as the source spells it.
    public var table: String
    /// The table's name in the target.
    public var targetTable: String
    /// The key's columns and the values that were asked for.
    public var key: [Key]
    /// Whether the source has the row.
    public var inSource: Bool
    /// Whether the target has the row.
    public var inTarget: Bool
    /// The cells, in the order of the source's columns; empty when neither side has the row.
    public var cells: [Cell]
    /// The row's entries in quarantine.
    public var quarantine: [Quarantined]

    /// One column of the key.
    public struct Key: Codable, Sendable, Equatable {
        /// The column.
        public var column: String
        /// The value that was asked for.
        public var value: String
    }

    /// One cell on both sides.
    public struct Cell: Codable, Sendable, Equatable {
        /// The column, as the source spells it.
        public var column: String
        /// The column's name in the target.
        public var targetColumn: String
        /// The storage class of the source's value; nil when the source has no such row.
        @ExplicitNull public var storageClass: String?
        /// The type of the target's column, as `pg_type` names it.
        public var targetType: String
        /// The stored value of the source; nil for NULL or no row.
        @ExplicitNull public var source: String?
        /// The value of the target; nil for NULL or no row.
        @ExplicitNull public var target: String?
        /// The bits of the source's double, when the doubles differ.
        @ExplicitNull public var sourceBits: String?
        /// The bits of the target's double, when the doubles differ.
        @ExplicitNull public var targetBits: String?
        /// The value that the operator chose in place of the source's; nil without one.
        @ExplicitNull public var edited: String? = nil
        /// When the two are the same, in words.
        public var rule: String
        /// Whether they are.
        public var equal: Bool
    }

    /// Why a row is in quarantine.
    public struct Quarantined: Codable, Sendable, Equatable {
        /// The number of the entry.
        public var id: Int64
        /// The column; nil when the row as a whole does not fit.
        @ExplicitNull public var column: String?
        /// The reason.
        public var reason: String
        /// The server's SQLSTATE, when the server refused the row.
        @ExplicitNull public var sqlState: String?
        /// What has become of it.
        public var state = QuarantineState.waiting
        /// Who accepted its loss, and why.
        @ExplicitNull public var accepted: String? = nil
    }

    /// What was found, in words.
    public var verdict: String {
        switch (inSource, inTarget) {
        case (false, false): return "neither side has the row"
        case (true, false):
            if let entry = quarantine.first(where: { $0.state == .waiting }) {
                return "the row is in quarantine: see cutover quarantine show \(entry.id)"
            }
            if let entry = quarantine.first(where: { $0.state == .accepted }) {
                return "the row is not in the target, which is accepted by "
                    + (entry.accepted ?? "the operator")
            }
            return "the row is missing in the target"
        case (false, true): return "the source has no such row"
        case (true, true):
            let different = cells.count { !$0.equal }
            let edited = cells.filter { $0.edited != nil }.map(\.column)
            guard different == 0 else {
                return
                    "\(different) of \(cells.count) cells \(different == 1 ? "differs" : "differ")"
            }
            return edited.isEmpty
                ? "the row is equal"
                : "the row is equal by edit: the operator chose \(edited.joined(separator: ", "))"
        }
    }
}

extension EqualityRule {
    /// The rule for people, as the table of rules in the documentation has it.
    var words: String {
        switch self {
        case .integer: "the same integer"
        case .double: "the same double, bit by bit"
        case .text: "the same bytes of UTF-8"
        case .bytes: "the same bytes"
        case .boolean: "0 is false, 1 is true"
        case .timestamp: "the same instant to the microsecond"
        case .date: "the same day"
        case .numeric: "the same decimal number"
        case .single: "the same number of four bytes"
        case .instant: "the same instant to the microsecond, whatever the offset"
        case .clock: "the same time of day to the microsecond"
        case .uuid: "the same 128 bits"
        case .json: "the same JSON value"
        case .padded: "the same characters, blanks at the end aside"
        case .textForm: "the source's text against the target's text form"
        case .address: "the same text as the type writes it"
        }
    }
}
