/// A read-only connection to either side, for one thread.
final class LiveConnection {
    private enum Database {
        case source(SourceConnection)
        case target(TargetConnection, schema: String)
    }

    private let database: Database

    /// How long PostgreSQL may take for one statement, and how long it may wait for a lock.
    private static var patience: String {
        let seconds = TargetPatience.current?.statementSeconds ?? Int(Profile.querySeconds)
        return "SET statement_timeout = '\(seconds)s'; SET lock_timeout = '2s'"
    }

    /// Opens a side.
    ///
    /// - Parameters:
    ///   - side: The side.
    ///   - options: Where the sides are.
    /// - Throws: ``LiveFailure``.
    init(_ side: Side, _ options: Options) throws(LiveFailure) {
        switch side {
        case .source:
            do throws(MigrationError) {
                database = .source(try SourceFile.open(options.source, stage: "operations"))
            } catch {
                throw .front(error)
            }
        case .target:
            let address: TargetAddress
            do throws(MigrationError) {
                address = try TargetAddress(options.target)
            } catch {
                throw .front(error)
            }
            do throws(TargetError) {
                let connection = try TargetConnection(address, purpose: "operations")
                try connection.execute(
                    """
                    SET default_transaction_read_only = on; \(Self.patience);
                    SET search_path = \(TargetConnection.quote(options.schema))
                    """
                )
                database = .target(connection, schema: options.schema)
            } catch {
                throw .target(error)
            }
        }
    }

    /// The side that it reads.
    var side: Side {
        if case .source = database { .source } else { .target }
    }

    /// The connection to SQLite; nil on the other side.
    var source: SourceConnection? {
        if case .source(let connection) = database { connection } else { nil }
    }

    /// The connection to PostgreSQL; nil on the other side.
    var target: TargetConnection? {
        if case .target(let connection, _) = database { connection } else { nil }
    }

    /// Runs a query.
    ///
    /// - Parameters:
    ///   - sql: The query, with `?` for values and nowhere else.
    ///   - values: The values, in order.
    /// - Returns: The rows as text, nil for NULL.
    /// - Throws: ``LiveFailure``.
    func rows(_ sql: String, _ values: [LiveValue] = []) throws(LiveFailure) -> [[String?]] {
        switch database {
        case .source(let connection):
            do throws(SourceError) {
                var rows: [[String?]] = []
                try connection.query(sql, values.map(\.source)) { statement in
                    rows.append((0..<statement.columnCount).map { statement.text($0) })
                }
                return rows
            } catch {
                throw .source(error)
            }
        case .target(let connection, _):
            do throws(TargetError) {
                let numbered = Self.numbered(sql, values)
                return try connection.query(numbered, values.map(\.target)).rows
            } catch {
                throw .target(error)
            }
        }
    }

    /// Runs a query that a profile brought, which may be one that never ends.
    ///
    /// PostgreSQL ends it by the time that every statement has there.
    ///
    /// - Parameters:
    ///   - sql: The query, without values.
    ///   - seconds: How long it may take.
    ///   - cancellation: The wish to stop.
    /// - Returns: The rows as text, nil for NULL.
    /// - Throws: ``LiveFailure``; ``LiveFailure/isTooLate`` says whether it took too long.
    func rows(
        _ sql: String,
        within seconds: Double,
        _ cancellation: Cancellation = Cancellation()
    ) throws(LiveFailure) -> [[String?]] {
        switch database {
        case .source(let connection):
            try connection.limited(to: seconds, cancellation) { () throws(LiveFailure) in
                try rows(sql)
            }
        case .target(let connection, _):
            try cancellation.whileRunning(connection.stopper()) {
                () throws(LiveFailure) in try rows(sql)
            }
        }
    }

