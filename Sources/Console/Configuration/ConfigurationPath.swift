import Foundation

/// Where the operator's own files are.
///
/// - SeeAlso: <https://specifications.freedesktop.org/basedir-spec/latest/>
enum ConfigurationPath {
    /// The folders of our own files, the most particular first.
    ///
    /// - Parameter environment: The variables of the process.
    /// - Returns: Absolute paths; a folder need not exist.
    static func folders(_ environment: [String: String]) -> [String] {
        var folders: [String] = []
        // A path that is not absolute counts as not set, as the specification asks for.
        if let set = environment["XDG_CONFIG_HOME"], set.hasPrefix("/") {
            folders.append(set + "/cutover")
        } else if let home = environment["HOME"], home.hasPrefix("/") {
            folders.append(home + "/.config/cutover")
        }
        let data = environment["XDG_DATA_DIRS"].flatMap { $0.isEmpty ? nil : $0 }
        for folder in (data ?? "/usr/local/share:/usr/share").split(separator: ":")
        where folder.hasPrefix("/") {
            folders.append(folder + "/cutover")
        }
        return folders
    }
}
