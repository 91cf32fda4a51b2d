import MigrationEngine

/// The application itself around a live run, on a screen that has room for everything at once.
extension OverviewPane {
    /// The rows that what happened last keeps.
    private static let leastRecent = 7
    /// The rows of the boxes above it: titles, a handful of rows, and when they were read.
    private static let around = 9...16
    /// The rows that the application and what happened last need together.
    static let leastAround = around.lowerBound + leastRecent

    /// Draws the workflows, the orders and the stock as their own panes list them.
    ///
    /// - Parameters:
    ///   - model: What is known.
    ///   - rect: The place of what happened last, which gives way.
    ///   - frame: Where it is drawn.
    /// - Returns: The place that is left for what happened last.
    func drawAround(_ model: Model, above rect: Rect, into frame: inout Frame) -> Rect {
        let height = min(Self.around.upperBound, rect.height - Self.leastRecent)
        guard height >= Self.around.lowerBound else { return rect }
        let panes: [(pane: any Pane, share: Int)] = [
            (WorkflowsPane(), 33), (OrdersPane(), 37), (InventoryPane(), 30),
        ]
        var x = rect.x
        for (index, (pane, share)) in panes.enumerated() {
            let isLast = index == panes.count - 1
            let width = isLast ? rect.maxX - x : rect.width * share / 100
            let place = Rect(x: x, y: rect.y, width: width, height: height)
            frame.offer(.pane(pane.id), at: place)
            frame.draw(
                pane.content(model),
                in: place,
                cursor: nil,
                isFocused: false,
                isBoxed: true,
                hasSpots: false,
                glyphs: model.identity.glyphs
            )
            x += width
        }
        var rest = rect
        rest.y += height
        rest.height -= height
        return rest
    }
}

extension Model {
    /// Whether the overview shows the application's lists, too.
    var showsAround: Bool {
        pane == .overview && layout.kind == .wide && phase != nil && operation?.kind != .migrate
    }

    /// Reads the application's lists for the overview; a long search of the orders goes on by key.
    mutating func loadAround() -> [Command] {
        loadWorkflows() + (orderWalk.isLongSearch ? [] : loadOrders()) + loadInventory()
    }
}
