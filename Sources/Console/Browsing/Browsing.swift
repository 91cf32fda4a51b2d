import MigrationEngine

/// What was read for the panes that look at any table of any database.
struct Browsing: Sendable {
    var dashboards = Model.Loadable<DashboardSides>()
    var quarantine = Model.Loadable<QuarantinePage>()
    var quarantineRow = Model.Loadable<QuarantineDetail>()
    var tables = Model.Loadable<TablesPage>()
    /// A part of the table that is open: a table never is in memory as a whole.
    var rows = Model.Loadable<TableRowsPage>()
    var rowWalk = Walk<TableKey>()
}

/// What the browsing panes ask the engine for.
enum BrowsingCommand: Equatable, Sendable {
    case dashboards(ticket: Int)
    case quarantine(ticket: Int)
    case quarantineRow(ticket: Int, id: Int64)
    case tables(ticket: Int, side: Side)
    case rows(ticket: Int, side: Side, table: String, at: PagePlace<TableKey>)
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
    ///
    /// - Parameter message: The answer.
    /// - Returns: What is read because of it.
    mutating func take(_ message: BrowsingMessage) -> [Command] {
        switch message {
        case .dashboards(let ticket, let result):
            browsing.dashboards.take(result, ticket: ticket, now: now)
        case .quarantine(let ticket, let result):
            browsing.quarantine.take(result, ticket: ticket, now: now)
        case .quarantineRow(let ticket, let result):
            browsing.quarantineRow.take(result, ticket: ticket, now: now)
        case .tables(let ticket, let result):
            browsing.tables.take(result, ticket: ticket, now: now)
        case .rows(let ticket, let result): return takeRows(result, ticket: ticket)
        }
        keepSelection()
        return []
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
            // What a wide screen shows already stays until it is read again.
            if browsing.rows.value?.table != id || browsing.rows.value?.side != side {
                browsing.rows.reset()
            }
            browsing.rowWalk = Walk()
            return walkRows(of: id, to: .first)
        default: return []
        }
    }
}
