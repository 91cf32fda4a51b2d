import Foundation

/// Writes a synthetic database of the order-fulfilment system.
///
/// The same shape, number of orders and seed give the same rows; persons and companies are
/// invented. Rows are streamed, so the memory needed does not grow with the orders.
package enum SampleSource {
    /// The shape of the database.
    package enum Schema: String, Sendable, CaseIterable, Encodable {
        /// The twelve tables of the migration plan.
        case plan
        /// The nineteen tables of the production system.
        case production
    }

    /// The most orders that keep every id within PostgreSQL's `integer`.
    package static let mostOrders = 100_000_000

    /// Writes a new file.
    ///
    /// It is written under another name and takes its own when it is complete.
    ///
    /// - Parameters:
    ///   - path: The file; it must not exist.
    ///   - schema: Its shape.
    ///   - orders: How many rows `orders_inbox` has.
    ///   - seed: Another seed gives other rows.
    ///   - isHostile: Whether some values are spoiled as years of use spoil them.
    ///   - progress: Told the orders written so far, now and then.
    /// - Returns: What was written.
    /// - Throws: ``MigrationError`` of code `usage`, `fileFailed` or `diskFull`.
    package static func write(
        path: String,
        schema: Schema,
        orders: Int,
        seed: UInt64,
        isHostile: Bool = false,
        progress: (Int) -> Void = { _ in }
    ) throws(MigrationError) -> SampleReport {
        guard (0...mostOrders).contains(orders) else {
            throw MigrationError(
                .usage,
                "a sample has 0 to \(mostOrders) orders",
                place: .init("sample", path: path),
                remedy: "choose another number with --orders"
            )
        }
        let clock = ContinuousClock()
        let start = clock.now
        try SampleFile.refuseExisting(path)
        let file = SampleFile(path: path)
        let content = Content(orders: orders, seed: seed, isHostile: isHostile)
        let filled: (tables: [SampleReport.Table], oddValues: Int)
        do throws(SourceError) {
            filled =
                switch schema {
                case .plan: try fill(PlanSample.self, file.partial, content, progress)
                case .production: try fill(ProductionSample.self, file.partial, content, progress)
                }
        } catch {
            throw file.failure(error)
        }
        try file.complete()
        let took = (clock.now - start).components
        return SampleReport(
            path: path,
            schema: schema,
            orders: orders,
            seed: seed,
            tables: filled.tables,
            rows: filled.tables.reduce(0) { $0 + $1.rows },
            oddValues: filled.oddValues,
            sizeBytes: SampleFile.size(path),
            seconds: Double(took.seconds) + Double(took.attoseconds) / 1e18
        )
    }

    private struct Content {
        var orders: Int
        var seed: UInt64
        var isHostile: Bool
    }

    private static func fill<Shape: SampleShape>(
        _ shape: Shape.Type,
        _ path: String,
        _ content: Content,
        _ progress: (Int) -> Void
    ) throws(SourceError) -> (tables: [SampleReport.Table], oddValues: Int) {
        let connection = try SourceConnection(path: path, access: .create)
        // Nothing needs to survive a crash: the file has its name only when it is complete.
        try connection.execute(
            """
            PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
            PRAGMA cache_size = -16000; PRAGMA temp_store = FILE; PRAGMA foreign_keys = OFF;
            """
        )
        try connection.execute(Shape.tables)
        var random = SampleRandom(seed: content.seed)
        var writer = try Shape(in: connection)
        var source = SampleOrders(count: content.orders, lineWeights: Shape.lineWeights)
        try connection.execute("BEGIN")
        for index in 0..<content.orders {
            try writer.write(source.next(index, &random), &random)
            if index % 10_000 == 9_999 { progress(index + 1) }
        }
        try writer.finish(&random)
        // Ids that were given to rows since deleted: above every id in use.
        try connection.execute(
            "UPDATE sqlite_sequence SET seq = seq + seq / 4 + \(random.within(3...40))"
        )
        try connection.execute("COMMIT")
        try connection.execute(Shape.indexes)
        // Behind the indexes: what SQLite refuses is in no database.
        let oddValues =
            content.isHostile
            ? try HostileSample.spoil(writer.written, in: connection, seed: content.seed) : 0
        try connection.execute("PRAGMA locking_mode = NORMAL")
        try connection.execute("PRAGMA journal_mode = WAL")
        let tables = writer.written.map { SampleReport.Table(name: $0.name, rows: $0.rows) }
        return (tables, oddValues)
    }
}
