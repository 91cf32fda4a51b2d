import Foundation

/// The run that a source belongs to: its capture is this run's, and so is its fence.
///
/// It stands in the source itself, because nothing else is seen by a run with another folder or
/// another target. Two runs would open two targets to the application's writes.
package struct SourceOwner: Sendable, Equatable {
    private static let table = "_cutover_owner"

    /// The run.
    package var run: String
    /// Its target, without a password.
    package var target: String
    /// What identifies the target's database.
    package var targetID: String
    /// The schema of its tables.
    package var schema: String
    /// The source's path, without links, when the run took it.
    package var path: String
    /// The file's number then: a copy has another one.
    package var number: Int64
    /// When it was taken, as UTC.
    package var since: String

    /// States the run that is about to take a source.
    ///
    /// - Parameters:
    ///   - run: The run.
    ///   - target: Its target.
    ///   - targetID: What identifies the target's database.
    ///   - options: The source and the schema.
    init(run: String, _ target: TargetAddress, targetID: String, _ options: Options) {
        self.run = run
        self.target = target.redacted
        self.targetID = targetID
        schema = options.schema
        path = SourceFile.realPath(options.source)
        number = Self.number(of: options.source)
        since = Journal.moment(Date().timeIntervalSince1970)
    }

    private init(_ row: SourceStatement) {
        func text(_ place: Int) -> String { row.text(place) ?? "" }
        (run, target, targetID, schema) = (text(0), text(1), text(2), text(3))
        (path, number, since) = (text(4), row.integer(5), text(6))
    }

    /// Reads the owner.
    ///
    /// - Parameter connection: A connection to the source.
    /// - Returns: The owner; nil for a source without a live run, or with one of an earlier version.
    /// - Throws: ``SourceError``.
    package static func read(_ connection: SourceConnection) throws(SourceError) -> SourceOwner? {
        let isThere = try connection.integer(
            """
            SELECT count(*) FROM main.sqlite_schema
            WHERE name = '\(table)' AND \(ApplicationSchema.isOurs)
            """
        )
        guard isThere == 1 else { return nil }
        var found: SourceOwner?
        try connection.query(
            """
            SELECT run_id, target, target_id, schema_name, path, number, since FROM main.\(table)
            """
        ) { row in found = SourceOwner(row) }
        return found
    }

    /// Takes the source for this run, in the caller's transaction, which only one run can have.
    ///
    /// - Parameter connection: A connection that may write the source.
    /// - Throws: ``SourceError``.
    func write(_ connection: SourceConnection) throws(SourceError) {
        try connection.execute(
            """
            CREATE TABLE IF NOT EXISTS main.\(Self.table) \(Catalog.mark) (
                run_id TEXT, target TEXT, target_id TEXT, schema_name TEXT, path TEXT,
                number INTEGER, since TEXT);
            DELETE FROM main.\(Self.table)
            """
        )
        try connection.prepare("INSERT INTO main.\(Self.table) VALUES (?, ?, ?, ?, ?, ?, ?)").run([
            .string(run), .string(target), .string(targetID), .string(schema), .string(path),
            .integer(number), .string(since),
        ])
    }

    /// Whether a path names the file that the run took, and not a copy of it.
    ///
    /// - Parameter path: The path.
    /// - Returns: True for the same path, and for the same file under another one.
    func owns(fileAt path: String) -> Bool {
        SourceFile.realPath(path) == self.path || Self.number(of: path) == number
    }

    /// Whether a database is the one that the run goes into, or stands in its place.
    func goes(into targetID: String, _ address: TargetAddress) -> Bool {
        self.targetID == targetID || target == address.redacted
    }

    /// Whether the server says that the run's database is gone from it.
    func isGone(from target: TargetConnection, _ targetID: String) throws(TargetError) -> Bool {
        let (there, here) = (self.targetID.split(separator: "/"), targetID.split(separator: "/"))
        guard there.count > 1, here.count > 1, there[0] == here[0], there[0] != "unknown",
            let number = Int64(there[1])
        else { return false }
        let found = try target.query(
            "SELECT count(*) FROM pg_database WHERE oid::bigint = $1",
            [.integer(number)]
        )
        return found.first == "0"
    }

    private static func number(of path: String) -> Int64 {
        var status = stat()
        return stat(path, &status) == 0 ? Int64(truncatingIfNeeded: status.st_ino) : 0
    }
}

/// Who may take a source, and the error of a run that may not.
extension SourceOwner {
    /// Why a run may not have the source.
    package enum Conflict: Sendable, Equatable {
        /// It belongs to another run.
        case owned(SourceOwner, isFenced: Bool)
        /// It is a copy of a file that belongs to another run.
        case copied(SourceOwner, isFenced: Bool)
        /// A run without a name holds it closed.
        case closed
    }

