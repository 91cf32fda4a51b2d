import Foundation

/// What of a switch's settings can be wrong is found before anything is done.
extension Switch.Settings {
    /// Refuses a canary that is no workflow or is off, and an environment file that could not be
    /// switched behind the handover.
    ///
    /// - Parameter options: The two sides.
    /// - Returns: What the operator should know all the same.
    /// - Throws: ``MigrationError`` of code `usage`, `configuration` or `fileFailed`.
    func check(_ options: Options) throws(MigrationError) -> [String] {
        guard canary != nil || environmentFile != nil else { return [] }
        let source = try SourceFile.open(options.source, stage: "switch")
        let catalog: Catalog
        let saved: [(name: String, isOn: Bool)]?
        let isOver: Bool
        try FinalHandover.refuse(source, options, "switch")
        do throws(SourceError) {
            catalog = try CatalogReader.read(source)
            saved =
                try SavedToggles.areSaved(source) ? SavedToggles.values(source) : nil
            isOver = try SourceFence.isForGood(source)
        } catch {
            throw SourceFile.failure(error, path: options.source, stage: "switch")
        }
        // Handed over, with every toggle back: nothing is left for either.
        guard !isOver || saved != nil else { return [] }
        if let canary { try requireCanary(canary, saved, options) }
        guard let environmentFile else { return [] }
        return try requireFile(environmentFile, catalog, options)
    }

    private func requireCanary(
        _ canary: String,
        _ saved: [(name: String, isOn: Bool)]?,
        _ options: Options
    ) throws(MigrationError) {
        let toggles: [(name: String, isOn: Bool)]
        if let saved {
            toggles = saved
        } else {
            toggles = try Workflows.list(options: options, side: .source).workflows
                .map { ($0.name, $0.enabled) }
        }
        let name = SafeText.visible(canary)
        func names(_ toggles: [(name: String, isOn: Bool)]) -> String {
            toggles.map { SafeText.visible($0.name) }.sorted().joined(separator: ", ")
        }
        func refusal(_ message: String, _ remedy: String) -> MigrationError {
            MigrationError(
                .usage,
                message,
                place: .init("switch", side: .source, path: options.source),
                remedy: remedy
            )
        }
        guard NameSet(toggles.map(\.name)).contains(canary) else {
            throw refusal(
                "the canary \"\(name)\" is no workflow",
                toggles.isEmpty
                    ? "leave --canary out: there are no workflows"
                    : "give one of: \(names(toggles))"
            )
        }
        let on = toggles.filter(\.isOn)
        guard NameSet(on.map(\.name)).contains(canary) else {
            throw refusal(
                "the canary \"\(name)\" is off and would stay off: it could show nothing",
                on.isEmpty
                    ? "leave --canary out: every workflow is off"
                    : "give one that is on: \(names(on)); or turn it on first: cutover workflows "
                        + "enable \(name)"
            )
        }
    }

    private func requireFile(
        _ path: String,
        _ catalog: Catalog,
        _ options: Options
    ) throws(MigrationError) -> [String] {
        let profile = try Profile.load(options.profile, catalog: catalog)
        guard let variable = profile.environment else {
            throw MigrationError(
                .configuration,
                "the profile \"\(profile.name)\" names no variable of the environment",
                place: .init("environment", path: path),
                remedy: "add a table [environment] to the profile, or leave --env-file out"
            )
        }
        let file = EnvironmentFile(path, RunDirectory(existing: options.runDirectory))
        guard try !file.check(for: variable.variable) else { return [] }
        return [
            "\(SafeText.visible(path)) has no line \(variable.variable)=: it gets one at its end"
        ]
    }
}
