extension SQLExpression {
    /// The folded names of all columns that it may name.
    var names: Set<String> {
        switch self {
        case .name(let name), .doubleQuoted(let name): [name.foldedName]
        case .unary(_, let inside), .isNull(let inside, _), .cast(let inside, _),
            .collate(let inside, _):
            inside.names
        case .binary(_, let left, let right): left.names.union(right.names)
        case .between(let inside, let low, let high, _):
            inside.names.union(low.names).union(high.names)
        case .inList(let inside, let list, _): list.reduce(inside.names) { $0.union($1.names) }
        case .match(_, let inside, let pattern, let escape, _):
            inside.names.union(pattern.names).union(escape?.names ?? [])
        case .conditional(let base, let branches, let otherwise):
            branches.reduce((base?.names ?? []).union(otherwise?.names ?? [])) {
                $0.union($1.when.names).union($1.then.names)
            }
        case .member(_, let name): [name.foldedName]
        case .inQuery(let inside, _, _): inside.names
        case .function(_, let list), .aggregate(_, let list, _):
            list.reduce([]) { $0.union($1.names) }
        case .windowed: parts.reduce([]) { $0.union($1.names) }
        default: []
        }
    }
}
