import Foundation

/// What `inspect` and `plan` read: catalog and census of one consistent view of the source.
package struct Inspection: Sendable {
    /// What the source declares.
    package let catalog: Catalog
    /// What is stored.
    package let census: Census
    /// Both, in the shape of the command contract.
    package let report: InspectReport
    /// What the profile prescribes.
    private let rules: MappingRules

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
    ) throws(MigrationError) -> Inspection {
        let tracker = ProgressTracker(observer)
        let source = try SourceFile.open(options.source, stage: "inspect")
        let view = try SourceView(options, tracker, cancellation)
        let catalog = try reading(options) { () throws(SourceError) in
            try CatalogReader.read(try view.open())
        }
        guard !catalog.migratedTables.isEmpty else {
            throw MigrationError(
                .sourceEmpty,
                "the source has no table",
                place: .init("inspect", side: .source, path: options.source),
                remedy: "give the application's own database with --source PATH"
            )
        }
        let rules = try Profile.load(options.profile, catalog: catalog).rules
        try rules.check(catalog)
        try rules.checkExpressions(source)
        tracker.begin(.census, "reading every value")
        let census = try CensusTaker(
            snapshot: view.path,
            tables: catalog.migratedTables,
            jobs: max(1, min(4, ProcessInfo.processInfo.activeProcessorCount)),
            tracker: tracker,
            cancellation: cancellation
        ).run().census
        let report = try reading(options) { () throws(SourceError) in
            let connection = try view.open()
            var report = InspectReport(
                source: try describe(source, options.source),
                tables: [],
                orphans: []
            )
            for table in catalog.migratedTables {
                let found = census.tables[table.name] ?? TableCensus()
                report.tables.append(
                    try TableInspection(table, found, connection).report()
                )
                report.orphans += try orphans(table, connection)
            }
            return report
        }
        return Inspection(catalog: catalog, census: census, report: report, rules: rules)
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

    private static func reading<Value>(
        _ options: Options,
        _ work: () throws(SourceError) -> Value
    ) throws(MigrationError) -> Value {
        do throws(SourceError) {
            return try work()
        } catch {
            throw SourceFile.failure(error, path: options.source, stage: "inspect")
        }
    }

    private static func describe(
        _ source: SourceConnection,
        _ path: String
    ) throws(SourceError) -> InspectReport.Source {
        var status = stat()
        stat(path, &status)
        var mode = ""
        if case .text(let bytes)? = try source.first("PRAGMA journal_mode") {
            mode = String(decoding: bytes, as: UTF8.self)
        }
        return InspectReport.Source(
            path: path,
            sizeBytes: Int(status.st_size),
            journalMode: mode,
            fingerprint: try SourceFile.fingerprint(source, path: path)
        )
    }

    private static func orphans(
        _ table: Catalog.Table,
        _ connection: SourceConnection
    ) throws(SourceError) -> [InspectReport.Orphans] {
        guard !table.foreignKeys.isEmpty else { return [] }
        let rows = try connection.orphans(in: table)
        return table.foreignKeys.map { key in
            InspectReport.Orphans(
                table: table.name,
                references: key.parentTable,
                columns: key.columns,
                rows: rows[key.pragmaID] ?? 0
            )
        }
    }
}

/// What one table stores, with the keys of rows that need a decision.
struct TableInspection {
    private static let keyLimit = 20

    private let table: Catalog.Table
    private let census: TableCensus
    private let connection: SourceConnection

    init(_ table: Catalog.Table, _ census: TableCensus, _ connection: SourceConnection) {
        self.table = table
        self.census = census
        self.connection = connection
    }

