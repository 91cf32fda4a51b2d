/// The connection of one look for advice: read-only, its statements bounded.
final class AdviceLook {
    /// After how many seconds the server ends a statement of it.
    static let limit = 20

    let options: Options
    let settings: Advice.Settings
    let address: TargetAddress
    let version: String

    private var connection: TargetConnection
    private let cancellation: Cancellation

    init(
        _ options: Options,
        _ settings: Advice.Settings,
        _ cancellation: Cancellation
    ) throws(MigrationError) {
        self.options = options
        self.settings = settings
        self.cancellation = cancellation
        (connection, address) = try Target.connect(options, stage: "advise", purpose: "advise")
        version = try TargetFailure.wrapping(
            stage: "advise",
            address: address,
            kept: .untouched
        ) { [connection] () throws(TargetError) in
            try Self.prepare(connection, options)
            return try connection.query("SHOW server_version").first ?? ""
        }
    }

    /// The schema with the application's tables.
    var schema: String { options.schema }

    /// The server's version as a number.
    var serverVersion: Int { connection.serverVersion }

    /// Asks the server.
    ///
    /// - Parameter work: The questions.
    /// - Returns: What the work returns.
    /// - Throws: ``MigrationError``.
    func onTarget<Value>(
        _ work: (TargetConnection) throws(TargetError) -> Value
    ) throws(MigrationError) -> Value {
        do throws(TargetError) {
            return try cancellation.whileRunning(connection.stopper()) {
                () throws(TargetError) in try work(connection)
            }
        } catch {
            if error.isConnectionLost, !cancellation.isCancelled,
                let (opened, _) = try? Target.connect(options, stage: "advise", purpose: "advise"),
                (try? Self.prepare(opened, options)) != nil
            {
                connection = opened
            }
            throw TargetFailure.wrap(
                error,
                stage: "advise",
                address: address,
                cancellation: cancellation
            )
        }
    }

    /// A table as a statement names it.
    func name(_ table: String) -> String {
        "\(TargetConnection.quote(schema)).\(TargetConnection.quote(table))"
    }

    private static func prepare(
        _ target: TargetConnection,
        _ options: Options
    ) throws(TargetError) {
        try target.execute(
            """
            SET default_transaction_read_only = on; SET statement_timeout = '\(limit)s';
            SET lock_timeout = '2s'; SET search_path = \(TargetConnection.quote(options.schema))
            """
        )
    }
}

// because libpq allows one thread at a time on a connection
@available(*, unavailable)
extension AdviceLook: Sendable {}
