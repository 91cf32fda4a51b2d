/// A key over the panes, with what it does now.
struct Hint: Equatable, Sendable {
    /// The key, or several that do the same in two directions.
    var key: String
    /// What it does, in a word or two, for the last row.
    var name: String
    /// What it does, for the help; empty repeats the name.
    var help = ""
    /// The higher, the sooner it is left out of a row that is too narrow; 0 always stays.
    var rank = 1
    /// What a click does; nil for the key itself.
    var action: Action.ID?

    init(_ key: String, _ name: String, _ help: String = "", rank: Int = 1) {
        self.key = key
        self.name = name
        self.help = help
        self.rank = rank
    }

    /// What a click on it means; nil for one that names several keys.
    var spot: Spot? { action.map { .action($0) } ?? Key(label: key).map { .key($0) } }

    /// The cells that it takes in the row, with the blanks before it.
    private var cells: Int { Width.cells(key) + 1 + Width.cells(name) + 2 }

    /// The hints that fit, in their order: the least important ones are left out as a whole.
    ///
    /// - Parameters:
    ///   - hints: The keys that work now.
    ///   - columns: The cells of the row; its last one stays free, where some terminals scroll.
    /// - Returns: What fits.
    static func fitted(_ hints: [Hint], columns: Int) -> [Hint] {
        var left = hints
        // The first hint has one blank before it, and the last cell stays free.
        while left.reduce(-1, { $0 + $1.cells }) > columns - 1,
            let least = left.indices.filter({ left[$0].rank > 0 })
                .max(by: { (left[$0].rank, $0) < (left[$1].rank, $1) })
        {
            left.remove(at: least)
        }
        return left
    }

    /// Where each hint of a row stands.
    static func places(_ hints: [Hint]) -> [(hint: Hint, x: Int, width: Int)] {
        var x = -1
        return hints.map { hint in
            // Two blanks before each but the first, which has one.
            defer { x += hint.cells }
            return (hint, x + 2, hint.cells - 2)
        }
    }

    /// The row of hints.
    static func line(_ hints: [Hint]) -> Line {
        hints.enumerated().flatMap { offset, hint in
            [
                Span((offset == 0 ? " " : "  ") + hint.key, .keyHint),
                Span(":\(hint.name)", .keyLabel),
            ]
        }
    }
}
