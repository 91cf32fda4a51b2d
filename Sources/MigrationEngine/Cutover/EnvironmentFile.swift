import Foundation

/// The file with the application's environment, such as `.env`: one variable is switched in it.
///
/// Every other byte stays. The earlier file is kept in the run's folder before it is replaced.
struct EnvironmentFile {
    let path: String
    /// Where the earlier file is kept.
    let kept: String
    /// Where its path is kept, for a way back that is not told.
    private let place: String
    private static let none = Data("cutover: there was no file\n".utf8)

    /// Names the file.
    ///
    /// - Parameters:
    ///   - path: The file; need not exist. A link is followed: what it names is replaced.
    ///   - directory: The folder of the run.
    init(_ path: String, _ directory: RunDirectory) {
        self.path = Self.whole(path)
        kept = directory.path + "/environment_before"
        place = directory.path + "/environment_path"
    }

    /// The path from the root on, for a way back that is begun elsewhere.
    private static func whole(_ path: String) -> String {
        let found = SourceFile.realPath(path)
        return found.hasPrefix("/")
            ? found : FileManager.default.currentDirectoryPath + "/" + found
    }

    /// Finds the file that an earlier command has switched.
    ///
    /// - Parameter directory: The folder of the run.
    /// - Returns: The file; nil when none was switched.
    static func switched(in directory: RunDirectory) -> EnvironmentFile? {
        let path = FileManager.default.contents(atPath: directory.path + "/environment_path")
        return path.map { EnvironmentFile(String(decoding: $0, as: UTF8.self), directory) }
    }

    /// Switches the variable, atomically.
    ///
    /// - Parameters:
    ///   - variable: The variable.
    ///   - value: Its new value.
    /// - Throws: ``MigrationError`` of code `fileFailed`; then the file is as it was.
    func set(_ variable: String, to value: String) throws(MigrationError) {
        let earlier = try read()
        // Done again after a kill, the file that is kept is still the first one.
        if access(kept, F_OK) != 0 {
            try Self.write(Data(path.utf8), to: place, mode: 0o600)
            try Self.write(earlier ?? Self.none, to: kept, mode: 0o600)
        }
        var mode = mode_t(0o600)
        var status = stat()
        if stat(path, &status) == 0 { mode = status.st_mode & 0o7777 }
        try Self.write(Self.switched(earlier ?? Data(), variable, value), to: path, mode: mode)
    }

    /// Puts the earlier file back; harmless when nothing was switched.
    ///
    /// - Throws: ``MigrationError`` of code `fileFailed`.
    func restore() throws(MigrationError) {
        guard let earlier = FileManager.default.contents(atPath: kept) else { return }
        if earlier == Self.none {
            unlink(path)
        } else {
            var mode = mode_t(0o600)
            var status = stat()
            if stat(path, &status) == 0 { mode = status.st_mode & 0o7777 }
            try Self.write(earlier, to: path, mode: mode)
        }
        unlink(kept)
        unlink(place)
    }

    /// Makes sure, before anything is done, that the variable could be switched.
    ///
    /// - Parameter variable: The variable.
    /// - Returns: Whether the file has a line for it, or does not exist yet.
    /// - Throws: ``MigrationError`` of code `fileFailed`.
    func check(for variable: String) throws(MigrationError) -> Bool {
        let beside = "/" + path.split(separator: "/").dropLast().joined(separator: "/")
        // It is replaced by a file that is written beside it.
        guard access(beside, W_OK | X_OK) == 0 else {
            throw Self.failure("cannot be written in its folder", path, "access")
        }
        var status = stat()
        guard lstat(path, &status) == 0 else {
            guard errno == ENOENT else {
                throw Self.failure("cannot be looked at", path, "lstat")
            }
            return true
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            // What a link names was looked up already: this one leads nowhere.
            let what = status.st_mode & S_IFMT == S_IFLNK ? "is a link to nothing" : "is no file"
            throw Self.failure(what, path, nil)
        }
        guard access(path, R_OK | W_OK) == 0 else {
            throw Self.failure("cannot be read and written", path, "access")
        }
        let file = try read() ?? Data()
        guard !file.contains(0) else {
            throw Self.failure("holds other bytes than text", path, nil)
        }
        return Self.lines(file).contains { Self.name(in: $0) == variable }
    }

    private func read() throws(MigrationError) -> Data? {
        guard access(path, F_OK) == 0 else { return nil }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw Self.failure("cannot be read", path, "open")
        }
        return data
    }

    private static func lines(_ file: Data) -> [Data] {
        file.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map { Data($0) }
    }

    /// The variable that a line sets; nil when it sets none.
    private static func name(in line: Data) -> String? {
        let text = String(decoding: line, as: UTF8.self)
        let bare = text.drop { $0 == " " || $0 == "\t" }
        let rest = bare.hasPrefix("export ") ? bare.dropFirst(7) : bare
        let name = rest.prefix { $0 != "=" && $0 != " " }
        return rest.dropFirst(name.count).first == "=" ? String(name) : nil
    }

    /// The file with one variable set; its line keeps its place and an `export` in front of it.
    static func switched(_ file: Data, _ variable: String, _ value: String) -> Data {
        var lines = lines(file)
        var isFound = false
        for place in lines.indices where name(in: lines[place]) == variable {
            let text = String(decoding: lines[place], as: UTF8.self)
            let isExport = text.drop { $0 == " " || $0 == "\t" }.hasPrefix("export ")
            // The last of several lines counts in most readers, so all of them say the same.
            let ending = text.hasSuffix("\r") ? "\r" : ""
            lines[place] = Data("\(isExport ? "export " : "")\(variable)=\(value)\(ending)".utf8)
            isFound = true
        }
        if !isFound {
            let line = Data("\(variable)=\(value)".utf8)
            if lines.last?.isEmpty == true {
                lines.insert(line, at: lines.count - 1)
            } else {
                lines += [line, Data()]
            }
        }
        return Data(lines.joined(separator: [UInt8(ascii: "\n")]))
    }

    private static func write(
        _ data: Data,
        to path: String,
        mode: mode_t
    ) throws(MigrationError) {
        let temporary = path + ".cutover-new"
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("cannot be written", path, "open") }
        var isWritten = fchmod(descriptor, mode) == 0
        data.withUnsafeBytes { bytes in
            var offset = 0
            while isWritten, offset < bytes.count {
                let count = Foundation.write(
                    descriptor,
                    bytes.baseAddress.map { $0 + offset },
                    bytes.count - offset
                )
                isWritten = count > 0
                offset += max(0, count)
            }
        }
        isWritten = fsync(descriptor) == 0 && isWritten
        close(descriptor)
        guard isWritten, rename(temporary, path) == 0 else {
            let problem = failure("cannot be written", path, "write")
            unlink(temporary)
            throw problem
        }
    }

    private static func failure(
        _ what: String,
        _ path: String,
        _ call: String?
    ) -> MigrationError {
        let number = errno
        return MigrationError(
            .fileFailed,
            "the environment file \(what): \(SafeText.visible(path))",
            place: .init("environment", path: path),
            kept: .other("the file is as it was"),
            remedy: "check the file, its folder, their rights and the disk, or give another with "
                + "--env-file F",
            cause: call.map { .system(errno: number, call: $0) }
        )
    }
}
