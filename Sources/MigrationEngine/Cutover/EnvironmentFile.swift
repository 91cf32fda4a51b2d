import Foundation

/// The file with the application's environment, such as `.env`: one variable is switched in it.
///
/// Every other byte stays. The earlier file is kept in the run's folder before it is replaced.
struct EnvironmentFile {
    let path: String
    /// Where the earlier file is kept.
    let kept: String
    /// Where the file is kept that a way back found.
    let found: String
    /// Where the path of the file is kept whose copy there is.
    private let place: String

    /// Names the file.
    ///
    /// - Parameters:
    ///   - path: The file; need not exist. A link is followed: what it names is replaced.
    ///   - directory: The folder of the run.
    init(_ path: String, _ directory: RunDirectory) {
        self.path = Self.whole(path)
        kept = directory.path + "/environment_before"
        found = directory.path + "/environment_before_revert"
        place = directory.path + "/environment_path"
    }

    /// The path from the root on, for a way back that is begun elsewhere.
    private static func whole(_ path: String) -> String {
        let found = SourceFile.realPath(path)
        return found.hasPrefix("/")
            ? found : FileManager.default.currentDirectoryPath + "/" + found
    }

    /// What the file says of a variable that is to be switched.
    ///
    /// - Parameters:
    ///   - variable: The variable.
    ///   - value: What it will be switched to.
    /// - Returns: Its lines now.
    /// - Throws: ``MigrationError`` of code `fileFailed`.
    func earlier(
        _ variable: String,
        switchedTo value: String
    ) throws(MigrationError) -> SwitchedVariable {
        let file = try read()
        return SwitchedVariable(
            path: path,
            variable: variable,
            value: value,
            lines: Self.lines(file ?? Data()).filter { Self.name(in: $0) == variable },
            isNew: file == nil
        )
    }

    /// Switches the variable, atomically.
    ///
    /// - Parameters:
    ///   - variable: The variable.
    ///   - value: Its new value.
    ///   - isFirst: Whether nobody has switched it before, so that the file is kept as it is.
    /// - Throws: ``MigrationError`` of code `fileFailed`; then the file is as it was.
    func set(
        _ variable: String,
        to value: String,
        isFirst: Bool = true
    ) throws(MigrationError) {
        let earlier = try read()
        // Done again after a kill, the file that is kept is still the first one.
        if isFirst || !isKept {
            if let earlier { try Self.write(earlier, to: kept) } else { unlink(kept) }
            try Self.write(Data(path.utf8), to: place)
        }
        try Self.write(Self.switched(earlier ?? Data(), variable, value), to: path, like: path)
    }

    /// Whether a copy of this very file is kept.
    private var isKept: Bool {
        FileManager.default.contents(atPath: place) == Data(path.utf8)
    }

    /// What became of a file on the way back.
    enum Restored: Equatable {
        /// The variable is as it was before.
        case done
        /// It was so already.
        case unchanged
        /// The file is not there any more.
        case gone
    }

    /// Gives a variable its earlier lines, or takes them away when it had none.
    ///
    /// What else was written into the file stays. Harmless when it is done already.
    ///
    /// - Parameter earlier: What the file said before.
    /// - Returns: What was done.
    /// - Throws: ``MigrationError`` of code `fileFailed`; then the file is as it was.
    func restore(_ earlier: SwitchedVariable) throws(MigrationError) -> Restored {
        guard let file = try read() else {
            forget()
            return earlier.isNew ? .unchanged : .gone
        }
        let restored = restored(file, earlier)
        guard restored != file else {
            forget()
            return .unchanged
        }
        try Self.write(file, to: found)
        if earlier.isNew, restored.allSatisfy({ $0 == UInt8(ascii: "\n") }) {
            unlink(path)
        } else {
            try Self.write(restored, to: path, like: path)
        }
        forget()
        return .done
    }

    /// The next switch keeps the file anew.
    private func forget() {
        guard isKept else { return }
        unlink(kept)
        unlink(place)
    }

    private func restored(_ file: Data, _ earlier: SwitchedVariable) -> Data {
        // Where nobody wrote anything else, not even a line's end differs from what it was.
        if isKept, let before = FileManager.default.contents(atPath: kept),
            Self.switched(before, earlier.variable, earlier.value) == file
        {
            return before
        }
        var left = earlier.lines[...]
        var lines: [Data] = []
        for line in Self.lines(file) {
            if Self.name(in: line) != earlier.variable {
                lines.append(line)
            } else if let line = left.popFirst() {
                lines.append(line)
            }
        }
        // Lines that somebody took out since come in again at the end.
        let end = lines.last?.isEmpty == true ? lines.count - 1 : lines.count
        lines.insert(contentsOf: left, at: end)
        return Data(lines.joined(separator: [UInt8(ascii: "\n")]))
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

    /// Writes a file beside its place and moves it there, with mode and owner of another one.
    private static func write(
        _ data: Data,
        to path: String,
        like model: String? = nil
    ) throws(MigrationError) {
        let temporary = path + ".cutover-new"
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("cannot be written", path, "open") }
        var mode = mode_t(0o600)
        var status = stat()
        if let model, stat(model, &status) == 0 {
            mode = status.st_mode & 0o7777
            // Who may not give it to its owner may give it to the group at least.
            if fchown(descriptor, status.st_uid, status.st_gid) != 0 {
                _ = fchown(descriptor, uid_t.max, status.st_gid)
            }
        }
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
