/// What the business checks found: each with its verdict, and what both sides have.
public struct ReconciliationReport: Codable, Sendable, Equatable {
    /// Whether every check that applies ran, holds, and is the same on both sides.
    public var ok: Bool
    /// The sides that were read.
    public var sides: [Side]
    /// The side that takes the application's writes; nil when no live run tells.
    @ExplicitNull public var liveSide: Side?
    /// Why the source could not be read; nil when it was, or was not asked for.
    @ExplicitNull public var sourceError: String?
    /// Why the target could not be read; nil when it was, or was not asked for.
    @ExplicitNull public var targetError: String?
    /// The checks, in the order of the profile.
    public var checks: [Check]
    /// How long it took.
    public var seconds: Double

    /// A check.
    public struct Check: Codable, Sendable, Equatable {
        /// Its name, for scripts.
        public var name: String
        /// What holds when it is good.
        public var title: String
        /// Its kind, as the profile names it.
        public var kind: String
        /// What became of it.
        public var verdict: Verdict
        /// What the source has; nil when it was not read.
        @ExplicitNull public var source: Figure?
        /// What the target has; nil when it was not read.
        @ExplicitNull public var target: Figure?
        /// What was found first, at most five.
        public var samples: [Sample]
        /// The verdict in a sentence.
        public var reason: String
        /// What it means when it does not hold.
        public var meaning: String
        /// What to do then; nil when there is nothing to do.
        @ExplicitNull public var remedy: String?
    }

    /// What one side has.
    public struct Figure: Codable, Sendable, Equatable {
        /// The figure, for people.
        public var figure: String
        /// The rows that should not be.
        public var offendingRows: Int64
        /// Up to five of their keys.
        public var keys: [String]
    }

    /// Something that was found, on both sides.
    public struct Sample: Codable, Sendable, Equatable {
        /// What it is.
        public var key: String
        /// What the source says of it; nil when it is not there.
        @ExplicitNull public var source: String?
        /// What the target says of it; nil when it is not there.
        @ExplicitNull public var target: String?
    }

    /// What became of a check.
    public enum Verdict: String, Codable, Sendable, CaseIterable {
        /// It holds, and is the same on the sides that were read.
        case good
        /// Something was found, the same on both sides, that may be older than the move.
        case inherited
        /// The application went on since the switch; the older side says nothing any more.
        case movedOn = "moved_on"
        /// Only a comparison could tell, and one side was asked for.
        case uncompared
        /// No side has the tables that it asks about.
        case notApplicable = "not_applicable"
        /// The sides differ, and a write that waits to be followed may explain it.
        case waiting
        /// The sides differ.
        case differs
        /// Something was found that must not be.
        case violated
        /// It could not be asked on a side.
        case failed

        /// Whether it is as it should be, as far as the exit status is concerned.
        public var isGood: Bool {
            switch self {
            case .good, .inherited, .movedOn, .uncompared, .notApplicable: true
            case .waiting, .differs, .violated, .failed: false
            }
        }

        /// The verdict in words.
        public var words: String {
            switch self {
            case .good: "good"
            case .inherited: "as before"
            case .movedOn: "moved on"
            case .uncompared: "one side"
            case .notApplicable: "not here"
            case .waiting: "waits"
            case .differs: "DIFFERS"
            case .violated: "VIOLATED"
            case .failed: "FAILED"
            }
        }
    }

    /// The checks that are not as they should be.
    public var problems: [Check] { checks.filter { !$0.verdict.isGood } }
}

/// A check of a profile, as `reconcile --list` names it.
public struct CheckEntry: Codable, Sendable, Equatable {
    /// Its name.
    public var name: String
    /// What holds when it is good.
    public var title: String
    /// Its kind.
    public var kind: String
    /// When it holds: `none`, `as_source` or `equal`.
    public var expect: String
}

/// The checks of a profile.
public struct CheckListing: Codable, Sendable, Equatable {
    /// The profile.
    public var profile: String
    /// The checks, in its order.
    public var checks: [CheckEntry]
}

extension ReconciliationReport {
    /// A report of no check at all.
    package static let none = ReconciliationReport(
        ok: false,
        sides: [],
        liveSide: nil,
        sourceError: nil,
        targetError: nil,
        checks: [],
        seconds: 0
    )
}
