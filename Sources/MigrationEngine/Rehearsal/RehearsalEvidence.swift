import Foundation

/// Where the last rehearsal of a source is kept: `reports/rehearsal.json` of its run's folder.
package struct RehearsalEvidence: Sendable {
    private let options: Options

    /// Names the evidence of a source.
    ///
    /// - Parameter options: The source and its folder.
    package init(_ options: Options) { self.options = options }

    /// The file.
    package var path: String {
        RunDirectory(existing: options.runDirectory).reports + "/rehearsal.json"
    }

    /// Reads it.
    ///
    /// - Returns: The last rehearsal; nil when there was none, or it cannot be read.
    package func read() -> RehearsalReport? {
        guard let data = FileManager.default.contents(atPath: path) else { return nil }
        let decoder = JSONDecoder.report
        return try? decoder.decode(RehearsalReport.self, from: data)
    }

    /// Keeps a rehearsal, for the operator's eyes only, and says so in the journal.
    ///
    /// - Parameter report: The rehearsal.
    /// - Throws: ``MigrationError`` of code `fileFailed`; then the earlier one stays.
    func keep(_ report: RehearsalReport) throws(MigrationError) {
        _ = try RunDirectory(making: options.runDirectory)
        try WholeFile.write(json: report, to: path) { cause in
            MigrationError(
                .fileFailed,
                "the report of the rehearsal cannot be written",
                place: .init("rehearse", path: path),
                kept: .other("the rehearsal itself is done; an earlier report stays"),
                remedy: "check disk space and rights of the folder, then rehearse again",
                cause: cause
            )
        }
        try Journal.record(
            options,
            "rehearse",
            before: nil,
            after: "\(report.ok ? "ok" : "failed"), \(report.runs.count) runs, freeze "
                + report.runs.map { String(format: "%.2f s", $0.writeFreezeSeconds) }
                .joined(separator: ", ")
        )
    }
}
