import Foundation

/// A private PostgreSQL cluster for demo, rehearsal and tests.
///
/// Made from the installed programs in a folder of its own, reached only through a Unix socket in
/// that folder. Its functions wait, so they are called on real threads.
package final class LocalServer: Sendable {
    /// The folder that holds everything of the server.
    package let folder: String
    /// The folder of the socket, the `host` of libpq.
    package let socketFolder: String

    let programs: ServerPrograms
    let account: ServerAccount
    private let ending: Ending

    private enum Ending: Sendable {
        case temporary(ServerGuard)
        case persistent(ServerFolder)
    }

    /// Starts a server that ends with this process, however that ends, and leaves nothing.
    ///
    /// - Parameter settings: More settings, in the words of `postgresql.conf`.
    /// - Returns: The server, accepting connections.
    /// - Throws: ``MigrationError`` of code `serverMissing` or `serverFailed`.
    package static func temporary(settings: String = "") throws(MigrationError) -> LocalServer {
        let programs = try ServerPrograms.find()
        let account = try ServerAccount.current()
        let bases = [ProcessInfo.processInfo.environment["TMPDIR"], "/tmp", "/var/tmp"]
            .compactMap { $0 }
            .filter { $0.hasPrefix("/") && !$0.contains("'") && !$0.contains("\n") }
            .filter { $0.utf8.count + "/cutover-12345678".utf8.count <= longestBase }
        let keeper = ServerGuard(
            programs: programs,
            account: account,
            bases: bases,
            settings: settings
        )
        let folder = try keeper.folder()
        return LocalServer(
            folder: folder,
            socketFolder: folder,
            programs: programs,
            account: account,
            ending: .temporary(keeper)
        )
    }

    private static var longestBase: Int { ServerSettings.longestSocketFolder }

    init(persistent place: ServerFolder, socketFolder: String) {
        folder = place.path
        self.socketFolder = socketFolder
        programs = place.programs
        account = place.account
        ending = .persistent(place)
    }

    private init(
        folder: String,
        socketFolder: String,
        programs: ServerPrograms,
        account: ServerAccount,
        ending: Ending
    ) {
        self.folder = folder
        self.socketFolder = socketFolder
        self.programs = programs
        self.account = account
        self.ending = ending
    }

    /// The address of a database.
    ///
    /// - Parameter database: The name of the database.
    /// - Returns: A libpq URI, complete: no variable such as `PGPORT` changes where it leads.
    package func url(database: String = "postgres") -> String {
        "postgresql:///\(Self.escape(database, keepSlash: false))"
            + "?host=\(Self.escape(socketFolder, keepSlash: true))"
            + "&port=\(ServerSettings.port)&user=postgres"
    }

    /// Makes an empty database in UTF-8.
    ///
    /// - Parameter name: Its name.
    /// - Throws: ``MigrationError`` of code `serverFailed`, also when it exists.
    package func createDatabase(_ name: String) throws(MigrationError) {
        try ask("createdb", ["-T", "template0", "-E", "UTF8"], of: name)
    }

    /// Removes a database and the connections to it; one that does not exist is no error.
    ///
    /// - Parameter name: Its name.
    /// - Throws: ``MigrationError`` of code `serverFailed`.
    package func dropDatabase(_ name: String) throws(MigrationError) {
        try ask("dropdb", ["--if-exists", "--force"], of: name)
    }

    /// Stops the server and waits for its end; the folder of a temporary one is gone then.
    ///
    /// - Throws: ``MigrationError`` of code `serverFailed` when a persistent server does not stop.
    package func stop() throws(MigrationError) {
        switch ending {
        case .temporary(let keeper): keeper.end()
        case .persistent(let place): _ = try place.stop()
        }
    }

    private func ask(
        _ program: String,
        _ options: [String],
        of database: String
    ) throws(MigrationError) {
        let outcome = try Program(path: programs.path(program), account: account).run(
            ["-h", socketFolder, "-p", "\(ServerSettings.port)", "-U", "postgres"]
                + options + ["--", database]
        )
        guard outcome.succeeded else {
            throw MigrationError(
                .serverFailed,
                "\(program) failed for database \"\(database)\"",
                place: .init("local server", side: .target, path: folder),
                remedy: "choose another name, or see whether the server runs "
                    + "with `cutover server status`",
                cause: .text(outcome.words)
            )
        }
    }

    private static func escape(_ text: String, keepSlash: Bool) -> String {
        var escaped = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "_"), UInt8(ascii: "~"):
                escaped.unicodeScalars.append(Unicode.Scalar(byte))
            case UInt8(ascii: "/") where keepSlash:
                escaped.append("/")
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                escaped += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return escaped
    }
}
