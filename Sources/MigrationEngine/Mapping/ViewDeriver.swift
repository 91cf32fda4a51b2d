/// Derives the views and triggers of the target from those of the source.
struct ViewDeriver {
    private let catalog: Catalog
    private let schema: String
    private var relations: Relations
    private var names: NameRegistry
    /// Views under way, so that two that read each other end.
    private var open: Set<String> = []
    private var derived: Set<String> = []
    /// What is made after the keys, in the order in which it can be made.
    private(set) var additions: [TargetSchema.Addition] = []
    /// The decisions, one for each view.
    private(set) var decisions: [TargetSchema.Decision] = []

    /// Prepares.
    ///
    /// - Parameters:
    ///   - catalog: What the source contains.
    ///   - tables: The tables of the target.
    ///   - schema: The schema that everything stands in.
    ///   - names: The names that are taken in the schema.
    init(
        _ catalog: Catalog,
        _ tables: [TableDeriver],
        schema: String,
        _ names: NameRegistry
    ) {
        self.catalog = catalog
        self.schema = schema
        self.names = names
        relations = Relations()
        relations.schema = schema
        for table in tables where table.source.part == nil {
            relations.add(table.relation, named: table.source.name)
        }
        for table in tables {
            guard let part = table.source.part, part.number == 1 else { continue }
            let parts = tables.filter { $0.source.part?.of == part.of }
            if let relation = Relations.joined(part.names, parts) {
                relations.add(relation, named: part.of)
            } else {
                relations.refuse(
                    part.of,
                    Refusal("the columns of \"\(part.of)\" stand in \(part.count) tables")
                )
            }
        }
        for table in catalog.tables where table.virtualRows != nil && table.virtualRows != .own {
            relations.refuse(
                table.name,
                Refusal("the virtual table \"\(table.name)\" is not copied")
            )
        }
    }

    /// Derives all of them.
    ///
    /// - Returns: What views and triggers can read.
    mutating func derive() -> Relations {
        for view in catalog.views { derive(view) }
        return relations
    }

    private mutating func derive(_ view: Catalog.View) {
        let folded = view.name.foldedName
        guard !derived.contains(folded), open.insert(folded).inserted else { return }
        defer {
            open.remove(folded)
            derived.insert(folded)
        }
        do throws(Refusal) {
            let statement = try Self.statement(of: view)
            for other in catalog.views
            where other.name.foldedName != folded && statement.readsAnywhere(other.name) {
                derive(other)
            }
            try add(view, statement)
        } catch {
            relations.refuse(
                view.name,
                Refusal("it reads the view \"\(view.name)\", which is not carried over")
            )
            decide(view, "", .dropped, error.reason)
        }
    }

    private static func statement(of view: Catalog.View) throws(Refusal) -> SelectStatement {
        var parser = ExpressionParser(view.sql, grammar: .query)
        let statement = try parser.view()
        guard !view.columns.isEmpty else { throw Refusal("SQLite itself cannot read it") }
        return statement
    }

    private mutating func add(
        _ view: Catalog.View,
        _ statement: SelectStatement
    ) throws(Refusal) {
        var outer = ExpressionRenderer(columns: [:], place: .query)
        outer.relations = relations
        var renderer = QueryRenderer(outer)
        let query = try renderer.render(statement)
        guard query.results.count == view.columns.count else {
            throw Refusal("it has other columns than SQLite gives")
        }
        guard query.results.count <= 1_600 else {
            throw Refusal("it has \(query.results.count) columns, and PostgreSQL's have 1600")
        }
        let name = names.take(view.name)
        let columns = QueryRenderer.columns(view.columns, query.results)
        let list = columns.map { TargetName.quote($0.target) }.joined(separator: ", ")
        let qualified = TargetName.qualified(name, schema)
        let sql = "CREATE VIEW \(qualified) (\(list)) AS \(query.sql)"
        relations.add(.init(sql: qualified, columns: columns), named: view.name)
        additions.append(
            .init(statement: .init(object: "view \(name)", sql: sql, isOptional: true))
        )
        let notes = renderer.notes
        decide(
            view,
            sql,
            notes.isEmpty ? .translated : .changed,
            notes.first ?? "the same rows, said for the types"
        )
    }

    private mutating func decide(
        _ view: Catalog.View,
        _ target: String,
        _ outcome: TargetSchema.Decision.Outcome,
        _ reason: String
    ) {
        decisions.append(
            .init(
                table: view.name,
                column: nil,
                subject: "view",
                source: view.sql,
                target: target,
                outcome: outcome,
                reason: reason
            )
        )
    }
}

extension TargetSchema {
    /// Something that stands beside the tables and that no row depends on.
    package struct Addition: Sendable, Equatable {
        /// What makes it.
        package var statement: Statement
        /// Statements that the server must understand for it to work, which are not run.
        package var probes: [String] = []
    }
}

extension ExpressionParser {
    /// Reads a `CREATE VIEW` text.
    ///
    /// - Returns: What the view gives.
    /// - Throws: ``Refusal``.
    mutating func view() throws(Refusal) -> SelectStatement {
        guard cursor.take("CREATE") else { throw notUnderstood }
        guard !cursor.sees("TEMP"), !cursor.sees("TEMPORARY") else { throw notUnderstood }
        guard cursor.take("VIEW") else { throw notUnderstood }
        _ = cursor.take("IF", "NOT", "EXISTS")
        _ = try name()
        if cursor.takeSymbol(".") { _ = try name() }
        // SQLite tells the columns' names, however they came about.
        if cursor.seesSymbol("(") { _ = try names() }
        guard cursor.take("AS") else { throw notUnderstood }
        let statement = try select()
        _ = cursor.takeSymbol(";")
        guard cursor.isAtEnd else { throw notUnderstood }
        return statement
    }
}

extension SelectStatement {
    /// Whether it reads a table or view by name, in FROM or in an expression.
    ///
    /// - Parameter name: The name.
    /// - Returns: True when it does.
    func readsAnywhere(_ name: String) -> Bool {
        reads(name) || queries.contains { $0.readsAnywhere(name) }
    }

    /// The queries inside of its expressions, and of the queries that it reads.
    private var queries: [SelectStatement] {
        var expressions: [SQLExpression] = order.map(\.expression)
        var found = commonTables.map(\.query)
        for core in cores {
            expressions += [core.condition, core.having].compactMap { $0 } + core.grouping
            expressions += core.windows.flatMap(\.window.expressions)
            expressions += core.rows.flatMap { $0 }
            for column in core.columns {
                if case .expression(let expression, _, _) = column {
                    expressions.append(expression)
                }
            }
            for source in core.sources {
                if let condition = source.condition { expressions.append(condition) }
                if case .query(let query) = source.relation { found.append(query) }
            }
        }
        return found + expressions.flatMap(\.queries)
    }
}

extension SQLExpression {
    /// The queries inside of it.
    var queries: [SelectStatement] {
        let inside = parts.flatMap(\.queries)
        switch self {
        case .query(let query), .exists(let query), .inQuery(_, let query, _):
            return inside + [query]
        default: return inside
        }
    }
}
