extension SQLExpression {
    /// The expressions that it consists of; queries inside of it are not looked into.
    var parts: [SQLExpression] {
        switch self {
        case .unary(_, let inside), .isNull(let inside, _), .cast(let inside, _),
            .collate(let inside, _), .inQuery(let inside, _, _):
            [inside]
        case .binary(_, let left, let right): [left, right]
        case .between(let inside, let low, let high, _): [inside, low, high]
        case .inList(let inside, let list, _): [inside] + list
        case .match(_, let inside, let pattern, let escape, _):
            [inside, pattern] + [escape].compactMap { $0 }
        case .conditional(let base, let branches, let otherwise):
            [base, otherwise].compactMap { $0 } + branches.flatMap { [$0.when, $0.then] }
        case .function(_, let list), .aggregate(_, let list, _): list
        case .windowed(let call, let condition, nil): [call] + [condition].compactMap { $0 }
        // What stands over a window is no aggregate of the query's own groups.
        case .windowed(let call, let condition, let window?):
            call.parts + [condition].compactMap { $0 } + window.expressions
        default: []
        }
    }

    /// Whether an aggregate stands in it.
    var hasAggregate: Bool {
        if case .aggregate = self { return true }
        return parts.contains { $0.hasAggregate }
    }

    /// Whether a query stands in it.
    var hasQuery: Bool {
        switch self {
        case .query, .exists, .inQuery: true
        default: parts.contains { $0.hasQuery }
        }
    }

    /// Whether it has one value in each group.
    ///
    /// - Parameters:
    ///   - groups: What is grouped by.
    ///   - own: The keys of the columns of the query's own tables; all others stand still.
    /// - Returns: False when it names a column outside of them and of aggregates.
    func isFixed(in groups: [SQLExpression], own: Set<String>) -> Bool {
        if groups.contains(where: { $0.isSame(as: self) }) { return true }
        switch self {
        case .aggregate, .windowed(_, _, nil): return true
        case .name(let name): return !own.contains(name.foldedName)
        case .member(let table, let name):
            return !own.contains(ExpressionRenderer.key(table, name))
        // Text, or a column: PostgreSQL tells.
        case .doubleQuoted, .query, .exists: return true
        default: return parts.allSatisfy { $0.isFixed(in: groups, own: own) }
        }
    }

    private func isSame(as other: SQLExpression) -> Bool {
        switch (self, other) {
        case (.name(let one), .name(let two)), (.name(let one), .member(_, let two)),
            (.member(_, let one), .name(let two)):
            return one.foldedName == two.foldedName
        case (.member(let table, let one), .member(let other, let two)):
            return table.foldedName == other.foldedName && one.foldedName == two.foldedName
        default: return self == other
        }
    }
}
