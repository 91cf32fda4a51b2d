import Foundation

/// What the gates look at; each thing is read once, by the first gate that wants it.
///
/// A side that cannot be read fails for each gate that needs it, and for no other. Nothing is
/// claimed or written, so a process that follows may go on.
final class CheckContext {
    let options: Options
    let depth: CutoverCheck.Depth
    let cancellation: Cancellation
    let directory: RunDirectory

    private var openedSource: Once<SourceConnection>?
    private var openedTarget: Once<(TargetConnection, TargetAddress)>?
    private var foundRun: Once<(RunState.Run, RunState.Position)>?
    private var foundCapture: Once<Capture>?
    private var foundCatalog: Once<Catalog>?
    private var foundNames: Once<(NameMap, TargetCatalog)>?
    private var foundProfile: Once<Profile>?
    private var foundJournal: Once<(run: Journal.Run?, verified: Journal.Verified?)>?

    private typealias Once<Value> = Result<Value, MigrationError>

    init(_ options: Options, _ depth: CutoverCheck.Depth, _ cancellation: Cancellation) {
        self.options = options
        self.depth = depth
        self.cancellation = cancellation
        directory = RunDirectory(existing: options.runDirectory)
    }

    private func once<Value>(
        _ place: ReferenceWritableKeyPath<CheckContext, Once<Value>?>,
        _ make: () throws(MigrationError) -> Value
    ) throws(MigrationError) -> Value {
        if let made = self[keyPath: place] { return try made.get() }
        let result: Once<Value>
        do throws(MigrationError) {
            result = .success(try make())
        } catch {
            result = .failure(error)
        }
        self[keyPath: place] = result
        return try result.get()
    }

    // MARK: - Sides

    /// A connection to the source that only reads.
    func source() throws(MigrationError) -> SourceConnection {
        try once(\.openedSource) { () throws(MigrationError) in
            try SourceFile.open(options.source, stage: "check")
        }
    }

    /// A connection to the target that only reads, and waits for nobody for long.
    func target() throws(MigrationError) -> (TargetConnection, TargetAddress) {
        try once(\.openedTarget) { () throws(MigrationError) in
            try Target.connect(
                options,
                stage: "check",
                settings: "SET default_transaction_read_only = on; SET lock_timeout = '5s'"
            )
        }
    }

    /// Reads the source.
    func onSource<Value>(
        _ work: (SourceConnection) throws(SourceError) -> Value
    ) throws(MigrationError) -> Value {
        let source = try source()
        do throws(SourceError) {
            return try cancellation.whileRunning(source.interrupter()) { () throws(SourceError) in
                try work(source)
            }
        } catch {
            throw SourceFile.failure(error, path: options.source, stage: "check")
        }
    }

    /// Reads the target.
    func onTarget<Value>(
        _ work: (TargetConnection) throws(TargetError) -> Value
    ) throws(MigrationError) -> Value {
        try Target.ask(try target(), stage: "check", cancellation, work)
    }

    // MARK: - What they tell

    /// The run of the target and how far it has followed.
    private func live() throws(MigrationError) -> (RunState.Run, RunState.Position) {
        try once(\.foundRun) { () throws(MigrationError) in
            let address = try target().1
            let found = try onTarget { target throws(TargetError) in
                let run = try RunState.newestRun(target, in: options.schema)
                return (
                    run,
                    try run.map { run throws(TargetError) in
                        try RunState.position(of: run.id, target)
                    } ?? nil
                )
            }
            guard let run = found.0, let position = found.1 else {
                throw FollowSession.notLive("check", address)
            }
            return (run, position)
        }
    }

    /// Whether both sides answer and there is just no live run: then one cause is told once, and
    /// what only a run can tell waits.
    var isWithoutRun: Bool {
        do throws(MigrationError) {
            _ = try live()
            return false
        } catch {
            return error.code == .notLive
        }
    }

    /// Another run that has the source; nil when there is none.
    func conflict() throws(MigrationError) -> SourceOwner.Conflict? {
        let run = try run().id
        return try onSource { source throws(SourceError) in
            try SourceOwner.other(than: run, source, options)
        }
    }

