import Foundation
import Subprocess

/// The Python that reads an application's Python, run as a program of its own.
///
/// It is embedded in the binary, laid out in a private folder for the time of a command, and run in
/// Python's isolated mode: no folder of the application, no variable and no user's package is on its
/// path, so nothing of the application can be imported by accident.
final class CodeReader {
    /// What a program said and how it ended.
    struct Answer: Sendable {
        let status: Int32
        let output: String
        /// The last lines of what it said beside its answer.
        let words: String
    }

    /// How many lines of a program's words an error shows.
    private static let fewLines = 12

    private static let temporary = TemporaryPath(prefix: "cutover-code-")
    /// No answer of a folder that a person wrote is larger.
    private static let largestAnswer = 1 << 30

    private let folder: String
    private let cancellation: Cancellation
    private let observer: Observer

    /// Lays the reader out.
    ///
    /// - Parameters:
    ///   - cancellation: Ends the running program when its wish is stated.
    ///   - observer: Is told how far it is.
    /// - Throws: ``MigrationError`` of code `fileFailed`.
    init(
        _ cancellation: Cancellation,
        _ observer: Observer = Observer()
    ) throws(MigrationError) {
        self.cancellation = cancellation
        self.observer = observer
        folder = Self.temporary.make()
        do {
            try FileManager.default.createDirectory(
                atPath: folder,
                withIntermediateDirectories: false,
                attributes: [.posixPermissions: 0o700]
            )
            for (name, bytes) in Self.files {
                try Data(bytes).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
            }
        } catch {
            throw MigrationError(
                .fileFailed,
                "the reader of Python cannot be laid out",
                place: .init("code", path: folder),
                remedy: "make room in the folder for temporary files, or set TMPDIR",
                cause: .text("\(error)")
            )
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    private static var files: [(name: String, bytes: [UInt8])] {
        [
            ("__main__.py", PackageResources.start_py),
            ("candidates.py", PackageResources.candidates_py),
            ("closing.py", PackageResources.closing_py),
            ("collations.py", PackageResources.collations_py),
            ("constants.py", PackageResources.constants_py),
            ("convert.py", PackageResources.convert_py),
            ("differs.py", PackageResources.differs_py),
            ("drivers.py", PackageResources.drivers_py),
            ("files.py", PackageResources.files_py),
            ("fingerprint.py", PackageResources.fingerprint_py),
            ("fix.py", PackageResources.fix_py), ("forwards.py", PackageResources.forwards_py),
            ("keys.py", PackageResources.keys_py), ("kinds.py", PackageResources.kinds_py),
            ("layers.py", PackageResources.layers_py),
            ("literals.py", PackageResources.literals_py),
            ("made.py", PackageResources.made_py),
            ("merge.py", PackageResources.merge_py), ("moments.py", PackageResources.moments_py),
            ("names.py", PackageResources.names_py), ("paths.py", PackageResources.paths_py),
            ("refusal.py", PackageResources.refusal_py),
            ("reviews.py", PackageResources.reviews_py),
            ("rewrite.py", PackageResources.rewrite_py), ("rows.py", PackageResources.rows_py),
            ("rules.py", PackageResources.rules_py),
            ("scan.py", PackageResources.scan_py), ("schema.py", PackageResources.schema_py),
            ("scopes.py", PackageResources.scopes_py),
            ("shapes.py", PackageResources.shapes_py),
            ("sqltext.py", PackageResources.sqltext_py),
            ("statements.py", PackageResources.statements_py),
            ("texts.py", PackageResources.texts_py),
            ("unplanned.py", PackageResources.unplanned_py),
            ("usage.py", PackageResources.usage_py),
        ]
    }

    /// Asks the reader and reads its answer.
    ///
    /// - Parameters:
    ///   - type: What the answer is.
    ///   - arguments: What is asked for.
    ///   - python: The interpreter.
    ///   - given: What it reads from its standard input.
    /// - Returns: The answer.
    /// - Throws: ``MigrationError``.
    func ask<Value: Decodable>(
        _ type: Value.Type,
        _ arguments: [String],
        with python: String = CodeReader.python,
        given: some Encodable = String?.none
    ) throws(MigrationError) -> Value {
        let answer = try Self.run(
            python,
            ["-I", "-B", folder] + arguments,
            reading: try input(given),
            observer,
            cancellation
        )
        guard answer.status == 0 else {
            throw MigrationError(
                .internal,
                "the reader of Python ended with status \(answer.status)",
                place: .init("code", path: arguments.last),
                remedy: "see the cause; a smaller folder, or one file at a time, tells which file "
                    + "it is",
                cause: .text(answer.words)
            )
        }
        do {
            let decoder = JSONDecoder.report
            return try decoder.decode(type, from: Data(answer.output.utf8))
        } catch {
            throw MigrationError(
                .internal,
                "the reader of Python answered what cannot be read",
                place: .init("code", path: arguments.last),
                remedy: "report this with the cause",
                cause: .text("\(error)")
            )
        }
    }

    /// Lays down what the program reads: a file, because a program that ends without reading a pipe
    /// to its end would break it.
    private func input(_ given: some Encodable) throws(MigrationError) -> String {
        let path = folder + "/input"
        let made = FileManager.default.createFile(
            atPath: path,
            contents: (try? JSONEncoder.report.encode(given)) ?? Data(),
            attributes: [.posixPermissions: 0o600]
        )
        if made { return path }
        throw MigrationError(
            .fileFailed,
            "what the reader of Python reads cannot be laid down",
            place: .init("code", path: path),
            remedy: "make room in the folder for temporary files, or set TMPDIR"
        )
    }

    /// The interpreter's name: `$CUTOVER_PYTHON`, else `python3`.
    static var python: String {
        let named = ProcessInfo.processInfo.environment["CUTOVER_PYTHON"] ?? ""
        return named.isEmpty ? "python3" : named
    }

    /// Runs a program to its end while the calling thread waits.
    ///
    /// - Parameters:
    ///   - program: Its name or path.
    ///   - arguments: Its arguments.
    ///   - input: The file that is its standard input.
    ///   - observer: Is told each line of its standard error.
    ///   - cancellation: Ends it when its wish is stated.
    /// - Returns: How it ended and its output.
    /// - Throws: ``MigrationError`` of code `configuration` when it cannot be started, or
    ///   `interrupted`.
    static func run(
        _ program: String,
        _ arguments: [String],
        reading input: String = "/dev/null",
        _ observer: Observer,
        _ cancellation: Cancellation
    ) throws(MigrationError) -> Answer {
        let task = Task.detached { await start(program, arguments, input, observer) }
        let stop: @Sendable () -> Void = { task.cancel() }
        let result = cancellation.whileRunning(stop) { Blocking.wait { await task.value } }
        try cancellation.check("code", kept: .other("no file of the application was changed"))
        let cause: String
        switch result {
        case .success(let answer):
            // The shell's words for a program that is not there or cannot be executed.
            guard [126, 127].contains(answer.status) else { return answer }
            cause = answer.words
        case .failure(let error): cause = "\(error)"
        }
        throw MigrationError(
            .configuration,
            "cannot run \(program)",
            place: .init("code", path: program),
            remedy: "install Python 3.9 or newer, or name it with CUTOVER_PYTHON",
            cause: .text(cause)
        )
    }

    private static func start(
        _ program: String,
        _ arguments: [String],
        _ input: String,
        _ observer: Observer
    ) async -> Result<Answer, any Error> {
        do {
            let result = try await Subprocess.run(
                // Through the shell, which takes a path as well as a name.
                .name("sh"),
                arguments: Arguments(["-c", #"exec "$@" <"$0""#, input, program] + arguments),
                input: .none,
                output: .string(limit: largestAnswer),
                error: .sequence
            ) { execution in
                var last: [String] = []
                for try await line in execution.standardError.strings() {
                    observer.tell("code", line)
                    last = (last + [line]).suffix(fewLines)
                }
                return last.joined(separator: "; ")
            }
            let status: Int32 =
                switch result.terminationStatus {
                case .exited(let code): code
                case .signaled(let signal): 128 + signal
                }
            return .success(
                Answer(status: status, output: result.standardOutput, words: result.closureResult)
            )
        } catch {
            return .failure(error)
        }
    }
}
