/// Moves rows that no key tells apart: by all their values, as many as there are.
///
/// The rows of the source go into a temporary table in the form in which they were copied, each
/// with its place, and the server says which of them are the offending ones.
struct WholeRowRepair {
    private let repair: ConstraintRepair
    private let plan: TablePlan
    private let buffer = ByteBuffer(keepsLargeOutside: true)

    init(_ repair: ConstraintRepair, _ plan: TablePlan) {
        self.repair = repair
        self.plan = plan
    }

    private var target: TargetConnection { repair.target }

    /// Moves the rows that break a constraint, in one transaction.
    func move(_ offence: ConstraintRepair.Offence) throws -> Int {
        // Values that the server reads from text cannot be compared in the form they are sent in.
        guard plan.staging == nil else { throw ConstraintRepair.Unmovable() }
        return try target.transaction {
            try copySource()
            let places = try match(offence.condition)
            repair.progress(plan.table.sourceName, places.count)
            try keep(places, offence)
            try target.execute(
                """
                DELETE FROM \(plan.qualifiedName) t USING pg_temp.cutover_moved m
                WHERE t.ctid = m.spot;
                DROP TABLE pg_temp.cutover_rows, pg_temp.cutover_moved
                """
            )
            try RunState.uncopy(places.count, of: plan.table.sourceName, run: repair.run, target)
            return places.count
        }
    }

    /// Puts the rows of the source that are not in quarantine into the temporary table.
    private func copySource() throws {
        let quote = TargetConnection.quote
        let columns = plan.table.columns.map { quote($0.name) }.joined(separator: ", ")
        let place = quote(placeColumn)
        try target.execute(
            """
            CREATE TEMPORARY TABLE cutover_rows AS
                SELECT \(columns), 0::bigint AS \(place) FROM \(plan.qualifiedName) LIMIT 0
            """
        )
        var gone = try quarantined()
        let statement = try plan.reader.open(repair.source, .all)
        var number = -1
        _ = try CopyStream.run(
            on: target,
            "COPY pg_temp.cutover_rows (\(columns), \(place)) FROM STDIN (FORMAT binary)",
            through: buffer
        ) {
            guard try statement.step() else { return false }
            number += 1
            if !gone.isEmpty {
                let key = plan.reader.key(of: statement).bytes
                if let left = gone[key] {
                    gone[key] = left > 1 ? left - 1 : nil
                    return true
                }
            }
            append(statement, number)
            return true
        }
    }

    /// A name that no column of the table has.
    private var placeColumn: String {
        let taken = NameSet(plan.table.columns.map(\.name))
        var name = "place"
        while taken.contains(name) { name += "_" }
        return name
    }

    private func append(_ statement: SourceStatement, _ number: Int) {
        let start = buffer.count
        let skip = plan.reader.identityWidth
        guard plan.encoder.append(statement, from: skip, to: buffer) == nil else { return }
        buffer.overwrite(Int16(plan.table.columns.count + 1), at: start)
        buffer.append(Int32(8))
        buffer.append(Int64(number))
    }

    private func quarantined() throws(TargetError) -> [[UInt8]: Int] {
        let rows = try target.query(
            """
            SELECT encode(\(RowKey.storedBytes), 'hex') FROM cutover.quarantine
            WHERE run_id = $1 AND table_name = $2
            """,
            [.text(repair.run), .text(plan.table.sourceName)]
        ).rows
        return rows.reduce(into: [:]) { $0[[UInt8](hexadecimal: $1[0] ?? ""), default: 0] += 1 }
    }

    /// Finds a row of the source for each offending one: of rows that are alike, one for each.
    private func match(_ condition: String) throws -> [Int] {
        let quote = TargetConnection.quote
        try target.execute(
            """
            CREATE TEMPORARY TABLE cutover_moved AS
            WITH offending AS MATERIALIZED (
                SELECT t.ctid AS spot, \(likeness("t")) AS likeness
                FROM \(plan.qualifiedName) t WHERE \(condition)
            ), stored AS MATERIALIZED (
                SELECT r.\(quote(placeColumn)) AS place, \(likeness("r")) AS likeness
                FROM pg_temp.cutover_rows r
            )
            SELECT v.spot, s.place FROM (
                SELECT spot, likeness, row_number() OVER (PARTITION BY likeness ORDER BY spot)
                    AS number FROM offending
            ) v LEFT JOIN (
                SELECT place, likeness, row_number() OVER (PARTITION BY likeness ORDER BY place)
                    AS number FROM stored
            ) s USING (likeness, number)
            """
        )
        let unknown = try target.query(
            "SELECT EXISTS (SELECT FROM pg_temp.cutover_moved WHERE place IS NULL)"
        )
        guard unknown.first != "t" else { throw ConstraintRepair.Unmovable() }
        var places: [Int] = []
        var reader = try CopyReader(
            on: target,
            "COPY (SELECT place FROM pg_temp.cutover_moved ORDER BY place) TO STDOUT"
        )
        while let row = try reader.next() {
            if let place = Int(String(decoding: row.dropLast(), as: UTF8.self)) {
                places.append(place)
            }
        }
        return places
    }

    /// What is the same for two rows whose values are all the same, of whatever types.
    private func likeness(_ alias: String) -> String {
        let cells = plan.table.columns.map { column in
            let name = "\(alias).\(TargetConnection.quote(column.name))"
            return column.type == .bytea ? "sha256(\(name))" : name
        }
        // In lists of 50, because a row of many columns is more than a function takes.
        let parts = stride(from: 0, to: cells.count, by: 50).map { start in
            "ROW(\(cells[start..<min(start + 50, cells.count)].joined(separator: ", ")))::text"
        }
        return "sha256(convert_to(\(parts.joined(separator: " || ")), 'UTF8'))"
    }

    /// Puts the found rows into quarantine, with their bytes from the source.
    private func keep(_ places: [Int], _ offence: ConstraintRepair.Offence) throws {
        let statement = try plan.reader.open(repair.source, .all)
        var next = places.makeIterator()
        var place = -1
        let retraction = ConversionRetraction(plan)
        try QuarantineWriter(target, run: repair.run).write {
            guard let wanted = next.next() else { return nil }
            while place < wanted, try statement.step() { place += 1 }
            retraction?.note(statement)
            return plan.entry(statement, nil, offence.reason, offence.sqlState)
        }
        try retraction?.write(run: repair.run, target)
    }
}
