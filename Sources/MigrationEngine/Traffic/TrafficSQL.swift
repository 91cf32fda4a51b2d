/// A statement with named values, written once for both sides.
///
/// A value stands as `:name`; names are letters, digits and `_`. Text in quotes holds no colon.
struct TrafficSQL: Sendable {
    /// The statement for SQLite, with `?` for values.
    let source: String
    /// The statement for PostgreSQL, with `$1` and so on.
    let target: String
    /// The names of the values, in order; one that is used twice stands twice.
    let names: [String]

    init(_ text: String) {
        var source = ""
        var target = ""
        var names: [String] = []
        var rest = text[...]
        while let colon = rest.firstIndex(of: ":") {
            let name = rest[rest.index(after: colon)...]
                .prefix { $0.isLetter || $0.isNumber || $0 == "_" }
            names.append(String(name))
            source += rest[..<colon] + "?"
            target += rest[..<colon] + "$\(names.count)"
            rest = rest[name.endIndex...]
        }
        self.source = source + rest
        self.target = target + rest
        self.names = names
    }
}

/// The values of one cycle by name: drawn at its start, then joined by what was picked.
typealias TrafficValues = [String: SourceValue]

extension TrafficSQL {
    private init(source: String, target: String, names: [String]) {
        self.source = source
        self.target = target
        self.names = names
    }

    /// The same query with something before it that has no values.
    ///
    /// - Parameter prefix: What stands before.
    /// - Returns: The query.
    func prefixed(_ prefix: String) -> TrafficSQL {
        TrafficSQL(source: prefix + source, target: prefix + target, names: names)
    }

    /// The same query, locking the rows that it reads in PostgreSQL.
    var locking: TrafficSQL {
        TrafficSQL(source: source, target: target + " FOR UPDATE", names: names)
    }
}
