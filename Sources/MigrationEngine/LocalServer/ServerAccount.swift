import Foundation

/// The account that the server's processes run as and that owns its folder.
///
/// Ourselves, except for root: PostgreSQL refuses to run as root, so root takes `postgres`.
struct ServerAccount: Sendable, Equatable {
    let name: String
    let userID: uid_t
    let groupID: gid_t
    /// Whether processes must change to this account.
    let isOther: Bool

    /// Finds the account.
    ///
    /// - Returns: The account.
    /// - Throws: ``MigrationError`` of code `serverMissing` when root finds no user `postgres`.
    static func current() throws(MigrationError) -> ServerAccount {
        guard geteuid() == 0 else {
            return ServerAccount(
                name: NSUserName(),
                userID: geteuid(),
                groupID: getegid(),
                isOther: false
            )
        }
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var strings = [CChar](repeating: 0, count: 16_384)
        let status = getpwnam_r("postgres", &entry, &strings, strings.count, &found)
        guard status == 0, found != nil else {
            throw MigrationError(
                .serverMissing,
                "PostgreSQL does not run as root, and there is no user postgres to run it as",
                place: .init("local server"),
                remedy: "run `apt-get install postgresql`, or run cutover as an ordinary user"
            )
        }
        return ServerAccount(
            name: "postgres",
            userID: entry.pw_uid,
            groupID: entry.pw_gid,
            isOther: true
        )
    }

    /// What stands in front of a command so that it runs as this account.
    ///
    /// A program of its own changes the account, not the child between fork and exec: there,
    /// `setgroups` of glibc waits for threads that only the parent has.
    var commandPrefix: [String] {
        isOther
            ? ["setpriv", "--reuid=\(userID)", "--regid=\(groupID)", "--clear-groups", "--"] : []
    }

    /// Whether the account can enter a folder, asked of the system itself.
    ///
    /// - Parameter folder: An existing folder.
    /// - Returns: True when it can.
    /// - Throws: ``MigrationError`` when the question cannot be asked.
    func canEnter(_ folder: String) throws(MigrationError) -> Bool {
        try Program(path: "/bin/sh", account: self)
            .run(["-c", #"cd -- "$1" 2>/dev/null"#, "sh", folder])
            .succeeded
    }
}
