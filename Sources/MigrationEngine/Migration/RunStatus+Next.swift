import Foundation

/// What the operator can do next.
extension RunStatus {
    /// The operator's next step, in words.
    ///
    /// - Parameter options: The two sides.
    /// - Returns: The step; also where there is nothing to do.
    func nextStep(_ options: Options) -> String {
        guard access(options.source, R_OK) == 0 else {
            return "give the SQLite file with --source PATH; or try it out with: cutover demo"
        }
        if phase == CutoverPhase.final.rawValue {
            return "nothing is left to be done: \(FinalHandover.meaning); keep it as an archive"
        }
        if runId == nil, tables == nil {
            return "give a database that answers with --target URL; a local one: "
                + "cutover server start"
        }
        if otherSource != nil {
            return "give that source with --source PATH, or an empty database with --target URL"
        }
        if let process { return Self.nextStep(beside: process) }
        if isRunning == true {
            return "wait: a process of another user, machine or folder works on the target"
        }
        // Beside a plain copy the run goes on elsewhere.
        if let otherRun, phase != "done" { return otherRun.remedy }
        if phase == "idle" { return "cutover migrate" }
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

    private static func nextStep(beside process: OurProcess) -> String {
        let who = "cutover \(process.verb) (pid \(process.pid))"
        return switch process.verb {
        case "follow", "console", "demo":
            "\(who) follows the source; for cutover switch from here, stop it first with Ctrl-C or: "
                + "kill -TERM \(process.pid)"
        default: "wait: \(who) is at work"
        }
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
        case .following:
            "cutover follow applies the source's writes, cutover check says whether a switch may "
                + "begin, cutover switch hands over"
        case .pausing, .fenced, .drained, .verified:
            "a cutover is under way or was stopped: cutover switch undoes it and begins again, "
                + "cutover revert undoes it"
        case .switched: "cutover switch finishes the handover, \(revert) goes back"
        case .watching:
            "\(revert) goes back with every row written on PostgreSQL; to stay for good: "
                + "cutover clean --final"
        case .final: "nothing is left to be done"
        }
    }
}
