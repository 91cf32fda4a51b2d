import Foundation

/// A file system of a few megabytes in memory, which fills up quickly; unmounted with the last
/// reference to it.
public final class SmallDisk: Sendable {
    /// Where it is mounted.
    public let path: String

    /// Whether this machine lets us mount one; asked by doing it.
    public static let canBeMade: Bool = {
        guard geteuid() == 0 else { return false }
        let probe = Process()
        probe.executableURL = URL(fileURLWithPath: "/usr/bin/unshare")
        probe.arguments = ["--mount", "mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", "/mnt"]
        probe.standardError = FileHandle.nullDevice
        guard (try? probe.run()) != nil else { return false }
        probe.waitUntilExit()
        return probe.terminationStatus == 0
    }()

    /// Mounts one that everybody may write to.
    ///
    /// - Parameter megabytes: Its size.
    /// - Throws: ``ProgramFailed`` when it cannot be mounted.
    public init(megabytes: Int) async throws {
        path = "/var/tmp/cutover-disk-\(UUID().uuidString.prefix(8))"
        try await Self.call("mkdir", ["-m", "0755", path])
        try await Self.call(
            "mount",
            ["-t", "tmpfs", "-o", "size=\(megabytes)m,mode=0777", "tmpfs", path]
        )
    }

    /// Makes a folder on it that belongs to an account alone.
    ///
    /// - Parameter account: The account.
    /// - Returns: The folder.
    /// - Throws: ``ProgramFailed``.
    public func folder(of account: String) async throws -> String {
        try await Self.call("install", ["-d", "-m", "0700", "-o", account, "\(path)/own"])
        return "\(path)/own"
    }

    /// Makes it larger.
    ///
    /// - Parameter megabytes: The new size.
    /// - Throws: ``ProgramFailed``.
    public func grow(megabytes: Int) async throws {
        try await Self.call("mount", ["-o", "remount,size=\(megabytes)m", path])
    }

    deinit {
        // Detached at once; what still has a file open keeps its memory until it is closed.
        umount2(path, Int32(MNT_DETACH))
        rmdir(path)
    }

    private static func call(_ program: String, _ arguments: [String]) async throws {
        let outcome = try await run(program, arguments)
        guard outcome.status == 0 else {
            throw ProgramFailed(description: "\(program) \(arguments): \(outcome.stderr)")
        }
    }
}
