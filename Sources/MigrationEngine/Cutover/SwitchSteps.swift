import Foundation

/// Words the steps of a switch that is not done.
final class SwitchSteps {
    /// What a server near by applies; a remote one takes longer.
    static let changesPerSecond = 20_000.0

    private let options: Options
    private let settings: Switch.Settings
    private let reading: SwitchReading
    private let expected: RehearsalReport.Span?
    private(set) var warnings: [String] = []

    init(
        _ options: Options,
        _ settings: Switch.Settings,
        _ reading: SwitchReading,
        _ expected: RehearsalReport.Span?
    ) {
        self.options = options
        self.settings = settings
        self.reading = reading
        self.expected = expected
    }

    /// All steps, in order.
    func all() throws(MigrationError) -> [SwitchPlan.Step] {
        let isHandedOver = reading.position.liveSide == .target
        if let half = reading.position.halfReverted { warnings.append(half) }
        let reopening = reopening()
        if isHandedOver, !reading.isUnfinished, reopening.isEmpty {
            warnings.append("the application works on PostgreSQL already; nothing would be done")
            return []
        }
        if isHandedOver {
            warnings.append("the target is open already; only what comes behind would be done")
        }
        if isHandedOver, !reading.isUnfinished { return reopening }
        return reopening + (isHandedOver ? [] : before() + frozen()) + (try behind())
    }

    /// What takes back a way back that was left halfway.
    private func reopening() -> [SwitchPlan.Step] {
        guard reading.position.liveSide == .target, reading.position.closedFor != nil else {
            return []
        }
        let action =
            "open PostgreSQL again, if nothing came back into the source yet; else it is refused, "
            + "and only cutover revert can finish"
        return [step("reopened", action, writes: "target", onFailure: "note")]
    }

    private func step(
        _ name: String,
        _ action: String,
        _ details: [String] = [],
        writes: String,
        onFailure: String = "undo"
    ) -> SwitchPlan.Step {
        .init(name: name, action: action, details: details, writes: writes, onFailure: onFailure)
    }

    private func seconds(_ value: Double) -> String { String(format: "%.1f s", value) }

    private func before() -> [SwitchPlan.Step] {
        var steps: [SwitchPlan.Step] = []
        if reading.isUnfinished {
            steps.append(
                step(
                    "recovered",
                    "undo an earlier cutover that did not come to its end, toggles included",
                    writes: "source"
                )
            )
        }
        let drain = seconds(Double(reading.lag.rows) / Self.changesPerSecond)
        steps.append(
            step(
                "following",
                "apply what waits and compare what changed, while writes pass",
                [
                    "\(reading.lag.rows) changes wait, the oldest \(seconds(reading.lag.seconds)) "
                        + "old; applied in about \(drain) where the server is near",
                    "\(reading.changedRows) rows changed since the last comparison",
                ] + reading.whole.map { "each change of \($0) copies the whole table" },
                writes: "target"
            )
        )
        let on = reading.toggles.filter(\.enabled)
        let wait = on.isEmpty ? 0 : settings.flagCache
        steps.append(
            step(
                "pausing",
                "turn the workflows off in the source, wait \(seconds(wait)) for the last worker",
                reading.toggles.map { toggle in
                    toggle.enabled
                        ? "toggle \(toggle.name): on, would be off, and on again at the end"
                        : "toggle \(toggle.name): off, and stays so"
                } + [
                    "the triggers of the fence are made, \(3 * reading.fenced.count) on "
                        + "\(reading.fenced.count) tables, and let everything through",
                    "the rows that changed meanwhile are applied and compared",
                ] + reading.holders.map(Self.words),
                writes: "source"
            )
        )
        return steps
    }

    private static func words(_ holder: SwitchReport.Holder) -> String {
        guard let verb = holder.verb else {
            return "holds the file now: \(holder.pid) \(holder.command)"
        }
        return "our own cutover \(verb) (pid \(holder.pid)) has the file open"
            + (verb == "follow" ? ": it must have ended before the switch begins" : "")
    }

    private func frozen() -> [SwitchPlan.Step] {
        let hold = settings.freezeBudget + SwitchRun.margin
        let freeze = expected.map {
            String(format: "%.2f to %.2f s expected by the rehearsal", $0.low, $0.high)
        }
        return [
            step(
                "fenced",
                "block every write of the source in one transaction; the clock of the freeze "
                    + "starts",
                [
                    "tables: " + reading.fenced.joined(separator: ", "),
                    "budget \(seconds(settings.freezeBudget)), "
                        + (freeze ?? "not rehearsed, so nothing is expected"),
                    "lets go by itself after \(seconds(hold)), should this process die",
                ],
                writes: "source"
            ),
            step(
                "drained",
                "apply the last changes, up to the newest of the log",
                [
                    "\(reading.identities) identities go on above every id that was issued"
                ],
                writes: "target"
            ),
            step(
                "verified",
                "compare every row that changed since the comparison before, cell by cell",
                writes: "nothing"
            ),
            step(
                "switched",
                "hand over in one commit of the target; the clock of the freeze stops",
                [
                    "\(reading.keys) foreign keys and \(reading.triggers) triggers wake",
                    "\(reading.tables) tables get triggers that log PostgreSQL's writes for the "
                        + "way back",
                    "the fence of \(reading.tables) tables falls",
                    "the live side becomes: target",
                    "before it, the fence of the source is made to hold for good",
                ],
                writes: "target"
            ),
        ]
    }

