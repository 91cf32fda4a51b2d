import Foundation
import Synchronization

/// A named moment of a run at which it can be made to die, so that tests prove that it goes on.
///
/// `CUTOVER_FAILPOINT=name[:n][=action]` makes the process do the action when it reaches the moment
/// for the n-th time: `kill` (the default, as `kill -9` does), `exit` (ends at once, with status
/// 70), `stop` (as Ctrl-C does) or `pause` (halts until `SIGCONT`). The name `any` counts every moment.
/// Without the variable a moment costs one look at a constant.
package enum Failpoint: String, CaseIterable, Sendable {
    /// Both sides are claimed, nothing was read or written.
    case claimed
    /// The backup's names are chosen, and it has no page yet.
    case backupBegun = "backup-begun"
    /// Some pages of the backup are there.
    case backupCopying = "backup-copying"
    /// All pages of the backup are there, unchecked.
    case backupCopied = "backup-copied"
    /// What stands beside the backup is written; the backup has no name yet.
    case backupDescribed = "backup-described"
    /// The backup has its name.
    case backupNamed = "backup-named"
    /// A piece of the census was read.
    case censusRead = "census-read"
    /// The census is complete.
    case censusTaken = "census-taken"
    /// It is decided what everything becomes.
    case mapped
    /// The journal knows the run, the target does not.
    case runRecorded = "run-recorded"
    /// Our own tables are made, not committed.
    case stateMade = "state-made"
    /// The application's tables are made, not committed.
    case tablesMade = "tables-made"
    /// The run and its mapping are written to the target, not committed.
    case schemaMade = "schema-made"
    /// The schema is committed.
    case schemaCommitted = "schema-committed"
    /// The journal knows the next phase, the target does not.
    case phaseJournaled = "phase-journaled"
    /// Both know the next phase.
    case phaseSet = "phase-set"
    /// A chunk's transaction has begun.
    case chunkBegun = "chunk-begun"
    /// The first bytes of a chunk are sent.
    case chunkSending = "chunk-sending"
    /// All rows of a chunk are sent, the COPY is not ended.
    case chunkSent = "chunk-sent"
    /// The rows of a chunk that do not fit are in quarantine, not committed.
    case rowsQuarantined = "rows-quarantined"
    /// The server refused a chunk; its rows are about to be sent piece by piece.
    case chunkRefused = "chunk-refused"
    /// A piece of a refused chunk is sent.
    case pieceSent = "piece-sent"
    /// The rows of a chunk are there, its checkpoint is not.
    case chunkCopied = "chunk-copied"
    /// Rows and checkpoint are there, not committed.
    case chunkRecorded = "chunk-recorded"
    /// A chunk is committed.
    case chunkCommitted = "chunk-committed"
    /// All chunks of a table are committed.
    case tableCopied = "table-copied"
    /// A key is about to be made.
    case keyBegun = "key-begun"
    /// A key is made.
    case keyMade = "key-made"
    /// Rows break a key and are about to be moved.
    case duplicatesFound = "duplicates-found"
    /// The rows that break a key are moved; the key is not made.
    case duplicatesMoved = "duplicates-moved"
    /// Rows are in quarantine and still in their table, not committed.
    case rowsMoving = "rows-moving"
    /// A batch of rows has moved.
    case rowsMoved = "rows-moved"
    /// An index is about to be made.
    case indexBegun = "index-begun"
    /// An index is made.
    case indexMade = "index-made"
    /// A table is analyzed.
    case analyzed
    /// A foreign key is added, unchecked.
    case foreignKeyAdded = "foreign-key-added"
    /// A foreign key is about to be checked.
    case foreignKeyChecking = "foreign-key-checking"
    /// A foreign key is checked.
    case foreignKeyChecked = "foreign-key-checked"
    /// Foreign keys are dropped, so that orphans can move.
    case foreignKeysDropped = "foreign-keys-dropped"
    /// All orphans are moved.
    case orphansMoved = "orphans-moved"
    /// An identity starts above every id ever issued.
    case identitySet = "identity-set"
    /// Every key is there.
    case keysMade = "keys-made"
    /// Every row is accounted for.
    case accounted
    /// One table is compared.
    case tableCompared = "table-compared"
    /// All tables are compared.
    case compared
    /// The target calls the run finished, the journal does not.
    case runFinished = "run-finished"
    /// The report is written.
    case reportWritten = "report-written"
    /// The journal calls the run done.
    case runDone = "run-done"
    /// The temporary copy of a live source is being made.
    case viewCopying = "view-copying"
    /// The temporary copy of a live source is made.
    case viewMade = "view-made"

    /// The capture is installed in the source.
    case captured
    /// A verb that takes up a live run has reached the server, and read nothing.
    case sessionConnected = "session-connected"
    /// The target's keys and triggers rest, its fence is up.
    case targetResting = "target-resting"
    /// The changes of a batch are written, not committed.
    case batchWritten = "batch-written"
    /// The position has moved with a batch, not committed.
    case positionMoved = "position-moved"
    /// A batch is committed.
    case batchCommitted = "batch-committed"
    /// The toggles are off, the fence is made and lets everything through.
    case togglesOff = "toggles-off"
    /// Writes of the source are blocked.
    case fenced
    /// The target holds the last change.
    case drained
    /// What changed is compared while writes are blocked.
    case freezeVerified = "freeze-verified"
    /// The fence holds for good; the target is not open yet.
    case handingOver = "handing-over"
    /// The handover is written, not committed.
    case handoverWritten = "handover-written"
    /// The handover is committed.
    case handedOver = "handed-over"
    /// The environment file is replaced.
    case environmentSwitched = "environment-switched"
    /// The operator's hook has ended.
    case hookDone = "hook-done"
    /// One workflow is on in the target.
    case canaryOn = "canary-on"
    /// The toggles have their earlier values in the target.
    case togglesRestored = "toggles-restored"
    /// Some pages of the copy of the closed source are there.
    case closedCopying = "closed-copying"
    /// A cutover is undone in the source.
    case undone
    /// The target is closed to the application on the way back.
    case targetClosed = "target-closed"
    /// The target follows the source again; the source is still closed.
    case handedBack = "handed-back"
    /// The way back begins: the source is locked for us, nothing is written.
    case reverseBegun = "reverse-begun"
    /// The rows of a table are back in the source, not committed.
    case reverseTable = "reverse-table"
    /// All rows are back in the source and compared, not committed.
    case reverseReplayed = "reverse-replayed"
    /// The source has committed what came back; the target does not know.
    case reverseCommitted = "reverse-committed"

    /// The variable that names a moment.
    package static let variable = "CUTOVER_FAILPOINT"

    /// Whether a moment is named: the one thing that is looked at without it.
    static let isSet = getenv(variable) != nil

    /// Says that a moment is reached.
    ///
    /// - Parameter point: The moment.
    @inline(__always)
    static func reach(_ point: Failpoint) {
        if isSet { FailpointPlan.shared.reach(point) }
    }
}

