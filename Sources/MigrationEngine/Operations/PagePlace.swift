/// Where in a list a page is read: whoever walks through a long one never holds it whole.
package enum PagePlace<Key: Sendable & Equatable>: Sendable, Equatable {
    /// The beginning.
    case first
    /// The rows behind a key, that is, nearer to the end.
    case after(Key)
    /// The row with a key, and those behind it.
    case from(Key)
    /// The rows before a key, those next to it.
    case before(Key)
    /// The end.
    case last

    /// Whether the rows are read against the order of the list.
    package var isBackward: Bool {
        switch self {
        case .before, .last: true
        case .first, .after, .from: false
        }
    }

    /// Whether the row with the key itself belongs to the page.
    package var includesKey: Bool {
        if case .from = self { true } else { false }
    }

    /// The key, if there is one.
    package var key: Key? {
        switch self {
        case .after(let key), .from(let key), .before(let key): key
        case .first, .last: nil
        }
    }
}

/// How a page lies in its list, for whoever goes on from it; no part of what is printed.
package struct PageEdges<Key: Sendable & Equatable>: Sendable, Equatable {
    /// The key of each row.
    package var keys: [Key] = []
    /// Whether rows may stand before the first one.
    package var hasMoreBefore = false
    /// Where a search that took long has stopped before its page was full: from here it goes on.
    package var unfinished: Key?
    /// How many rows a search looked at.
    package var lookedAt = 0

    /// A page that is the whole list.
    package init() {}
}

/// A page that others can be put before and behind.
package protocol WalkedPage {
    associatedtype Row: Sendable
    associatedtype Key: Sendable, Equatable

    /// The rows.
    var rows: [Row] { get set }
    /// The key to go on behind; nil at the end of the list.
    var nextKey: Key? { get set }
    /// How it lies in its list.
    var edges: PageEdges<Key> { get set }
}

extension WalkedPage {
    /// Puts a page where it belongs, and drops the rows at the other end when there are too many.
    ///
    /// - Parameters:
    ///   - page: What was read.
    ///   - place: Where it was read.
    ///   - most: How many rows are kept.
    /// - Returns: By how many places the rows that stay have moved toward the end.
    package mutating func take(_ page: Self, at place: PagePlace<Key>, most: Int) -> Int {
        switch place {
        case .first, .from, .last:
            self = page
            return 0
        case .after:
            rows += page.rows
            edges.keys += page.edges.keys
            nextKey = page.nextKey
            edges.unfinished = page.edges.unfinished
            edges.lookedAt += page.edges.lookedAt
            let surplus = max(0, rows.count - most)
            guard surplus > 0 else { return 0 }
            rows.removeFirst(surplus)
            edges.keys.removeFirst(min(surplus, edges.keys.count))
            edges.hasMoreBefore = true
            return -surplus
        case .before:
            rows = page.rows + rows
            edges.keys = page.edges.keys + edges.keys
            edges.hasMoreBefore = page.edges.hasMoreBefore
            edges.unfinished = page.edges.unfinished
            edges.lookedAt += page.edges.lookedAt
            let surplus = max(0, rows.count - most)
            guard surplus > 0 else { return page.rows.count }
            rows.removeLast(surplus)
            edges.keys.removeLast(min(surplus, edges.keys.count))
            nextKey = edges.keys.last
            return page.rows.count
        }
    }
}
