package import MigrationEngine

extension InProcessEngine {
    /// Rows in quarantine that the console lists: more than anybody looks through.
    private static let listedRows = 10_000

    /// See ``BrowsingEngine``.
    package func dashboards() -> DashboardSides {
        comparing { both in both.dashboards() }
    }

    /// See ``BrowsingEngine``.
    package func quarantined() throws -> QuarantinePage {
        try Quarantine.list(options, limit: Self.listedRows, most: Self.listedRows)
    }

    /// See ``BrowsingEngine``.
    package func quarantinedRow(_ id: Int64) throws -> QuarantineDetail {
        try Quarantine.show(options, id: id)
    }

    /// See ``BrowsingEngine``.
    package func accept(
        rows: [Int64],
        by author: String,
        reason: String
    ) throws -> AcceptReport {
        let selection = QuarantineSelection(ids: rows)
        return try Quarantine.accept(options, selection, reason: reason, by: author)
    }

    /// See ``BrowsingEngine``.
    package func replay(rows: [Int64]) throws -> ReplayReport {
        try Quarantine.replay(options, QuarantineSelection(ids: rows), by: author)
    }

    /// See ``BrowsingEngine``.
    package func tables(side: Side) throws -> TablesPage {
        try reading(side) { reader throws(MigrationError) in try reader.tables() }
    }

    /// See ``BrowsingEngine``.
    package func rows(
        side: Side,
        table: String,
        at place: PagePlace<TableKey>
    ) throws -> TableRowsPage {
        try reading(side) { reader throws(MigrationError) in
            try reader.rows(of: table, at: place)
        }
    }
}
