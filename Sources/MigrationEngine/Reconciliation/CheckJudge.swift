/// Decides what became of a check, by what both sides have.
struct CheckJudge {
    typealias Outcome = Result<CheckReading, CheckObstacle>
    private typealias Verdict = (ReconciliationReport.Verdict, String)

    private let profileCheck: Profile.Check
    private let source: Outcome?
    private let target: Outcome?
    private let pending: PendingWrites
    private let isTargetLive: Bool
    private let hasRun: Bool
    private let aside: NameTable<Int>
    private let lost: [String]
    private let differences: [CheckDifference]

    /// Prepares a verdict.
    ///
    /// - Parameters:
    ///   - check: The check.
    ///   - source: What the source has; nil when it was not read.
    ///   - target: What the target has; nil when it was not read.
    ///   - pending: The writes that one side has and the other will get.
    ///   - isTargetLive: Whether the application writes the target.
    ///   - hasRun: Whether a live run tells which writes wait.
    ///   - aside: The rows of each table that are in quarantine, and so not in the target.
    ///   - lost: Parents that have rows in the source, and none in the target that is live.
    init(
        check: Profile.Check,
        source: Outcome?,
        target: Outcome?,
        pending: PendingWrites = PendingWrites(),
        isTargetLive: Bool = false,
        hasRun: Bool = false,
        aside: NameTable<Int> = [:],
        lost: [String] = []
    ) {
        profileCheck = check
        self.source = source
        self.target = target
        self.pending = pending
        self.isTargetLive = isTargetLive
        self.hasRun = hasRun
        self.aside = aside
        self.lost = lost
        differences = CheckDifference.between(source?.reading, target?.reading)
    }

    /// The check with its verdict.
    var check: ReconciliationReport.Check {
        let (verdict, reason) = verdict
        let words = CheckWords(profileCheck)
        return ReconciliationReport.Check(
            name: profileCheck.name,
            title: profileCheck.title,
            kind: profileCheck.kind.name,
            verdict: verdict,
            source: source?.reading.map(figure),
            target: target?.reading.map(figure),
            samples: samples,
            reason: reason + absentWords,
            meaning: words.meaning,
            remedy: verdict.isGood ? nil : words.remedy(verdict)
        )
    }

    private var verdict: Verdict {
        if let stopped = obstacle { return stopped }
        let found = [source, target].compactMap { $0?.reading?.foundRows }.max() ?? 0
        guard let left = source?.reading, let right = target?.reading else {
            return alone(found)
        }
        guard left.isWhole, right.isWhole else {
            return left.foundRows == right.foundRows && differences.isEmpty
                ? same(found, " (only counted: there are too many to be compared)")
                : different(left, right)
        }
        return differences.isEmpty ? same(found) : different(left, right)
    }

    /// What kept the check from being read, if anything did.
    private var obstacle: Verdict? {
        let obstacles = [("SQLite", source), ("PostgreSQL", target)].compactMap { name, outcome in
            outcome?.obstacle.map { (name, $0) }
        }
        for (name, obstacle) in obstacles {
            if case .failed(let words) = obstacle { return (.failed, "\(name): \(words)") }
        }
        guard case (let name, .lacks(let thing))? = obstacles.first else { return nil }
        let read = [source, target].compactMap { $0 }
        guard obstacles.count < read.count else {
            return (.notApplicable, "this database does not have \(thing)")
        }
        let other = name == "SQLite" ? "PostgreSQL" : "SQLite"
        return (.failed, "\(name) does not have \(thing), and \(other) does")
    }

    private func alone(_ found: Int64) -> Verdict {
        let side = source == nil ? "PostgreSQL" : "SQLite"
        switch profileCheck.expectation {
        case .none where found > 0: return (.violated, "\(words(found)) in \(side)")
        case .asSource where found > 0:
            return (.uncompared, "\(words(found)) in \(side); only both sides tell what is new")
        case .equal:
            let reading = source?.reading ?? target?.reading
            return (
                .uncompared,
                "\(goodWords(reading)) in \(side); only both sides tell whether it is the same"
            )
        default:
            let reading = source?.reading ?? target?.reading
            return (.good, "\(goodWords(reading)) in \(side)")
        }
    }

    private func same(_ found: Int64, _ note: String = "") -> Verdict {
        switch profileCheck.expectation {
        case .none where found > 0:
            return (.violated, "\(words(found)), the same on both sides\(note)")
        case .asSource where found > 0:
            return (
                .inherited,
                "\(words(found)), the same on both sides\(note): older than the move"
            )
        default:
            return (.good, "\(goodWords(target?.reading)), the same on both sides\(note)")
        }
    }

    private func different(_ left: CheckReading, _ right: CheckReading) -> Verdict {
        let words = "SQLite has \(figureWords(left)), PostgreSQL \(figureWords(right))"
        let tables = left.tables.union(right.tables)
        let more =
            (differences.isEmpty ? "" : "; \(differences.count) differ") + asideWords(tables)
        let isPending =
            tables.isEmpty ? pending.words != nil : tables.contains { pending.holds($0) }
        if isTargetLive {
            // No write of the application explains that: who deletes the rows, deletes the parent.
            guard lost.isEmpty else {
                return (
                    .violated,
                    "\(words); \(lost.count) of them \(lost.count == 1 ? "has" : "have") rows in "
                        + "SQLite and none in PostgreSQL"
                )
            }
            guard isPending || !hasRun else { return (.differs, words + more) }
            // The old side is at rest; the new one still has to hold by itself.
            if profileCheck.expectation == .none, right.foundRows > 0 {
                return (
                    .violated,
                    "\(self.words(right.foundRows)) in PostgreSQL, \(left.foundRows) in SQLite"
                )
            }
            return (.movedOn, "\(words): PostgreSQL was written since the switch\(more)")
        }
        guard !isPending else {
            return (.waiting, "\(words); \(pending.words ?? "writes wait to be followed")")
        }
        return (.differs, words + more)
    }

