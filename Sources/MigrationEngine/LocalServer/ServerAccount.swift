import Foundation
import Subprocess

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

    var platformOptions: PlatformOptions {
        var options = PlatformOptions()
        if isOther {
            options.userID = userID
            options.groupID = groupID
            options.supplementaryGroups = [groupID]
        }
        return options
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
