import Foundation

/// The files that this process may still open: looked at before anything is changed, because a hook
/// cannot be started and a journal not be made without any.
enum FreeDescriptors {
    /// What a cutover needs at most at a time, with room to spare.
    private static let needed = 32

    /// Refuses to begin with too few.
    ///
    /// - Parameter stage: Who begins.
    /// - Throws: ``MigrationError`` of code `configuration`.
    static func require(_ stage: String) throws(MigrationError) {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        let open = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd"))?.count
        // Whoever cannot even count them has none left.
        let free = open.map { Int(clamping: limit.rlim_cur) - $0 } ?? 0
        guard free < needed else { return }
        throw MigrationError(
            .configuration,
            "this process may open \(max(0, free)) more files, and \(needed) are needed",
            place: .init(stage),
            remedy: "raise the limit (ulimit -n 1024), then run the command again"
        )
    }
}