    /// Looks whether this run may take the source.
    ///
    /// A run that never came so far that its target knows it gives way to the next one into the same
    /// database, as long as it has blocked nothing.
    ///
    /// - Parameters:
    ///   - connection: A connection to the source.
    ///   - isGone: Whether a run is known to have lost its database.
    /// - Returns: The reason why not; nil when it may.
    /// - Throws: ``SourceError``.
    func conflict(
        _ connection: SourceConnection,
        isGone: (SourceOwner) -> Bool = { _ in false }
    ) throws(SourceError) -> Conflict? {
        let isFenced = try Self.isHeld(connection)
        guard let found = try Self.read(connection) else { return isFenced ? .closed : nil }
        guard found.run != run else { return nil }
        guard found.path == path || found.number == number else {
            return .copied(found, isFenced: isFenced)
        }
        let isSameTarget =
            found.schema == schema && (found.targetID == targetID || found.target == target)
        if isSameTarget || isGone(found), !isFenced { return nil }
        return .owned(found, isFenced: isFenced)
    }

    /// Whether a cutover has begun in the file: its fence stands, or toggles are put by.
    static func isHeld(_ connection: SourceConnection) throws(SourceError) -> Bool {
        if try SavedToggles.areSaved(connection) { return true }
        return try SourceFence.state(connection) != .absent
    }

    /// Refuses whoever works for another run than the one that the source belongs to.
    ///
    /// - Parameters:
    ///   - run: The run of the target.
    ///   - source: A connection to the source.
    ///   - options: The source.
    ///   - stage: The verb.
    /// - Throws: ``MigrationError`` of code `differentRun`, or ``SourceError``.
    static func require(
        _ run: String,
        _ source: SourceConnection,
        _ options: Options,
        _ stage: String
    ) throws {
        guard let other = try other(than: run, source, options) else { return }
        throw other.failure(options, stage)
    }

    /// Looks for another run that has the source.
    ///
    /// - Parameters:
    ///   - run: The run of the target.
    ///   - source: A connection to the source.
    ///   - options: The source.
    /// - Returns: The other run; nil when this one has it, or nobody.
    /// - Throws: ``SourceError``.
    static func other(
        than run: String,
        _ source: SourceConnection,
        _ options: Options
    ) throws(SourceError) -> Conflict? {
        // A file of another place says by its capture that it is not the one that is followed.
        guard let found = try read(source), found.run != run, found.owns(fileAt: options.source)
        else { return nil }
        return .owned(found, isFenced: try isHeld(source))
    }
}

extension SourceOwner.Conflict {
    /// The error of a run that may not have the source.
    ///
    /// - Parameters:
    ///   - options: The source.
    ///   - stage: The verb.
    /// - Returns: The error, of code `differentRun`.
    package func failure(_ options: Options, _ stage: String) -> MigrationError {
        MigrationError(
            .differentRun,
            words,
            place: .init(stage, side: .source, path: options.source),
            remedy: remedy
        )
    }

    /// What is so, in a sentence.
    package var words: String {
        switch self {
        case .owned(let owner, let isFenced):
            "the source belongs to another run: \(owner.run) into \(owner.target), since "
                + owner.since + (isFenced ? "; a cutover of that run has begun in it" : "")
        case .copied(let owner, _):
            "the file is a copy of \(owner.path), which belongs to run \(owner.run) into "
                + "\(owner.target)"
        case .closed: "the source is held by a cutover of a run that it does not name"
        }
    }

    /// What can be done.
    package var remedy: String {
        switch self {
        case .owned(let owner, isFenced: false):
            "go on with that run: --target \(owner.target)\(Self.schema(owner)); or end it with: "
                + "cutover clean --target \(owner.target)\(Self.schema(owner)) (for a database that "
                + "is gone, make an empty one of that name first)"
        case .owned(let owner, isFenced: true):
            "see where that run stands with: cutover status --target \(owner.target)"
                + "\(Self.schema(owner)); end it there with cutover revert, or with cutover clean"
        case .copied(_, isFenced: false):
            "take what belongs to that run out of this copy, and only out of it, with: cutover "
                + "clean --source of the copy; then begin with cutover migrate --live"
        case .copied(_, isFenced: true):
            "the copy was made while writes were blocked, and stays closed: take one from before "
                + "the cutover, or go back with cutover revert on the file itself"
        case .closed: "see where it stands with the target of that run: cutover status --target URL"
        }
    }

    private static func schema(_ owner: SourceOwner) -> String {
        owner.schema == "public" ? "" : " --schema \(owner.schema)"
    }
}
