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
    /// The string for another command, without any password.
    package let withoutPassword: String
    /// Whether a password was given in the string or by a variable.
    package let hasPassword: Bool

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
        hasPassword = values["password"] != nil
        let isSecret = !Self.values(given, isOwned: false, secrets: true).isEmpty
        let places = ["host", "hostaddr", "port", "user", "dbname"]
        let parts =
            conninfo.isEmpty
            ? values.filter { places.contains($0.key) }
            : Self.values(given, isOwned: false, secrets: false)
        withoutPassword = conninfo.isEmpty || isSecret ? Self.written(parts) : conninfo
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

    /// Pairs as libpq reads them, in an order that stays the same.
    private static func written(_ values: [String: String]) -> String {
        values.sorted { $0.key < $1.key }.map { key, value in
            let isPlain = !value.isEmpty && !value.contains { " '\\\t\n".contains($0) }
            let quoted = value.replacing("\\", with: "\\\\").replacing("'", with: "\\'")
            return "\(key)=" + (isPlain ? value : "'\(quoted)'")
        }.joined(separator: " ")
    }

    /// The values of libpq's options.
    ///
    /// - Parameters:
    ///   - options: What libpq found.
    ///   - isOwned: Whether it is freed here.
    ///   - secrets: Whether only those that are not to be shown are wanted, or only the others.
    /// - Returns: Those that are set.
    private static func values(
        _ options: UnsafeMutablePointer<PQconninfoOption>?,
        isOwned: Bool = true,
        secrets: Bool? = nil
    ) -> [String: String] {
        var values: [String: String] = [:]
        var option = options
        while let current = option, let keyword = current.pointee.keyword {
            // > "*" Password field - hide value
            // <https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PQCONNDEFAULTS>
            let isSecret = current.pointee.dispchar.map {
                $0.pointee == CChar(bitPattern: UInt8(ascii: "*"))
            }
            guard secrets == nil || secrets == (isSecret ?? false) else {
                option = current + 1
                continue
            }
            if let value = current.pointee.val {
                values[String(cString: keyword)] = String(cString: value)
            }
            option = current + 1
        }
        if isOwned { PQconninfoFree(options) }
        return values
    }
}
