/// What became of everything that the source declares, and what was tried in the target.
public struct Ledger: Codable, Sendable, Equatable {
    /// One line of it.
    public struct Entry: Codable, Sendable, Equatable {
        /// The table, or the view or trigger when it belongs to none.
        public var table: String
        /// The column, when it is about one.
        @ExplicitNull public var column: String? = nil
        /// What it is about, such as `check`, `foreign key` or `index`.
        public var subject: String
        /// What it was in the source.
        public var source: String
        /// What it is in the target; empty when it was dropped.
        public var target: String
        /// `kept`, `translated`, `changed` or `dropped`.
        public var outcome: String
        /// The reason.
        public var reason: String
        /// What was tried in the target; nil for what cannot be tried or was dropped.
        @ExplicitNull public var probe: Probe?
    }

    /// What came of a trial in the target, in a transaction that was rolled back.
    public struct Probe: Codable, Sendable, Equatable {
        /// The three ways in which a trial ends.
        public enum State: String, Codable, Sendable {
            /// The target did as the ledger says.
            case held
            /// It did not.
            case failed
            /// There was nothing to try it with.
            case untried
        }

        /// How it ended.
        public var state: State
        /// What was tried and what the server answered, without values of rows.
        public var evidence: String
    }

    /// The lines, table by table in the order of the source.
    public var entries: [Entry] = []

    /// Makes an empty ledger.
    public init() {}

    /// Joins the decisions of a mapping with what was tried.
    ///
    /// - Parameters:
    ///   - decisions: The decisions; those about a column's type stand in `plan`.
    ///   - probes: What was tried, by table and object.
    init(_ decisions: [TargetSchema.Decision], probes: [ProbedObject: Probe]) {
        var unnamed = probes
        entries = decisions.filter { $0.subject != "type" }.map { decision in
            let object = decision.object.map { ProbedObject(decision.table, $0) }
            if let object { unnamed[object] = nil }
            return Entry(
                table: decision.table,
                column: decision.column,
                subject: decision.subject,
                source: decision.source,
                target: decision.target,
                outcome: decision.outcome.rawValue,
                reason: decision.reason,
                probe: object.flatMap { probes[$0] }
            )
        }
        // What a schema has that was not derived from the source, such as the plan's keys.
        entries += unnamed.sorted { ($0.key.table, $0.key.object) < ($1.key.table, $1.key.object) }
            .map { object, probe in
                Entry(
                    table: object.table,
                    subject: "in the target",
                    source: "",
                    target: object.object,
                    outcome: TargetSchema.Decision.Outcome.kept.rawValue,
                    reason: "it stands there",
                    probe: probe
                )
            }
    }

    /// Notes that the server refused what was to be made.
    ///
    /// - Parameters:
    ///   - statement: The statement, as the ledger has it.
    ///   - reason: The server's words.
    mutating func drop(_ statement: String, _ reason: String) {
        for place in entries.indices where entries[place].target == statement {
            entries[place].target = ""
            entries[place].outcome = TargetSchema.Decision.Outcome.dropped.rawValue
            entries[place].reason = reason
        }
    }

    /// Counts the lines of an outcome.
    ///
    /// - Parameter outcome: `kept`, `translated`, `changed` or `dropped`.
    /// - Returns: The number of lines.
    public func count(_ outcome: String) -> Int { entries.count { $0.outcome == outcome } }

    /// Counts the trials that ended in a way.
    ///
    /// - Parameter state: The way.
    /// - Returns: The number of lines.
    public func count(_ state: Probe.State) -> Int { entries.count { $0.probe?.state == state } }

    /// The ledger in one line.
    public var summary: String {
        let outcomes = ["kept", "translated", "changed", "dropped"]
            .map { "\(count($0)) \($0)" }
            .joined(separator: ", ")
        return "\(outcomes); tried in the target: \(count(.held)) held, "
            + "\(count(.failed)) failed, \(count(.untried)) could not be tried"
    }
}

/// Something of a table that can be tried.
struct ProbedObject: Hashable, Sendable {
    /// The table in the source.
    let table: String
    /// What the statement makes, such as `constraint orders_pkey`, or `not null NAME`.
    let object: String

    init(_ table: String, _ object: String) {
        self.table = table
        self.object = object
    }
}
