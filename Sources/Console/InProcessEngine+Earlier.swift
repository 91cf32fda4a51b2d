package import MigrationEngine

extension ConsoleEngine {
    /// The end of the run's log; an engine without a folder has none.
    ///
    /// - Returns: The last lines, oldest first.
    /// - Throws: ``MigrationError``.
    package func earlierLog() throws -> EarlierLog { EarlierLog() }

    /// The application's processes that hold the source open; an engine without a file knows none.
    ///
    /// - Returns: The processes by number.
    package func holders() -> [FileHolders.Holder] { [] }
}

extension InProcessEngine {
    /// See ``ConsoleEngine``.
    package func earlierLog() throws -> EarlierLog { try EarlierLog.read(options) }

    /// See ``ConsoleEngine``.
    package func holders() -> [FileHolders.Holder] {
        // Ours look at the file; they do not write as the application does.
        FileHolders.of(options.source).filter { $0.verb == nil }
    }
}