    /// Runs several queries on one consistent view.
    ///
    /// - Parameter work: The queries; short, because a writer in rollback-journal mode waits.
    /// - Returns: What the work returns.
    /// - Throws: ``LiveFailure``.
    func snapshot<Value>(
        _ work: () throws(LiveFailure) -> Value
    ) throws(LiveFailure) -> Value {
        try execute(side == .source ? "BEGIN" : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        do throws(LiveFailure) {
            let value = try work()
            // Nothing was written, and what a query set for its session ends with it.
            try execute("ROLLBACK")
            return value
        } catch {
            // The first error tells what happened; a lost connection ends the transaction itself.
            try? execute("ROLLBACK")
            throw error
        }
    }

    /// A text that changes whenever tables, columns or indexes change.
    ///
    /// - Returns: The text.
    /// - Throws: ``LiveFailure``.
    func schemaStamp() throws(LiveFailure) -> String {
        switch database {
        case .source: try rows("PRAGMA schema_version").first?.first?.map { $0 } ?? ""
        case .target(_, let schema):
            try rows(
                """
                SELECT md5(string_agg(c.oid::text || ' ' || c.relnatts || ' ' || c.xmin::text, ','
                    ORDER BY c.oid))
                FROM pg_catalog.pg_class c
                JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = ?
                """,
                [.text(schema)]
            ).first?.first?.map { $0 } ?? ""
        }
    }

    /// Reads which tables and columns there are.
    ///
    /// - Parameter wanted: Tells which tables' columns are needed, given all tables.
    /// - Returns: The shape; tables that are not wanted have no columns.
    /// - Throws: ``LiveFailure``.
    func shape(
        wanted: ([String]) throws(LiveFailure) -> Set<String>
    ) throws(LiveFailure) -> LiveShape {
        switch database {
        case .source: try sourceShape(wanted)
        case .target(_, let schema): try targetShape(schema, wanted)
        }
    }

    private func sourceShape(
        _ wanted: ([String]) throws(LiveFailure) -> Set<String>
    ) throws(LiveFailure) -> LiveShape {
        let names = try rows("SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')")
            .compactMap { $0.first ?? nil }
        let wanted = Set(try wanted(names).map { $0.lowercased() })
        var shape = LiveShape()
        for name in names where wanted.contains(name.lowercased()) {
            let quoted = SourceConnection.quote(name)
            var relation = LiveShape.Relation(name: name, columns: [])
            for row in try rows("PRAGMA table_xinfo(\(quoted))") {
                guard let column = row[1] else { continue }
                let isInteger = row[2]?.uppercased().contains("INT") ?? false
                relation.columns.append(.init(name: column, kind: isInteger ? .integer : .text))
                // pk is 1 for the first column of the primary key.
                if row[5] == "1" { relation.indexed.insert(column) }
            }
            for index in try rows("PRAGMA index_list(\(quoted))") {
                // A partial index serves only its own rows.
                guard let name = index[1], index[4] == "0" else { continue }
                let first = try rows("PRAGMA index_info(\(SourceConnection.quote(name)))").first
                if let column = first?[2] { relation.indexed.insert(column) }
            }
            shape.relations.append(relation)
        }
        return shape
    }

    private func targetShape(
        _ schema: String,
        _ wanted: ([String]) throws(LiveFailure) -> Set<String>
    ) throws(LiveFailure) -> LiveShape {
        let rows = try rows(
            """
            SELECT c.relname, a.attname, a.atttypid::regtype::text, EXISTS (
                SELECT 1 FROM pg_catalog.pg_index i
                WHERE i.indrelid = c.oid AND i.indkey[0] = a.attnum
                    AND i.indisvalid AND i.indpred IS NULL)
            FROM pg_catalog.pg_class c
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
            WHERE n.nspname = ? AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
                AND a.attnum > 0 AND NOT a.attisdropped
            ORDER BY c.relname, a.attnum
            """,
            [.text(schema)]
        )
        var shape = LiveShape()
        for row in rows {
            guard let table = row[0], let column = row[1] else { continue }
            if shape.relations.last?.name != table {
                shape.relations.append(.init(name: table, columns: []))
            }
            let last = shape.relations.count - 1
            let kind: LiveShape.Kind =
                switch row[2] {
                case "smallint", "integer", "bigint": .integer
                case "boolean": .boolean
                default: .text
                }
            shape.relations[last].columns.append(.init(name: column, kind: kind))
            if row[3] == "t" { shape.relations[last].indexed.insert(column) }
        }
        shape.follow(recordedNames(schema))
        let known = shape.relations.map { $0.source ?? $0.name }
        let wanted = Set(try wanted(known).map { $0.lowercased() })
        shape.relations.removeAll { relation in
            ![relation.source ?? relation.name, relation.name].contains {
                wanted.contains($0.lowercased())
            }
        }
        return shape
    }

    private func execute(_ sql: String) throws(LiveFailure) {
        switch database {
        case .source(let connection):
            do throws(SourceError) { try connection.execute(sql) } catch { throw .source(error) }
        case .target(let connection, _):
            do throws(TargetError) { try connection.execute(sql) } catch { throw .target(error) }
        }
    }

    /// Writes `$1` and so on for each `?`, integers with their type.
    ///
    /// An untyped parameter would take the column's own type, and a key above its range would be
    /// an error where it is only a key that nothing has.
    private static func numbered(_ sql: String, _ values: [LiveValue]) -> String {
        guard !values.isEmpty else { return sql }
        var numbered = ""
        var next = 0
        for character in sql {
            guard character == "?", next < values.count else {
                numbered.append(character)
                continue
            }
            if case .integer = values[next] {
                numbered += "$\(next + 1)::bigint"
            } else {
                numbered += "$\(next + 1)"
            }
            next += 1
        }
        return numbered
    }
}

// because both connections belong to the thread that made them
@available(*, unavailable)
extension LiveConnection: Sendable {}

extension LiveValue {
    fileprivate var source: SourceValue {
        switch self {
        case .integer(let integer): .integer(integer)
        case .text(let text): .string(text)
        }
    }

    fileprivate var target: TargetParameter {
        switch self {
        case .integer(let integer): .integer(integer)
        case .text(let text): .text(text)
        }
    }
}