    func report() throws(SourceError) -> InspectReport.Table {
        var report = InspectReport.Table(name: table.name, rows: census.rows, columns: [])
        for (index, column) in table.columns.enumerated() where index < census.columns.count {
            let found = census.columns[index]
            var shapes: [String: Int] = [:]
            for (shape, count) in found.shapes { shapes[shape.rawValue] = count }
            report.columns.append(
                InspectReport.Column(
                    name: column.name,
                    declaredType: column.declaredType,
                    notNull: column.isNotNull,
                    storage: InspectReport.Storage(
                        integer: found.integers,
                        real: found.reals,
                        text: found.texts,
                        blob: found.blobs,
                        null: found.nulls
                    ),
                    min: bound(found.minimumInteger, found.minimumReal, by: <),
                    max: bound(found.maximumInteger, found.maximumReal, by: >),
                    shapes: shapes,
                    problems: try problems(column, found)
                )
            )
        }
        return report
    }

    private func bound(
        _ integer: Int64?,
        _ real: Double?,
        by isFirst: (Double, Double) -> Bool
    ) -> String? {
        guard let integer else { return real.map { $0.description } }
        guard let real, isFirst(real, Double(integer)) else { return String(integer) }
        return real.description
    }

    private func problems(
        _ column: Catalog.Column,
        _ found: ColumnCensus
    ) throws(SourceError) -> [InspectReport.Problem] {
        var problems: [InspectReport.Problem] = []
        let counted: [(String, Int, (SourceStatement, Int) -> Bool)] = [
            (
                "nul_inside", found.shapes[.nulInside] ?? 0,
                { $0.storageClass($1) == .text && TextBytes.containsNUL($0.bytes($1)) }
            ),
            (
                "invalid_utf8", found.shapes[.invalidUTF8] ?? 0,
                { $0.storageClass($1) == .text && !TextBytes.isUTF8($0.bytes($1)) }
            ),
            (
                "invalid_utf16", found.shapes[.invalidUTF16] ?? 0,
                { $0.malformedText($1) != nil }
            ),
            (
                "infinite", found.shapes[.infinite] ?? 0,
                { $0.storageClass($1) == .real && $0.real($1).isInfinite }
            ),
            (
                "other_class", otherClass(column, found),
                { !column.affinity.keeps($0.storageClass($1)) }
            ),
        ]
        for (kind, rows, isMeant) in counted where rows > 0 {
            problems.append(
                InspectReport.Problem(
                    kind: kind,
                    rows: rows,
                    sampleKeys: try keys(of: column, where: isMeant)
                )
            )
        }
        return problems
    }

    private func otherClass(_ column: Catalog.Column, _ found: ColumnCensus) -> Int {
        let counts: [(StorageClass, Int)] = [
            (.integer, found.integers), (.real, found.reals), (.text, found.texts),
            (.blob, found.blobs),
        ]
        return counts.reduce(0) { $0 + (column.affinity.keeps($1.0) ? 0 : $1.1) }
    }

    private func keys(
        of column: Catalog.Column,
        where isMeant: (SourceStatement, Int) -> Bool
    ) throws(SourceError) -> [String] {
        let names = table.primaryKey.compactMap(\.name).filter { $0 != column.name }
        let reader = RowReader(table, columns: names + [column.name])
        let statement = try reader.open(connection, .all)
        let first = reader.identityWidth
        var keys: [String] = []
        while keys.count < Self.keyLimit, try statement.step() {
            guard isMeant(statement, first + names.count) else { continue }
            let values = reader.columns.indices.map { statement.value(first + $0) }
            keys.append(
                reader.key(identity: reader.identity(of: statement), values: values).description
            )
        }
        return keys
    }
}

extension Catalog.Affinity {
    /// Whether a column of this affinity is meant to hold values of a class.
    fileprivate func keeps(_ storage: StorageClass) -> Bool {
        switch (self, storage) {
        case (_, .null), (.blob, _): true
        case (.integer, .integer), (.text, .text): true
        case (.real, .real), (.real, .integer): true
        case (.numeric, .integer), (.numeric, .real), (.numeric, .text): true
        default: false
        }
    }
}
