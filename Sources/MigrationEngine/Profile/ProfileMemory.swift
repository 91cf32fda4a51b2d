import Synchronization

/// Profiles that were read before, so that who looks again and again does not parse them anew.
///
/// The parser of TOML keeps a few kilobytes of each text for good; a watch of a day would parse the
/// same one a million times.
final class ProfileMemory: Sendable {
    /// The profiles of this process.
    static let shared = ProfileMemory()

    /// How many texts are remembered; who has more of them is not a watch.
    private static let most = 16

    private struct Text: Hashable {
        let path: String
        let toml: String
    }

    private let known = Mutex<[Text: Profile]>([:])

    /// The profile of a text.
    ///
    /// - Parameters:
    ///   - toml: The text; another text of the same file is another profile.
    ///   - path: The file or built-in name.
    ///   - read: Reads it the first time.
    /// - Returns: The profile.
    /// - Throws: ``MigrationError`` of the reading; what is wrong is read again the next time.
    func profile(
        _ toml: String,
        path: String,
        _ read: (String, String) throws(MigrationError) -> Profile = {
            toml,
            path throws(MigrationError) in try Profile(toml: toml, path: path)
        }
    ) throws(MigrationError) -> Profile {
        let text = Text(path: path, toml: toml)
        if let profile = known.withLock({ $0[text] }) { return profile }
        let profile = try read(toml, path)
        known.withLock { known in
            if known.count >= Self.most { known.removeAll() }
            known[text] = profile
        }
        return profile
    }
}
