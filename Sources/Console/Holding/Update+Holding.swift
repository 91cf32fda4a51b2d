/// A screen that is held still: what it shows stays as it was, and the operator looks around in it.
extension Model {
    /// Keys that only look: they leave a held screen held.
    private static let looks: Set<Action.ID> = [
        .up, .down, .pageUp, .pageDown, .first, .last, .open, .zoom, .help, .hold, .cancel,
    ]

    /// Holds the screen, or lets it go on.
    mutating func toggleHold() {
        guard heldAt == nil else {
            letGo()
            return notify("the screen goes on")
        }
        held = [self]
        heldAt = now
        isOpenedSinceHeld = false
        notify("the screen is held, to look around in; \(key(.hold)) goes on")
    }

    /// Lets the screen go on.
    mutating func letGo() {
        heldAt = nil
        held = []
    }

    /// Does an action on a held screen; what does more than look lets it go on, and says so.
    ///
    /// - Parameter action: The action.
    /// - Returns: The commands it leads to.
    mutating func performHeld(_ action: Action.ID) -> [Command] {
        let closes = [.back, .quit].contains(action) && detail != nil
        guard closes || Self.looks.contains(action) else {
            letGo()
            let commands = perform(action)
            let words = notice.map { "; \($0.text)" } ?? ""
            if exit == nil { notify("the screen goes on\(words)", notice?.style ?? .text) }
            return commands
        }
        guard !held.isEmpty else { return perform(action) }
        switch action {
        case .up, .down, .pageUp, .pageDown, .first, .last:
            let page = max(1, layout.body.height - 5)
            let steps: [Action.ID: Int] = [
                .up: -1, .down: 1, .pageUp: -page, .pageDown: page, .first: -1_000_000,
                .last: 1_000_000,
            ]
            moveHeld(by: steps[action] ?? 0)
            return []
        case .open where detail == nil:
            guard let row = heldView?.selectedRow else { return [] }
            let commands = open(row.id)
            isOpenedSinceHeld = true
            held[0].detail = detail
            return commands
        case .open, .back, .quit:
            look { _ = $0.perform(action) }
            return []
        default: return perform(action)
        }
    }

    /// Goes some rows on in what is held.
    mutating func moveHeld(by rows: Int) {
        look { _ = $0.move(by: rows) }
    }

    /// Goes on in what is held: only where the operator is in it changes, and nothing is read.
    private mutating func look(_ work: (inout Model) -> Void) {
        guard var view = heldView else { return }
        work(&view)
        held[0].lists = view.lists
        held[0].detail = view.detail
        // Where the screen goes on, it does so from here.
        lists = view.lists
        detail = view.detail
    }

    /// What a held screen shows; nil while it goes on, and under a question.
    var heldView: Model? {
        guard heldAt != nil, overlay == nil, var view = held.first, view.pane == pane else {
            return nil
        }
        view.size = size
        view.isZoomed = isZoomed
        view.identity.glyphs = identity.glyphs
        // What was opened since was read for it.
        guard isOpenedSinceHeld else { return view }
        view.orderItems = orderItems
        view.transactions = transactions
        view.comparing.order = comparing.order
        view.comparing.article = comparing.article
        view.browsing.rows = browsing.rows
        view.browsing.quarantineRow = browsing.quarantineRow
        return view
    }
}
