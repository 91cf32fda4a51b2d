/// One worker's connection to the side that it writes.
final class TrafficDatabase {
    private enum Connection {
        case source(SourceConnection)
        case target(TargetConnection)
    }

    private let connection: Connection

    /// What the server is told of its connections.
    static let purpose = "traffic"

    /// How long a statement waits for another writer, as the application's connections do.
    private static let busyMilliseconds: Int32 = 5_000

    /// Connects.
    ///
    /// - Parameters:
    ///   - place: The side.
    ///   - enforcesForeignKeys: Whether SQLite heeds foreign keys; PostgreSQL always does.
    ///   - name: The worker, for those who look at the server.
    /// - Throws: ``TrafficFailure``.
    init(
        _ place: TrafficPlace,
        enforcesForeignKeys: Bool,
        name: String
    ) throws(TrafficFailure) {
        switch place {
        case .source(let path):
            connection = try Self.onSource { () throws(SourceError) in
                let opened = try SourceConnection(
                    path: path,
                    access: .readWrite,
                    busyMilliseconds: Self.busyMilliseconds
                )
                try opened.readHeader()
                try opened.execute(
                    """
                    PRAGMA foreign_keys = \(enforcesForeignKeys ? "ON" : "OFF");
                    PRAGMA synchronous = NORMAL
                    """
                )
                return .source(opened)
            }
        case .target(let conninfo, let schema):
            let address: TargetAddress
            do throws(MigrationError) {
                address = try TargetAddress(conninfo)
            } catch {
                throw TrafficFailure(TargetError(text: error.message))
            }
            connection = try Self.onTarget { () throws(TargetError) in
                let opened = try TargetConnection(address, purpose: "\(Self.purpose) \(name)")
                try opened.execute(
                    """
                    SET search_path = \(TargetConnection.quote(schema));
                    SET lock_timeout = '5s'; SET statement_timeout = '10s'
                    """
                )
                return .target(opened)
            }
        }
    }

    /// The side that it is connected to.
    var side: Side {
        if case .source = connection { .source } else { .target }
    }

    /// Begins the cycle's transaction; in SQLite it holds the write lock from here on.
    ///
    /// - Throws: ``TrafficFailure``.
    func begin() throws(TrafficFailure) {
        try execute(side == .source ? "BEGIN IMMEDIATE" : "BEGIN")
    }

    /// Commits; when this returns, the application has seen the write succeed.
    ///
    /// - Throws: ``TrafficFailure``.
    func commit() throws(TrafficFailure) { try execute("COMMIT") }

    /// Ends the transaction without a trace; a connection that is gone has done so itself.
    func rollback() { try? execute("ROLLBACK") }

    /// Runs a query.
    ///
    /// - Parameters:
    ///   - sql: The query.
    ///   - values: The values by name.
    /// - Returns: The rows as columns by name; values of PostgreSQL are text.
    /// - Throws: ``TrafficFailure``.
    func rows(_ sql: TrafficSQL, _ values: TrafficValues) throws(TrafficFailure) -> [TrafficValues]
    {
        let bound = sql.names.map { values[$0] ?? .null }
        switch connection {
        case .source(let source):
            return try Self.onSource { () throws(SourceError) in
                var rows: [TrafficValues] = []
                try source.query(sql.source, bound) { statement in
                    var row: TrafficValues = [:]
                    for column in 0..<statement.columnCount {
                        row[statement.name(column)] = statement.value(column)
                    }
                    rows.append(row)
                }
                return rows
            }
        case .target(let target):
            let found = try Self.onTarget { () throws(TargetError) in
                try target.query(sql.target, bound.map(\.parameter))
            }
            return found.rows.map { row in
                Dictionary(zip(found.columns, row.map { $0.map(SourceValue.string) ?? .null })) {
                    first,
                    _ in first
                }
            }
        }
    }

    /// Runs a statement that writes.
    ///
    /// - Parameters:
    ///   - sql: The statement.
    ///   - values: The values by name.
    ///   - returning: A column that the server gives and whose value is wanted.
    /// - Returns: How many rows it changed, cascades aside, and the value.
    /// - Throws: ``TrafficFailure``.
    func write(
        _ sql: TrafficSQL,
        _ values: TrafficValues,
        returning: String?
    ) throws(TrafficFailure) -> (changed: Int, given: SourceValue?) {
        let bound = sql.names.map { values[$0] ?? .null }
        switch connection {
        case .source(let source):
            return try Self.onSource { () throws(SourceError) in
                let statement = try source.prepare(sql.source)
                try statement.run(bound)
                let changed = source.changes
                // As the application does: through lastrowid.
                return (
                    changed,
                    returning == nil ? nil : try source.first("SELECT last_insert_rowid()")
                )
            }
        case .target(let target):
            return try Self.onTarget { () throws(TargetError) in
                let suffix = returning.map { " RETURNING \($0)" } ?? ""
                let done = try target.query(sql.target + suffix, bound.map(\.parameter))
                return (done.affected, done.first.map(SourceValue.string))
            }
        }
    }

    private func execute(_ sql: String) throws(TrafficFailure) {
        switch connection {
        case .source(let source):
            try Self.onSource { () throws(SourceError) in try source.execute(sql) }
        case .target(let target):
            try Self.onTarget { () throws(TargetError) in try target.execute(sql) }
        }
    }

    private static func onSource<Value>(
        _ work: () throws(SourceError) -> Value
    ) throws(TrafficFailure) -> Value {
        do throws(SourceError) { return try work() } catch { throw TrafficFailure(error) }
    }

    private static func onTarget<Value>(
        _ work: () throws(TargetError) -> Value
    ) throws(TrafficFailure) -> Value {
        do throws(TargetError) { return try work() } catch { throw TrafficFailure(error) }
    }
}

// because both connections belong to the thread that made them
@available(*, unavailable)
extension TrafficDatabase: Sendable {}

extension SourceValue {
    /// The value as a parameter whose type the server infers.
    fileprivate var parameter: TargetParameter {
        switch self {
        case .null: .null
        case .integer(let integer): .integer(integer)
        case .real(let real): .text(String(real))
        case .text(let bytes): .text(String(decoding: bytes, as: UTF8.self))
        case .blob(let bytes): .bytes(bytes)
        }
    }
}
