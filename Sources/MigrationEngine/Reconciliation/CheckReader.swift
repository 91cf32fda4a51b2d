import Foundation

/// Reads one check on one side, within a time and on one consistent view.
struct CheckReader {
    let session: LiveSession
    let live: LiveReader
    let keys: [CheckedKey]
    let now: Date
    let seconds: Double
    let cancellation: Cancellation

    var connection: LiveConnection { session.connection }
    var isSource: Bool { connection.side == .source }

    /// Reads a check.
    ///
    /// - Parameter check: The check.
    /// - Returns: What was read, or why it was not.
    /// - Throws: ``LiveFailure`` when the connection was lost or the tables have changed.
    func outcome(
        _ check: Profile.Check
    ) throws(LiveFailure) -> Result<CheckReading, CheckObstacle> {
        var obstacle: CheckObstacle?
        do throws(LiveFailure) {
            let reading = try connection.snapshot { () throws(LiveFailure) -> CheckReading? in
                if !isSource {
                    _ = try connection.rows("SET LOCAL statement_timeout = '\(Int(seconds))s'")
                }
                do throws(CheckFault) {
                    return try read(check.kind, check.expectation)
                } catch {
                    switch error {
                    case .obstacle(let found): obstacle = found
                    case .live(let failure): throw failure
                    }
                    return nil
                }
            }
            if let reading { return .success(reading) }
            return .failure(obstacle ?? .failed("nothing was read"))
        } catch {
            if error.isConnectionLost { throw error }
            // A free query may name what was never there: that is no reason to read it all again.
            return .failure(.failed(words(error)))
        }
    }

    /// Which parents without children on the other side have some on this one.
    ///
    /// - Parameters:
    ///   - check: The check.
    ///   - found: What it found on the other side.
    /// - Returns: Those that have.
    /// - Throws: ``LiveFailure``.
    func parents(
        _ check: Profile.Check,
        among found: [String]
    ) throws(LiveFailure) -> [String] {
        let asked: [CheckedKey]
        switch check.kind {
        case .childless(let parent, let child): asked = [CheckedKey(child: child, parent: parent)]
        case .everyChildless: asked = keys
        default: return []
        }
        return try connection.snapshot { () throws(LiveFailure) in
            var parents: [String] = []
            for key in asked {
                do throws(CheckFault) {
                    parents += try self.parents(key, among: found)
                } catch {
                    if case .live(let failure) = error { throw failure }
                }
            }
            return parents
        }
    }

    /// Runs a query that was made here.
    func rows(_ sql: String) throws(CheckFault) -> [[String?]] {
        do throws(LiveFailure) {
            return try connection.rows(sql, within: seconds, cancellation)
        } catch {
            throw .live(error)
        }
    }

    /// Runs a query that somebody else wrote, which can do nothing but read.
    func foreignRows(_ sql: String) throws(CheckFault) -> [[String?]] {
        guard let source = connection.source else { return try rows(sql) }
        return try source.readingOnly { () throws(CheckFault) in try rows(sql) }
    }

    /// Finds a table of this side.
    func relation(_ table: String) throws(CheckFault) -> LiveShape.Relation {
        guard let relation = session.shape.relation(table) else {
            throw .obstacle(.lacks("the table \"\(table)\""))
        }
        return relation
    }

    /// Finds a column of this side, quoted.
    func column(_ column: Profile.Check.Column) throws(CheckFault) -> String {
        try self.column(column.name, of: try relation(column.table))
    }

    /// Finds a column of a table of this side, quoted.
    func column(_ name: String, of relation: LiveShape.Relation) throws(CheckFault) -> String {
        guard let sql = relation.sql(name) else {
            throw .obstacle(
                .lacks("the column \"\(name)\" of \"\(relation.source ?? relation.name)\"")
            )
        }
        return sql
    }

    /// Reads what a query finds: a key, what is said of it, and the rows that it stands for.
    ///
    /// - Parameters:
    ///   - sql: A query with the columns `k`, `v` and `w`.
    ///   - prefix: What stands before each key.
    ///   - tables: The tables that it reads.
    /// - Returns: The reading.
    /// - Throws: ``CheckFault``.
    func found(
        _ sql: String,
        prefix: String = "",
        tables: [String]
    ) throws(CheckFault) -> CheckReading {
        let rows = try rows(
            """
            SELECT k, v, w, SUM(w) OVER () FROM (
            \(sql)
            ) AS q LIMIT \(CheckReading.most)
            """
        )
        var reading = CheckReading(tables: Set(tables))
        reading.foundRows = rows.first.flatMap { $0[3] }.flatMap { Int64($0) } ?? 0
        reading.found = rows.map { row in
            CheckRow(
                key: prefix + (row[0] ?? "NULL"),
                value: row[1] ?? "",
                weight: row[2].flatMap { Int64($0) } ?? 1
            )
        }
        return reading
    }

    private func words(_ failure: LiveFailure) -> String {
        switch failure {
        case _ where cancellation.isCancelled: "stopped on request"
        case _ where failure.isTooLate:
            "took longer than \(Int(seconds)) s"
                + (isSource && seconds == 5 ? " (the file is not in WAL mode)" : "")
        case .front(let error): error.message
        case .source(let error) where error.message.contains("integer overflow"):
            "a sum leaves 64 bits, so one value is out of all bounds: cutover inspect names the largest"
        case .source(let error): error.message
        // A message about a value repeats the value.
        case .target(let error): error.messageWithoutValues
        }
    }

    private func read(
        _ kind: Profile.Check.Kind,
        _ expectation: Profile.Check.Expectation
    ) throws(CheckFault) -> CheckReading {
        switch kind {
        case .orphans(let child, let parent):
            try orphans(CheckedKey(child: child, parent: parent))
        case .childless(let parent, let child):
            try childless(CheckedKey(child: child, parent: parent))
        case .everyOrphan:
            try every { key throws(CheckFault) in try orphans(key) }
        case .everyChildless:
            try every { key throws(CheckFault) in try childless(key) }
        case .declared(let column, let key, let counted): try declared(column, key: key, counted)
        case .agreeing(let table, let key, let left, let right):
            try agreeing(table, key: key, left, right)
        case .formula: try formula()
        case .levels: try levels()
        case .figures(let names): try figures(names)
        case .notEmpty(let tables): try notEmpty(tables)
        case .dates(let columns, let earliest, let ahead):
            try dates(columns, earliest: earliest, daysAhead: ahead)
        case .sums(let columns, let decimals): try sums(columns, decimals: decimals)
        case .sql(let variants): try query(variants, expectation)
        }
    }

    private func every(
        _ read: (CheckedKey) throws(CheckFault) -> CheckReading
    ) throws(CheckFault) -> CheckReading {
        guard !keys.isEmpty else { throw .obstacle(.lacks("a foreign key")) }
        var reading = CheckReading()
        for key in keys { reading.add(try read(key)) }
        return reading
    }
}

/// What ends the reading of a check.
enum CheckFault: Error {
    case obstacle(CheckObstacle)
    case live(LiveFailure)
}

extension CheckedKey {
    /// A key that a profile states.
    init(child: Profile.Check.Column, parent: Profile.Check.Column) {
        self.init(
            child: child.table,
            childColumns: [child.name],
            parent: parent.table,
            parentColumns: [parent.name]
        )
    }
}
