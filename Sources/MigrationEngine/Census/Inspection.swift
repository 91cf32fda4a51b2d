import Foundation

/// What `plan` reads: catalog and census of one consistent view of the source.
package struct Inspection: Sendable {
    /// What the source declares.
    package let catalog: Catalog
    /// What is stored.
    package let census: Census
    /// What the profile prescribes.
    let rules: MappingRules

    /// Reads what the mapping needs; writes nothing.
    ///
    /// - Parameters:
    ///   - options: The source.
    ///   - view: One state of it.
    ///   - tracker: Is told how far it is.
    ///   - cancellation: Stops it.
    /// - Returns: What was found.
    /// - Throws: ``MigrationError``.
    static func run(
        _ options: Options,
        _ view: SourceView,
        _ tracker: ProgressTracker,
        _ cancellation: Cancellation
    ) throws(MigrationError) -> Inspection {
        let catalog = try catalog(of: view)
        try catalog.requireTables("plan", view.source)
        let rules = try Profile.load(options.profile, catalog: catalog).rules
        try rules.check(catalog, knowsTypes: false)
        try rules.checkExpressions(try view.opened())
        tracker.begin(.census, "reading every value")
        let census = try CensusTaker(
            snapshot: view.path,
            of: view.source,
            tables: catalog.migratedTables,
            jobs: jobs,
            tracker: tracker,
            cancellation: cancellation
        ).run().census
        return Inspection(catalog: catalog, census: census, rules: rules)
    }

    /// What the source becomes.
    ///
    /// - Parameters:
    ///   - mode: How the schema is made.
    ///   - schema: The schema of the target.
    /// - Returns: The target's schema with every decision.
    /// - Throws: ``MigrationError`` when the source does not have the shape of the mode.
    package func schema(mode: String, schema: String) throws(MigrationError) -> TargetSchema {
        try Mapping.schema(
            catalog: catalog,
            census: census,
            modeNamed: mode,
            schema: schema,
            rules: rules
        )
    }

    static var jobs: Int { max(1, min(4, ProcessInfo.processInfo.activeProcessorCount)) }

    static func catalog(
        of view: SourceView,
        passesOverDamage: Bool = false
    ) throws(MigrationError) -> Catalog {
        do throws(SourceError) {
            let connection = try view.open()
            return try CatalogReader.read(connection, passesOverDamage: passesOverDamage)
        } catch {
            throw view.failure(error, nil)
        }
    }
}

extension Catalog {
    /// Refuses a source without a table: nothing could be migrated, and nothing compared says that
    /// anything arrived.
    ///
    /// - Parameters:
    ///   - stage: What was to be done.
    ///   - path: The source.
    /// - Throws: ``MigrationError``.
    func requireTables(_ stage: String, _ path: String) throws(MigrationError) {
        guard migratedTables.isEmpty else { return }
        throw MigrationError(
            .sourceEmpty,
            "the source has no table: it is a valid SQLite database with nothing to migrate",
            place: .init(stage, side: .source, path: path),
            remedy: "give the application's own database with --source PATH (a mistyped path that "
                + "SQLite opened once is an empty database); see what it holds with: cutover inspect"
        )
    }
}
