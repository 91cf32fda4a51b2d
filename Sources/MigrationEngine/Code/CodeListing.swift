/// The application's code as the console lists it.
package struct CodeListing: Sendable {
    /// The folder; nil when none is named and none was ever checked.
    package var folder: String?
    /// What was proven; nil without a folder.
    package var report: CodeReport?

    /// Makes a listing.
    ///
    /// - Parameters:
    ///   - folder: The folder.
    ///   - report: What was proven.
    package init(folder: String? = nil, report: CodeReport? = nil) {
        self.folder = folder
        self.report = report
    }
}

extension Code {
    /// Proves the folder that the options or the profile name, else the one that was checked last.
    ///
    /// - Parameters:
    ///   - options: The target, and where to look for the folder.
    ///   - observer: Is told of the work.
    ///   - cancellation: Stops it.
    /// - Returns: The listing; without a folder it is empty.
    /// - Throws: ``MigrationError``.
    package static func listing(
        _ options: Options,
        observer: Observer,
        cancellation: Cancellation
    ) throws(MigrationError) -> CodeListing {
        let records = CodeRecord.all(in: RunDirectory(existing: options.runDirectory))
        guard let folder = try folder(options, records) else { return CodeListing() }
        let report = try check(folder, options, observer: observer, cancellation: cancellation)
        return CodeListing(folder: folder, report: report)
    }

    /// The folder that is meant; nil when nobody named one.
    ///
    /// - Parameters:
    ///   - options: Names it, or names the profile.
    ///   - records: The checks of this run, the newest first.
    /// - Returns: The folder, absolute.
    /// - Throws: ``MigrationError`` when the profile cannot be read.
    static func folder(
        _ options: Options,
        _ records: [CodeRecord]
    ) throws(MigrationError) -> String? {
        if let named = options.codeDirectory { return absolute(named) }
        let profile = try Profile.load(options.profile, catalog: nil)
        return profile.codeDirectory ?? records.first?.folder
    }
}
