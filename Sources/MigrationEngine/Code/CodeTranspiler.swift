import Foundation

/// The transpiler of SQL, in a Python environment of our own that no other program uses.
///
/// It is made once for a user, under the cache folder, from the package index; whoever comes while
/// it is made waits. An environment that was not finished has no mark and is made anew.
enum CodeTranspiler {
    /// The one version that the rewriting was written and tested against.
    static let version = "30.30.0"

    /// The interpreter that has the transpiler.
    ///
    /// - Parameters:
    ///   - observer: Is told when the environment is made, because that takes some seconds.
    ///   - cancellation: Stops the making.
    /// - Returns: The interpreter's path.
    /// - Throws: ``MigrationError`` of code `configuration` when it cannot be made.
    static func python(
        _ observer: Observer,
        _ cancellation: Cancellation
    ) throws(MigrationError) -> String {
        let folder = cache + "/sqlglot-\(version)"
        let python = folder + "/bin/python"
        let mark = folder + "/finished"
        // A system update can take the interpreter away from under the environment.
        if access(mark, F_OK) == 0, access(python, X_OK) == 0 { return python }
        let lock = try locked(cache)
        defer { close(lock) }
        if access(mark, F_OK) == 0, access(python, X_OK) == 0 { return python }
        observer.log(
            LogLine(
                time: Date.now.timeIntervalSince1970,
                level: .warning,
                stage: "code",
                message: "making the environment of the SQL transpiler, once"
            )
        )
        try? FileManager.default.removeItem(atPath: folder)
        let made = try CodeReader.run(
            CodeReader.python,
            ["-I", "-m", "venv", folder],
            observer,
            cancellation
        )
        guard made.status == 0 else {
            throw failure(
                "a Python environment cannot be made",
                folder,
                "install Python's venv module (Debian: apt-get install python3-venv), then run the "
                    + "same command again",
                made.words
            )
        }
        let installed = try CodeReader.run(
            python,
            [
                "-I", "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
                "--no-input", "--only-binary", ":all:", "sqlglot==\(version)",
            ],
            observer,
            cancellation
        )
        guard installed.status == 0, FileManager.default.createFile(atPath: mark, contents: nil)
        else {
            throw failure(
                "the SQL transpiler sqlglot \(version) cannot be installed",
                folder,
                "this is needed once, from the package index: give this machine a way to it "
                    + "(HTTPS_PROXY, or PIP_INDEX_URL of a mirror), then run the same command "
                    + "again; cutover code scan and adapter work without",
                installed.words
            )
        }
        return python
    }

    private static var cache: String {
        let environment = ProcessInfo.processInfo.environment
        if let named = environment["XDG_CACHE_HOME"], named.hasPrefix("/") {
            return named + "/cutover"
        }
        return (environment["HOME"] ?? NSHomeDirectory()) + "/.cache/cutover"
    }

    private static func locked(_ folder: String) throws(MigrationError) -> Int32 {
        try? FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        let descriptor = open(folder + "/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0, flock(descriptor, LOCK_EX) == 0 else {
            throw MigrationError(
                .fileFailed,
                "the folder for the SQL transpiler cannot be written",
                place: .init("code", path: folder),
                remedy: "make it writable, or set XDG_CACHE_HOME",
                cause: .system(errno: errno, call: "open")
            )
        }
        return descriptor
    }

    private static func failure(
        _ what: String,
        _ folder: String,
        _ remedy: String,
        _ words: String
    ) -> MigrationError {
        MigrationError(
            .configuration,
            what,
            place: .init("code", path: folder),
            kept: .other("no file of the application was changed"),
            remedy: remedy,
            cause: .text(words)
        )
    }
}
