import Foundation

/// What was bad since when; keeps looks and alarms in the journal.
final class WatchAlarms {
    /// How many looks are kept.
    private static let kept = 20_000
    private static let create = """
        CREATE TABLE IF NOT EXISTS watch (
            id INTEGER PRIMARY KEY, at TEXT NOT NULL, ok INTEGER NOT NULL, figures TEXT NOT NULL)
            STRICT
        """

    private let observer: Observer
    private let journal: Journal?
    private var badSince: [String: Double] = [:]
    private var told: Set<String> = []
    /// What could not be looked at.
    private var blind: Set<String> = []
    private var isLosing = false

    /// Opens the journal; a folder that never was one of a run gets none.
    init(_ options: Options, _ observer: Observer) {
        self.observer = observer
        guard !options.isReadOnly, access(options.runDirectory, F_OK) == 0 else {
            journal = nil
            return
        }
        do throws(MigrationError) {
            let opened = try Journal(sharing: RunDirectory(making: options.runDirectory))
            try opened.write { connection throws(SourceError) in
                try connection.execute(Self.create)
            }
            journal = opened
        } catch {
            observer.tell("watch", "no history is kept: \(error.message)")
            journal = nil
        }
    }

    /// Remembers a criterion's state.
    ///
    /// - Returns: Since when it is bad, as UTC; nil when it is not.
    func since(_ name: String, _ found: WatchFinding, now: Double) -> String? {
        if found.isBlind { blind.insert(name) } else { blind.remove(name) }
        guard found.state == .bad else {
            // What cannot be looked at has not ended.
            if !found.isBlind { badSince[name] = nil }
            return nil
        }
        let since = badSince[name] ?? now
        badSince[name] = since
        return Journal.moment(since)
    }

    /// Keeps a look, and tells and writes down each alarm that begins or ends.
    ///
    /// A journal that cannot be written ends no watch: it is told once, and tried in each look.
    func keep(_ report: WatchReport) {
        do throws(MigrationError) {
            for words in tell(report) {
                try journal?.action(words.verb, before: nil, after: words.text)
            }
            try write(report)
            isLosing = false
        } catch {
            if !isLosing { observer.tell("watch", "this look is not kept: \(error.message)") }
            isLosing = true
        }
    }

    /// Tells each alarm that begins or ends.
    ///
    /// - Returns: What is to be written down of them.
    private func tell(_ report: WatchReport) -> [(verb: String, text: String)] {
        var entries: [(verb: String, text: String)] = []
        for criterion in report.criteria {
            let isTold = told.contains(criterion.name)
            // An alarm does not end when nobody can look.
            guard (criterion.state == .bad) != isTold, !blind.contains(criterion.name) else {
                continue
            }
            if isTold { told.remove(criterion.name) } else { told.insert(criterion.name) }
            let words = "\(criterion.name): \(criterion.reason)"
            observer.log(
                LogLine(
                    time: Date().timeIntervalSince1970,
                    level: isTold ? .info : .warning,
                    stage: "watch",
                    message: (isTold ? "no longer an alarm: " : "ALARM ") + words
                )
            )
            entries.append((isTold ? "watch.alarm.end" : "watch.alarm", words))
        }
        return entries
    }

    private func write(_ report: WatchReport) throws(MigrationError) {
        let figures = WatchHistory.points(report)
        guard let journal, let json = try? JSONEncoder.report.encode(figures) else { return }
        try journal.write { connection throws(SourceError) in
            try connection.prepare("INSERT INTO watch (at, ok, figures) VALUES (?, ?, ?)").run([
                .string(report.at), .integer(report.ok ? 1 : 0),
                .string(String(decoding: json, as: UTF8.self)),
            ])
            try connection.execute(
                "DELETE FROM watch WHERE id <= (SELECT max(id) - \(Self.kept) FROM watch)"
            )
        }
    }

    /// The figures of the last looks that the journal has, whoever looked.
    func history() -> WatchHistory {
        var history = WatchHistory()
        guard let journal else { return history }
        let looks = try? journal.write { connection throws(SourceError) in
            var looks: [String] = []
            try connection.query(
                "SELECT figures FROM watch ORDER BY id DESC LIMIT \(WatchHistory.length)"
            ) { looks.append($0.text(0) ?? "") }
            return looks
        }
        for look in (looks ?? []).reversed() {
            let points = try? JSONDecoder().decode(
                [String: WatchHistory.Point].self,
                from: Data(look.utf8)
            )
            history.add(points ?? [:])
        }
        return history
    }
}
