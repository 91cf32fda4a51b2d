/// Tables that the application's own migrations made: matched, or refused before a row is written.
extension MigrationRun {
    /// Makes sure that the live source matches the tables, before anything is read or written.
    func requireMatching() throws(MigrationError) {
        let source = try SourceFile.open(options.source, stage: "start")
        let catalog: Catalog
        do throws(SourceError) {
            catalog = try CatalogReader.read(source)
        } catch {
            throw SourceFile.failure(error, path: options.source, stage: "start")
        }
        try require(try match(catalog, nil, isBegun: false))
    }

    /// Maps the source onto the tables.
    func mapExisting(
        _ catalog: Catalog,
        _ census: Census,
        isBegun: Bool
    ) throws(MigrationError) -> TargetSchema {
        if isBegun { try putBack() }
        let matched = try match(catalog, census, isBegun: isBegun)
        try require(matched)
        let mapping = settings.isDryRun ? matched.placed(in: schema) : matched
        existing = mapping
        warnings += mapping.aside.filter { $0.column == nil && $0.side == .target }
            .prefix(20).map {
                "table \"\($0.table)\": \($0.reason)"
            }
        return mapping.target
    }

    /// Lets triggers and foreign keys rest once more, for the rest of an unfinished run.
    func restAgain(_ mapping: ExistingMapping) throws(MigrationError) {
        let run = identifier
        try onTarget("schema") { target throws(TargetError) in
            try target.execute("BEGIN")
            do throws(TargetError) {
                try ExistingTarget(target: target, run: run).rest(mapping)
                try target.execute("COMMIT")
            } catch {
                try? target.execute("ROLLBACK")
                throw error
            }
        }
    }

    /// Puts keys and triggers back as they were, so that the catalog tells of them again.
    private func putBack() throws(MigrationError) {
        do {
            problems += try ExistingTarget(target: target, run: identifier).restore()
        } catch let error as TargetError {
            throw TargetFailure.wrap(error, stage: "schema", address: address, kept: kept)
        } catch {
            throw MigrationError(
                .internal,
                "an unexpected error",
                place: .init("schema"),
                kept: kept,
                remedy: "report it with the log of the run",
                cause: .text(String(describing: error))
            )
        }
    }

    private func match(
        _ catalog: Catalog,
        _ census: Census?,
        isBegun: Bool
    ) throws(MigrationError) -> ExistingMapping {
        try rules.checkExisting()
        let (run, schema, rules) = (identifier, options.schema, rules)
        return try onTarget("mapping") { target throws(TargetError) in
            ExistingMapping(
                catalog,
                try ExistingCatalog(target, schema: schema),
                census: census,
                begun: isBegun ? try RunState.tables(of: run, target) : [],
                rules: rules
            )
        }
    }

    private func require(_ mapping: ExistingMapping) throws(MigrationError) {
        try mapping.requireFit(address, schema: options.schema)
    }
}

extension ExistingMapping {
    /// How many things a message names by itself.
    private static let shown = 20

    /// Refuses tables that the source cannot be copied into as it is.
    ///
    /// - Parameters:
    ///   - address: The target.
    ///   - schema: The schema of the tables.
    /// - Throws: ``MigrationError`` that lists every reason of the first kind there is.
    func requireFit(_ address: TargetAddress, schema: String) throws(MigrationError) {
        let place = MigrationError.Place("mapping", side: .target, path: address.redacted)
        if !refusals.isEmpty {
            throw MigrationError(
                .configuration,
                "the target's tables do not fit the source: \(Self.list(refusals))",
                place: place,
                remedy: "run the application's migrations on the target, mend them, or rename or "
                    + "skip tables and columns in the profile; look again with: "
                    + "cutover plan --mode existing"
            )
        }
        if !missingRights.isEmpty {
            throw MigrationError(
                .targetPermission,
                "user \"\(address.user)\" lacks: \(Self.list(missingRights))",
                place: place,
                remedy: "connect as the owner of the tables, or as the owner: "
                    + "GRANT owner TO \(address.user)"
            )
        }
        if !filled.isEmpty {
            let counts = filled.map { "\"\($0.table)\" (\($0.rows) rows)" }
            let names = filled.map { TargetName.qualified($0.table, schema) }
            throw MigrationError(
                .targetNotEmpty,
                "tables of the target hold rows already: \(Self.list(counts))",
                place: place,
                remedy: "where the source's rows shall stand in their place, empty them: "
                    + "TRUNCATE \(names.joined(separator: ", ")) CASCADE; "
                    + "else give another database"
            )
        }
    }

    private static func list(_ items: [String]) -> String {
        let more = items.count > shown ? " and \(items.count - shown) more" : ""
        return items.prefix(shown).joined(separator: "; ") + more
    }
}
