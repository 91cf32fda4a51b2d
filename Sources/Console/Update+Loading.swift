import MigrationEngine

extension Model {
    /// Reads again what the pane shows.
    mutating func reload() -> [Command] {
        // What could not be read is asked for again wherever the operator looks next.
        (unreadable == nil ? [] : [.loadEarlier]) + loadPane()
    }

    /// Reads what the operator asks for: the pane, and which side is live, which nothing else reads
    /// while the refreshing is off.
    mutating func readAgain() -> [Command] {
        if isReadOnRequest { forgetRows(of: .orders) }
        let standing = cutover.status.askedAt == nil ? [] : loadStatus()
        return switch pane {
        case .code: standing + loadCode()
        case .checks: standing + reconcile()
        default: standing + reload()
        }
    }

    private mutating func loadPane() -> [Command] {
        switch pane {
        case .overview: loadSides() + (showsAround ? loadAround() : [])
        case .workflows: loadWorkflows()
        case .orders:
            (isReadOnRequest ? goOnSearching() : loadOrders())
                + (detail.map { loadOrderItems($0.id) + compareOrder($0.id) } ?? [])
        case .inventory:
            loadInventory() + (detail.map { loadTransactions($0.id) + compareArticle($0.id) } ?? [])
        case .dashboard, .quarantine, .tables: loadBrowsed()
        // To prove the code takes a while and may install what it needs: only r does it.
        case .code: []
        case .watch: loadWatch()
        // To ask for every figure reads whole tables: only r does it.
        case .checks: []
        case .migrate, .verify, .log: []
        }
    }

    /// Proves the code; a proof takes its time, so that only one is under way.
    mutating func loadCode() -> [Command] {
        guard !code.isLoading else { return [] }
        isProofStopping = false
        return [.loadCode(ticket: code.ask(now: now))]
    }

    /// Whether the key that stops what runs means the proof: where it is looked at, and while
    /// nothing runs that must not wait for a second thought.
    var stopsProof: Bool {
        pane == .code && code.isLoading && operation?.kind.mustFinish != true
    }

    /// Stops the proof of the code; it writes nothing, so nobody is asked.
    mutating func stopProof() -> [Command] {
        isProofStopping = true
        audit("you asked to stop the proof of the code")
        return [.cancelCode]
    }

    /// Takes in what a proof has found, or that it was stopped.
    mutating func takeCode(_ result: Result<CodeListing, MigrationError>, ticket: Int) {
        guard ticket == code.ticket else { return }
        code.take(result, ticket: ticket, now: now)
        defer { isProofStopping = false }
        guard isProofStopping, case .failure(let error) = result, error.code == .interrupted else {
            return
        }
        notify("the proof was stopped; \(key(.refresh)) begins it again", .statusWarn)
    }

    /// Runs the business checks; only one run is under way.
    mutating func reconcile() -> [Command] {
        reconciliation.isLoading ? [] : [.reconcile(ticket: reconciliation.ask(now: now))]
    }

    /// Reads a live list again when it is old enough and no answer is awaited.
    mutating func refreshIfDue() -> [Command] {
        guard let live, !live.isLoading, !isReadOnRequest else { return [] }
        guard let askedAt = live.askedAt else { return loadPane() }
        // A watch goes on in every pane, at its own pace.
        guard pane != .watch, now - askedAt >= refreshSeconds else { return [] }
        return showsAround ? loadAround() : loadPane()
    }

    /// Reads the workflows of the live side.
    mutating func loadWorkflows() -> [Command] {
        [.loadWorkflows(ticket: workflows.ask(now: now), side: identity.liveSide)]
    }

    /// Reads the orders that are here again; those that the filter asks for.
    mutating func loadOrders() -> [Command] {
        orderWalk.landing = nil
        let count = orders.value?.rows.count ?? 0
        return walkOrders(
            to: orderWalk.again(orders.value),
            limit: max(count, Self.ordersOfPage)
        )
    }

    /// Reads the items of an order.
    mutating func loadOrderItems(_ orderNumber: String) -> [Command] {
        [
            .loadOrderItems(
                ticket: orderItems.ask(now: now),
                side: side,
                orderNumber: orderNumber
            )
        ]
    }

    /// Reads the articles that are here again; those that the filter asks for.
    mutating func loadInventory() -> [Command] {
        stockWalk.landing = nil
        let count = inventory.value?.rows.count ?? 0
        return walkStock(
            to: stockWalk.again(inventory.value),
            limit: max(count, Self.articlesOfPage)
        )
    }

    /// Reads the movements of an article.
    mutating func loadTransactions(_ sku: String) -> [Command] {
        [.loadTransactions(ticket: transactions.ask(now: now), side: side, sku: sku)]
    }

    /// How long the data of the pane has been old, in seconds; nil while it is fresh.
    var staleSeconds: Double? {
        if let staleStanding { return staleStanding }
        guard let live, let loadedAt = live.loadedAt, !isReadOnRequest else { return nil }
        let age = now - loadedAt
        return age > 3 * (pane == .watch ? watchSeconds : refreshSeconds) ? age : nil
    }

    /// For how many seconds nothing newer has come of where the run stands; nil while it is fresh,
    /// and while a clock of its own says that PostgreSQL does not answer.
    var staleStanding: Double? {
        guard silentSeconds == nil else { return nil }
        if let operation, let progressAt, !operation.isCancelling, !operation.kind.mustFinish {
            let silence = now - progressAt
            if silence > (operation.kind == .follow ? Self.standingSeconds : 15) { return silence }
        }
        guard phase != nil, operation == nil, let loadedAt = cutover.status.loadedAt else {
            return nil
        }
        let age = now - loadedAt
        let isAwaited =
            cutover.status.isLoading
            && now - (cutover.status.askedAt ?? now) > Self.standingSeconds
        return isAwaited || age > 5 * refreshSeconds ? age : nil
    }

    /// Seconds without news of where a run stands, which comes several times a second while it is
    /// followed.
    private static let standingSeconds = 5.0

    /// Reads what the two sides are.
    mutating func loadSides() -> [Command] {
        [.loadSides(ticket: sides.ask(now: now))]
    }

    /// What is known of the live list that is shown, whatever its rows are.
    private var live: (isLoading: Bool, askedAt: Double?, loadedAt: Double?)? {
        switch pane {
        case .overview where showsAround:
            (
                workflows.isLoading || orders.isLoading || inventory.isLoading,
                workflows.askedAt, workflows.loadedAt
            )
        case .workflows: (workflows.isLoading, workflows.askedAt, workflows.loadedAt)
        case .orders: (orders.isLoading, orders.askedAt, orders.loadedAt)
        case .inventory: (inventory.isLoading, inventory.askedAt, inventory.loadedAt)
        case .dashboard:
            (
                browsing.dashboards.isLoading, browsing.dashboards.askedAt,
                browsing.dashboards.loadedAt
            )
        case .quarantine:
            (
                browsing.quarantine.isLoading, browsing.quarantine.askedAt,
                browsing.quarantine.loadedAt
            )
        case .tables:
            (browsing.tables.isLoading, browsing.tables.askedAt, browsing.tables.loadedAt)
        case .watch: (watch.isLoading, watch.askedAt, watch.loadedAt)
        case .overview, .migrate, .verify, .log, .code, .checks: nil
        }
    }
}
