/// Takes rows that leave their table out of the counts of conversions: what is kept of them is what
/// the source stores, and they count when they are replayed.
final class ConversionRetraction {
    private let plan: TablePlan
    private let tally: ConversionTally
    private let buffer = ByteBuffer()

    /// Starts without rows; nil for a table without conversions.
    init?(_ plan: TablePlan) {
        guard plan.encoder.converters != nil else { return nil }
        self.plan = plan
        tally = ConversionTally(slots: plan.table.columns.reduce(0) { $0 + $1.conversions.count })
    }

    /// Notes a row.
    ///
    /// - Parameter statement: Stands on the row of the source.
    func note(_ statement: SourceStatement) {
        buffer.truncate()
        let skip = plan.reader.identityWidth
        // As the copy counted it.
        guard plan.encode(statement, from: skip, to: buffer, tally: tally) == nil else { return }
        tally.countRow()
    }

    /// Changes the counts, in the caller's transaction.
    ///
    /// - Parameters:
    ///   - run: The run.
    ///   - target: The connection.
    /// - Throws: ``TargetError``.
    func write(run: String, _ target: TargetConnection) throws(TargetError) {
        try RunState.count(tally.cells.map { -$0 }, of: plan.table, run: run, target)
    }
}
