import Crypto
import Foundation

/// What still differs in meaning after `fix`, kept beside the run for the next `check`.
///
/// A text that is PostgreSQL's already does not show what it came from. Where `fix` writes one whose
/// answer can differ from SQLite's, it keeps what it told; a text that was written anew by a person is
/// another one, and nothing is kept of it.
struct CodeMeaning: Codable {
    /// What was told, by a digest of the file's path and the text.
    private var notes: [String: [ConvertedStatement.Note]] = [:]

    private static func key(_ path: String, _ text: String) -> String {
        SHA256.hash(data: Data("\(path)\0\(text)".utf8)).hexadecimal
    }

    /// Reads what was kept of a folder; empty when nothing was, or it cannot be read.
    ///
    /// - Parameters:
    ///   - folder: The application's folder.
    ///   - options: The folder of the run; need not exist.
    init(of folder: String, _ options: Options) {
        let path = CodeRecord.path(
            "meaning",
            Code.absolute(folder),
            in: RunDirectory(existing: options.runDirectory)
        )
        guard let data = FileManager.default.contents(atPath: path),
            let kept = try? JSONDecoder.report.decode(Self.self, from: data)
        else { return }
        self = kept
    }

    /// What is told of a text: what the converter says, and what it said when `fix` wrote it.
    ///
    /// - Parameters:
    ///   - told: What the converter says.
    ///   - text: The text as it stands.
    ///   - path: The file.
    /// - Returns: Both, each once.
    func added(
        to told: [ConvertedStatement.Note],
        of text: String,
        in path: String
    ) -> [ConvertedStatement.Note] {
        let kept = notes[Self.key(path, text)] ?? []
        return told + kept.filter { note in !told.contains { $0.rule == note.rule } }
    }

    /// Keeps what was told of the texts that `fix` is about to write.
    ///
    /// - Parameters:
    ///   - files: The files with what was proven of them.
    ///   - folder: The application's folder.
    ///   - options: The folder of the run, which is made when there is something to keep.
    /// - Throws: ``MigrationError`` of code `fileFailed`.
    static func keep(
        _ files: [CodeCheck.ProvenFile],
        of folder: String,
        _ options: Options
    ) throws(MigrationError) {
        var meaning = CodeMeaning(of: folder, options)
        let before = meaning.notes
        for file in files {
            for answer in file.answers.joined() {
                // What `fix` itself settles is no difference any more.
                let left = (answer.notes ?? []).filter(\.isLeft)
                guard let text = answer.driver, !left.isEmpty else { continue }
                meaning.notes[key(file.scanned.path, text)] = left
            }
        }
        guard meaning.notes != before else { return }
        let path = CodeRecord.path(
            "meaning",
            Code.absolute(folder),
            in: try RunDirectory(making: options.runDirectory)
        )
        try WholeFile.write(json: meaning, to: path) { cause in
            MigrationError(
                .fileFailed,
                "what still differs in meaning cannot be kept for the next check",
                place: .init("code", path: path),
                kept: .other("no file of the application was changed"),
                remedy: "check disk space and rights of the folder, then fix again",
                cause: cause
            )
        }
    }
}

extension ConvertedStatement.Note {
    /// Whether it is for a person, and not settled by what `fix` writes.
    var isLeft: Bool { suggestion != nil || rule == CodeCheck.valueRule }
}
