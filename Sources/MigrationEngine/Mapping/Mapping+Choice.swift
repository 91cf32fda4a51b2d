extension Mapping {
    /// Maps a source in the mode that a command was given.
    ///
    /// - Parameters:
    ///   - catalog: What the source contains.
    ///   - census: What is stored in it.
    ///   - name: The mode's name: `auto`, `derive` or `plan`.
    ///   - schema: The schema that the tables stand in.
    ///   - rules: What the operator prescribes.
    /// - Returns: The target's schema, with every decision.
    /// - Throws: ``MigrationError`` of code `configuration` when the plan was asked for and the
    ///   source does not have its shape, when there is no such mode, or when a rule cannot be followed.
    package static func schema(
        catalog: Catalog,
        census: Census,
        modeNamed name: String,
        schema: String,
        rules: MappingRules = MappingRules()
    ) throws(MigrationError) -> TargetSchema {
        guard let mode = Mode(rawValue: name) else {
            throw MigrationError(
                .usage,
                "there is no mode \"\(name)\"",
                place: .init("mapping"),
                remedy: "give --mode auto, derive, plan or existing"
            )
        }
        if mode == .plan, let mismatch = planMismatch(catalog) {
            throw MigrationError(
                .configuration,
                "the source does not have the plan's shape: \(mismatch)",
                place: .init("mapping", side: .source),
                remedy: "use --mode derive, which takes every table as it is"
            )
        }
        try rules.check(catalog)
        if mode != .derive, planMismatch(catalog) == nil { try rules.checkPlan() }
        return Mapping.schema(
            catalog: catalog,
            census: census,
            mode: mode,
            schema: schema,
            rules: rules
        )
    }
}
