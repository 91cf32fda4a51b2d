import Foundation

/// A file of the run's folder for the operator's eyes only, which is written whole or not at all.
enum WholeFile {
    /// Writes words and numbers as JSON, as ``write(_:to:failure:)`` does.
    ///
    /// - Parameters:
    ///   - value: What is kept; only what can be written as JSON.
    ///   - path: Its place; what stands there stays when this fails.
    ///   - failure: Makes the error out of what the system said.
    /// - Throws: ``MigrationError``, the one of `failure`.
    static func write(
        json value: some Encodable,
        to path: String,
        failure: (MigrationError.Cause) -> MigrationError
    ) throws(MigrationError) {
        guard let data = try? JSONEncoder.report.encode(value) else {
            preconditionFailure("words and numbers can be written as JSON")
        }
        try write(data + Data("\n".utf8), to: path, failure: failure)
    }

    /// Writes it beside its place, brings it to the disk, and puts it there.
    ///
    /// - Parameters:
    ///   - content: Its bytes.
    ///   - path: Its place; what stands there stays when this fails.
    ///   - failure: Makes the error out of what the system said.
    /// - Throws: ``MigrationError``, the one of `failure`.
    static func write(
        _ content: Data,
        to path: String,
        failure: (MigrationError.Cause) -> MigrationError
    ) throws(MigrationError) {
        let partial = "\(path).partial-\(getpid())"
        let descriptor = open(partial, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure(.system(errno: errno, call: "open")) }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        var call = "write"
        if (try? file.write(contentsOf: content)) != nil {
            call = "fsync"
            if (try? file.synchronize()) != nil {
                call = "rename"
                if rename(partial, path) == 0 { return }
            }
        }
        let number = errno
        unlink(partial)
        throw failure(.system(errno: number, call: call))
    }
}
