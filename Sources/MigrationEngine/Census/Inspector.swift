import Foundation

/// Finds out everything that `inspect` shows, around damaged pages where there are some.
package struct Inspector: Sendable {
    private let options: Options
    private let view: SourceView
    private let catalog: Catalog
    private let rules: MappingRules
    private let tracker: ProgressTracker
    private let cancellation: Cancellation

    /// Reads the source; writes nothing.
    ///
    /// - Parameters:
    ///   - options: The source.
    ///   - observer: Is told how far it is.
    ///   - cancellation: Stops it.
    /// - Returns: What was found.
    /// - Throws: ``MigrationError``.
    package static func run(
        _ options: Options,
        observer: Observer,
        cancellation: Cancellation
    ) throws(MigrationError) -> InspectReport {
        let tracker = ProgressTracker(observer)
        let view = try SourceView(
            options,
            tracker,
            cancellation,
            stage: "inspect",
            passesOverDamage: true
        )
        defer { view.remove() }
        let catalog = try Inspection.catalog(of: view, passesOverDamage: true)
        let rules = try Profile.load(options.profile, catalog: catalog).rules
        try rules.check(catalog)
        try rules.checkExpressions(try view.opened())
        let inspector = Inspector(
            options: options,
            view: view,
            catalog: catalog,
            rules: rules,
            tracker: tracker,
            cancellation: cancellation
        )
        return try inspector.report()
    }

    private func report() throws(MigrationError) -> InspectReport {
        let tables = catalog.migratedTables
        tracker.begin(.census, "reading every value")
        let (view, cancellation) = (view, cancellation)
        let check = Background("quick_check") { () throws(MigrationError) -> [String] in
            let connection = try view.opened()
            return try view.reading(cancellation, connection) { () throws(SourceError) in
                // CHECK constraints can ask for large values.
                try connection.takingTurns { () throws(SourceError) in
                    try IntegrityCheck.damage(connection)
                }
            }
        }
        let result = Result { () throws(MigrationError) in
            try CensusTaker(
                snapshot: view.path,
                of: view.source,
                tables: tables,
                jobs: Inspection.jobs,
                depth: .full,
                tracker: tracker,
                cancellation: cancellation
            ).run()
        }
        let damage = Result { () throws(MigrationError) in try check.value() }
        let (found, messages) = (try result.get(), try damage.get())
        let schema = try Mapping.schema(
            catalog: catalog,
            census: found.census,
            modeNamed: "auto",
            schema: options.schema,
            rules: rules
        )
        let problems = try problems(found, schema)
        return try finish(found, schema, problems, messages)
    }

    // MARK: - Columns

    private func problems(
        _ found: CensusResult,
        _ schema: TargetSchema
    ) throws(MigrationError) -> NameTable<[Int: [InspectReport.Problem]]> {
        var works: [ProblemScan.Work] = []
        for (table, look) in zip(catalog.migratedTables, found.closeLooks) {
            let target = schema.tables.first { $0.sourceName.isExactly(table.name) }
            let census = found.census.tables[table.name] ?? TableCensus()
            var columns: [(place: Int, target: TargetColumn?)] = []
            for (place, column) in table.columns.enumerated()
            where place < min(census.columns.count, look.columns.count) {
                let into = target?.columns.first { $0.sourceName.isExactly(column.name) }
                let judge = ProblemJudge(column, into)
                if judge.isOpen(census.columns[place], look.columns[place]) {
                    columns.append((place, into))
                }
            }
            for start in stride(from: 0, to: columns.count, by: CensusTaker.widest) {
                let some = columns[start..<min(columns.count, start + CensusTaker.widest)]
                works.append(.init(table: table, columns: Array(some)))
            }
        }
        if !works.isEmpty { tracker.activity("finding the rows with problems") }
        let scan = ProblemScan(
            snapshot: view,
            jobs: Inspection.jobs,
            tracker: tracker,
            cancellation: cancellation
        )
        let lists = try scan.run(works)
        var problems: NameTable<[Int: [InspectReport.Problem]]> = [:]
        for (work, list) in zip(works, lists) {
            var list = list
            if let census = found.census.tables[work.table.name] {
                for (place, target) in work.columns {
                    guard let target, let own = list[place] else { continue }
                    list[place] = own.map { $0.naming(target, census.columns[place]) }
                }
            }
            problems[work.table.name, default: [:]].merge(list) { first, _ in first }
        }
        return problems
    }

    // MARK: - The rest

    private func finish(
        _ found: CensusResult,
        _ schema: TargetSchema,
        _ problems: NameTable<[Int: [InspectReport.Problem]]>,
        _ damage: [String]
    ) throws(MigrationError) -> InspectReport {
        tracker.activity("comparing keys")
        let connection = try view.opened()
        return try view.reading(cancellation, connection) { () throws(SourceError) in
            let names = NameReport(catalog: catalog, schema: schema)
            let damage = try schemaDamage(connection) + damage
            var report = InspectReport(
                source: try describe(),
                integrity: .init(ok: damage.isEmpty, messages: damage, tables: []),
                tables: [],
                notMigrated: names.notMigrated(),
                names: names.names(),
                orphans: []
            )
            let search = OrphanSearch(
                catalog: catalog,
                schema: schema,
                connection: connection
            )
            for (table, look) in zip(catalog.migratedTables, found.closeLooks) {
                let inspection = TableInspection(
                    table: table,
                    target: schema.tables.first { $0.sourceName.isExactly(table.name) },
                    census: found.census.tables[table.name] ?? TableCensus(),
                    look: look,
                    problems: problems[table.name] ?? [:]
                )
                report.tables.append(try inspection.report(connection))
                report.orphans += try search.orphans(of: table)
                if !damage.isEmpty || !look.gaps.isEmpty || look.damage != nil,
                    let hurt = try inspection.damage(connection)
                {
                    report.integrity.tables.append(hurt)
                }
            }
            if !report.integrity.tables.isEmpty { report.integrity.ok = false }
            return report
        }
    }

    /// Says so when the catalog is not all there is.
    private func schemaDamage(_ connection: SourceConnection) throws(SourceError) -> [String] {
        do throws(SourceError) {
            _ = try connection.integer("SELECT count(sql) FROM main.sqlite_schema")
            return []
        } catch {
            guard error.isDamage else { throw error }
            return ["the list of tables is damaged: what stands behind the damage is not shown"]
        }
    }

    private func describe() throws(SourceError) -> InspectReport.Source {
        // The view is a copy: size and journal mode are asked of the file itself.
        let source = try SourceConnection(path: options.source, access: .readOnly)
        source.passOverDamage()
        try source.readHeader()
        var status = stat()
        stat(options.source, &status)
        var mode = ""
        if case .text(let bytes)? = try source.first("PRAGMA journal_mode") {
            mode = String(decoding: bytes.filter { $0 != 0 }, as: UTF8.self)
        }
        return InspectReport.Source(
            path: options.source,
            sizeBytes: Int(status.st_size),
            journalMode: mode,
            fingerprint: (try? SourceFile.fingerprint(source, path: options.source)) ?? "",
            encoding: source.encoding.rawValue
        )
    }
}

extension SourceView {
    /// Runs a query on the view that can be stopped, and wraps its errors.
    ///
    /// - Parameters:
    ///   - cancellation: Stops it.
    ///   - connection: The connection of the query.
    ///   - work: The query.
    /// - Returns: What the query gave.
    /// - Throws: ``MigrationError``.
    func reading<Value>(
        _ cancellation: Cancellation,
        _ connection: SourceConnection,
        _ work: () throws(SourceError) -> Value
    ) throws(MigrationError) -> Value {
        do throws(SourceError) {
            return try cancellation.whileRunning(connection.interrupter(), work)
        } catch {
            try cancellation.check("inspect", kept: .untouched)
            throw failure(error, nil)
        }
    }
}

extension InspectReport.Problem {
    /// Names the conversions that would keep such values.
    fileprivate func naming(_ target: TargetColumn, _ stored: ColumnCensus) -> Self {
        guard outcome == .quarantine,
            let names = ProblemKind(rawValue: kind)?.conversions(target, stored), !names.isEmpty
        else { return self }
        var named = self
        named.remedy +=
            "; or convert them by a profile: conversions = ["
            + names.map { "\"\($0.rawValue)\"" }.joined(separator: ", ") + "]"
        return named
    }
}
