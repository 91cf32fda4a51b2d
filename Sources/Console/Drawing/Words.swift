import MigrationEngine

/// The states of the engine as the screen says them: a sign, a word and a colour, so that none of
/// the three has to be seen for the others to be understood.
enum Words {
    /// The state of a table while it is copied, or where it was when the run ended early.
    static func state(_ table: TableProgress, isRunning: Bool, glyphs: Glyphs) -> Span {
        switch table.state {
        case .copying where !isRunning, .indexing where !isRunning, .verifying where !isRunning:
            Span("\(glyphs.warn) STOPPED", .statusWarn)
        case .waiting: Span("\(glyphs.wait) wait", .statusWait)
        case .copying: Span("\(glyphs.run) copy", .statusRun)
        case .copied where table.quarantinedRows > 0, .equal where table.quarantinedRows > 0:
            Span("\(glyphs.warn) PART", .statusWarn)
        case .copied: Span("\(glyphs.ok) copied", .statusOK)
        case .indexing: Span("\(glyphs.run) keys", .statusRun)
        case .ready: Span("\(glyphs.ok) ready", .statusOK)
        case .verifying: Span("\(glyphs.run) verify", .statusRun)
        case .equal: Span("\(glyphs.ok) equal", .statusOK)
        case .different: Span("\(glyphs.bad) DIFFERS", .statusBad)
        case .failed: Span("\(glyphs.bad) FAILED", .statusBad)
        }
    }

    /// The verdict on a table.
    static func status(_ table: VerifyReport.Table, glyphs: Glyphs) -> Span {
        switch table.status {
        case .equal where table.quarantinedRows > 0:
            Span("\(glyphs.warn) QUARANTINE", .statusWarn)
        case .equal: Span("\(glyphs.ok) equal", .statusOK)
        case .different: Span("\(glyphs.bad) FAIL", .statusBad)
        case .unplanned: Span("\(glyphs.warn) UNPLANNED", .statusUnplanned)
        case .missing: Span("\(glyphs.bad) MISSING", .statusBad)
        case .waiting: Span("\(glyphs.wait) wait", .statusWait)
        case .skipped: Span("\(glyphs.wait) skipped", .statusWait)
        }
    }

    /// The level of stock.
    static func level(_ level: String, glyphs: Glyphs) -> Span {
        switch level {
        case "normal": Span("\(glyphs.ok) normal", .statusOK)
        case "low": Span("\(glyphs.warn) LOW", .statusWarn)
        case "critical": Span("\(glyphs.bad) CRITICAL", .statusBad)
        default: Span("\(glyphs.wait) \(level)", .statusWait)
        }
    }

    /// A toggle.
    static func toggle(_ isOn: Bool) -> Span {
        isOn ? Span("[on ]", .statusOK) : Span("[off]", .statusSkip)
    }

    /// The level of a line of the log.
    static func level(_ level: LogLine.Level) -> Span {
        switch level {
        case .info: Span("INFO", .logInfo)
        case .warning: Span("WARN", .logWarn)
        case .error: Span("ERROR", .logError)
        case .audit: Span("AUDIT", .logAudit)
        }
    }

    /// The kind of database of a side.
    static func product(_ side: Side) -> String { side == .source ? "SQLite" : "PostgreSQL" }

    /// A side with its name, and whether the application writes there.
    static func side(_ side: Side, _ identity: Model.Identity) -> Line {
        let style: StyleKey = side == .source ? .sideSQLite : .sidePostgres
        let live = side == identity.liveSide ? " (live)" : ""
        return [Span(product(side), style), Span(" \(identity.name(of: side))\(live)")]
    }

    /// A moment as the database writes it, without its seconds: a column has no room for them.
    static func minute(_ moment: String?) -> String { moment.map { String($0.prefix(16)) } ?? "-" }

    /// A bar of a share.
    static func bar(_ fraction: Double?, width: Int, glyphs: Glyphs) -> Line {
        guard let fraction else { return [Span("-", .textMuted)] }
        let filled = Int((min(1, max(0, fraction)) * Double(width)).rounded(.down))
        return [
            Span(String(repeating: glyphs.barDone, count: filled), .barDone),
            Span(String(repeating: glyphs.barRest, count: width - filled), .barRest),
        ]
    }

    /// A run that this console did not make.
    static func earlier(_ run: EarlierRun.Run) -> Line {
        guard run.isFinished else {
            return [
                Span("an earlier run is unfinished", .statusWarn),
                Span(
                    "   \(run.tables.done) of \(Figures.rows(run.tables.total, "table"))"
                        + ", in \(run.phase.rawValue)",
                    .textMuted
                ),
            ]
        }
        let ended = run.endedAt.map { " at \(Figures.moment($0))" } ?? ""
        let took = run.report.map { ", took \(Figures.took($0.seconds))" } ?? ""
        return [Span("an earlier run ended\(ended)\(took)", .textMuted)]
    }

    /// What the database itself said, for behind the words.
    private static func cause(_ error: MigrationError) -> String {
        error.cause.map { " (\($0))" } ?? ""
    }

    /// Where a live list comes from, how much of it is here, and when it was read.
    static func source<Value>(
        _ loadable: Model.Loadable<Value>,
        side: Side,
        count: String,
        model: Model
    ) -> [Line] {
        var first = Self.side(side, model.identity)
        first.append(Span("   \(count)", .textMuted))
        if let loadedAt = loadable.loadedAt {
            first.append(Span("   read \(Figures.clock(loadedAt))Z", .textMuted))
        }
        guard let error = loadable.error else { return [first] }
        return [
            first,
            [Span("cannot be read any more: \(error.message)\(cause(error))", .statusBad)],
        ]
    }
}
