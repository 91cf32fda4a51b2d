import Foundation

/// Reads the live views of one side again and again, for one thread.
///
/// It keeps one read-only connection open, opens it again when it was lost or when the file was
/// replaced, and reads tables and columns again only when the schema changed.
package final class LiveReader {
    /// The side that it reads.
    package let side: Side
    let options: Options
    /// How many rows a filtered read looks at before it lets writers through.
    var sliceRows = 20_000
    /// How long a filtered read goes on looking for a full page.
    var searchBudget = Duration.seconds(2)
    var lastDashboard: (page: DashboardPage, readAt: ContinuousClock.Instant, cost: Duration)?

    var lastUse: (use: [String: Double], readAt: ContinuousClock.Instant)?

    private var session: LiveSession?
    private var stamp = ""
    private var file: FileIdentity?

    /// Makes a reader; it connects when it first reads.
    ///
    /// - Parameters:
    ///   - options: Where the sides are, and the profile.
    ///   - side: The side to read.
    package init(options: Options, side: Side) {
        self.options = options
        self.side = side
    }

    /// Closes the connection; the next read opens it again.
    package func close() {
        session = nil
        stamp = ""
        lastDashboard = nil
        lastUse = nil
    }

    /// The profile of this side's application.
    ///
    /// - Returns: The profile.
    /// - Throws: ``MigrationError``.
    func profile() throws(MigrationError) -> Profile {
        try read("profile") { session throws(LiveFailure) in session.profile }
    }

    /// Has the server count at once what was read, where it knows how to.
    ///
    /// - Throws: ``MigrationError``.
    func flushCounters() throws(MigrationError) {
        try read("profile") { session throws(LiveFailure) in
            guard session.connection.target?.serverVersion ?? 0 >= 150_000 else { return }
            _ = try session.connection.rows("SELECT pg_stat_force_next_flush()")
        }
    }

    /// Runs a reading; once more when the connection was lost or the schema was an old one.
    ///
    /// - Parameters:
    ///   - stage: What is read, for errors.
    ///   - work: The reading.
    /// - Returns: What was read.
    /// - Throws: ``MigrationError`` with its place.
    func read<Value>(
        _ stage: String,
        _ work: (LiveSession) throws(LiveFailure) -> Value
    ) throws(MigrationError) -> Value {
        do throws(LiveFailure) {
            return try work(try currentSession())
        } catch {
            guard error.isConnectionLost || error.isSchemaChanged else {
                throw failure(error, stage)
            }
            close()
        }
        do throws(LiveFailure) {
            return try work(try currentSession())
        } catch {
            throw failure(error, stage)
        }
    }

    private func failure(_ error: LiveFailure, _ stage: String) -> MigrationError {
        // An error may leave the connection in a state that nobody thought of.
        if case .front = error {} else { close() }
        return error.error(stage, options)
    }

    private func currentSession() throws(LiveFailure) -> LiveSession {
        if side == .source {
            let identity = FileIdentity(options.source)
            if identity != file { close() }
            file = identity
        }
        let connection =
            if let session { session.connection } else { try LiveConnection(side, options) }
        let stamp = try connection.schemaStamp()
        if let session, stamp == self.stamp { return session }
        var profile: Profile?
        var shape = try connection.shape { tables throws(LiveFailure) in
            let loaded = try loadProfile(tables)
            profile = loaded
            return loaded.tables.union(loaded.tables.compactMap { loaded.rules.table($0)?.rename })
        }
        guard let profile else { preconditionFailure("reading the shape loads the profile") }
        if side == .target { shape.follow(profile) }
        let fresh = LiveSession(
            connection: connection,
            shape: shape,
            profile: profile,
            stage: "operations"
        )
        session = fresh
        self.stamp = stamp
        return fresh
    }

    private func loadProfile(_ tables: [String]) throws(LiveFailure) -> Profile {
        var tables = tables
        // Before the copy the target is empty: then the source tells which application it is.
        if options.profile == "auto", side == .target, !Profile.isORA(tables),
            let source = try? SourceConnection(path: options.source, access: .readOnly)
        {
            try? source.query("SELECT name FROM sqlite_schema WHERE type = 'table'") { statement in
                if let name = statement.text(0) { tables.append(name) }
            }
        }
        do throws(MigrationError) {
            return try Profile.load(options.profile, tables: tables)
        } catch {
            throw .front(error)
        }
    }
}

// because its connection belongs to one thread
@available(*, unavailable)
extension LiveReader: Sendable {}

/// What one reading works with.
struct LiveSession {
    let connection: LiveConnection
    let shape: LiveShape
    let profile: Profile
    let stage: String

    /// Chooses the variant of a view that this side has.
    ///
    /// - Parameters:
    ///   - variants: The variants in the profile.
    ///   - view: The view's name in the profile.
    /// - Returns: The variant with its table.
    /// - Throws: ``LiveFailure`` with an error of code `configuration`.
    func choose<Variant: ProfileVariant>(
        _ variants: [Variant],
        _ view: String
    ) throws(LiveFailure) -> (Variant, LiveShape.Relation) {
        if let chosen = shape.choose(variants) { return chosen }
        guard let wanted = variants.first else {
            throw .front(
                MigrationError(
                    .configuration,
                    "the profile \"\(profile.name)\" does not say where the \(view) are",
                    place: .init(view, side: connection.side),
                    remedy: "give --profile ora for an ORA database, or a profile file with a "
                        + "[[\(view)]] table"
                )
            )
        }
        let lacking = variants.compactMap { variant in
            shape.missing(
                [variant.table] + variant.requiredColumns.map { "\(variant.table).\($0)" }
            )
        }
        throw .front(missing(lacking.first ?? "what it needs", of: wanted.table, for: view))
    }

    /// Says that a table or column is not there.
    ///
    /// - Parameters:
    ///   - thing: What is not there.
    ///   - table: The table in the profile.
    ///   - view: The view that needs it.
    /// - Returns: The error, of code `configuration`.
    func missing(_ thing: String, of table: String, for view: String) -> MigrationError {
        let isTarget = connection.side == .target
        return MigrationError(
            .configuration,
            "the \(connection.side.rawValue) does not have \(thing), where the profile "
                + "\"\(profile.name)\" finds \(view)",
            place: .init(view, side: connection.side, table: table),
            remedy: isTarget
                ? "copy the source first: cutover migrate; or correct the profile"
                : "check --source, or correct the profile with --profile FILE"
        )
    }
}

/// Which file a path names, to notice that it was replaced.
struct FileIdentity: Equatable {
    private let device: UInt
    private let node: UInt

    /// Looks at a path.
    ///
    /// - Parameter path: The path of the source; nil when there is nothing.
    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        device = UInt(status.st_dev)
        node = UInt(status.st_ino)
    }
}
