import MigrationEngine

/// How a cutover or a way back came out, and what to do now.
enum OutcomeOverlay {
    /// Draws it.
    static func draw(_ model: Model, first: Int, into frame: inout Frame) {
        OverlayBox.draw(lines(model), title: title(model), first: first, model, into: &frame)
    }

    /// The keys over it.
    static func hints(_ model: Model) -> [Hint] {
        var hints = [Hint("Enter", "close", "close the outcome", rank: 0)]
        if lastFirst(in: model) > 0 {
            let keys = "\(model.key(.down))/\(model.key(.up))"
            hints.append(Hint(keys, "scroll", rank: 3))
        }
        switch model.cutover.outcome {
        case .switched: hints.append(Hint(model.key(.revert), "revert", "go back to SQLite"))
        case .undone, .reverted, .failed(.cutOver, _):
            hints.append(Hint(model.key(.cutOver), "cut over", "begin again"))
        case .failed: hints.append(Hint(model.key(.revert), "revert", "try the way back again"))
        case nil: break
        }
        return hints + [Hint(model.key(.help), "help", "this help", rank: 2)]
    }

    /// The line that stands on top when it is scrolled to its end.
    static func lastFirst(in model: Model) -> Int {
        OverlayBox.lastFirst(lines(model).count, in: model)
    }

    private static func title(_ model: Model) -> String {
        switch model.cutover.outcome {
        case .switched: "Switched"
        case .undone where model.cutover.isAborted, .failed where model.cutover.isAborted:
            "Aborted by you"
        case .undone: "Undone"
        case .reverted: "Reverted"
        case .failed(let kind, _): "The \(kind.noun) failed"
        case nil: "Nothing has happened"
        }
    }

    private static func lines(_ model: Model) -> [Line] {
        let body: [Line] =
            switch model.cutover.outcome {
            case .switched(let report): switched(report, model)
            case .undone(let report): undone(report, model)
            case .reverted(let report): reverted(report, model)
            case .failed(_, let error): failed(error, model)
            case nil: []
            }
        return body
    }

    private static func switched(_ report: SwitchReport, _ model: Model) -> [Line] {
        let glyphs = model.identity.glyphs
        let drained = Figures.rows(report.drainedChanges, "change")
        let head: [Line] = [
            [
                Span("\(glyphs.ok) ", .statusOK),
                Span("PostgreSQL \(model.identity.targetName)", .sidePostgres),
                Span(" takes the application's writes.", .textStrong),
            ],
            [
                Span("  Writes were blocked for "),
                Span(Figures.hundredths(report.writeFreezeSeconds), .textStrong),
                Span("; \(drained) applied meanwhile."),
            ],
        ]
        let steps = [
            "watch orders arrive on PostgreSQL: \(model.key(.show(.orders)))",
            "\(model.key(.revert)) goes back to SQLite with every row written on PostgreSQL",
        ]
        if !report.ok, let reason = report.reason {
            return head + wrapped(reason, .statusBad, model) + body(report, model)
        }
        return head + next(steps, model) + body(report, model)
    }

    private static func undone(_ report: SwitchReport, _ model: Model) -> [Line] {
        let glyphs = model.identity.glyphs
        let blocked =
            report.writeFreezeSeconds > 0
            ? "  Writes were blocked for \(Figures.hundredths(report.writeFreezeSeconds)) "
                + "and pass again."
            : "  Writes were never blocked."
        let head: [Line] = [
            [
                Span("\(glyphs.warn) ", .statusWarn),
                Span("SQLite \(model.identity.sourceName)", .sideSQLite),
                Span(" takes the application's writes, as before.", .textStrong),
            ], [Span(blocked)],
        ]
        let because =
            model.cutover.isAborted
            ? "aborted by you; everything was put back" : "because: \(report.reason ?? "")"
        let next =
            model.cutover.isAborted
            ? "\(model.key(.cutOver)) begins again whenever you like; nothing was lost"
            : "mend the reason, then \(model.key(.cutOver)) begins again; nothing was lost"
        return head + wrapped(because, .statusWarn, model) + self.next([next], model)
            + body(report, model)
    }

    /// What both outcomes of a switch tell.
    private static func body(_ report: SwitchReport, _ model: Model) -> [Line] {
        [[]] + steps(report.steps, model) + toggles(report)
            + notes(report.warnings, model) + holders(report, model)
    }

