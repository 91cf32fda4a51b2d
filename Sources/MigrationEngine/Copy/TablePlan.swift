/// What is needed to copy one table; made once, used by all threads.
package struct TablePlan: Sendable {
    let table: TargetTable
    let reader: RowReader
    let encoder: RowEncoder
    /// The `COPY … FROM STDIN` statement.
    let copyStatement: String
    /// The table's name in SQL, with its schema.
    let qualifiedName: String
    /// Where rows stand while the server reads types that the encoder does not write.
    let staging: Staging?

    init(
        _ table: TargetTable,
        source: Catalog.Table,
        schema: String,
        casts: NameTable<ExistingType.Cast> = [:]
    ) {
        self.table = table
        let expressions = table.columns.compactMap { column in
            column.expression.map { (column.sourceName, $0) }
        }
        reader = RowReader(
            source,
            columns: table.columns.map(\.sourceName),
            expressions: NameTable(expressions)
        )
        encoder = RowEncoder(columns: table.columns)
        let quote = TargetConnection.quote
        qualifiedName = "\(quote(schema)).\(quote(table.name))"
        let columns = table.columns.map { quote($0.name) }.joined(separator: ", ")
        let staging = casts.isEmpty ? nil : Staging(table, into: qualifiedName, casts)
        self.staging = staging
        copyStatement =
            "COPY \(staging?.name ?? qualifiedName) (\(columns)) FROM STDIN (FORMAT binary)"
    }

    /// Appends the current row of a statement to what is sent.
    @inline(__always)
    func encode(
        _ statement: SourceStatement,
        from first: Int,
        to buffer: ByteBuffer,
        tally: ConversionTally? = nil
    ) -> RowEncoder.Misfit? {
        guard let staging else {
            return encoder.append(statement, from: first, to: buffer, tally: tally)
        }
        return staging.append(statement, from: first, to: buffer, encoder, tally)
    }

    /// A count of converted cells that starts anew; nil when the table has no conversions.
    func makeTally() -> ConversionTally? {
        guard encoder.converters != nil else { return nil }
        return ConversionTally(slots: table.columns.reduce(0) { $0 + $1.conversions.count })
    }

    /// The first row that ends the run: any one, or one whose column is told to stop.
    func stopping(_ rows: [Misplaced], _ stopsAtBadRow: Bool) -> Misplaced? {
        guard !stopsAtBadRow else { return rows.first }
        return rows.first { row in
            table.columns.contains { $0.stopsAtMisfit && $0.sourceName.isExactly(row.column) }
        }
    }

    /// Opens the rows of a chunk.
    ///
    /// To see whether a large row lies within the upper bound of keys, SQLite would read it into
    /// memory once more; the number of rows says where the chunk ends as well.
    func open(
        _ chunk: Chunk,
        _ source: SourceConnection
    ) throws(SourceError) -> SourceStatement {
        guard chunk.largestRow >= LargeRowTurn.size, case .keys(let after, _) = chunk.range else {
            return try reader.open(source, chunk.range)
        }
        return try reader.open(
            source,
            .keys(after: after, through: nil),
            limit: chunk.rows
        )
    }

    /// Describes a row that the encoder refused.
    func misplaced(_ place: Int, _ misfit: RowEncoder.Misfit) -> Misplaced {
        Misplaced(
            place: place,
            column: table.columns[misfit.column].sourceName,
            reason: misfit.reason
        )
    }

    /// Describes the current row of a statement for the quarantine.
    func entry(
        _ statement: SourceStatement,
        _ column: String?,
        _ reason: String,
        _ sqlState: String?
    ) -> QuarantineWriter.Entry {
        QuarantineWriter.Entry(
            row: QuarantinedRow(
                table: table.sourceName,
                key: reader.key(of: statement),
                column: column,
                reason: reason,
                sqlState: sqlState
            ),
            statement: statement,
            reader: reader
        )
    }
}