    /// The steps behind the commit; what fails here goes back with the writes made meanwhile.
    private func behind() throws(MigrationError) -> [SwitchPlan.Step] {
        var steps: [SwitchPlan.Step] = []
        if let path = settings.environmentFile {
            steps.append(try environment(path))
        } else {
            warnings.append("no --env-file: the application is not told through a file")
        }
        if let hook = hook("switch") { steps.append(hook) }
        let canary = settings.canary ?? reading.toggles.first { $0.enabled }?.name
        if let canary, reading.toggles.contains(where: { $0.name == canary && $0.enabled }) {
            let action = "turn the workflow \(canary) on in the target, before the others"
            steps.append(step("canary", action, writes: "target", onFailure: "revert"))
            if let hook = hook("canary", ["CUTOVER_WORKFLOW": canary]) { steps.append(hook) }
        }
        if !reading.toggles.isEmpty {
            steps.append(
                step(
                    "toggles",
                    "give each workflow its earlier toggle in the target",
                    reading.toggles.map { "toggle \($0.name): \($0.enabled ? "on" : "off")" },
                    writes: "target",
                    onFailure: "revert"
                )
            )
        }
        steps.append(
            step(
                "keys",
                "let the server look at the rows of \(reading.keysToCheck) foreign keys, while "
                    + "the application works",
                writes: "target",
                onFailure: "note"
            )
        )
        if settings.keepsCopy {
            steps.append(
                step(
                    "closed-copy",
                    "keep a copy of the closed SQLite file for the way back, while the application "
                        + "works",
                    ["in \(options.runDirectory), with its SHA-256 in the journal"],
                    writes: "file",
                    onFailure: "note"
                )
            )
        }
        return steps
    }

    private func hook(_ phase: String, _ extra: [String: String] = [:]) -> SwitchPlan.Step? {
        guard let command = settings.hook else { return nil }
        var variables = Hook(
            command,
            phase: phase,
            options,
            run: reading.run.id,
            extra: extra
        ).variables
        // The command gets the whole address; here it is shown without a password.
        variables["CUTOVER_TARGET"] = reading.address.redacted
        let most = seconds(min(Hook.longest, max(5, settings.freezeBudget)))
        return step(
            phase == "switch" ? "hook" : "canary-hook",
            "run the operator's command, for \(most) at most",
            ["command: \(command)"]
                + variables.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" },
            writes: "outside",
            onFailure: "revert"
        )
    }

    private func environment(_ path: String) throws(MigrationError) -> SwitchPlan.Step {
        let profile = try Profile.load(options.profile, catalog: reading.catalog)
        guard let variable = profile.environment else {
            let action = "fails: there is no variable to switch"
            return step("environment", action, writes: "file", onFailure: "revert")
        }
        let file = EnvironmentFile(path, RunDirectory(existing: options.runDirectory))
        let change = EnvironmentChange(file.path, variable.variable, variable.on)
        return step(
            "environment",
            "switch \(variable.variable) in \(path), in one atomic replacement",
            change.lines + ["the earlier file is kept in \(options.runDirectory)"],
            writes: "file",
            onFailure: "revert"
        )
    }
}

/// The lines of the environment file that a switch would change.
struct EnvironmentChange {
    /// What would become what; a value that may be a secret is not shown.
    let lines: [String]

    private static let plain: Set<String> = [
        "", "true", "false", "0", "1", "yes", "no", "on", "off", "sqlite", "postgres", "postgresql",
    ]

    /// Compares a file with what it would be.
    ///
    /// - Parameters:
    ///   - path: The file; need not exist.
    ///   - variable: The variable.
    ///   - value: Its new value.
    init(_ path: String, _ variable: String, _ value: String) {
        guard let file = FileManager.default.contents(atPath: path) else {
            lines = ["the file does not exist and would be made: \(variable)=\(value)"]
            return
        }
        let split = { (data: Data) in
            data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
                .map { String(decoding: $0, as: UTF8.self) }
        }
        let before = split(file)
        let after = split(EnvironmentFile.switched(file, variable, value))
        guard before.count == after.count else {
            lines = ["a new line at the end: \(variable)=\(value)"]
            return
        }
        let changed = zip(before, after).enumerated().filter { $1.0 != $1.1 }.map { number, pair in
            "line \(number + 1): \(Self.shown(pair.0)) becomes \(pair.1)"
        }
        lines = changed.isEmpty ? ["it says \(variable)=\(value) already"] : changed
    }

    static func shown(_ line: String) -> String {
        guard let equals = line.firstIndex(of: "=") else { return line }
        let value = line[line.index(after: equals)...]
        let bare = value.trimmingCharacters(in: CharacterSet(charactersIn: " \t\r\"'"))
        return plain.contains(bare.lowercased()) ? line : line[...equals] + "(hidden)"
    }
}
