/// One condition of the cutover, with the evidence for what it says.
///
/// `switch` begins only when no gate ``blocks``: each is open, overridden, or waits.
public struct Gate: Codable, Sendable, Equatable {
    /// Its name in snake case, which commands and reports use.
    public var name: String
    /// What it asks, in a few words.
    public var title: String
    /// Who decides it.
    public var kind: Kind
    /// Whether it lets the switch begin.
    public var state: State
    /// The evidence, in a sentence.
    public var reason: String
    /// What to do while it is not open; nil when it is.
    @ExplicitNull public var remedy: String?
    /// Who signed it off or overrode it, and when; nil for nobody.
    @ExplicitNull public var decision: Decision?
    /// What kept it from being looked at; nil when it was.
    ///
    /// No part of the report, whose ``reason`` says it.
    package var obstacle: GateObstacle?

    private enum CodingKeys: String, CodingKey {
        case name, title, kind, state, reason, remedy, decision
    }

    /// Makes a gate.
    ///
    /// - Parameters:
    ///   - name: Its name.
    ///   - title: What it asks.
    ///   - kind: Who decides it.
    ///   - state: Whether it lets the switch begin.
    ///   - reason: The evidence.
    ///   - remedy: What to do while it is not open.
    ///   - decision: Who signed it off or overrode it.
    public init(
        _ name: String,
        title: String,
        kind: Kind,
        state: State,
        reason: String,
        remedy: String? = nil,
        decision: Decision? = nil
    ) {
        self.name = name
        self.title = title
        self.kind = kind
        self.state = state
        self.reason = reason
        self.remedy = remedy
        self.decision = decision
    }

    /// Who decides a gate.
    public enum Kind: String, Codable, Sendable {
        /// The engine, by looking.
        case machine
        /// A person, who signs with a name.
        case person
    }

    /// Whether a gate lets the switch begin.
    public enum State: String, Codable, Sendable {
        /// It does.
        case open
        /// It does not.
        case closed
        /// It will, when what it waits for has happened by itself, such as the catch-up.
        case waiting
    }

    /// A person's word on a gate.
    public struct Decision: Codable, Sendable, Equatable {
        /// Who.
        public var by: String
        /// When, in UTC, ISO 8601.
        public var at: String
        /// Whether the gate was closed and is passed all the same.
        public var isOverride: Bool
        /// What the person noted; nil for nothing.
        @ExplicitNull public var note: String?

        /// Makes a decision.
        ///
        /// - Parameters:
        ///   - by: Who.
        ///   - at: When.
        ///   - isOverride: Whether the gate was closed.
        ///   - note: What the person noted.
        public init(by: String, at: String, isOverride: Bool, note: String? = nil) {
            self.by = by
            self.at = at
            self.isOverride = isOverride
            self.note = note
        }
    }

    /// Whether it keeps the switch from beginning; a gate that waits does not, because the switch
    /// waits, too.
    public var blocks: Bool { state == .closed && decision?.isOverride != true }

    /// Whether the switch may begin as far as this gate is concerned.
    public var isPassed: Bool { state == .open || decision?.isOverride == true }
}
