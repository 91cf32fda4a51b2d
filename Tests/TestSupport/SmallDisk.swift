import Foundation

/// A file system of a few megabytes in memory, which fills up quickly.
public struct SmallDisk: Sendable {
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

    /// Makes it larger.
    ///
    /// - Parameter megabytes: The new size.
    /// - Throws: ``ProgramFailed``.
    public func grow(megabytes: Int) async throws {
        try await Self.call("mount", ["-o", "remount,size=\(megabytes)m", path])
    }

    /// Unmounts it.
    ///
    /// - Throws: ``ProgramFailed`` when it is in use.
    public func remove() async throws {
        try await Self.call("umount", [path])
        try await Self.call("rmdir", [path])
    }

    private static func call(_ program: String, _ arguments: [String]) async throws {
        let outcome = try await run(program, arguments)
        guard outcome.status == 0 else {
            throw ProgramFailed(description: "\(program) \(arguments): \(outcome.stderr)")
        }
    }
}
