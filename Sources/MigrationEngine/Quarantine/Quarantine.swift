import Foundation

/// What the operator does about rows that did not fit.
package enum Quarantine {
    /// The most rows of a page.
    package static let mostRows = 1_000

    /// Reads a page of the newest run's rows, with all of them counted by reason.
    ///
    /// - Parameters:
    ///   - options: The target.
    ///   - selection: Which rows.
    ///   - limit: The most rows of the page.
    ///   - after: The number that the page before ended with.
    ///   - most: What the limit is bounded by.
    /// - Returns: The page.
    /// - Throws: ``MigrationError``.
    package static func list(
        _ options: Options,
        _ selection: QuarantineSelection = QuarantineSelection(),
        limit: Int = 50,
        after: Int64? = nil,
        most: Int = mostRows
    ) throws(MigrationError) -> QuarantinePage {
        let session = try QuarantineSession(options, changes: false)
        try session.require(selection)
        let identity = RunIdentity(session.run, source: options.source)
        return try session.onTarget { target throws(TargetError) in
            let reader = try QuarantineReader(target, run: session.run.id)
            let bounded = max(1, min(limit, most))
            var rows = try reader.rows(selection, limit: bounded + 1, after: after)
            let hasMore = rows.count > bounded
            if hasMore { rows.removeLast() }
            return QuarantinePage(
                run: session.run.id,
                groups: try reader.groups(selection),
                rows: rows,
                next: hasMore ? rows.last?.id : nil,
                source: session.run.sourcePath,
                note: identity.note
            )
        }
    }

    /// Reads a row with all its values, and looks for it in the source.
    ///
    /// - Parameters:
    ///   - options: The two sides.
    ///   - id: The row's number.
    /// - Returns: What there is to know of it.
    /// - Throws: ``MigrationError``; what the source does not tell is unknown instead.
    package static func show(
        _ options: Options,
        id: Int64
    ) throws(MigrationError) -> QuarantineDetail {
        let session = try QuarantineSession(options, changes: false)
        try session.require(QuarantineSelection(ids: [id]))
        let (row, values, kept) = try session.onTarget { target throws(TargetError) in
            let reader = try QuarantineReader(target, run: session.run.id)
            return (
                try reader.rows(QuarantineSelection(ids: [id]), limit: 1, after: nil).first,
                try reader.values(id), try reader.kept(id)
            )
        }
        guard let row else {
            throw MigrationError(
                .usage,
                "there is no row \(id) in quarantine",
                place: .init("quarantine", side: .target, path: session.address.redacted),
                remedy: "see cutover quarantine list"
            )
        }
        // Another source may have a row of the same key.
        if case .other = RunIdentity(session.run, source: options.source) {
            return QuarantineDetail(
                row: row,
                values: values,
                source: SourceRow.State.unknown.rawValue,
                note: "the row is of another source, \(session.run.sourcePath)"
            )
        }
        let (state, note) = SourceRow.state(of: kept, in: options)
        return QuarantineDetail(row: row, values: values, source: state.rawValue, note: note)
    }

    /// Accepts that rows are not in the target.
    ///
    /// - Parameters:
    ///   - options: The target, and the folder of the run.
    ///   - selection: Which rows; those accepted before keep the reason given then.
    ///   - reason: Why.
    ///   - author: Who accepts.
    /// - Returns: What was done.
    /// - Throws: ``MigrationError``.
    package static func accept(
        _ options: Options,
        _ selection: QuarantineSelection,
        reason: String,
        by author: String = NSUserName()
    ) throws(MigrationError) -> AcceptReport {
        try options.requireWritable("accepting rows in quarantine")
        let session = try QuarantineSession(options, changes: true)
        try session.require(selection)
        let (condition, values) = selection.condition(session.run.id)
        let report = try session.onTarget { target throws(TargetError) in
            let before = try target.query(
                """
                SELECT count(*) FILTER (WHERE q.replayed_at IS NULL AND q.accepted_at IS NOT NULL),
                    count(*) FILTER (WHERE q.replayed_at IS NOT NULL)
                FROM cutover.quarantine q WHERE \(condition)
                """,
                values
            ).rows[0].map { $0.flatMap { Int($0) } ?? 0 }
            let changed = try target.query(
                """
                UPDATE cutover.quarantine q SET accepted_at = now(),
                    accepted_by = $\(values.count + 1), accept_reason = $\(values.count + 2)
                WHERE \(condition) AND q.replayed_at IS NULL AND q.accepted_at IS NULL
                """,
                values + [.text(storable(author)), .text(storable(reason))]
            ).affected
            let waiting = try target.query(
                """
                SELECT count(*) FROM cutover.quarantine WHERE run_id = $1
                    AND replayed_at IS NULL AND accepted_at IS NULL
                """,
                [.text(session.run.id)]
            ).integer
            return AcceptReport(
                accepted: changed,
                already: before[0],
                replayed: before[1],
                waiting: Int(waiting ?? 0),
                reason: reason,
                by: author
            )
        }
        try Journal.record(
            options,
            "quarantine accept \(selection.description): \(reason)",
            before: "\(report.waiting + report.accepted) rows waiting",
            after: "\(report.accepted) accepted, \(report.waiting) rows waiting"
        )
        return report
    }

    /// Tries rows again, as they are or with values that the operator chose.
    ///
    /// Values are converted as the run did it, or by the conversions of the profile where it has
    /// others for their column.
    ///
    /// - Parameters:
    ///   - options: The target, the profile, and the folder of the run.
    ///   - selection: Which rows; those in the target already are left alone.
    ///   - edits: What is stored instead of the rows' own values.
    ///   - author: Who does it.
    ///   - cancellation: Stops between two rows.
    /// - Returns: What became of each row.
    /// - Throws: ``MigrationError``; rows that came into the target before stay there.
    package static func replay(
        _ options: Options,
        _ selection: QuarantineSelection,
        edits: [QuarantineEdit] = [],
        by author: String = NSUserName(),
        cancellation: Cancellation = Cancellation()
    ) throws(MigrationError) -> ReplayReport {
        try options.requireWritable("replaying rows of the quarantine")
        if let column = QuarantineEdit.repeatedColumn(edits) {
            throw MigrationError(
                .usage,
                "a value for \"\(SafeText.visible(column))\" is given twice",
                place: .init("quarantine"),
                remedy: "give one value for each column"
            )
        }
        let session = try QuarantineSession(options, changes: true)
        guard session.run.isFinished else {
            throw MigrationError(
                .usage,
                "the run is not finished, so its keys may not stand yet",
                place: .init("quarantine", side: .target, path: session.address.redacted),
                remedy: "finish it first: run cutover migrate again"
            )
        }
        try session.require(selection)
        // Without a file nothing is asked for beyond what the run did.
        let rules =
            options.profile == "auto"
            ? MappingRules() : try Profile.load(options.profile, catalog: nil).rules
        let replay = QuarantineReplay(session, edits, author, cancellation, rules)
        let report: ReplayReport
        do {
            report = try replay.run(selection)
        } catch {
            throw session.wrap(error)
        }
        let edited = edits.isEmpty ? "" : " with \(edits.map(\.column).joined(separator: ", "))"
        try Journal.record(
            options,
            "quarantine replay \(selection.description)\(edited)",
            before: "\(report.replayed + report.refused) rows tried",
            after: "\(report.replayed) in the target, \(report.refused) refused"
        )
        return report
    }

    /// Text that the server takes.
    static func storable(_ text: String) -> String { text.replacing("\0", with: "\u{2400}") }
}

extension QuarantineSelection {
    /// The choice for people and the journal.
    package var description: String {
        var parts: [String] = []
        if !ids.isEmpty {
            let shown = ids.prefix(20).map(String.init).joined(separator: ", ")
            parts.append("rows \(shown)\(ids.count > 20 ? " and \(ids.count - 20) more" : "")")
        }
        if let table { parts.append("table \(SafeText.visible(table))") }
        if let reason { parts.append("reason \(SafeText.visible(reason))") }
        return parts.isEmpty ? "all rows" : parts.joined(separator: ", ")
    }
}

extension QuarantineSession {
    /// Wraps an error of a replay.
    func wrap(_ error: any Error) -> MigrationError {
        let kept = MigrationError.Kept.other(
            "rows that came into the target before are committed; the others wait as before"
        )
        switch error {
        case let error as MigrationError: return error
        case let error as TargetError:
            return TargetFailure.wrap(error, stage: "quarantine", address: address, kept: kept)
        default:
            return MigrationError(
                .internal,
                "an unexpected error",
                place: .init("quarantine"),
                kept: kept,
                remedy: "report it with the log of the run",
                cause: .text(String(describing: error))
            )
        }
    }
}
