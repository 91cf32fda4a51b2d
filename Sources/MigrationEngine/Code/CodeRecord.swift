import Crypto
import Foundation

/// What the last `code check` of a folder proved, kept beside the run for the gate.
///
/// It holds only for the files, the target and the tables that it was made with.
package struct CodeRecord: Codable, Sendable, Equatable {
    /// When, in UTC, ISO 8601.
    package var at: String
    /// The folder.
    package var folder: String
    /// What its files were.
    package var files: CodeFingerprint
    /// The database that planned the statements, see ``Target/fingerprint(_:)``.
    package var target: String
    /// The schema in which it did.
    package var schema: String
    /// The tables, columns and keys of that schema, as a digest.
    package var schemaDigest: String
    /// Whether nothing is left to do.
    package var ok: Bool
    /// The sums.
    package var totals: CodeReport.Totals

    /// Where what is known of a folder is kept: one file a folder, so that another folder's check
    /// does not take its place.
    ///
    /// - Parameters:
    ///   - kind: What is kept, in a word.
    ///   - folder: The folder, absolute.
    ///   - directory: The folder of the run.
    /// - Returns: The file.
    static func path(
        _ kind: String,
        _ folder: String,
        in directory: RunDirectory
    ) -> String {
        let name = SHA256.hash(data: Data(folder.utf8)).hexadecimal.prefix(12)
        return "\(directory.reports)/\(kind)-\(name).json"
    }

    /// Keeps it, for the operator's eyes only.
    ///
    /// A folder that never was one of a run gets no record: `code check` alone leaves nothing behind.
    ///
    /// - Parameter options: The folder of the run.
    /// - Throws: ``MigrationError`` of code `fileFailed`; then the earlier one stays.
    func keep(_ options: Options) throws(MigrationError) {
        guard !options.isReadOnly, access(options.runDirectory, F_OK) == 0 else { return }
        let path = Self.path("code", folder, in: try RunDirectory(making: options.runDirectory))
        try WholeFile.write(json: self, to: path) { cause in
            MigrationError(
                .fileFailed,
                "the record of the check cannot be written",
                place: .init("code", path: path),
                kept: .other("no file of the application was changed"),
                remedy: "check disk space and rights of the folder, then check again",
                cause: cause
            )
        }
    }

    /// Reads the records of a run, the newest first.
    ///
    /// - Parameter directory: The folder of the run; need not exist.
    /// - Returns: The records that can be read.
    package static func all(in directory: RunDirectory) -> [CodeRecord] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory.reports)) ?? []
        let decoder = JSONDecoder.report
        return names.filter { $0.hasPrefix("code-") && $0.hasSuffix(".json") }
            .compactMap { FileManager.default.contents(atPath: "\(directory.reports)/\($0)") }
            .compactMap { try? decoder.decode(CodeRecord.self, from: $0) }
            .sorted { $0.at > $1.at }
    }
}

/// What the code of a folder is: its Python and its shell scripts.
package struct CodeFingerprint: Codable, Sendable, Equatable {
    /// The number of files.
    package var files: Int
    /// A digest of their times and sizes: when it is the same, the contents are.
    package var stamp: String
    /// A digest of their contents; nil when they were not read.
    package var digest: String?

    /// Tells whether a folder still is what it was.
    ///
    /// The contents are read only when times or sizes differ, or when everything is to be looked at.
    ///
    /// - Parameters:
    ///   - folder: The folder.
    ///   - reads: Whether the contents are read in any case.
    ///   - cancellation: Stops it.
    /// - Returns: Whether the contents are the same.
    /// - Throws: ``MigrationError``.
    func holds(
        of folder: String,
        reading reads: Bool,
        _ cancellation: Cancellation
    ) throws(MigrationError) -> Bool {
        let reader = try CodeReader(cancellation)
        if !reads, try reader.ask(Self.self, ["stamp", folder]).stamp == stamp { return true }
        return try reader.ask(Self.self, ["fingerprint", folder]).digest == digest
    }
}

extension CodeProof.Schema {
    /// The tables, columns and keys as one digest.
    var digest: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        var sorted = self
        for name in sorted.tables.keys {
            sorted.tables[name]?.keys.sort { $0.lexicographicallyPrecedes($1) }
        }
        guard let data = try? encoder.encode(sorted) else {
            preconditionFailure("names can be written as JSON")
        }
        return SHA256.hash(data: data).hexadecimal
    }
}
