/// Where the simulated workers write.
package enum TrafficPlace: Sendable {
    /// The SQLite file at a path.
    case source(path: String)
    /// A schema of a PostgreSQL database, at a conninfo or URI of libpq.
    case target(String, schema: String)

    /// The side that it is.
    package var side: Side {
        switch self {
        case .source: .source
        case .target: .target
        }
    }
}

/// What went wrong in a cycle of a simulated worker; counted, never the end of a worker.
struct TrafficFailure: Error {
    /// The word under which it is counted.
    let kind: String
    /// The database's own words, without a row's values.
    let message: String
    /// Whether the connection is of no use any more.
    let isConnectionLost: Bool
    /// The cause, for a caller who must report it.
    let cause: MigrationError.Cause

    /// How the fence's triggers begin what they say on either side.
    private static let blocked = "writes blocked"

    init(_ error: SourceError) {
        let known: [Int32: String] = [
            5: "busy", 6: "busy", 8: "read_only", 13: "disk_full", 14: "cannot_open",
            19: "constraint",
        ]
        kind =
            error.message.contains(Self.blocked)
            ? "writes_blocked" : known[error.primaryCode] ?? "sqlite_\(error.primaryCode)"
        message = error.message
        isConnectionLost = ![1, 5, 6, 19].contains(error.primaryCode)
        cause = error.cause
    }

    init(_ error: TargetError) {
        let known = ["25006": "read_only", "55P03": "busy", "57014": "busy", "53100": "disk_full"]
        if error.message.contains(Self.blocked) {
            kind = "writes_blocked"
        } else if error.isConnectionLost {
            kind = "connection_lost"
        } else if let state = error.sqlState {
            let classes = ["23": "constraint", "40": "conflict"]
            kind = known[state] ?? classes[error.sqlStateClass] ?? "postgres_\(state)"
        } else {
            kind = "connection_lost"
        }
        message = error.messageWithoutValues
        isConnectionLost = error.isConnectionLost
        cause = error.cause
    }
}