    private static func reverted(_ report: RevertReport, _ model: Model) -> [Line] {
        let glyphs = model.identity.glyphs
        var lines: [Line] = [
            [
                Span(
                    "\(report.ok ? glyphs.ok : glyphs.bad) ",
                    report.ok ? .statusOK : .statusBad
                ),
                Span("SQLite \(model.identity.sourceName)", .sideSQLite),
                Span(" takes the application's writes.", .textStrong),
            ]
        ]
        let isCompared = model.isComparedForCutover
        let again = "\(model.key(.cutOver)) cuts over another time"
        let next =
            report.ok
            ? "PostgreSQL follows again; "
                + (isCompared ? again : "\(model.key(.verify)) compares first, then \(again)")
            : "compare the tables that are named, with cutover verify --table"
        lines.append([Span("  "), Span(report.came, .textStrong), Span(".")])
        lines.append(
            report.writeFreezeSeconds > 0
                ? [
                    Span("  Writes were blocked for "),
                    Span(Figures.hundredths(report.writeFreezeSeconds), .textStrong),
                    Span(" and pass again."),
                ] : [Span("  Writes were never blocked.")]
        )
        lines += self.next([next], model) + [[]]
        if report.tables.isEmpty {
            lines.append([Span("No row was written on PostgreSQL.")])
        } else {
            lines.append([
                Span(
                    Width.pad("TABLE", to: 26) + "    MADE  CHANGED  DELETED  FIRST KEYS MADE",
                    .columnHeader
                )
            ])
            lines += report.tables.map { table in
                let figures = [table.inserted, table.updated, table.deleted].map {
                    Width.pad(Figures.count($0), to: 8, .right) + " "
                }
                return [
                    Span(Width.pad(table.name, to: 26)), Span(figures.joined()),
                    Span(" " + table.insertedKeys.prefix(3).joined(separator: "; "), .textMuted),
                ]
            }
        }
        return lines + notes(report.notes + report.tables.flatMap(\.notes), model) + [[]]
            + steps(report.steps, model)
    }

    private static func failed(_ error: MigrationError, _ model: Model) -> [Line] {
        guard !model.cutover.isAborted else {
            let kept = "\(error.kept)"
            return wrapped("aborted by you before anything was changed", .statusWarn, model)
                + (kept.isEmpty ? [] : wrapped("kept: \(kept)", .dialog, model))
        }
        return failure(error, model)
    }

    private static func failure(_ error: MigrationError, _ model: Model) -> [Line] {
        error.description.split(separator: "\n").enumerated().flatMap { offset, line in
            wrapped(String(line), offset == 0 ? .statusBad : .dialog, model)
        }
    }

    // MARK: - Parts

    private static func steps(_ steps: [SwitchReport.Step], _ model: Model) -> [Line] {
        let glyphs = model.identity.glyphs
        // What the operator stopped has not failed.
        let other: (sign: String, style: StyleKey) =
            model.cutover.isAborted ? (glyphs.warn, .statusWarn) : (glyphs.bad, .statusBad)
        return steps.map { step in
            let isDone = step.outcome == "done"
            let end = model.cutover.isAborted ? "stopped by you" : step.outcome
            return [
                Span("\(isDone ? glyphs.ok : other.sign) ", isDone ? .statusOK : other.style),
                Span(Width.pad(step.name, to: 17)),
                Span(Width.pad(Figures.hundredths(step.seconds), to: 8, .right)),
                Span(isDone ? "" : "  \(end)", other.style),
            ]
        }
    }

    private static func toggles(_ report: SwitchReport) -> [Line] {
        guard !report.togglesRestored.isEmpty else { return [] }
        let on = report.togglesRestored.filter(\.enabled).count
        return [
            [
                Span("toggles, each as it was: "),
                Span("\(on) on, \(report.togglesRestored.count - on) off", .textStrong),
            ]
        ]
    }

    private static func notes(_ notes: [String], _ model: Model) -> [Line] {
        notes.flatMap { wrapped("note: \($0)", .textMuted, model) }
    }

    private static func holders(_ report: SwitchReport, _ model: Model) -> [Line] {
        report.holders.flatMap {
            wrapped("still holds the source open: \($0.pid) \($0.command)", .statusWarn, model)
        }
    }

    private static func next(_ steps: [String], _ model: Model) -> [Line] {
        steps.flatMap { wrapped("  next: \($0)", .dialog, model) }
    }

    private static func wrapped(_ text: String, _ style: StyleKey, _ model: Model) -> [Line] {
        Width.wrap(text, to: OverlayBox.width(model)).map { [Span($0, style)] }
    }
}
