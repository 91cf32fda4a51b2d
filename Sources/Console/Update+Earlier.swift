import MigrationEngine

/// What an earlier run did: known before anything is done in this console.
extension Model {
    /// Takes in what the target holds; its rows are counted unless this console copied them.
    mutating func take(
        _ result: Result<EarlierRun, MigrationError>
    ) -> [Command] {
        guard case .success(let earlier) = result else {
            if case .failure(let error) = result { unreadable = error }
            return []
        }
        unreadable = nil
        self.earlier = earlier
        // Another process has compared after this console did.
        if let newer = earlier.run?.compared, let own = verifiedAt, newer.at > own + 1 {
            verification = newer.report
            verifiedAt = newer.at
        }
        // Of a live run the counts differ by what is on its way.
        guard earlier.run != nil, progress == nil, verification == nil, operation == nil,
            counts == nil, !isCounting, phase == nil
        else { return [] }
        isCounting = true
        return [.count]
    }

    /// Takes in the counts of both sides.
    mutating func takeCounts(_ result: Result<VerifyReport, MigrationError>) {
        // A run that began since makes them old.
        guard isCounting else { return }
        isCounting = false
        guard case .success(let counted) = result else { return }
        counts = counted
        countedAt = now
        keepSelection()
    }

    /// The newest comparison: of every cell, else of the counts.
    var compared: VerifyReport? { verification ?? (phase == nil ? counts : nil) }

    /// The copy of this console, else that of an earlier run as far as counts tell it.
    var shownProgress: Progress? {
        if let progress { return progress }
        guard operation?.kind != .migrate, let run = earlier?.run else { return nil }
        var shown = Progress()
        shown.phase = .done
        shown.elapsedSeconds = run.report?.seconds ?? 0
        shown.tables =
            compared.map { $0.tables.compactMap { Self.table($0, isFinished: run.isFinished) } }
            ?? run.report?.tables.map(Self.table) ?? []
        return shown
    }

    /// The run to tell of when this console copied nothing.
    var shownEarlierRun: EarlierRun.Run? {
        progress == nil && operation?.kind != .migrate ? earlier?.run : nil
    }

    private static func table(
        _ table: VerifyReport.Table,
        isFinished: Bool
    ) -> TableProgress? {
        // What nobody planned was not part of the run; Verify tells of it.
        guard let rows = table.sourceRows, ![.unplanned, .skipped].contains(table.status) else {
            return nil
        }
        var shown = TableProgress(name: table.name)
        shown.sourceRows = rows
        shown.copiedRows = table.targetRows ?? 0
        shown.quarantinedRows = table.quarantinedRows
        if shown.copiedRows + shown.quarantinedRows == rows {
            shown.state = .copied
        } else if isFinished {
            shown.state = .different
        } else {
            shown.state = shown.copiedRows == 0 ? .waiting : .copying
        }
        return shown
    }

    private static func table(_ table: MigrateReport.Table) -> TableProgress {
        var shown = TableProgress(name: table.name)
        shown.sourceRows = table.sourceRows
        shown.copiedRows = table.targetRows
        shown.quarantinedRows = table.quarantinedRows
        shown.state = .copied
        return shown
    }
}
