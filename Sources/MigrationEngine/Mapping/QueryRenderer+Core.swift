extension QueryRenderer {
    /// One SELECT of a query, taken apart until all are known.
    struct RenderedCore {
        var operation: String
        var head: String
        var names: [String]
        var results: [Rendered]
        /// How the results are written in the source, for ORDER BY.
        var expressions: [SQLExpression?]
        var aliases: [String?]
        var tail: String
        var renderer: ExpressionRenderer
        var givesOneRow: Bool
        var isDistinct: Bool
        /// The rows of VALUES.
        var rows: [[Rendered]]

        var sql: String {
            guard rows.isEmpty else {
                let list = rows.map { "(\($0.map(\.sql).joined(separator: ", ")))" }
                return "VALUES \(list.joined(separator: ", "))"
            }
            let list = results.map(\.sql).joined(separator: ", ")
            return "\(head)\(list.isEmpty ? "" : " ")\(list)\(tail)"
        }
    }

    mutating func core(
        _ core: SelectStatement.Core,
        isPart: Bool
    ) throws(Refusal) -> RenderedCore {
        guard core.rows.isEmpty else { return try values(core) }
        var scope = try scope(core.sources)
        var names: [String] = []
        var results: [Rendered] = []
        var expressions: [SQLExpression?] = []
        var aliases: [String?] = []
        for column in core.columns {
            switch column {
            case .all:
                for (name, known) in Self.star(scope, nil) {
                    names.append(name)
                    results.append(known)
                    expressions.append(.name(name))
                    aliases.append(nil)
                }
            case .allOf(let alias):
                for (name, known) in Self.star(scope, alias) {
                    names.append(name)
                    results.append(known)
                    expressions.append(.member(alias, name))
                    aliases.append(nil)
                }
            case .expression(let expression, let alias, let text):
                names.append(alias ?? Self.name(of: expression) ?? text)
                results.append(try result(expression, &scope.renderer, results.count))
                expressions.append(expression)
                aliases.append(alias)
            }
        }
        for (alias, expression) in zip(aliases, expressions) {
            guard let alias, let expression,
                alias.foldedName != Self.name(of: expression)?.foldedName
            else { continue }
            scope.renderer.aliases[alias.foldedName] = expression
        }
        let tail = try tail(core, &scope, expressions)
        notes = scope.renderer.notes
        if core.isDistinct || isPart {
            for result in results where result.collation != nil {
                throw Refusal("equal rows are found by a collation other than BINARY")
            }
        }
        let isAggregate = core.columns.contains { $0.hasAggregate } && core.grouping.isEmpty
        return RenderedCore(
            operation: core.operation,
            head: "SELECT" + (core.isDistinct ? " DISTINCT" : ""),
            names: names,
            results: results.map { Self.output($0) },
            expressions: expressions,
            aliases: aliases,
            tail: tail,
            renderer: scope.renderer,
            givesOneRow: isAggregate || core.sources.isEmpty,
            isDistinct: core.isDistinct,
            rows: []
        )
    }

    /// One value of a result; a computed truth value is a number to whoever reads it.
    private mutating func result(
        _ expression: SQLExpression,
        _ renderer: inout ExpressionRenderer,
        _ place: Int
    ) throws(Refusal) -> Rendered {
        if let column = stored?.element(at: place) {
            return try renderer.assigned(expression, to: column)
        }
        let value = try renderer.render(expression)
        return value.kind == .boolean && value.affinity == nil
            ? ExpressionRenderer.number(value) : value
    }

    /// A value as the target must give it out: text sorts byte by byte, NULL has a type.
    static func output(_ result: Rendered) -> Rendered {
        var output = result
        if result.kind == .null {
            output.sql = "NULL::text"
            output.power = .cast
        } else if result.kind == .text, !result.isCollated {
            output.sql = "\(result.inside(.unary)) COLLATE \"C\""
            output.power = .other
            output.isCollated = true
        }
        output.literal = nil
        return output
    }

    private mutating func values(_ core: SelectStatement.Core) throws(Refusal) -> RenderedCore {
        var renderer = outer
        renderer.relations = relations
        var rows: [[Rendered]] = []
        for row in core.rows {
            var values: [Rendered] = []
            for (place, expression) in row.enumerated() {
                values.append(Self.output(try result(expression, &renderer, place)))
            }
            rows.append(values)
        }
        let first = rows.first ?? []
        guard rows.allSatisfy({ $0.map(\.kind) == first.map(\.kind) }) else {
            throw Refusal("the rows of VALUES hold several kinds of value in one column")
        }
        return RenderedCore(
            operation: core.operation,
            head: "VALUES",
            names: first.indices.map { "column\($0 + 1)" },
            results: first,
            expressions: first.map { _ in nil },
            aliases: first.map { _ in nil },
            tail: "",
            renderer: renderer,
            givesOneRow: rows.count == 1,
            isDistinct: false,
            rows: rows
        )
    }

    private static func star(
        _ scope: Scope,
        _ alias: String?
    ) -> [(name: String, value: Rendered)] {
        var seen: Set<String> = []
        var found: [(name: String, value: Rendered)] = []
        for table in scope.tables {
            if let alias, table.alias.foldedName != alias.foldedName { continue }
            for (name, column) in table.columns {
                let folded = name.foldedName
                if alias == nil, scope.merged.contains(folded), !seen.insert(folded).inserted {
                    continue
                }
                found.append((name, scope.renderer.value(of: column)))
            }
        }
        return found
    }

    private static func name(of expression: SQLExpression) -> String? {
        switch expression {
        case .name(let name), .member(_, let name), .doubleQuoted(let name): name
        default: nil
        }
    }

    // MARK: - WHERE, GROUP BY, HAVING

    private mutating func tail(
        _ core: SelectStatement.Core,
        _ scope: inout Scope,
        _ expressions: [SQLExpression?]
    ) throws(Refusal) -> String {
        var sql = core.sources.isEmpty ? "" : " FROM \(scope.sql)"
        if let condition = core.condition {
            sql += " WHERE \(try scope.renderer.condition(condition).sql)"
        }
        var groups: [SQLExpression] = []
        var texts: [String] = []
        for expression in core.grouping {
            var group = expression
            if case .integer(let place) = expression {
                guard let found = expressions.element(at: Int(place) - 1) ?? nil else {
                    throw Refusal("GROUP BY \(place) is no column of the result")
                }
                group = found
            }
            let rendered = try scope.renderer.render(group)
            guard rendered.collation == nil else {
                throw Refusal("it groups by a collation other than BINARY")
            }
            if let alias = Self.name(of: group),
                let meant = scope.renderer.aliases[alias.foldedName],
                scope.renderer.columns[alias.foldedName] == nil
            {
                groups.append(meant)
            }
            groups.append(group)
            texts.append(rendered.sql)
        }
        if !texts.isEmpty { sql += " GROUP BY " + texts.joined(separator: ", ") }
        if let having = core.having {
            sql += " HAVING \(try scope.renderer.condition(having).sql)"
        }
        if !core.windows.isEmpty {
            guard groups.isEmpty, core.having == nil, !core.columns.contains(where: \.hasAggregate)
            else { throw Refusal("it names a window over groups") }
            var windows: [String] = []
            for named in core.windows {
                let name = TargetName.quote(named.name.foldedName)
                windows.append("\(name) AS \(try scope.renderer.over(named.window))")
            }
            sql += " WINDOW " + windows.joined(separator: ", ")
        }
        let isGrouped =
            !groups.isEmpty || core.having != nil || core.columns.contains { $0.hasAggregate }
        if isGrouped {
            let own = scope.keys
            let bare = expressions.compactMap { $0 }.first { !$0.isFixed(in: groups, own: own) }
            guard bare == nil, !core.columns.contains(.all) || !groups.isEmpty else {
                throw Refusal(
                    "it gives a column that is neither grouped by nor aggregated, of which "
                        + "SQLite takes the value of any row"
                )
            }
        }
        return sql
    }

    // MARK: - Compounds and ORDER BY

    /// Gives the columns of all parts of a compound one type.
    mutating func unify(_ cores: inout [RenderedCore]) throws(Refusal) {
        guard cores.count > 1 else { return }
        let width = cores[0].results.count
        guard cores.allSatisfy({ $0.results.count == width }) else {
            throw Refusal("the parts of the query have different numbers of columns")
        }
        for column in 0..<width {
            let kinds = Set(cores.map { $0.results[column].kind }).subtracting([.null])
            guard kinds.count > 1 || cores.contains(where: { $0.results[column].kind == .null })
            else { continue }
            let numbers: Set<Rendered.Kind> = [.integer, .real, .numeric, .boolean]
            guard kinds.count <= 1 || kinds.isSubset(of: numbers), cores.allSatisfy(\.rows.isEmpty)
            else {
                throw Refusal(
                    "column \(column + 1) of the compound is "
                        + kinds.map(\.rawValue).sorted().joined(separator: " and ")
                )
            }
            for place in cores.indices {
                let result = cores[place].results[column]
                if result.kind == .boolean, kinds.count > 1 {
                    cores[place].results[column] = ExpressionRenderer.number(result)
                } else if result.kind == .null, let kind = kinds.first {
                    cores[place].results[column] = Self.null(kind)
                }
            }
            let all = cores.map { $0.results[column] }
            cores[0].results[column].kind = ExpressionRenderer.commonKind(all)
            if Set(all.map(\.affinity)).count > 1 { cores[0].results[column].affinity = nil }
        }
    }

    private static func null(_ kind: Rendered.Kind) -> Rendered {
        let type =
            switch kind {
            case .integer: "bigint"
            case .real: "double precision"
            case .null: "text"
            default: kind.rawValue
            }
        return Rendered(sql: "NULL::\(type)", kind: kind, power: .cast)
    }

    func order(_ term: SelectStatement.Order, _ cores: [RenderedCore]) throws(Refusal) -> String {
        let first = cores[0]
        let nullsFirst = term.nullsFirst ?? !term.isDescending
        let ending =
            (term.isDescending ? " DESC" : "") + " NULLS " + (nullsFirst ? "FIRST" : "LAST")
        var expression = term.expression
        var explicit: String?
        if case .collate(let inside, let name) = expression {
            expression = inside
            explicit = name
        }
        if let place = Self.place(of: expression, first) {
            let result = first.results[place]
            guard let collation = explicit ?? result.collation, collation != "BINARY",
                result.kind == .text
            else { return "\(place + 1)\(ending)" }
            guard cores.count == 1, !first.isDistinct else {
                throw Refusal("it orders by a collation other than BINARY")
            }
            return try ExpressionRenderer.key(result, collation).sql + ending
        }
        guard cores.count == 1 else {
            throw Refusal("it orders a compound by something that is no column of it")
        }
        var renderer = first.renderer
        var result = try renderer.value(term.expression)
        guard result.literal == nil else { throw Refusal("it orders by a constant") }
        if let collation = result.collation {
            result = try ExpressionRenderer.key(result, collation)
        }
        return Self.output(result).inside(.other) + ending
    }

    private static func place(of expression: SQLExpression, _ core: RenderedCore) -> Int? {
        if case .integer(let number) = expression {
            return core.results.indices.contains(Int(number) - 1) ? Int(number) - 1 : nil
        }
        if let name = name(of: expression) {
            // An alias wins over a column here.
            let alias = core.aliases.firstIndex { $0?.foldedName == name.foldedName }
            if let alias { return alias }
        }
        if let same = core.expressions.firstIndex(of: expression) { return same }
        guard let name = name(of: expression) else { return nil }
        let matches = core.names.indices.filter { core.names[$0].foldedName == name.foldedName }
        return matches.count == 1 && core.expressions[matches[0]].map { Self.name(of: $0) } != nil
            ? matches[0] : nil
    }
}

extension SelectStatement.ResultColumn {
    /// Whether an aggregate stands in it.
    var hasAggregate: Bool {
        if case .expression(let expression, _, _) = self { return expression.hasAggregate }
        return false
    }
}

extension QueryRenderer.Scope {
    /// The columns of its own tables, alone and together with their table.
    fileprivate var keys: Set<String> {
        Set(
            tables.flatMap { table in
                table.columns.flatMap { column in
                    [column.name.foldedName, ExpressionRenderer.key(table.alias, column.name)]
                }
            }
        )
    }
}
