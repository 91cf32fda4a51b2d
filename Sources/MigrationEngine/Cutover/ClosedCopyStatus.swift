import Foundation

/// Whether the copy of the closed source that a switch has kept is there as it was made.
public struct ClosedCopyStatus: Codable, Sendable, Equatable {
    /// What was found.
    public var state: State
    /// Where it is; nil when none was kept.
    @ExplicitNull public var path: String?
    /// The SHA-256 that it had when it was made; nil when none was kept.
    @ExplicitNull public var sha256: String?
    /// What is wrong, in a sentence; nil when it is whole.
    @ExplicitNull public var reason: String?
    /// What to do; nil when there is nothing to do.
    @ExplicitNull public var remedy: String?

    /// What became of the copy.
    public enum State: String, Codable, Sendable {
        /// It has the size and the time with which it was made; its bytes were not read.
        case whole
        /// It is not there any more.
        case missing
        /// Its size or its time is another one.
        case altered
        /// The journal knows of no copy of this handover.
        case none
    }

    /// Whether a copy that was kept is not there as it was made.
    public var isLost: Bool { state == .missing || state == .altered }
}

extension ClosedCopyStatus {
    private static let again =
        "cutover switch keeps a new copy, as long as the closed SQLite file itself is whole"

    /// Looks at the copy, and reads none of its bytes: it may be a large file.
    ///
    /// - Parameters:
    ///   - options: The source and its folder.
    ///   - token: The handover that it must be of.
    init(_ options: Options, token: String?) {
        guard let copy = ClosedCopy.recorded(options, token: token) else {
            self.init(
                state: .none,
                path: nil,
                sha256: nil,
                reason: "no copy of the closed SQLite file is known in \(options.runDirectory)",
                remedy: Self.again
            )
            return
        }
        let name = SafeText.visible(copy.path)
        let state = copy.state
        let reason: String? =
            switch state {
            case .whole, .none: nil
            case .missing:
                "the copy of the closed SQLite file that was kept for the way back is gone: \(name)"
            case .altered:
                "the copy of the closed SQLite file that was kept for the way back was changed "
                    + "since it was made: \(name)"
            }
        self.init(
            state: state,
            path: copy.path,
            sha256: copy.sha256,
            reason: reason,
            remedy: reason == nil ? nil : Self.again
        )
    }
}
