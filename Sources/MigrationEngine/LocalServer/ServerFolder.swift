import Foundation

/// The folder of a server that stays: the cluster, its log, its lock, its socket.
///
/// ```
/// FOLDER/          0700, owned by the server's account
///   data/          the cluster; made as data.new and renamed, so it is complete or absent
///   log  lock  .s.PGSQL.5432
///   socket         the path of the socket's folder, only where FOLDER is too long for a socket
/// ```
struct ServerFolder: Sendable {
    let path: String
    let programs: ServerPrograms
    let account: ServerAccount
    /// What the operator should know of the choice of the folder.
    let note: String?

    var cluster: String { "\(path)/data" }
    var log: String { "\(path)/log" }

    /// Decides on a folder; makes nothing.
    ///
    /// - Parameter chosen: The operator's choice; nil for the default.
    /// - Throws: ``MigrationError`` when PostgreSQL is missing or its account cannot enter.
    init(chosen: String?) throws(MigrationError) {
        programs = try ServerPrograms.find()
        account = try ServerAccount.current()
        if let chosen {
            path = URL(fileURLWithPath: chosen).standardizedFileURL.path
            note = nil
            guard try Self.isReachable(path, by: account) else {
                throw MigrationError(
                    .configuration,
                    "user \(account.name), who runs the server, cannot enter this folder",
                    place: .init("local server", path: path),
                    remedy: "choose a folder under /var/tmp with --data"
                )
            }
            return
        }
        let preferred = Self.preferred(ProcessInfo.processInfo.environment)
        if try Self.isReachable(preferred, by: account) {
            path = preferred
            note = nil
        } else {
            path = "/var/tmp/cutover-server-\(geteuid())"
            note =
                "user \(account.name), who runs the server, cannot enter \(preferred): "
                + "its folder is \(path)"
        }
    }

    /// The process of the server, nil when it does not run.
    ///
    /// The number in `postmaster.pid` may be stale and by now another process's, so the process
    /// must also work in the cluster's folder, as PostgreSQL does.
    var runningProcess: Int32? {
        guard let text = try? String(contentsOfFile: "\(cluster)/postmaster.pid", encoding: .utf8),
            let pid = text.split(separator: "\n").first.flatMap({ Int32($0) }), pid > 0,
            let folder = try? FileManager.default.destinationOfSymbolicLink(
                atPath: "/proc/\(pid)/cwd"
            ),
            let real = realpath(cluster, nil)
        else { return nil }
        defer { free(real) }
        return folder == String(cString: real) ? pid : nil
    }

    /// The folder of the socket.
    var socketFolder: String {
        if path.utf8.count <= ServerSettings.longestSocketFolder { return path }
        let recorded = try? String(contentsOfFile: "\(path)/socket", encoding: .utf8)
        return recorded?.trimmingBlanks() ?? path
    }

    private static func preferred(_ environment: [String: String]) -> String {
        if let state = environment["XDG_STATE_HOME"], state.hasPrefix("/") {
            return "\(state)/cutover/server"
        }
        return "\(environment["HOME"] ?? NSHomeDirectory())/.local/state/cutover/server"
    }

    private static func isReachable(
        _ path: String,
        by account: ServerAccount
    ) throws(MigrationError) -> Bool {
        guard account.isOther else { return true }
        var existing = path
        while existing != "/", access(existing, F_OK) != 0 {
            existing = URL(fileURLWithPath: existing).deletingLastPathComponent().path
        }
        // The last folder is handed to the account when the server starts; its parents are not.
        if existing == path {
            existing = URL(fileURLWithPath: existing).deletingLastPathComponent().path
        }
        return try account.canEnter(existing)
    }
}
