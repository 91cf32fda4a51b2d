/// What `advise` found: what is wrong or could be faster, each with the statement to run.
public struct AdviceReport: Codable, Sendable, Equatable {
    /// Whether nothing was found that is a fault; advice alone is none.
    public var ok: Bool
    /// The target, without a password.
    public var target: String
    /// The server's version.
    public var version: String
    /// What was found, faults first.
    public var findings: [Finding]
    /// What could not be known, and why.
    public var unknown: [Unknown]
    /// How long it took.
    public var seconds: Double

    /// How much a finding matters.
    public enum Severity: String, Codable, Sendable, CaseIterable {
        /// Something fails, or is about to.
        case fault
        /// Something could be faster or smaller.
        case advice
    }

    /// A finding.
    public struct Finding: Codable, Sendable, Equatable {
        /// What kind of finding it is, for scripts.
        public var name: String
        /// How much it matters.
        public var severity: Severity
        /// The table, index or statement that it is about.
        public var subject: String
        /// The evidence.
        public var reason: String
        /// What to do.
        public var remedy: String
        /// The statement to run, exactly as it stands; nil where none helps.
        @ExplicitNull public var statement: String?
        /// How the server would run the slow statement, line by line; empty for other findings.
        public var plan: [String]
    }

    /// A figure that could not be read.
    public struct Unknown: Codable, Sendable, Equatable {
        /// What would have been found.
        public var name: String
        /// Why it is not known.
        public var reason: String
        /// What makes it known; nil where nothing does.
        @ExplicitNull public var remedy: String?
    }
}

/// What a question of `advise` found.
struct AdviceAnswer {
    var findings: [AdviceReport.Finding] = []
    var unknown: [AdviceReport.Unknown] = []

    mutating func add(
        _ name: String,
        _ subject: String,
        _ reason: String,
        as severity: AdviceReport.Severity = .advice,
        remedy: String,
        statement: String? = nil,
        plan: [String] = []
    ) {
        findings.append(
            .init(
                name: name,
                severity: severity,
                subject: subject,
                reason: reason,
                remedy: remedy,
                statement: statement,
                plan: plan
            )
        )
    }

    mutating func miss(_ name: String, _ reason: String, remedy: String? = nil) {
        unknown.append(.init(name: name, reason: reason, remedy: remedy))
    }
    mutating func miss(_ name: String, _ error: MigrationError) {
        let cause = error.cause.map { " (\($0))" } ?? ""
        miss(name, error.message + cause, remedy: error.remedy)
    }
}
