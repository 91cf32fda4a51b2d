/// What the threads of a verification share.
struct VerifyContext: Sendable {
    let view: SourceView
    let address: TargetAddress
    let schema: String
    let tracker: ProgressTracker
    let cancellation: Cancellation
    let settings: Verification.Settings
    /// The transaction whose view of the target all threads share.
    let snapshot: TargetSnapshot
    private let kept: MigrationError.Kept

    init(
        _ verification: Verification,
        _ view: SourceView,
        _ kept: MigrationError.Kept
    ) throws(MigrationError) {
        self.view = view
        self.kept = kept
        schema = verification.schema
        tracker = verification.tracker
        cancellation = verification.cancellation
        settings = verification.settings
        let (target, address) = try Target.connect(
            verification.options,
            stage: "verify",
            purpose: "verify"
        )
        self.address = address
        do throws(TargetError) {
            snapshot = try TargetSnapshot(target)
        } catch {
            throw TargetFailure.wrap(error, stage: "verify", address: address, kept: kept)
        }
    }

    /// Opens the connections of one thread, on the shared view of the target.
    func connect() throws(MigrationError) -> (SourceConnection, TargetConnection) {
        try guarded(nil) {
            let target = try TargetConnection(address, purpose: "verify")
            try snapshot.share(with: target)
            // One sort of a large table; the server's default would go to disk at once.
            try target.execute("SET LOCAL work_mem = '64MB'")
            return (try view.open(), target)
        }
    }

    /// Runs work on either side and wraps its errors.
    func guarded<Value>(
        _ table: String?,
        _ work: () throws -> Value
    ) throws(MigrationError) -> Value {
        do {
            return try work()
        } catch let error as TableVerifier.Failure {
            switch error {
            case .source(let error): throw wrap(error, table)
            case .target(let error): throw wrap(error, table)
            case .cancelled: break
            }
        } catch let error as SourceError {
            throw wrap(error, table)
        } catch let error as TargetError {
            throw wrap(error, table)
        } catch let error as MigrationError {
            throw error
        } catch {
            throw MigrationError(
                .internal,
                "an unexpected error",
                place: .init("verify", table: table),
                kept: kept,
                remedy: "report it with the log of the run",
                cause: .text(String(describing: error))
            )
        }
        throw MigrationError(
            .interrupted,
            "stopped on request",
            place: .init("verify", table: table),
            kept: kept,
            remedy: "run the same command again"
        )
    }

    private func wrap(_ error: SourceError, _ table: String?) -> MigrationError {
        SourceFile.failure(error, path: view.path, stage: "verify", table: table, kept: kept)
    }

    private func wrap(_ error: TargetError, _ table: String?) -> MigrationError {
        TargetFailure.wrap(
            error,
            stage: "verify",
            table: table,
            address: address,
            kept: kept,
            cancellation: cancellation
        )
    }
}

/// One view of the target for several connections: an exported snapshot.
///
/// - SeeAlso: <https://www.postgresql.org/docs/current/functions-admin.html>
///   (`pg_export_snapshot`)
final class TargetSnapshot: @unchecked Sendable {
    // @unchecked because the connection is only kept open here; after `init` nothing runs on it.
    private let owner: TargetConnection
    private let name: String

    init(_ owner: TargetConnection) throws(TargetError) {
        self.owner = owner
        try owner.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        name = try owner.query("SELECT pg_export_snapshot()").first ?? ""
    }

    /// Puts another connection on the same view.
    func share(with connection: TargetConnection) throws(TargetError) {
        try connection.execute(
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; "
                + "SET TRANSACTION SNAPSHOT \(TargetConnection.literal(name))"
        )
    }
}
