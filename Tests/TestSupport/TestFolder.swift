import Foundation

/// A temporary folder that is removed with the last reference to it.
public final class TestFolder: Sendable {
    /// The path of the folder.
    public let path: String

    /// Makes the folder.
    ///
    /// - Throws: The system's error.
    public init() throws {
        let url = FileManager.default.temporaryDirectory
            .appendingPathComponent("cutover-test-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The path of something in the folder.
    ///
    /// - Parameter name: Its name.
    /// - Returns: Its path.
    public func file(_ name: String) -> String { "\(path)/\(name)" }

    /// Writes a file in the folder.
    ///
    /// - Parameters:
    ///   - name: Its name.
    ///   - text: What it holds.
    /// - Throws: The system's error.
    public func write(_ name: String, _ text: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: file(name)))
    }
}

/// Whether something exists, links included.
///
/// - Parameter path: Its path.
/// - Returns: True when it exists.
public func exists(_ path: String) -> Bool {
    (try? FileManager.default.attributesOfItem(atPath: path)) != nil
}

/// What the package's build made.
public enum BuiltProducts {
    /// The folder of the test bundle and of the `cutover` binary.
    public static let folder: String = {
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
        return URL(fileURLWithPath: own ?? CommandLine.arguments[0])
            .deletingLastPathComponent().path
    }()

    /// The path of the `cutover` binary: the one beside the tests, or the one that
    /// `CUTOVER_TEST_PROGRAM` names, as `.ci/test` does with the build that users run.
    public static let cutover: String =
        ProcessInfo.processInfo.environment["CUTOVER_TEST_PROGRAM"] ?? "\(folder)/cutover"
}
