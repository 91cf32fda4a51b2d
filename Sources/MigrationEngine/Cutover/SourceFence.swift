import Foundation

/// Blocks the application's writes of the source, by triggers that raise an error.
///
/// A trigger cannot be bypassed by a process that ignores the toggles. Its hold ends by itself at
/// the time written beside it, so that a killed cutover blocks nobody for long; before the target
/// is opened it is made to hold for good.
///
/// That time is one of the wall clock, which may be set. A clock that is set forward, or back behind
/// the moment at which the fence was raised, ends the hold early and never makes it longer; a write
/// that passes then is in the log, and no handover is committed over it.
struct SourceFence {
    /// What the application is told.
    static let message =
        "writes blocked: the application moves, or has moved, to PostgreSQL (cutover)"

    /// Its table, with whose name those of its triggers begin.
    static let table = "_cutover_fence"

    /// What a fence does right now.
    enum State: Equatable {
        /// There is none.
        case absent
        /// It is there and lets everything through.
        case down
        /// It blocks, until the given julian day.
        case up(until: Double)
    }

    /// Looks at the fence of a file.
    ///
    /// - Parameter connection: A connection to the source.
    /// - Returns: Its state.
    /// - Throws: ``SourceError``.
    static func state(_ connection: SourceConnection) throws(SourceError) -> State {
        let found = try connection.integer(
            """
            SELECT count(*) FROM main.sqlite_schema
            WHERE name = '\(table)' AND \(ApplicationSchema.isOurs)
            """
        )
        guard found == 1 else { return .absent }
        var state = State.down
        try connection.query(
            "SELECT until, julianday('now') BETWEEN earliest AND until FROM \(table)"
        ) { row in
            if row.integer(1) == 1 { state = .up(until: row.real(0)) }
        }
        return state
    }

    /// Makes the triggers, which let everything through until ``raise(for:_:)``, in the caller's
    /// transaction.
    ///
    /// - Parameter connection: A connection that may write the source.
    /// - Throws: ``SourceError``.
    static func install(_ connection: SourceConnection) throws(SourceError) {
        guard try state(connection) == .absent else { return }
        try connection.execute(
            """
            CREATE TABLE \(table) \(Catalog.mark) (until REAL, since REAL, earliest REAL);
            INSERT INTO \(table) VALUES (0, NULL, 0)
            """
        )
        var number = 0
        var names: Set<[UInt8]> = []
        for table in try CatalogReader.read(connection).tables where table.kind == .ordinary {
            guard names.insert(Array(table.storedName.utf8)).inserted else { continue }
            number += 1
            for event in ["INSERT", "UPDATE", "DELETE"] {
                try connection.execute(
                    """
                    CREATE TRIGGER "_cutover_fence_\(number)_\(event.lowercased())" \(Catalog.mark)
                    BEFORE \(event) ON \(SourceConnection.quote(table.storedName))
                    WHEN (SELECT julianday('now') BETWEEN earliest AND until FROM \(Self.table))
                    BEGIN SELECT RAISE(ABORT, '\(message)'); END
                    """
                )
            }
        }
    }

    /// Blocks writes for some time, in the caller's transaction.
    ///
    /// - Parameters:
    ///   - seconds: The time; nil for good.
    ///   - connection: A connection that may write the source.
    /// - Throws: ``SourceError``.
    static func raise(
        for seconds: Double?,
        _ connection: SourceConnection
    ) throws(SourceError) {
        if let seconds {
            try connection.prepare(
                """
                UPDATE \(table) SET until = julianday('now') + ? / 86400.0,
                    since = julianday('now'), earliest = julianday('now') - ? / 86400.0
                """
            ).run([.real(seconds), .real(smallStep)])
        } else {
            try connection.execute("UPDATE \(table) SET until = \(forGood), earliest = 0")
        }
    }

    /// The seconds that a clock may be set back without ending the hold, as time services do.
    private static let smallStep = 5.0

    /// A julian day far behind any clock.
    static let forGood = 1e9

    /// Whether the application has left the file: the fence holds, and for good.
    ///
    /// - Parameter connection: A connection to the source.
    /// - Returns: True from the moment before the handover on.
    /// - Throws: ``SourceError``.
    static func isForGood(_ connection: SourceConnection) throws(SourceError) -> Bool {
        guard case .up(let until) = try state(connection) else { return false }
        return until >= forGood
    }

    /// How long a fence that is up has blocked writes.
    ///
    /// - Parameter connection: A connection to the source.
    /// - Returns: The seconds; nil while writes pass.
    /// - Throws: ``SourceError``.
    static func seconds(_ connection: SourceConnection) throws(SourceError) -> Double? {
        guard case .up = try state(connection) else { return nil }
        guard
            case .real(let seconds)? = try connection.first(
                "SELECT (julianday('now') - since) * 86400 FROM \(table)"
            )
        else { return nil }
        return max(0, seconds)
    }

    /// How long a fence has blocked writes, also one whose time has come since.
    ///
    /// - Parameter connection: A connection to the source.
    /// - Returns: The seconds; 0 when it never did.
    /// - Throws: ``SourceError``.
    static func blockedSeconds(_ connection: SourceConnection) throws(SourceError) -> Double {
        guard try state(connection) != .absent else { return 0 }
        let found = try connection.first(
            """
            SELECT (min(julianday('now'), until) - since) * 86400 FROM \(table)
            WHERE since IS NOT NULL
            """
        )
        guard case .real(let seconds)? = found else { return 0 }
        return max(0, seconds)
    }

    /// Removes the triggers, in the caller's transaction; harmless when there are none.
    ///
    /// - Parameter connection: A connection that may write the source.
    /// - Throws: ``SourceError``.
    static func remove(_ connection: SourceConnection) throws(SourceError) {
        var names: [String] = []
        try connection.query(
            """
            SELECT name FROM main.sqlite_schema WHERE type = 'trigger'
                AND name LIKE '\\_cutover\\_fence\\_%' ESCAPE '\\' AND \(ApplicationSchema.isOurs)
            """
        ) { row in names.append(row.text(0) ?? "") }
        for name in names {
            try connection.execute("DROP TRIGGER main.\(SourceConnection.quote(name))")
        }
        try connection.execute("DROP TABLE IF EXISTS main.\(table)")
    }
}
