import MigrationEngine

/// Actions that change what is seen, and nothing else.
extension Actions {
    /// Panes whose rows are all here, so that they can be sorted here.
    private static let sortable: Set<PaneID> = [
        .migrate, .verify, .workflows, .inventory, .dashboard, .quarantine, .tables, .watch,
        .checks,
    ]

    /// Orders come page by page along their key: the database has no other order for them.
    private static let ordersWording: @Sendable (Model) -> (name: String, help: String)? = {
        guard $0.pane == .orders else { return nil }
        let other = $0.ordersOrder == .newestFirst ? "oldest first" : "newest first"
        return (other, "\(other), by the key; the pages come so from the database")
    }

    static let screen: [Action] = [
        Action(
            .palette,
            "command",
            [.character(":")],
            "type what shall be done; Tab completes",
            .global,
            rank: 7
        ),
        Action(
            .sort,
            "sort",
            [.character("s")],
            "sort by the next column, then unsorted",
            .list,
            in: sortable.union([.orders]),
            wording: ordersWording,
            unless: { model in
                if model.detail != nil { return "close the detail first" }
                if model.pane == .orders { return nil }
                return model.isListPart
                    ? "only a part of the list is here; \(model.key(.filter)) searches all of it"
                    : nil
            }
        ),
        Action(
            .reverseSort,
            "reverse",
            [.character("S")],
            "sort the other way round",
            .list,
            in: sortable.union([.orders]),
            wording: ordersWording,
            unless: { model in
                if model.detail != nil { return "close the detail first" }
                if model.pane == .orders { return nil }
                return model.list.sort == nil
                    ? "the list is not sorted; \(model.key(.sort)) sorts it" : nil
            }
        ),
        Action(
            .copyName,
            "copy",
            [.character("y")],
            "the row's name into the clipboard",
            .list,
            unless: { $0.whyNotTaken }
        ),
        Action(
            .copyRow,
            "copy row",
            [.character("Y")],
            "the whole row into the clipboard, with tabs",
            .list,
            unless: { $0.whyNotTaken }
        ),
        Action(
            .export,
            "export",
            [.character("e")],
            "the list as a CSV file; :export FILE chooses name and form",
            .list,
            unless: { $0.takenTable == nil ? "there is no list here" : nil }
        ),
        Action(
            .zoom,
            "zoom",
            [.character("Z")],
            "the box with the double line alone, or all boxes again",
            .list,
            in: withDetail,
            unless: { model in
                model.isZoomed || model.layout.hasBoxes
                    ? nil : "a screen of this size shows one box anyway"
            }
        ),
        Action(
            .hold,
            "hold",
            [.character("z")],
            "hold the screen still; the work goes on",
            .global
        ),
        Action(
            .slower,
            "slower",
            [.character("-")],
            "read the lists less often, at last only when asked",
            .global,
            unless: { $0.refreshSeconds == .infinity ? "they are read only when asked" : nil }
        ),
        Action(
            .faster,
            "faster",
            [.character("+")],
            "read the lists more often",
            .global,
            unless: { $0.refreshSeconds <= 0.5 ? "twice a second is the most" : nil }
        ),
    ]
}