    /// Rows that the target cannot have, for nobody should look for them.
    private func asideWords(_ tables: Set<String>) -> String {
        let rows = aside.pairs.filter { name, _ in tables.isEmpty || tables.contains(name) }
            .sorted { $0.name < $1.name }
            .map { name, rows in "\(GateWords.count(rows, "row")) of \(name)" }
        return rows.isEmpty ? "" : "; in quarantine: \(GateWords.list(rows))"
    }

    /// What nobody has who asks for it may be misspelt.
    private var absentWords: String {
        var names: [String] = []
        for name in [source, target].flatMap({ $0?.reading?.absent ?? [] })
        where !names.contains(where: { $0.isExactly(name) }) { names.append(name) }
        return names.isEmpty ? "" : "; not in this database: \(GateWords.list(names))"
    }

    private func goodWords(_ reading: CheckReading?) -> String {
        let words = figureWords(reading)
        return words == "0" ? "nothing found" : words
    }

    private func words(_ rows: Int64) -> String { "\(rows) \(rows == 1 ? "row" : "rows") found" }

    private func figureWords(_ reading: CheckReading?) -> String {
        guard let reading else { return "nothing" }
        if reading.foundRows > 0 { return "\(reading.foundRows)" }
        if reading.figures.isEmpty || profileCheck.expectation != .equal { return "0" }
        guard reading.figures.count == 1, let only = reading.figures.first else {
            return "\(reading.figures.count) figures"
        }
        return only.value
    }

    private func figure(_ reading: CheckReading) -> ReconciliationReport.Figure {
        ReconciliationReport.Figure(
            figure: figureWords(reading),
            offendingRows: reading.foundRows,
            keys: reading.found.map(\.key).sorted().prefix(CheckDifference.shown).map { $0 }
        )
    }

    /// What differs, first; then what was found on both sides alike.
    private var samples: [ReconciliationReport.Sample] {
        var samples = lost.prefix(CheckDifference.shown).map {
            ReconciliationReport.Sample(key: $0, source: "has rows", target: "none")
        }
        let differing = differences.filter { different in !lost.contains(different.key) }
        samples += differing.prefix(CheckDifference.shown - samples.count).map {
            ReconciliationReport.Sample(key: $0.key, source: $0.source, target: $0.target)
        }
        let found = (target?.reading ?? source?.reading)?.found ?? []
        for row in found.sorted(by: { $0.key < $1.key })
        where samples.count < CheckDifference.shown
            && !samples.contains(where: { $0.key == row.key })
        {
            let text = CheckDifference.text(row)
            samples.append(
                .init(
                    key: row.key,
                    source: source?.reading == nil ? nil : text,
                    target: target?.reading == nil ? nil : text
                )
            )
        }
        return samples
    }
}

/// A line that the two sides do not have alike.
struct CheckDifference: Equatable {
    var key: String
    var source: String?
    var target: String?

    /// How many are shown.
    static let shown = 5

    /// Finds what differs.
    ///
    /// - Parameters:
    ///   - source: What the source has; nil when it was not read.
    ///   - target: What the target has; nil when it was not read.
    /// - Returns: The differences, by key; none where a side was not read.
    static func between(_ source: CheckReading?, _ target: CheckReading?) -> [CheckDifference] {
        guard let source, let target else { return [] }
        let isWhole = source.isWhole && target.isWhole
        return lines(source.figures, target.figures)
            + (isWhole ? lines(source.found, target.found, but: source.figures) : [])
    }

    /// A line as it is shown.
    static func text(_ row: CheckRow) -> String {
        if !row.value.isEmpty { return row.value }
        return row.weight == 1 ? "1 row" : "\(row.weight) rows"
    }

    private static func lines(
        _ left: [CheckRow],
        _ right: [CheckRow],
        but known: [CheckRow] = []
    ) -> [CheckDifference] {
        let left = texts(left)
        let right = texts(right)
        let known = Set(known.map(\.key))
        return Set(left.keys).union(right.keys).subtracting(known).sorted().compactMap { key in
            // Texts of other code points may be one to a reader, and are not to the databases.
            if let one = left[key], let other = right[key], one.plain.isExactly(other.plain) {
                return nil
            }
            return CheckDifference(key: key, source: left[key]?.shown, target: right[key]?.shown)
        }
    }

    /// The lines of each key, in one order.
    private static func texts(_ rows: [CheckRow]) -> [String: (plain: String, shown: String)] {
        var texts: [String: [(plain: String, shown: String)]] = [:]
        for row in rows {
            let shown = text(row)
            let parts = row.value.split(separator: " | ", omittingEmptySubsequences: false)
                .map { CheckValue.plain(String($0)) }
            let plain = row.value.isEmpty ? shown : parts.joined(separator: " | ")
            texts[row.key, default: []].append((plain, shown))
        }
        return texts.mapValues { entries in
            let entries = entries.sorted { $0.plain < $1.plain }
            return (
                entries.map(\.plain).joined(separator: "; "),
                entries.map(\.shown).joined(separator: "; ")
            )
        }
    }
}

extension Result where Success == CheckReading, Failure == CheckObstacle {
    /// What was read, if it was.
    var reading: CheckReading? { try? get() }

    /// Why it was not read, if it was not.
    var obstacle: CheckObstacle? {
        if case .failure(let obstacle) = self { obstacle } else { nil }
    }
}
