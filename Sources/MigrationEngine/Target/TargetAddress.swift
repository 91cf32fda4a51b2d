import CPostgres

/// Where the target is: a libpq URI or connection string, and what of it may be shown.
public struct TargetAddress: Sendable, Equatable {
    /// The string given to libpq; empty means libpq's own environment variables.
    let conninfo: String

    /// The host or socket folder, as libpq resolves it.
    public let host: String
    /// The port.
    public let port: String
    /// The database.
    public let database: String
    /// The user.
    public let user: String

    /// Reads a connection string with libpq's own parser.
    ///
    /// - Parameter conninfo: A URI or `key=value` pairs; empty for libpq's defaults.
    /// - Throws: ``MigrationError`` of code `configuration` when libpq cannot read it.
    public init(_ conninfo: String) throws(MigrationError) {
        var failure: UnsafeMutablePointer<CChar>?
        let given = PQconninfoParse(conninfo, &failure)
        defer { PQconninfoFree(given) }
        guard let given else {
            PQfreemem(failure)
            // libpq's message repeats the string, password included.
            throw MigrationError(
                .configuration,
                "the target is not a connection string that libpq understands",
                place: .init("start", side: .target),
                remedy: "give --target as postgresql://USER@HOST:PORT/DATABASE"
            )
        }
        var values = Self.values(PQconndefaults())
        values.merge(Self.values(given, isOwned: false)) { $1 }
        self.conninfo = conninfo
        host = values["host"] ?? values["hostaddr"] ?? "local socket"
        port = values["port"] ?? "5432"
        user = values["user"] ?? ""
        database = values["dbname"] ?? user
    }

    /// The address for people and logs: never the password.
    public var redacted: String { "postgresql://\(user)@\(host):\(port)/\(database)" }

    /// The command that makes a database on this server.
    ///
    /// - Parameters:
    ///   - suffix: What follows the name of this one.
    ///   - options: More of its options.
    /// - Returns: The command, for a shell.
    func createdb(_ suffix: String = "", _ options: String = "") -> String {
        var words = ["createdb"]
        if !options.isEmpty { words.append(options) }
        if host != "local socket" { words += ["-h", SafeText.shellWord(host)] }
        words += ["-p", port]
        if !user.isEmpty { words += ["-U", SafeText.shellWord(user)] }
        return (words + [SafeText.shellWord(database + suffix)]).joined(separator: " ")
    }

    /// How long a connection attempt may take; libpq's own variable wins.
    var connectTimeoutSeconds: String {
        conninfo.contains("connect_timeout") ? "" : "15"
    }

    private static func values(
        _ options: UnsafeMutablePointer<PQconninfoOption>?,
        isOwned: Bool = true
    ) -> [String: String] {
        var values: [String: String] = [:]
        var option = options
        while let current = option, let keyword = current.pointee.keyword {
            if let value = current.pointee.val {
                values[String(cString: keyword)] = String(cString: value)
            }
            option = current + 1
        }
        if isOwned { PQconninfoFree(options) }
        return values
    }
}
