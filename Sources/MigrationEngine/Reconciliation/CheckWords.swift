/// What a check means, and what to do when it does not hold.
struct CheckWords {
    private let check: Profile.Check

    init(_ check: Profile.Check) { self.check = check }

    /// What it means when it does not hold.
    var meaning: String {
        if let meaning = check.meaning { return meaning }
        return switch check.kind {
        case .orphans, .everyOrphan:
            "a row refers to a parent that is not there: PostgreSQL refuses such rows, SQLite may "
                + "hold them"
        case .childless, .everyChildless:
            "a parent lost the rows that belong to it, or never had any: only the source tells"
        case .declared: "a row states another number than the rows that belong to it come to"
        case .agreeing: "two tables tell a different story of the same order"
        case .formula: "the stock is not what came and went since it was counted"
        case .levels: "the alert level on the page is not the one that the stock calls for"
        case .figures: "the page shows another figure than before the move"
        case .notEmpty: "code that updates a row of this table does nothing, without an error"
        case .dates: "a date that is none, in the future, or before the business kept such rows"
        case .sums: "amounts were lost, added or changed"
        case .sql: "the profile asks for it"
        }
    }

    /// What to do.
    ///
    /// - Parameter verdict: What became of it.
    /// - Returns: The words; nil when there is nothing to do.
    func remedy(_ verdict: ReconciliationReport.Verdict) -> String? {
        switch verdict {
        case .waiting: "let cutover follow come to a lag of 0, then ask again"
        case .failed:
            "correct the check in the profile, or copy what is missing; the other checks were run"
        case .violated: check.remedy ?? "look at the rows that are named, in the application"
        case .differs:
            check.remedy
                ?? "cutover verify names the rows that differ; cutover quarantine list names those "
                + "that did not fit; without --live, writes since the copy are differences, too"
        default: nil
        }
    }
}
