import ArgumentParser

/// The names of `--mode`, which `migrate` and `plan` share.
enum ModeOption {
    /// Refuses a name that is none.
    ///
    /// - Parameter mode: What was given.
    /// - Throws: `ValidationError`.
    static func validate(_ mode: String) throws {
        guard ["auto", "derive", "plan", "existing"].contains(mode) else {
            throw ValidationError("--mode must be auto, derive, plan or existing")
        }
    }
}
