import Crypto
import Foundation

/// The evidence of a run as one JSON and one readable text, with a hash over it: the verb `report`.
public enum EvidenceBundle {
    /// What `report` made.
    public struct Bundle: Sendable {
        /// The document as JSON, one line.
        public var json: String
        /// The same for people; it names the hash.
        public var text: String
        /// The SHA-256 over the evidence in the document, in hexadecimal.
        public var sha256: String
        /// The files that were written; none under `--read-only`.
        public var files: [String]
        /// Whether every part could be read.
        public var isWhole: Bool
    }

    /// What looking at an earlier document found.
    public struct Verdict: Codable, Sendable, Equatable {
        /// Whether the evidence has the hash that the document names.
        public var ok: Bool
        /// The document.
        public var path: String
        /// The hash that it names.
        @ExplicitNull public var recordedSha256: String?
        /// The hash of its evidence.
        @ExplicitNull public var sha256: String?
    }

    private static let opening = "{\"evidence\":"

    /// Gathers the evidence and writes it into the folder of the run.
    ///
    /// Without a change in between, two calls give the same hash.
    ///
    /// - Parameters:
    ///   - options: The two sides and the folder.
    ///   - observer: Is told how far it is.
    ///   - cancellation: Stops it.
    /// - Returns: The documents.
    /// - Throws: ``MigrationError``.
    public static func run(
        _ options: Options,
        observer: Observer = Observer(),
        cancellation: Cancellation = Cancellation()
    ) throws(MigrationError) -> Bundle {
        let tracker = ProgressTracker(observer)
        tracker.begin(.starting, "gathering the evidence")
        let evidence = try EvidenceReader(options, cancellation).read()
        guard let encoded = try? JSONEncoder.report.encode(evidence) else {
            throw MigrationError(
                .internal,
                "the evidence cannot be written as JSON",
                place: .init("report"),
                remedy: "report it with the log of the run"
            )
        }
        let hashed = SafeText.escaped(
            json: Secrets.removed(from: String(decoding: encoded, as: UTF8.self))
        )
        let sha256 = hash(hashed)
        let text = Secrets.removed(from: EvidenceText(evidence, sha256: sha256).text)
        var files: [String] = []
        if !options.isReadOnly {
            let folder = try RunDirectory(making: options.runDirectory).reports
            let stem = "\(folder)/evidence-\(sha256.prefix(12))"
            files = [stem + ".json", stem + ".txt"]
        }
        let names = (try? JSONEncoder.report.encode(files)) ?? Data("[]".utf8)
        let json =
            opening + hashed
            + ",\"files\":\(SafeText.escaped(json: String(decoding: names, as: UTF8.self)))"
            + ",\"sha256\":\"\(sha256)\",\"written_at\":\"\(Date().formatted(.iso8601))\"}"
        for (path, content) in zip(files, [json + "\n", text + "\n"]) {
            try write(content, to: path)
        }
        tracker.begin(.done, sha256)
        return Bundle(
            json: json,
            text: text,
            sha256: sha256,
            files: files,
            isWhole: evidence.unknown.isEmpty
        )
    }

    /// Computes the hash of a document's evidence again.
    ///
    /// - Parameter path: The JSON that `report` wrote.
    /// - Returns: Whether it is the one that the document names.
    /// - Throws: ``MigrationError`` of code `fileFailed` when the file cannot be read.
    public static func check(_ path: String) throws(MigrationError) -> Verdict {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw MigrationError(
                .fileFailed,
                "the report cannot be read",
                place: .init("report", path: path),
                remedy: "give the JSON file that cutover report wrote"
            )
        }
        let document = Array(data)
        let start = Array(opening.utf8)
        let recorded = String(decoding: document, as: UTF8.self)
            .matches(of: /,"sha256":"([0-9a-f]{64})","written_at":"/).last.map { String($0.1) }
        guard document.starts(with: start), let end = lastPlace(of: ",\"files\":[", in: document)
        else {
            return Verdict(ok: false, path: path, recordedSha256: recorded, sha256: nil)
        }
        // The bytes themselves, so that not even another way of writing a number passes.
        let computed = SHA256.hash(data: document[start.count..<end]).hexadecimal
        return Verdict(
            ok: computed == recorded,
            path: path,
            recordedSha256: recorded,
            sha256: computed
        )
    }

    private static func hash(_ text: String) -> String {
        SHA256.hash(data: Data(text.utf8)).hexadecimal
    }

    private static func lastPlace(of word: String, in bytes: [UInt8]) -> Int? {
        let wanted = Array(word.utf8)
        guard bytes.count >= wanted.count else { return nil }
        return stride(from: bytes.count - wanted.count, through: 0, by: -1).first { place in
            bytes[place..<place + wanted.count].elementsEqual(wanted)
        }
    }

    private static func write(_ content: String, to path: String) throws(MigrationError) {
        try WholeFile.write(Data(content.utf8), to: path) { cause in
            MigrationError(
                .fileFailed,
                "the report cannot be written",
                place: .init("report", path: path),
                remedy: "check disk space and rights of the folder, or give another with "
                    + "--run-dir DIR",
                cause: cause
            )
        }
    }
}

/// Passwords in words that others wrote: command lines, addresses.
enum Secrets {
    /// Takes them out.
    ///
    /// - Parameter text: Any text.
    /// - Returns: The text with `***` in their place.
    static func removed(from text: String) -> String {
        text.replacing(/(:\/\/[^:@\/\s"]+):[^@\/\s"]+@/) { "\($0.1):***@" }
            .replacing(/((?i:password|passwd|pgpassword)\s*=\s*)[^\s"\\&;]+/) { "\($0.1)***" }
    }
}
