import ArgumentParser
import MigrationEngine

/// How a cutover from the console goes: the same names as those of `switch`.
struct CutoverOptions: ParsableArguments {
    @Option(help: "Seconds that writes may be blocked by a cutover. Default: 30.")
    var freezeBudget: Double?
    @Option(help: "Seconds that workers may act on an old toggle. Default: 55; the demo 5.")
    var flagCache: Double?
    @Option(help: "The environment file in which the profile's variable is switched.")
    var envFile: String?
    @Option(help: "A shell command that is run once a side is open; non-zero goes back.")
    var hook: String?
    @Option(help: "The workflow that is turned on first. Default: the first that was on.")
    var canary: String?

    func validate() throws {
        guard freezeBudget.map({ $0 > 0 && $0 <= 3_600 }) ?? true else {
            throw ValidationError("--freeze-budget must be above 0 and at most 3600")
        }
        guard flagCache.map({ (0...3_600).contains($0) }) ?? true else {
            throw ValidationError("--flag-cache must be from 0 to 3600")
        }
    }

    /// The settings.
    ///
    /// - Parameter flagCache: The seconds that workers may act on an old toggle, unless given.
    /// - Returns: What the engine is told.
    func settings(flagCache: Double? = nil) -> Switch.Settings {
        let standard = Switch.Settings()
        return Switch.Settings(
            freezeBudget: freezeBudget ?? standard.freezeBudget,
            flagCache: self.flagCache ?? flagCache ?? standard.flagCache,
            environmentFile: envFile,
            hook: hook,
            canary: canary
        )
    }
}
