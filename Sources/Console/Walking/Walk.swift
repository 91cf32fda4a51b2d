import MigrationEngine

/// How the console walks through a list that is too long to be held: a window of it is here, and
/// the rows at its ends are read when the cursor comes near them.
struct Walk<Key: Sendable & Equatable>: Equatable, Sendable {
    /// An end of the list.
    enum End: Equatable, Sendable {
        case beginning
        case end
    }

    /// Where the newest question reads.
    var place = PagePlace<Key>.first
    /// The end that the cursor goes to when the answer comes.
    var landing: End?
    /// Since when rows are looked for that no index finds; nil when there is nothing to look for.
    var searchingSince: Double?
    /// Whether one answer was not enough for the search: then it is not begun again by itself.
    var isLongSearch = false
    /// Whether the operator has stopped the search.
    var isStopped = false

    /// Where the rows are that the cursor will need soon.
    ///
    /// - Parameters:
    ///   - page: The rows that are here.
    ///   - index: The cursor.
    ///   - margin: How near it may come to an end of them.
    /// - Returns: The place; nil when there are enough.
    func next<Page: WalkedPage>(
        in page: Page,
        cursor index: Int,
        margin: Int
    ) -> PagePlace<Key>? where Page.Key == Key {
        if index >= page.rows.count - margin, let key = page.nextKey { return .after(key) }
        guard index < margin, page.edges.hasMoreBefore else { return nil }
        let unfinished = place.isBackward ? page.edges.unfinished : nil
        return (unfinished ?? page.edges.keys.first).map { .before($0) }
    }

    /// Where the rows that are here are read again.
    ///
    /// - Parameter page: The rows; nil when there are none.
    /// - Returns: The place.
    func again<Page: WalkedPage>(_ page: Page?) -> PagePlace<Key> where Page.Key == Key {
        guard let page, page.edges.hasMoreBefore, let key = page.edges.keys.first else {
            return .first
        }
        return .from(key)
    }

    /// Takes note of an answer.
    ///
    /// - Parameters:
    ///   - isUnfinished: Whether a search has stopped before its page was full.
    ///   - now: The time.
    mutating func answered(isUnfinished: Bool, now: Double) {
        if isUnfinished {
            isLongSearch = true
            searchingSince = searchingSince ?? now
        } else {
            searchingSince = nil
            isStopped = false
        }
    }
}

extension WalkedPage {
    /// Whether this is a part of a longer list.
    var isPart: Bool { nextKey != nil || edges.hasMoreBefore }

    /// What else there is of the list, in words; empty when all of it is here.
    var restWords: String {
        switch (edges.hasMoreBefore, nextKey != nil) {
        case (true, true): ", more above and below"
        case (true, false): ", the end of the list; more above"
        case (false, true): ", more below"
        case (false, false): ""
        }
    }
}