    /// The point of no return, where it is passed.
    func final() throws(MigrationError) -> FinalHandover? {
        try onSource { source throws(SourceError) in try FinalHandover.read(source) }
    }

    /// The live run.
    func run() throws(MigrationError) -> RunState.Run { try live().0 }

    /// How far the target has followed, when it was first asked.
    func position() throws(MigrationError) -> RunState.Position { try live().1 }

    /// The changes that wait, as both sides stand now.
    func lag() throws(MigrationError) -> (rows: Int, seconds: Double) {
        let run = try run()
        let seq = try onTarget { target throws(TargetError) in
            try RunState.position(of: run.id, target)?.seq
        }
        return try onSource { source throws(SourceError) in
            try ChangeLog.waiting(after: seq ?? 0, source)
        }
    }

    /// What is installed in the source.
    func capture() throws(MigrationError) -> Capture {
        try once(\.foundCapture) { () throws(MigrationError) in
            let found = try onSource { source throws(SourceError) in try Capture.read(source) }
            guard let found else { throw FollowSession.replaced(options, "check") }
            return found
        }
    }

    /// The source's tables.
    func catalog() throws(MigrationError) -> Catalog {
        try once(\.foundCatalog) { () throws(MigrationError) in
            try onSource { source throws(SourceError) in try CatalogReader.read(source) }
        }
    }

    /// The names that the run gave, and what the target really has.
    func names() throws(MigrationError) -> (NameMap, TargetCatalog) {
        try once(\.foundNames) { () throws(MigrationError) in
            let run = try run()
            return try onTarget { target throws(TargetError) in
                (
                    try NameMap(target, run: run.id),
                    try TargetCatalog(target, schema: options.schema)
                )
            }
        }
    }

    /// The profile.
    func profile() throws(MigrationError) -> Profile {
        try once(\.foundProfile) { () throws(MigrationError) in
            try Profile.load(options.profile, catalog: try catalog())
        }
    }

    /// What the journal beside the source knows of the run.
    func journal() throws(MigrationError) -> (run: Journal.Run?, verified: Journal.Verified?) {
        try once(\.foundJournal) { () throws(MigrationError) in
            try Journal.newest(of: try run().id, in: directory)
        }
    }

    /// The same, where it must know the run.
    func journaled() throws(MigrationError) -> Journal.Run {
        if let run = try journal().run { return run }
        throw MigrationError(
            .notLive,
            "the journal beside the source does not know run \(try run().id)",
            place: .init("check", path: directory.journal),
            remedy: "give the folder that migrate wrote with --run-dir DIR"
        )
    }
}

// because its connections belong to one thread
@available(*, unavailable)
extension CheckContext: Sendable {}

/// Words for people.
enum GateWords {
    /// A time in the past, such as `3 h ago`.
    static func ago(_ seconds: Double) -> String {
        switch seconds {
        case ..<120: "\(Int(max(0, seconds))) s ago"
        case ..<7_200: "\(Int(seconds / 60)) min ago"
        case ..<172_800: "\(Int(seconds / 3_600)) h ago"
        default: "\(Int(seconds / 86_400)) days ago"
        }
    }

    /// Names, the first few in full.
    static func list(_ names: [String], most: Int = 8) -> String {
        let shown = names.prefix(most).map { SafeText.visible($0) }.joined(separator: ", ")
        return names.count > most ? "\(shown) and \(names.count - most) more" : shown
    }

    /// A count with its noun.
    static func count(_ number: Int, _ noun: String, _ plural: String? = nil) -> String {
        "\(number) \(number == 1 ? noun : plural ?? noun + "s")"
    }

    /// An amount of bytes.
    static func size(_ bytes: Int) -> String {
        switch bytes {
        case ..<10_000: "\(bytes) bytes"
        case ..<10_000_000: "\(bytes / 1_000) kB"
        case ..<10_000_000_000: "\(bytes / 1_000_000) MB"
        default: "\(bytes / 1_000_000_000) GB"
        }
    }
}
