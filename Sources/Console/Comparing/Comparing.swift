import MigrationEngine

/// What was read of both sides for the panes of orders and stock, and what they are limited to.
struct Comparing: Sendable {
    /// The order that is open, as both sides have it.
    var order = Model.Loadable<SideComparison>()
    /// The article that is open, as both sides have it.
    var article = Model.Loadable<SideComparison>()
    /// The units on hand of the articles in the list.
    var stock = Model.Loadable<StockComparison>()
    /// The status or the level that a list is limited to.
    var statuses: [PaneID: String] = [:]
    /// The statuses that orders can have.
    var known: [String] = []
}

/// What is read of both sides.
enum ComparingCommand: Equatable, Sendable {
    case order(ticket: Int, number: String)
    case article(ticket: Int, sku: String)
    case stock(ticket: Int, skus: [String])
}

/// What both sides answered.
enum ComparingMessage: Sendable {
    case order(ticket: Int, Result<SideComparison, MigrationError>)
    case article(ticket: Int, Result<SideComparison, MigrationError>)
    case stock(ticket: Int, Result<StockComparison, MigrationError>)
}

extension Model {
    /// Takes an answer of both sides in.
    mutating func take(_ message: ComparingMessage) {
        switch message {
        case .order(let ticket, let result):
            comparing.order.take(result, ticket: ticket, now: now)
        case .article(let ticket, let result):
            comparing.article.take(result, ticket: ticket, now: now)
        case .stock(let ticket, let result):
            comparing.stock.take(result, ticket: ticket, now: now)
        }
    }

    /// Reads an order from both sides; one question at a time, because a side may not answer soon.
    mutating func compareOrder(_ number: String) -> [Command] {
        guard !comparing.order.isLoading else { return [] }
        let ticket = comparing.order.ask(now: now)
        return [.compare(.order(ticket: ticket, number: number))]
    }

    /// Reads an article from both sides.
    mutating func compareArticle(_ sku: String) -> [Command] {
        guard !comparing.article.isLoading else { return [] }
        let ticket = comparing.article.ask(now: now)
        return [.compare(.article(ticket: ticket, sku: sku))]
    }

    /// Reads the units on hand of the list's articles from both sides.
    mutating func compareStock() -> [Command] {
        guard let rows = inventory.value?.rows, !rows.isEmpty, !comparing.stock.isLoading else {
            return []
        }
        let ticket = comparing.stock.ask(now: now)
        return [.compare(.stock(ticket: ticket, skus: rows.map(\.sku)))]
    }

    /// Keeps the statuses that the profile names; where it names none, those that were seen.
    mutating func keepStatuses() {
        guard let page = orders.value else { return }
        guard page.statuses.isEmpty else {
            comparing.known = page.statuses
            return
        }
        let seen = Set(page.rows.compactMap(\.status)).subtracting(comparing.known)
        comparing.known += seen.sorted()
    }

    // MARK: - Statuses

    /// The statuses or levels that the list of the pane can be limited to.
    var selectableStatuses: [String] {
        switch pane {
        case .orders: comparing.known
        case .inventory: ["critical", "low", "normal"]
        default: []
        }
    }

    /// Limits the list to the next status; behind the last one all rows come again.
    mutating func selectNextStatus() -> [Command] {
        let all = selectableStatuses
        let now = comparing.statuses[pane].flatMap(all.firstIndex)
        let next = now.map { $0 + 1 } ?? 0
        return limit(to: next < all.count ? all[next] : nil)
    }

    /// Limits the list to a status; nil shows all.
    mutating func limit(to status: String?) -> [Command] {
        guard comparing.statuses[pane] != status else { return [] }
        comparing.statuses[pane] = status
        list.selected = nil
        list.index = 0
        forgetRows(of: pane)
        return reload()
    }

    /// What a pane's list is limited to, for its title.
    func limitWords(of pane: PaneID) -> String {
        let status = comparing.statuses[pane].map { "  status \($0)" } ?? ""
        let filter = lists[pane]?.filter ?? ""
        return status + (filter.isEmpty ? "" : "  filter \(Width.clip(filter, to: 30))")
    }
}
