/// An order or an article as both sides have it, line by line.
public struct SideComparison: Codable, Sendable, Equatable {
    /// The order's number, or the article.
    public var subject: String
    /// What both sides say in a sentence.
    public var summary: String
    /// The lines, part by part.
    public var lines: [Line]
    /// What one side was written and the other will get; nil when nothing waits.
    @ExplicitNull public var waiting: String?
    /// Why the source could not be read; nil when it was.
    @ExplicitNull public var sourceError: String?
    /// Why the target could not be read; nil when it was.
    @ExplicitNull public var targetError: String?

    /// A value that both sides should have.
    public struct Line: Codable, Sendable, Equatable {
        /// What it belongs to: `item`, `field`, `history`, `stock`, `formula`, `lot` or `movement`.
        public var part: String
        /// What it is.
        public var name: String
        /// The value of the source; nil for none.
        @ExplicitNull public var source: String?
        /// The value of the target; nil for none.
        @ExplicitNull public var target: String?
        /// What the two are to each other.
        public var verdict: Verdict

        /// States a line.
        ///
        /// - Parameters:
        ///   - part: What it belongs to.
        ///   - name: What it is.
        ///   - source: The value of the source.
        ///   - target: The value of the target.
        ///   - verdict: What the two are to each other.
        package init(
            _ part: String,
            _ name: String,
            source: String?,
            target: String?,
            _ verdict: Verdict
        ) {
            self.part = part
            self.name = name
            _source = ExplicitNull(wrappedValue: source)
            _target = ExplicitNull(wrappedValue: target)
            self.verdict = verdict
        }
    }

    /// What two values are to each other.
    public enum Verdict: String, Codable, Sendable, CaseIterable {
        case equal
        case differs
        /// Only the source has it.
        case onlySource = "only_source"
        /// Only the target has it.
        case onlyTarget = "only_target"
        /// They differ, and a write that one side will get explains it.
        case waits
        /// They differ, because the target was written since the switch; the source gets it on the
        /// way back, and nothing follows until then.
        case movedOn = "moved_on"
        /// A side could not be read.
        case unknown

        /// The verdict in words.
        public var words: String {
            switch self {
            case .equal: "equal"
            case .differs: "DIFFERS"
            case .onlySource: "only in SQLite"
            case .onlyTarget: "only in PostgreSQL"
            case .waits: "waits to be followed"
            case .movedOn: "moved on"
            case .unknown: "unknown"
            }
        }
    }

    /// Whether the two sides are known to differ.
    public var isDifferent: Bool {
        lines.contains { [.differs, .onlySource, .onlyTarget].contains($0.verdict) }
    }
}

/// The units on hand of articles, as both sides have them.
public struct StockComparison: Codable, Sendable, Equatable {
    /// The articles, by their SKU.
    public var rows: [String: Row]
    /// What one side was written and the other will get; nil when nothing waits.
    @ExplicitNull public var waiting: String?
    /// Why the source could not be read; nil when it was.
    @ExplicitNull public var sourceError: String?
    /// Why the target could not be read; nil when it was.
    @ExplicitNull public var targetError: String?

    /// An article.
    public struct Row: Codable, Sendable, Equatable {
        /// The units on hand in the source.
        @ExplicitNull public var source: Int64?
        /// The units on hand in the target.
        @ExplicitNull public var target: Int64?
        /// What the two are to each other.
        public var verdict: SideComparison.Verdict
    }
}

/// Lines that come from both sides, matched by what they are.
struct ComparedLines {
    /// What one side says.
    struct Entry {
        var name: String
        var value: String
    }

    let pending: PendingWrites
    /// Whether both sides could be read.
    let isBoth: Bool
    fileprivate(set) var lines: [SideComparison.Line] = []

    init(pending: PendingWrites, isBoth: Bool) {
        self.pending = pending
        self.isBoth = isBoth
    }

    /// Adds a value that each side has once.
    mutating func add(
        _ part: String,
        _ name: String,
        _ source: String?,
        _ target: String?,
        isEqual: Bool? = nil,
        waits: Bool
    ) {
        let verdict: SideComparison.Verdict =
            switch (isBoth, isEqual ?? (source == target)) {
            case (false, _): .unknown
            case (true, true): .equal
            case (true, false) where waits: pending.verdict
            case (true, false) where isEqual == nil && source == nil: .onlyTarget
            case (true, false) where isEqual == nil && target == nil: .onlySource
            case (true, false): .differs
            }
        lines.append(.init(part, name, source: source, target: target, verdict))
    }

    /// Adds lists of which each side may have any number, in the order of the source.
    ///
    /// Entries of one name belong together in their order; what is equal is matched first.
    mutating func add(
        _ part: String,
        _ source: [Entry],
        _ target: [Entry],
        waits: Bool
    ) {
        var others: [String: [String]] = [:]
        for entry in target { others[entry.name, default: []].append(entry.value) }
        var matched: [(Entry, String?)] = []
        var unmatched: [Int] = []
        for entry in source {
            if let place = others[entry.name]?.firstIndex(of: entry.value) {
                others[entry.name]?.remove(at: place)
                matched.append((entry, entry.value))
            } else {
                unmatched.append(matched.count)
                matched.append((entry, nil))
            }
        }
        for index in unmatched {
            let name = matched[index].0.name
            guard others[name]?.isEmpty == false else { continue }
            matched[index].1 = others[name]?.removeFirst()
        }
        var rows: [(name: String, source: String?, target: String?)] = matched.map {
            ($0.0.name, $0.0.value, $0.1)
        }
        for entry in target where others[entry.name]?.first == entry.value {
            others[entry.name]?.removeFirst()
            rows.append((entry.name, nil, entry.value))
        }
        for row in rows { add(part, row.name, row.source, row.target, waits: waits) }
    }
}

extension ComparedLines {
    /// That there is no such thing, as far as the sides could be read.
    ///
    /// - Parameters:
    ///   - kind: What was asked for.
    ///   - isBoth: Whether both sides could be read.
    /// - Returns: The sentence.
    static func none(_ kind: String, isBoth: Bool) -> String {
        isBoth ? "neither side has this \(kind)" : "the side that can be read has no such \(kind)"
    }

    /// Adds lines that were made elsewhere.
    mutating func append(_ more: [SideComparison.Line]) { lines += more }

    /// What the lines come to, in a sentence.
    ///
    /// - Parameters:
    ///   - nothing: What is said first in any case.
    ///   - row: What else was found.
    /// - Returns: The sentence.
    func summary(nothing: String, row: String?) -> String {
        let more = row.map { "; \($0)" } ?? ""
        guard isBoth else { return nothing + "only one side can be read" + more }
        let waiting = lines.count { $0.verdict == .waits }
        let moved = lines.count { $0.verdict == .movedOn }
        let different = lines.count { [.differs, .onlySource, .onlyTarget].contains($0.verdict) }
        func count(_ number: Int) -> String { number == 1 ? "1 line" : "\(number) lines" }
        var parts: [String] = []
        if different > 0 {
            parts.append("\(count(different)) \(different == 1 ? "DIFFERS" : "DIFFER")")
        }
        if waiting > 0 {
            parts.append("\(count(waiting)) \(waiting == 1 ? "waits" : "wait") to be followed")
        }
        if moved > 0 { parts.append("\(count(moved)) moved on since the switch") }
        return nothing + (parts.isEmpty ? "both sides are equal" : parts.joined(separator: ", "))
            + more
    }
}
