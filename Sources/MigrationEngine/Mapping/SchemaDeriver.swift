/// Derives the target's schema from what the source declares and what it stores.
struct SchemaDeriver {
    private let catalog: Catalog
    private let census: Census
    private let schema: String
    private let rules: MappingRules
    // tables, indexes and sequences share one name space in a schema
    private var relations = NameRegistry()
    private var result: TargetSchema

    /// Prepares.
    ///
    /// - Parameters:
    ///   - catalog: What the source contains.
    ///   - census: What is stored.
    ///   - schema: The schema that the tables stand in.
    ///   - rules: What the operator prescribes.
    init(
        catalog: Catalog,
        census: Census,
        schema: String,
        rules: MappingRules = MappingRules()
    ) {
        self.catalog = catalog
        self.census = census
        self.schema = schema
        self.rules = rules
        result = TargetSchema(mode: .derive, schema: schema)
    }

    /// Derives all of it.
    ///
    /// - Returns: The schema.
    mutating func derived() -> TargetSchema {
        let tables = catalog.migratedTables.filter { !rules.skips($0.name) }
        let names = names(of: tables)
        var indexNames: NameTable<String> = [:]
        for index in tables.flatMap(\.indexes) {
            indexNames[index.name] = relations.take(index.name)
        }
        var derivers = zip(tables, names).map { table, name in
            TableDeriver(
                table,
                name: name,
                schema: schema,
                census: census.tables[table.name] ?? TableCensus(),
                rules: rules
            )
        }
        for place in derivers.indices {
            derivers[place].derive(indexNames, &relations)
        }
        let parents = derivers
        for place in derivers.indices {
            derivers[place].deriveForeignKeys(parents, catalog)
            result.tables.append(derivers[place].target)
            result.decisions += derivers[place].decisions
        }
        result.decisions += TargetSchema.decisionsOnVirtualTables(catalog)
        var views = ViewDeriver(catalog, derivers, schema: schema, relations)
        let readable = views.derive()
        let triggers = Self.triggers(readable, schema: schema, catalog)
        result.additions = views.additions + triggers.additions
        result.decisions += views.decisions + triggers.decisions
        result.preamble += HelperFunction.called(in: result).map { $0.statement(schema) }
        return result
    }

    /// The tables' names in the target: first those that the profile asks for.
    private mutating func names(of tables: [Catalog.Table]) -> [String] {
        var asked: NameTable<String> = [:]
        for table in tables {
            guard let name = rules.table(table.name)?.rename else { continue }
            asked[table.name] = relations.take(name)
        }
        return tables.map { table in
            let number = table.part?.number ?? 1
            let suffix = number == 1 ? "" : "_\(number)"
            return asked[table.name] ?? relations.take(table.storedName + suffix)
        }
    }
}
