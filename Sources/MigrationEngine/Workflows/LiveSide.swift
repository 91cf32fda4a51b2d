/// Which side the application works on.
package enum LiveSide {
    /// Answers which side is live now.
    ///
    /// - Parameter options: The two sides and the folder of the run.
    /// - Returns: The side; the source, because nothing switches yet.
    /// - Throws: ``MigrationError`` when it cannot be told.
    package static func current(_ options: Options) throws(MigrationError) -> Side { .source }
}

/// A side as the operator names it.
package enum SideChoice: String, Sendable, CaseIterable {
    case source
    case target
    case live

    /// Answers which side is meant.
    ///
    /// - Parameter options: The two sides and the folder of the run.
    /// - Returns: The side.
    /// - Throws: ``MigrationError`` when the live side cannot be told.
    package func side(_ options: Options) throws(MigrationError) -> Side {
        switch self {
        case .source: .source
        case .target: .target
        case .live: try LiveSide.current(options)
        }
    }
}
