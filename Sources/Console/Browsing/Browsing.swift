import MigrationEngine

/// What was read for the panes that look at any table of any database.
struct Browsing: Sendable {
    /// Pages of one table, read one after the other.
    struct Rows: Sendable, Equatable {
        var page: TableRowsPage
        /// Whether rows at the top were dropped, so that a table never is in memory as a whole.
        var isCutAbove = false
    }

    var dashboards = Model.Loadable<DashboardSides>()
    var quarantine = Model.Loadable<QuarantinePage>()
    var quarantineRow = Model.Loadable<QuarantineDetail>()
    var tables = Model.Loadable<TablesPage>()
    var rows = Model.Loadable<Rows>()
}

/// What the browsing panes ask the engine for.
enum BrowsingCommand: Equatable, Sendable {
    case dashboards(ticket: Int)
    case quarantine(ticket: Int)
    case quarantineRow(ticket: Int, id: Int64)
    case tables(ticket: Int, side: Side)
    case rows(ticket: Int, side: Side, table: String, after: TableKey?)
}

/// What the engine answered.
enum BrowsingMessage: Sendable {
    case dashboards(ticket: Int, Result<DashboardSides, MigrationError>)
    case quarantine(ticket: Int, Result<QuarantinePage, MigrationError>)
    case quarantineRow(ticket: Int, Result<QuarantineDetail, MigrationError>)
    case tables(ticket: Int, Result<TablesPage, MigrationError>)
    case rows(ticket: Int, Result<TableRowsPage, MigrationError>)
}

extension Model {
    /// Rows of a table that are kept for the screen.
    static let browsedRows = 2_000

    /// Takes an answer in.
    mutating func take(_ message: BrowsingMessage) {
        switch message {
        case .dashboards(let ticket, let result):
            browsing.dashboards.take(result, ticket: ticket, now: now)
        case .quarantine(let ticket, let result):
            browsing.quarantine.take(result, ticket: ticket, now: now)
        case .quarantineRow(let ticket, let result):
            browsing.quarantineRow.take(result, ticket: ticket, now: now)
        case .tables(let ticket, let result):
            browsing.tables.take(result, ticket: ticket, now: now)
        case .rows(let ticket, let result): takeRows(result, ticket: ticket)
        }
    }

    private mutating func takeRows(_ result: Result<TableRowsPage, MigrationError>, ticket: Int) {
        let before = browsing.rows.value
        let appended = result.map { page in
            guard var rows = before, rows.page.table == page.table, rows.page.side == page.side,
                !rows.page.rows.isEmpty
            else { return Browsing.Rows(page: page) }
            rows.page.rows += page.rows
            rows.page.nextKey = page.nextKey
            return rows
        }
        browsing.rows.take(appended, ticket: ticket, now: now)
        let surplus = (browsing.rows.value?.page.rows.count ?? 0) - Self.browsedRows
        guard surplus > 0 else { return }
        browsing.rows.value?.page.rows.removeFirst(surplus)
        browsing.rows.value?.isCutAbove = true
        if let index = detail?.index { detail?.index = max(0, index - surplus) }
    }

    /// Reads what a browsing pane shows; nothing for the others.
    mutating func loadBrowsed() -> [Command] {
        switch pane {
        case .dashboard:
            [.browse(.dashboards(ticket: browsing.dashboards.ask(now: now)))]
        case .quarantine:
            [.browse(.quarantine(ticket: browsing.quarantine.ask(now: now)))]
        case .tables:
            [.browse(.tables(ticket: browsing.tables.ask(now: now), side: side))]
        default: []
        }
    }

    /// Reads what was opened in a browsing pane.
    mutating func loadOpened(_ id: String) -> [Command] {
        switch pane {
        case .quarantine:
            guard let number = Int64(id) else { return [] }
            browsing.quarantineRow.reset()
            let ticket = browsing.quarantineRow.ask(now: now)
            return [.browse(.quarantineRow(ticket: ticket, id: number))]
        case .tables:
            browsing.rows.reset()
            return loadRows(of: id, after: nil)
        default: return []
        }
    }

    /// Reads the next rows when the cursor reached the last one that was read.
    mutating func loadMoreRowsIfAtEnd() -> [Command] {
        guard pane == .tables, let detail, detail.row == nil, !browsing.rows.isLoading,
            let page = browsing.rows.value?.page, let key = page.nextKey,
            detail.index >= page.rows.count - 1
        else { return [] }
        return loadRows(of: detail.id, after: key)
    }

    private mutating func loadRows(of table: String, after key: TableKey?) -> [Command] {
        let ticket = browsing.rows.ask(now: now)
        return [.browse(.rows(ticket: ticket, side: side, table: table, after: key))]
    }
}