/// What the variable asks for.
struct FailpointPlan: Sendable {
    /// What happens at the moment.
    enum Action: String, CaseIterable, Sendable {
        case kill
        case exit
        case stop
        case pause
    }

    /// The plan of this process.
    static let shared = FailpointPlan(readingEnvironment: ())
    private static let count = SharedCounter()
    private static let isStopped = Atomic<Bool>(false)

    /// The moment; nil for any.
    let point: Failpoint?
    /// How many times it has to be reached.
    let number: Int
    /// What happens then.
    let action: Action

    private init(readingEnvironment: Void) {
        let text = getenv(Failpoint.variable).map { String(cString: $0) } ?? ""
        guard let plan = FailpointPlan(text) else {
            // Whoever asks for a moment that does not exist must not believe that it was reached.
            let names = ["any"] + Failpoint.allCases.map(\.rawValue)
            let message =
                "\(Failpoint.variable)=\(text): give name[:n][=kill|exit|stop|pause], the name one "
                + "of \(names.joined(separator: ", "))\n"
            FileHandle.standardError.write(Data(message.utf8))
            Glibc.exit(64)
        }
        self = plan
    }

    /// Reads `name[:n][=action]`.
    init?(_ text: String) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let place = (parts.first ?? "").split(
            separator: ":",
            maxSplits: 1,
            omittingEmptySubsequences: false
        )
        let name = String(place.first ?? "")
        point = Failpoint(rawValue: name)
        guard point != nil || name == "any" else { return nil }
        let number = place.count > 1 ? Int(place[1]) : 1
        let action = parts.count > 1 ? Action(rawValue: String(parts[1])) : .kill
        guard let number, number >= 1, let action else { return nil }
        self.number = number
        self.action = action
    }

    /// Counts a moment, and does the action when its number has come.
    func reach(_ reached: Failpoint) {
        guard point == nil || point == reached else { return }
        guard Self.count.increment() == number else { return }
        switch action {
        case .kill: raise(SIGKILL)
        case .exit: _exit(70)
        case .pause: raise(SIGSTOP)
        case .stop:
            Glibc.kill(getpid(), SIGTERM)
            // The wish arrives on another thread; what comes next must find it stated.
            while !Self.isStopped.load(ordering: .acquiring) { usleep(1_000) }
        }
    }

    /// Says that the wish to stop is stated.
    static func noteStop() { isStopped.store(true, ordering: .releasing) }
}
