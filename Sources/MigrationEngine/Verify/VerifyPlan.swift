/// What has to be compared: the union of both catalogs.
struct VerifyPlan: Sendable {
    /// Tables that are on both sides.
    var comparisons: [TableComparison] = []
    /// Tables that are on one side only, with their verdict.
    var unmatched: [VerifyReport.Table] = []
    /// Foreign keys of the source.
    var foreignKeys: [(table: Catalog.Table, key: Catalog.ForeignKey)] = []
    /// What the quarantine says of rows, by table.
    var quarantine: NameTable<QuarantinedRows> = [:]
    /// Tables that are not compared on purpose, with the reason.
    var aside: [String] = []
    /// Rows in the source, by table, for the progress.
    var estimates: [(String, Int)] = []
    let names: NameMap
    let target: TargetCatalog

    init(_ verification: Verification, _ context: VerifyContext) throws {
        let (source, connection) = try context.connect()
        let catalog = try CatalogReader.read(source)
        names = try NameMap(connection, run: verification.run)
        target = try TargetCatalog(connection, schema: verification.schema)
        let wanted: String?
        if let asked = verification.settings.table {
            wanted = try Self.table(asked, catalog, names)
        } else {
            wanted = nil
        }
        try catalog.requireTables("verify", verification.options.source)
        var taken: NameSet = []
        for table in catalog.migratedTables {
            if let reason = names.skipReason(table.name) {
                try addSkipped(table, reason, source, wanted)
                continue
            }
            taken.insert(names.table(table.name))
            if let reason = names.isAside(.source, table.name) {
                aside.append("\"\(table.name)\": \(reason)")
                continue
            }
            guard wanted == nil || table.name.isExactly(wanted) else { continue }
            try add(table, source, verification.schema)
        }
        if verification.settings.table == nil { addUnread(catalog) }
        if verification.settings.table == nil {
            let own = target.tables.keys.filter { !target.partitions.contains($0) }
            for name in own.sorted() where !taken.contains(name) {
                if let reason = names.isAside(.target, name) {
                    aside.append("\"\(name)\": \(reason)")
                    continue
                }
                try addExtra(name, connection, verification.schema)
            }
        }
        if let run = verification.run {
            quarantine = try QuarantinedRows.read(run, connection)
        }
        if !verification.settings.countsOnly {
            for index in comparisons.indices { try comparisons[index].findLarge(connection) }
        }
    }

    /// The table that was asked for by its name in the source, or else by that in the target.
    static func table(
        _ wanted: String,
        _ catalog: Catalog,
        _ names: NameMap
    ) throws(MigrationError) -> String {
        let renamed = catalog.migratedTables.first { names.table($0.name).isExactly(wanted) }
        guard let table = catalog.table(wanted) ?? renamed else {
            throw unknownTable(wanted, catalog)
        }
        return table.name
    }

    /// The error of a table that was asked for and is not there, with those that are.
    static func unknownTable(_ wanted: String, _ catalog: Catalog) -> MigrationError {
        let names = catalog.migratedTables.map(\.name)
        let more = names.count > 40 ? " and \(names.count - 40) more" : ""
        return MigrationError(
            .usage,
            "the source has no table \"\(wanted)\"",
            place: .init("verify", side: .source),
            remedy: "give one of its tables: \(names.prefix(40).joined(separator: ", "))\(more)"
        )
    }

    /// The tables in the order of the report.
    var tableNames: [String] { comparisons.map(\.source.name) + unmatched.map(\.name) }

    private mutating func add(
        _ table: Catalog.Table,
        _ source: SourceConnection,
        _ schema: String
    ) throws {
        let rows = try source.integer(
            "SELECT count(*) FROM \(SourceConnection.quote(table.storedName))"
        )
        estimates.append((table.name, Int(rows ?? 0)))
        guard target.tables[names.table(table.name)] != nil else {
            let isPlanned = names.isPlanned(table.name)
            var missing = VerifyReport.Table(
                name: table.name,
                status: isPlanned ? .missing : .unplanned
            )
            missing.sourceRows = Int(rows ?? 0)
            missing.missing = Int(rows ?? 0)
            missing.note = "the target has no such table"
            unmatched.append(missing)
            return
        }
        comparisons.append(
            TableComparison(table, isUTF16: source.encoding != .utf8, names, target, schema: schema)
        )
        foreignKeys += table.foreignKeys.map { (table, $0) }
    }

    /// Virtual tables whose rows nobody could read are not equal to anything.
    private mutating func addUnread(_ catalog: Catalog) {
        for table in catalog.tables {
            guard case .unreadable(let reason) = table.virtualRows else { continue }
            var missing = VerifyReport.Table(name: table.name, status: .missing)
            missing.note = "the virtual table cannot be read: \(reason)"
            unmatched.append(missing)
        }
    }

    private mutating func addSkipped(
        _ table: Catalog.Table,
        _ reason: String,
        _ source: SourceConnection,
        _ wanted: String?
    ) throws {
        guard wanted == nil || wanted?.foldedName == table.name.foldedName else { return }
        let rows = try source.integer(
            "SELECT count(*) FROM \(SourceConnection.quote(table.storedName))"
        )
        var skipped = VerifyReport.Table(name: table.name, status: .skipped)
        skipped.sourceRows = Int(rows ?? 0)
        skipped.note = "skipped by the profile: \(reason)"
        unmatched.append(skipped)
    }

    private mutating func addExtra(
        _ name: String,
        _ connection: TargetConnection,
        _ schema: String
    ) throws(TargetError) {
        let quote = TargetConnection.quote
        let rows = try connection.query("SELECT count(*) FROM \(quote(schema)).\(quote(name))")
        var extra = VerifyReport.Table(name: name, status: .unplanned)
        extra.targetRows = rows.integer.map { Int($0) }
        extra.extra = extra.targetRows ?? 0
        extra.note = "the source has no such table"
        unmatched.append(extra)
    }
}

extension [UInt8] {
    /// Reads hexadecimal digits.
    ///
    /// - Parameter hexadecimal: An even number of digits.
    init(hexadecimal: String) {
        func value(_ digit: UInt8) -> UInt8 { digit <= 57 ? digit - 48 : digit - 87 }
        let digits = Array(hexadecimal.utf8)
        self = stride(from: 0, to: digits.count - 1, by: 2).map { index in
            value(digits[index]) << 4 | value(digits[index + 1])
        }
    }
}
