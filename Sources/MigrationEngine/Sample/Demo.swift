/// The whole way on synthetic data and a private server.
package enum Demo {
    /// What the demo did.
    package struct Report: Encodable, Sendable {
        /// Whether every row arrived and is equal.
        package var ok: Bool
        /// The sample.
        package var sample: SampleReport
        /// The migration with its verification.
        package var migrate: MigrateReport
        /// The way to PostgreSQL and back while workers write.
        package var live: LiveDemo.Report
        /// The verification again, of both sides as they are at the end.
        package var verify: VerifyReport
    }

    /// Both sides of a demo; the server ends with this value's last use or the process.
    package struct Sides: Sendable {
        /// The options for every verb.
        package let options: Options
        /// The server.
        package let server: LocalServer
        /// The sample that was written.
        package let sample: SampleReport
    }

    /// Makes sample and server.
    ///
    /// - Parameters:
    ///   - folder: The folder for the sample and the run.
    ///   - schema: The shape.
    ///   - orders: The number of orders.
    ///   - progress: Is told how many orders are written.
    /// - Returns: Both sides.
    /// - Throws: ``MigrationError``.
    package static func prepare(
        in folder: String,
        schema: SampleSource.Schema,
        orders: Int,
        progress: @escaping (Int) -> Void = { _ in }
    ) throws(MigrationError) -> Sides {
        let server = try LocalServer.temporary()
        try server.createDatabase("ora")
        let path = folder + "/ora.db"
        let sample = try SampleSource.write(
            path: path,
            schema: schema,
            orders: orders,
            seed: 1,
            progress: progress
        )
        let options = Options(source: path, target: server.url(database: "ora"))
        return Sides(options: options, server: server, sample: sample)
    }

    /// Goes the whole way without a console.
    ///
    /// - Parameters:
    ///   - folder: The folder for the sample and the run.
    ///   - schema: The shape.
    ///   - orders: The number of orders.
    ///   - rate: The writes a second of the simulated workers.
    ///   - observer: Is told how far it is.
    ///   - cancellation: Stops it.
    /// - Returns: What was done.
    /// - Throws: ``MigrationError``.
    package static func run(
        in folder: String,
        schema: SampleSource.Schema,
        orders: Int,
        rate: Double = 100,
        observer: Observer,
        cancellation: Cancellation
    ) throws(MigrationError) -> Report {
        let sides = try prepare(in: folder, schema: schema, orders: orders)
        let result: Result<Report, MigrationError>
        do throws(MigrationError) {
            try cancellation.check("demo", kept: .untouched)
            let (migrated, live) = try LiveDemo.run(
                sides.options,
                rate: rate,
                observer: observer,
                cancellation: cancellation
            )
            let verified = try Verification.run(
                sides.options,
                observer: observer,
                cancellation: cancellation
            )
            result = .success(
                Report(
                    ok: migrated.ok && live.ok && verified.ok,
                    sample: sides.sample,
                    migrate: migrated,
                    live: live,
                    verify: verified
                )
            )
        } catch {
            result = .failure(error)
        }
        try sides.server.stop()
        return try result.get()
    }
}
