/// What can end a transaction of a pool, before the place is known.
package enum PoolFailure: Error {
    /// No connection came free in time.
    case exhausted(size: Int, waiting: Int, seconds: Double)
    /// The connection was lost during COMMIT: nobody can tell whether it was kept.
    case commitUnknown(TargetError)
    /// The server or libpq refused something.
    case server(TargetError)
    /// The work wants to leave no trace, and nothing is wrong.
    case abandoned
    /// The work failed by itself.
    case front(MigrationError)

    /// serialization_failure and deadlock_detected: the server asks for the whole transaction again.
    ///
    /// - SeeAlso: <https://www.postgresql.org/docs/current/mvcc-serialization-failure-handling.html>
    private static let repeatable = ["40001", "40P01"]

    /// Whether the server took the transaction back and asks for it again.
    var isRefusedForOthers: Bool {
        switch self {
        case .server(let error): Self.repeatable.contains(error.sqlState ?? "")
        case .front(let error): Self.repeatable.contains(error.sqlState ?? "")
        case .exhausted, .commitUnknown, .abandoned: false
        }
    }

    /// Whether the connection was lost before COMMIT was sent, so that nothing was kept.
    var isLostUncommitted: Bool {
        switch self {
        case .server(let error): error.isConnectionLost && !error.isFromConnecting
        case .front(let error):
            error.code == .targetUnavailable && error.sqlStateIsOfLostConnection
        case .exhausted, .commitUnknown, .abandoned: false
        }
    }

    /// Whether there was no connection to begin with.
    var isFromConnecting: Bool {
        if case .server(let error) = self { error.isFromConnecting } else { false }
    }
}

extension MigrationError {
    /// The server's code, when PostgreSQL is underneath.
    fileprivate var sqlState: String? {
        if case .postgres(let state, _, _, _) = cause { state } else { nil }
    }

    fileprivate var sqlStateIsOfLostConnection: Bool {
        guard case .postgres(let state, _, _, _) = cause else { return false }
        return state.map { $0.hasPrefix("08") || ["57P01", "57P02"].contains($0) } ?? true
    }
}
