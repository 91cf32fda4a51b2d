import MigrationEngine

/// What is read for the row that the cursor rests on, so that a wide screen shows what Enter would
/// open.
struct Peek: Equatable, Sendable {
    /// How long the cursor must rest: who runs through a list asks for nothing.
    static let rest = 0.3
    /// Seconds between two readings of the same row.
    static let interval = 5.0

    var pane: PaneID
    var id: String
    /// When the cursor came to the row.
    var since: Double
    /// When it was read last.
    var askedAt: Double?
}

extension Model {
    /// When the row under the cursor is to be read; nil when it is not.
    var peekDueAt: Double? {
        guard let peek, canPeek, peek.askedAt == nil else { return nil }
        return peek.since + Peek.rest
    }

    /// Whether what Enter would open is shown beside the list: a screen with room for it, and lists
    /// that are read by themselves.
    private var canPeek: Bool {
        [.orders, .inventory, .quarantine, .tables].contains(pane) && layout.kind == .wide
            && !isZoomed && detail == nil && overlay == nil && prompt == nil && leaving == nil
            && heldAt == nil && refreshSeconds != .infinity
    }

    /// Reads the row that the cursor rests on.
    mutating func peekIfDue() -> [Command] {
        guard canPeek, let id = selectedRow?.id else {
            peek = nil
            return []
        }
        guard var peek, peek.pane == pane, peek.id == id else {
            peek = Peek(pane: pane, id: id, since: now)
            return []
        }
        let isFirst = peek.askedAt == nil
        let since = peek.askedAt ?? peek.since
        guard now - since >= (isFirst ? Peek.rest : max(Peek.interval, refreshSeconds)) else {
            return []
        }
        let commands = read(peek, isFirst: isFirst)
        if !commands.isEmpty {
            peek.askedAt = now
            self.peek = peek
        }
        return commands
    }

    private mutating func read(_ peek: Peek, isFirst: Bool) -> [Command] {
        switch peek.pane {
        case .orders: return isCostly(comparing.order) ? [] : compareOrder(peek.id)
        case .inventory: return isCostly(comparing.article) ? [] : compareArticle(peek.id)
        case .quarantine:
            guard isFirst, let number = Int64(peek.id) else { return [] }
            let ticket = browsing.quarantineRow.ask(now: now)
            return [.browse(.quarantineRow(ticket: ticket, id: number))]
        case .tables:
            guard isFirst else { return [] }
            browsing.rows.reset()
            browsing.rowWalk = Walk()
            return walkRows(of: peek.id, to: .first)
        default: return []
        }
    }

    /// Whether the last reading took so long that the databases get a rest of ten times that: nobody
    /// has asked for this one.
    private func isCostly(_ loadable: Loadable<SideComparison>) -> Bool {
        guard let askedAt = loadable.askedAt, let loadedAt = loadable.loadedAt, loadedAt > askedAt
        else { return false }
        return now - loadedAt < (loadedAt - askedAt) * 10
    }
}
