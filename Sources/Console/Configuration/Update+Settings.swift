import MigrationEngine

/// What the operator's file of settings changes while the console is open.
extension Model {
    /// The key of an action as texts name it.
    func key(_ id: Action.ID) -> String { keymap.label(of: id) }

    /// Whether everything that changes something is refused.
    var isReadOnly: Bool { identity.isReadOnly || isReadOnlyBySettings }

    /// Takes the settings of the start over, before anything is drawn.
    ///
    /// - Parameter result: What the file says.
    mutating func begin(with result: Result<ConsoleSettings, ConsoleSettings.Problem>) {
        switch result {
        case .success(let settings): adopt(settings)
        case .failure(let problem): complain(problem)
        }
    }

    /// Takes in what the file says now; one that cannot be used changes nothing.
    ///
    /// - Parameters:
    ///   - result: What the file says.
    ///   - isAsked: Whether the operator asked, and not the file's change.
    /// - Returns: What is to be done because of it.
    mutating func take(
        _ result: Result<ConsoleSettings, ConsoleSettings.Problem>,
        isAsked: Bool
    ) -> [Command] {
        guard case .success(let settings) = result else {
            if case .failure(let problem) = result { complain(problem) }
            return []
        }
        let before = themeChoice.name
        let hadMouse = isMouseOn
        let former = (keymap, refreshSeconds, hiddenColumns, mouseInSettings)
        let formerTheme = (themeChoice.configured, isReadOnlyBySettings)
        adopt(settings)
        // What a key has just kept there was said when it was kept.
        let isSame =
            former == (keymap, refreshSeconds, hiddenColumns, mouseInSettings)
            && formerTheme == (themeChoice.configured, isReadOnlyBySettings)
        guard isAsked || !isSame || isReadOnlyBySettings != settings.isReadOnly else { return [] }
        audit("the settings were read again, because \(isAsked ? "you asked" : "the file changed")")
        notify(
            isReadOnlyBySettings && !settings.isReadOnly
                ? "settings read; writing is allowed from the next start on" : "settings read",
            .statusOK
        )
        let commands: [Command] = isMouseOn == hadMouse ? [] : [.setMouse(isMouseOn)]
        guard themeChoice.name != before else { return commands }
        themeName = themeChoice.name
        return commands + [.useTheme(themeChoice.name)]
    }

    private mutating func adopt(_ settings: ConsoleSettings) {
        keymap = settings.keymap
        refreshSeconds = settings.refreshSeconds
        hiddenColumns = settings.hiddenColumns
        // A file that says the same as before does not take back what a key did since.
        if settings.takesMouse != mouseInSettings { isMouseOn = settings.takesMouse }
        mouseInSettings = settings.takesMouse
        themeChoice.configured = settings.theme?.name(isLight: themeChoice.isLight)
        isReadOnlyBySettings = isReadOnlyBySettings || settings.isReadOnly
    }

    private mutating func complain(_ problem: ConsoleSettings.Problem) {
        // The name of the folder would push what is wrong off a narrow line; the log has it all.
        let place = problem.message.split(separator: "/", omittingEmptySubsequences: false).last
        notify(place.map(String.init) ?? problem.message, .promptError)
        warn("the settings are not used: \(problem.message)")
    }
}
