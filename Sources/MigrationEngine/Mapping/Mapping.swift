/// What the source becomes.
///
/// Pure functions: the same catalog, census and options give the same DDL, byte for byte.
package enum Mapping {
    /// How the target's schema is chosen.
    package enum Mode: String, Sendable, Codable, CaseIterable {
        /// `plan` for exactly the plan's shape, else `derive`.
        case auto
        /// From the catalog and the census.
        case derive
        /// The migration plan's twelve tables.
        case plan
    }

    /// Maps a source.
    ///
    /// - Parameters:
    ///   - catalog: What the source contains.
    ///   - census: What is stored in it; columns stand in the order of the catalog.
    ///   - mode: How the schema is chosen.
    ///   - schema: The schema that the tables stand in.
    ///   - rules: What the operator prescribes; checked against the catalog.
    /// - Returns: The target's schema, with every decision. Where the plan was asked for and does
    ///   not fit, see ``planMismatch(_:)``, it is derived.
    package static func schema(
        catalog: Catalog,
        census: Census,
        mode: Mode = .auto,
        schema: String = "public",
        rules: MappingRules = MappingRules()
    ) -> TargetSchema {
        var mapped: TargetSchema
        if mode != .derive, planMismatch(catalog) == nil {
            mapped = PlanMapping(catalog: catalog, census: census, schema: schema).mapped()
        } else {
            var deriver = SchemaDeriver(
                catalog: catalog,
                census: census,
                schema: schema,
                rules: rules
            )
            mapped = deriver.derived()
        }
        mapped.apply(rules, catalog, census)
        return mapped
    }

    /// Tells why a source does not have the shape of the migration plan.
    ///
    /// - Parameter catalog: What the source contains.
    /// - Returns: The first difference, nil for exactly the plan's tables and columns.
    package static func planMismatch(_ catalog: Catalog) -> String? {
        let tables = catalog.migratedTables
        for planned in PlanSchema.tables {
            guard let table = tables.first(where: { $0.name.foldedName == planned.name }) else {
                return "the plan's table \"\(planned.name)\" is missing"
            }
            let columns = Set(table.columns.map(\.name.foldedName))
            for column in planned.columns where !columns.contains(column.name) {
                return "the plan's column \"\(planned.name).\(column.name)\" is missing"
            }
            if let other = table.columns.first(where: { column in
                !planned.columns.contains { $0.name == column.name.foldedName }
            }) {
                return "the plan has no column \"\(planned.name).\(other.name)\""
            }
        }
        let names = Set(PlanSchema.tables.map(\.name))
        return tables.first { !names.contains($0.name.foldedName) }
            .map { "the plan has no table \"\($0.name)\"" }
    }
}
