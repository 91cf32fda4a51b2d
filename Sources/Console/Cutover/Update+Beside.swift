import MigrationEngine

/// A comparison of both sides beside a live run: following goes on, and rows on their way wait.
extension Model {
    /// Whether a comparison would be one beside the live run.
    private var isComparedBeside: Bool {
        phase != nil && (operation == nil || operation?.kind == .follow)
    }

    /// Compares both sides: alone, or beside the source that is followed.
    ///
    /// - Parameter table: The only table; nil for all.
    /// - Returns: What is to be done.
    mutating func compareSides(table: String? = nil) -> [Command] {
        guard isComparedBeside else { return begin(.verify, table: table) }
        beside = Operation(kind: .verify, startedAt: now, table: table)
        comparison = nil
        comparisonFailure = nil
        audit(beginning(of: table))
        return [.verifyBeside(table: table)]
    }

    /// That a comparison begins, for the log.
    func beginning(of table: String?) -> String {
        let part = table.map { "table \($0) of " } ?? ""
        let sides = "\(identity.sourceName) with \(identity.targetName)"
        return "the comparison of \(part)\(sides) was begun"
    }

    /// Asks the comparison beside the run to stop; it writes nothing, so nobody is asked.
    mutating func stopComparison() -> [Command] {
        guard beside?.isCancelling == false else { return [] }
        beside?.isCancelling = true
        audit("you asked to stop the comparison")
        return [.cancelBeside]
    }

    /// Takes in how far the comparison beside the run is.
    mutating func takeBeside(_ progress: Progress) {
        guard beside != nil else { return }
        comparison = progress
    }

    /// Takes in what the comparison beside the run has found; the run goes on in any case.
    mutating func finishBeside(_ result: Result<VerifyReport, MigrationError>) -> [Command] {
        guard let ended = beside else { return [] }
        beside = nil
        switch result {
        case .success(let verified): take(verified, of: ended.table)
        case .failure where ended.isCancelling:
            notify("the comparison was stopped; \(key(.verify)) begins it again", .statusWarn)
        case .failure(let error):
            comparisonFailure = error
            notify("the comparison failed: \(error.message)", .promptError)
            append(
                LogLine(
                    time: now,
                    level: .error,
                    stage: error.place.stage,
                    message: "the comparison failed: \(error.message)"
                )
            )
        }
        keepSelection()
        let ending = endIfLeaving()
        // The gate of the comparison has other evidence now.
        return exit == nil ? ending + loadStatus() + loadGates() : ending
    }
}
