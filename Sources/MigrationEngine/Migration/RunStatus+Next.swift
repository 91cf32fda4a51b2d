import Foundation

/// What the operator can do next.
extension RunStatus {
    /// The operator's next step, in words.
    ///
    /// - Parameter options: The two sides.
    /// - Returns: The step; also where there is nothing to do.
    func nextStep(_ options: Options) -> String {
        guard access(options.source, R_OK) == 0 else {
            return displacementRemedy
                ?? "give the SQLite file with --source PATH; or try it out with: cutover demo"
        }
        if phase == CutoverPhase.final.rawValue {
            return "nothing is left to be done: \(FinalHandover.meaning); keep it as an archive"
        }
        if isUndecided { return Self.remedyOfUndecided }
        if lostTarget != nil { return Self.remedyOfLostTarget }
        if targetProblem != nil, CutoverPhase(rawValue: phase)?.sourceTakesWrites == true {
            return "start the PostgreSQL server, or mend the way to it; meanwhile SQLite has the "
                + "application, and its writes are logged"
        }
        if runId == nil, tables == nil {
            return "give a database that answers with --target URL; a local one: "
                + "cutover server start"
        }
        if let displacementRemedy { return displacementRemedy }
        if otherSource != nil {
            return "give that source with --source PATH, or an empty database with --target URL"
        }
        if let process { return Self.nextStep(beside: process) }
        if isRunning == true {
            return "wait: a process of another user, machine or folder works on the target"
        }
        // Beside a plain copy the run goes on elsewhere.
        if let otherRun, phase != "done" { return otherRun.remedy }
        if phase == "idle" { return begin }
        if let live = CutoverPhase(rawValue: phase) { return nextStep(live) }
        guard phase == "done" else {
            return "cutover migrate goes on where the run stopped"
        }
        if verified == false, waitingRows ?? 0 == 0 { return "cutover verify names what differs" }
        if waitingRows ?? 0 > 0 { return "cutover quarantine list" }
        return verified == nil
            ? "cutover verify"
            : "nothing is left to be done: both sides were found equal. Without --live no write of "
                + "the application since then is in PostgreSQL"
    }

    /// What is done about a PostgreSQL that has the application and does not answer.
    package static let remedyOfLostTarget =
        "start the PostgreSQL server, or mend the way to it: until it answers the application "
        + "cannot write, and SQLite stays closed"

    /// What is done while nobody knows whether PostgreSQL took over.
    package static let remedyOfUndecided =
        "start the PostgreSQL server, or mend the way to it: until it answers nobody can write. A "
        + "cutover that still waits goes on by itself; where it has ended run cutover switch, which "
        + "finishes the handover if PostgreSQL took over, and undoes it if not"

    /// What is done about rows in quarantine.
    private static let decide =
        "cutover quarantine list, then replay or accept the rows, then cutover verify"

    /// How a run begins, as far as the target lets it.
    private var begin: String {
        guard let foreignTables, foreignTables > 0 else { return "cutover migrate" }
        let tables = GateWords.count(foreignTables, "table or view", "tables and views")
        return "the target holds \(tables) of no run, and cutover migrate refuses that: give an "
            + "empty database with --target URL or another schema with --schema NAME; to fill "
            + "tables that stand there already: cutover migrate --mode existing"
    }

    private static func nextStep(beside process: OurProcess) -> String {
        let who = "cutover \(process.verb) (pid \(process.pid))"
        return switch process.verb {
        case "follow", "console", "demo":
            "\(who) follows the source; for cutover switch from here, stop it first with Ctrl-C or: "
                + "kill -TERM \(process.pid)"
        default: "wait: \(who) is at work"
        }
    }

    /// Whether the source's writes are logged and nobody applies them.
    public var isUnfollowed: Bool {
        phase == CutoverPhase.following.rawValue && isRunning == false && process == nil
    }

    /// What leads to a switch; not all gates were looked at, so none of it says that they are open.
    private var nextToSwitch: String {
        let follow = "; nobody follows: cutover follow applies the source's writes meanwhile"
        if waitingRows ?? 0 > 0 { return Self.decide + follow }
        let closed = gates.filter(\.blocks)
        guard closed.isEmpty else {
            let names = GateWords.list(closed.map(\.name), most: 3)
            return "cutover check says what opens the gates that are closed (\(names))" + follow
        }
        return "cutover check, then cutover switch" + follow
    }

    /// What a live run can do next.
    private func nextStep(_ phase: CutoverPhase) -> String {
        if liveSide == .target, writesBlocked {
            return "a way back is under way or was stopped, and no side takes writes: cutover "
                + "revert finishes it"
                + (hasReplayed ? "" : "; cutover switch takes it back, and PostgreSQL takes writes")
        }
        let revert = unloggedTables.isEmpty ? "cutover revert" : "cutover revert --compare"
        return switch phase {
        case .prepared, .copied: "cutover migrate --live"
        case .following: nextToSwitch
        case .pausing, .fenced, .drained, .verified:
            (unfinished == nil ? "a cutover is under way or was stopped" : "a cutover was stopped")
                + ": cutover revert undoes it and turns the workflows on that were on, cutover "
                + "follow does so and goes on following, cutover switch does so and begins again"
        case .switched: "cutover switch finishes the handover, \(revert) goes back"
        case .watching:
            "\(revert) goes back with every row written on PostgreSQL; to stay for good: "
                + "cutover clean --final"
        case .final: "nothing is left to be done"
        }
    }
}
