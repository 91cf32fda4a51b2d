/// Whether the source is still the file that was closed at the switch, and still closed.
public struct SourceFenceStatus: Codable, Sendable, Equatable {
    /// What was found.
    public var state: State
    /// Why, in a sentence; nil when the file is closed and no write got in.
    @ExplicitNull public var reason: String?
    /// Rows that were written in the file since it was closed.
    public var strayWrites: [StrayWrites]
    /// What to do; nil when there is nothing to do.
    @ExplicitNull public var remedy: String?

    /// What became of the file.
    public enum State: String, Codable, Sendable {
        /// It is the file that was closed, and closed.
        case up
        /// It is the file that was closed, and writes can get in.
        case down
        /// It is another file, an older copy, or none.
        case replaced
        /// It cannot be looked at.
        case unknown
    }

    /// Rows of a table that were written past the fence.
    public struct StrayWrites: Codable, Sendable, Equatable {
        /// The table, as the source spells it.
        public var table: String
        /// The rows.
        public var rows: Int
        /// The first keys.
        public var sampleKeys: [String]

        /// The rows in words.
        var words: String {
            let keys = sampleKeys.isEmpty ? "" : " (\(sampleKeys.joined(separator: "; ")))"
            return "\(table): \(rows) \(rows == 1 ? "row" : "rows")\(keys)"
        }
    }

    /// Whether the file is the one that was closed, is closed, and no write got in.
    public var isSound: Bool { state == .up && strayWrites.isEmpty }
}

extension [SourceFenceStatus.StrayWrites] {
    /// All of them in words.
    var words: String {
        let shown = prefix(8).map(\.words).joined(separator: ", ")
        return count > 8 ? "\(shown) and \(count - 8) tables more" : shown
    }
}
