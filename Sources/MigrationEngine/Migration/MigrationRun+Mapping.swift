import Foundation

/// What a run reads before its first row, and what it makes of that in the target.
extension MigrationRun {
    func makeBackup() throws(MigrationError) -> BackupReport {
        try Backup.run(options, tracker: tracker, cancellation: cancellation)
    }

    func readCatalog(
        _ backup: BackupReport
    ) throws(MigrationError) -> (catalog: Catalog, tables: [Catalog.Table]) {
        do throws(SourceError) {
            let connection = try SourceConnection(path: backup.path, access: .immutable)
            try connection.readHeader()
            let catalog = try CatalogReader.read(connection)
            return (catalog, catalog.migratedTables.filter { !rules.skips($0.name) })
        } catch {
            throw SourceFile.failure(error, path: backup.path, stage: "catalog")
        }
    }

    func takeCensus(
        _ backup: BackupReport,
        _ tables: [Catalog.Table]
    ) throws(MigrationError) -> CensusResult {
        tracker.begin(.census, "reading every value")
        return try CensusTaker(
            snapshot: backup.path,
            tables: tables,
            jobs: settings.jobs,
            tracker: tracker,
            cancellation: cancellation
        ).run()
    }

    func map(
        _ catalog: Catalog,
        _ census: Census,
        isBegun: Bool
    ) throws(MigrationError) -> TargetSchema {
        let mapped =
            if mode == TargetSchema.Mode.existing.rawValue {
                try mapExisting(catalog, census, isBegun: isBegun)
            } else {
                try Mapping.schema(
                    catalog: catalog,
                    census: census,
                    modeNamed: mode,
                    schema: schema,
                    rules: rules
                )
            }
        let dropped = mapped.decisions.filter { $0.outcome == .dropped }
        warnings += dropped.prefix(Self.droppedShown).map {
            "not carried over: \($0.subject) of \($0.table): \($0.reason)"
        }
        if dropped.count > Self.droppedShown {
            warnings.append(
                "\(dropped.count - Self.droppedShown) more are not carried over: see cutover plan"
            )
        }
        return mapped
    }

    /// How many of the things that are not carried over a report names by itself.
    private static let droppedShown = 10

    func plans(for mapped: TargetSchema, _ tables: [Catalog.Table]) -> [TablePlan] {
        let known = NameTable(mapped.tables.map { ($0.sourceName, $0) })
        return tables.compactMap { table in
            known[table.name].map {
                TablePlan($0, source: table, schema: schema, casts: existing?.casts[$0.name] ?? [:])
            }
        }
    }

    /// The chunks of the tables that are copied, numbered by the place of their plan.
    func chunks(
        of tables: [Catalog.Table],
        _ chunks: [[Chunk]],
        _ plans: [TablePlan]
    ) -> [[Chunk]] {
        let places = NameTable(plans.indices.map { (plans[$0].table.sourceName, $0) })
        return zip(tables, chunks).compactMap { table, chunks in
            places[table.name].map { place in
                chunks.map { chunk in
                    var chunk = chunk
                    chunk.table = place
                    return chunk
                }
            }
        }
    }

    func createSchema(
        _ mapped: TargetSchema,
        _ backup: BackupReport
    ) throws(MigrationError) {
        tracker.begin(.schema, "making \(mapped.tables.count) tables")
        if settings.isDryRun { identifier = "dry-" + identifier }
        try journal.begin(
            Journal.Run(
                id: identifier,
                sourceFingerprint: sourceFingerprint,
                target: address.redacted,
                targetFingerprint: try onTarget("start") { target throws(TargetError) in
                    try Target.fingerprint(target)
                },
                mode: mapped.mode.rawValue,
                backupPath: backup.path,
                backupSHA256: backup.sha256,
                phase: "schema",
                state: "running",
                startedAt: Date().timeIntervalSince1970
            ),
            sourcePath: SourceFile.realPath(options.source)
        )
        Failpoint.reach(.runRecorded)
        warnings += try onTarget("schema") { target throws(TargetError) in
            try SchemaWriter(target, schema).write(
                mapped,
                run: identifier,
                source: SourceFile.realPath(options.source),
                fingerprint: sourceFingerprint,
                sha256: backup.sha256,
                existing: existing,
                copiedFrom: settings.isDryRun ? options.schema : nil
            )
        }
    }
}
