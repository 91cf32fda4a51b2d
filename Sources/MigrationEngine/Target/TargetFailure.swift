/// Turns an error of the server into one that tells the operator what to do.
package enum TargetFailure {
    /// Wraps an error of the target.
    ///
    /// - Parameters:
    ///   - error: The error.
    ///   - stage: The stage that met it.
    ///   - table: The table.
    ///   - address: The target.
    ///   - kept: What was kept.
    ///   - cancellation: When its wish was stated, the error is the answer to it.
    ///   - isReading: Whether nothing but reading was wanted, whatever the stage.
    /// - Returns: The error for the operator.
    package static func wrap(
        _ error: TargetError,
        stage: String,
        table: String? = nil,
        address: TargetAddress,
        kept: MigrationError.Kept = .untouched,
        cancellation: Cancellation? = nil,
        isReading: Bool = false
    ) -> MigrationError {
        let isReading =
            isReading || ["verify", "status", "inspect", "watch", "advise"].contains(stage)
        let (code, message, remedy) =
            (isReading ? readingRight(error, address) : nil)
            ?? classify(error, address, cancellation)
        return MigrationError(
            code,
            message,
            place: .init(
                stage,
                side: .target,
                path: address.redacted,
                table: table ?? error.table,
                column: error.column
            ),
            kept: kept,
            remedy: remedy,
            // The message of a server that is silent says all of it.
            cause: error.isSilent ? nil : error.cause
        )
    }

    /// Runs work on the target and wraps its errors.
    ///
    /// - Parameters:
    ///   - stage: The stage that works.
    ///   - address: The target.
    ///   - kept: What is kept when the work fails.
    ///   - cancellation: When its wish was stated, an error is the answer to it.
    ///   - work: The work.
    /// - Returns: What the work returns.
    /// - Throws: The error for the operator.
    static func wrapping<Value>(
        stage: String,
        address: TargetAddress,
        kept: @autoclosure () -> MigrationError.Kept,
        cancellation: Cancellation? = nil,
        _ work: () throws(TargetError) -> Value
    ) throws(MigrationError) -> Value {
        do throws(TargetError) {
            return try work()
        } catch {
            throw wrap(
                error,
                stage: stage,
                address: address,
                kept: kept(),
                cancellation: cancellation
            )
        }
    }

    private typealias Verdict = (MigrationError.Code, String, String)

    private static func classify(
        _ error: TargetError,
        _ address: TargetAddress,
        _ cancellation: Cancellation?
    ) -> Verdict {
        if cancellation?.isCancelled == true {
            return (
                .interrupted, "stopped on request",
                "run the same command again: it goes on where it stopped"
            )
        }
        let again = "run the same command again: it goes on where it stopped"
        switch error.sqlState {
        case nil where error.isSilent:
            return (
                .targetUnavailable, error.message,
                "look at the server's machine and at the way there; then \(again)"
            )
        case nil where error.isFromConnecting: return unreachable(error, address)
        case nil:
            return (.targetUnavailable, "the connection to the server was lost", again)
        case "28P01", "28000":
            return (
                .targetAuthentication, "the server refuses the user or the password",
                "check the user and the password in --target, DATABASE_URL or ~/.pgpass"
            )
        case "3D000":
            return (
                .targetUnavailable, "the server has no database \"\(address.database)\"",
                "create it: \(address.createdb())"
            )
        case "42501":
            return (
                .targetPermission, "user \"\(address.user)\" lacks a right in the target",
                "as the owner: GRANT CREATE ON DATABASE \(address.database) TO \(address.user); "
                    + "GRANT CREATE ON SCHEMA public TO \(address.user)"
            )
        case "53100":
            return (.targetDiskFull, "the server's disk is full", "free space there, then \(again)")
        case "53200": return (.targetFailed, "the server is out of memory", again)
        case "53300":
            return (
                .targetUnavailable, "the server has no connection left",
                "end other connections or use fewer --jobs, then \(again)"
            )
        case "40P01", "40001":
            return (
                .targetFailed, "other transactions on the target kept this one from its end",
                "end sessions that write the same tables, or give --jobs 1; then \(again)"
            )
        case "25006":
            return (
                .targetPermission, "the target is read-only",
                "give the primary server when this is a standby; when it is none, a setting of "
                    + "the database or the user says so: ALTER DATABASE \(address.database) RESET "
                    + "default_transaction_read_only, or ALTER ROLE \(address.user) RESET ..."
            )
        default:
            if error.isConnectionLost {
                return (.targetUnavailable, "the connection to the server was lost", again)
            }
            return (.targetFailed, "PostgreSQL refused a statement", "see the cause; then \(again)")
        }
    }

    /// What a user lacks who only reads.
    private static func readingRight(_ error: TargetError, _ address: TargetAddress) -> Verdict? {
        guard error.sqlState == "42501" else { return nil }
        if error.message.contains("row-level security") {
            return (
                .targetPermission, "row-level security hides rows from user \"\(address.user)\"",
                "compare as a user who sees every row: the owner, where the table does not FORCE "
                    + "ROW LEVEL SECURITY, or as a superuser: ALTER ROLE \(address.user) BYPASSRLS"
            )
        }
        let user = address.user
        // The server names a table without its schema.
        if let match = error.message.firstMatch(
            of: /^permission denied for (?:table|view|materialized view|foreign table) (.+)$/
        ) {
            return (
                .targetPermission, "user \"\(user)\" may not read \(match.1)",
                "as its owner: GRANT SELECT ON \(match.1) TO \(user)"
            )
        }
        return (
            .targetPermission, "user \"\(user)\" may not read all of the target",
            "as the owner, for the application's schema and for cutover: GRANT USAGE ON SCHEMA "
                + "NAME TO \(user); GRANT SELECT ON ALL TABLES IN SCHEMA NAME TO \(user)"
        )
    }

    private static func unreachable(_ error: TargetError, _ address: TargetAddress) -> Verdict {
        let text = error.message
        if text.contains("password authentication failed") || text.contains("no password supplied")
            || text.contains("authentication failed")
        {
            return (
                .targetAuthentication, "the server refuses the user or the password",
                "check the user and the password in --target, DATABASE_URL or ~/.pgpass"
            )
        }
        // libpq gives no SQLSTATE for what the server says to a new client.
        if text.contains("too many connections") || text.contains("too many clients")
            || text.contains("connection slots")
        {
            return (
                .targetUnavailable, "the server has no connection left",
                "end other connections or use fewer --jobs, then run the same command again: it "
                    + "goes on where it stopped"
            )
        }
        if text.contains("the database system is") {
            return (
                .targetUnavailable, "the server is starting or stopping",
                "wait for it, then run the same command again: it goes on where it stopped"
            )
        }
        if text.contains("does not exist") && text.contains("database") {
            return (
                .targetUnavailable, "the server has no database \"\(address.database)\"",
                "create it: \(address.createdb())"
            )
        }
        if text.contains("not currently accepting connections") {
            return (
                .targetUnavailable, "the database \"\(address.database)\" takes no connections",
                "give another database with --target, or as its owner: ALTER DATABASE "
                    + "\(address.database) ALLOW_CONNECTIONS true"
            )
        }
        if text.hasPrefix("invalid ") {
            return (
                .configuration, "libpq does not take a parameter of the connection string",
                "see the cause; correct it in --target, DATABASE_URL or the PG variables"
            )
        }
        if text.contains("FATAL:") {
            return (
                .targetUnavailable, "the server was reached and refuses the connection",
                "see the cause; correct --target or the server's settings, then run the same "
                    + "command again"
            )
        }
        return (
            .targetUnavailable, "the server cannot be reached",
            "start the server (cutover server start gives a private one) or correct --target; "
                + "then run the same command again"
        )
    }
}
