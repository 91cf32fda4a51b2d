package import MigrationEngine

/// What switches workflows: one, all, or as a saved set has them.
extension Actions {
    static let toggles: [Action] = [
        Action(
            .toggleWorkflow,
            "toggle",
            [.character(" ")],
            "switch the workflow on or off",
            .run,
            in: [.workflows],
            rank: 0,
            changesSomething: true,
            unless: {
                $0.whyToggled ?? ($0.selectedRow == nil ? "no workflow is selected" : nil)
            }
        ),
        Action(
            .disableAllWorkflows,
            "all off",
            [.character("A")],
            "switch every workflow off; asks for a phrase",
            .run,
            in: [.workflows],
            rank: 3,
            changesSomething: true,
            unless: { $0.whyNotAll(on: false) }
        ),
        Action(
            .enableAllWorkflows,
            "all on",
            [.character("E")],
            "switch every workflow on; asks for a phrase",
            .run,
            in: [.workflows],
            rank: 4,
            changesSomething: true,
            unless: { $0.whyNotAll(on: true) }
        ),
        Action(
            .applyToggleSet,
            "apply a set",
            [.character("a")],
            "give each workflow the value of a saved set; asks for a phrase",
            .run,
            in: [.workflows],
            rank: 4,
            changesSomething: true,
            unless: { model in
                if let reason = model.whyToggled { return reason }
                if model.workflows.value == nil { return "the workflows were not read yet" }
                guard let sets = model.toggleSets.value else { return nil }
                return sets.isEmpty
                    ? "no set is saved; \(model.key(.saveToggleSet)) saves one" : nil
            }
        ),
        Action(
            .saveToggleSet,
            "save a set",
            [.character("w")],
            "save the value of every workflow under a name",
            .run,
            in: [.workflows],
            rank: 5,
            changesSomething: true,
            unless: {
                $0.whyToggled
                    ?? ($0.workflows.value == nil ? "the workflows were not read yet" : nil)
            }
        ),
    ]
}

extension Model {
    fileprivate func whyNotAll(on isOn: Bool) -> String? {
        if let whyToggled { return whyToggled }
        guard let rows = workflows.value?.workflows else {
            return "the workflows were not read yet"
        }
        return rows.contains { $0.enabled != isOn }
            ? nil : "every workflow is \(isOn ? "on" : "off")"
    }

    // MARK: - Asking first

    /// Asks whether the workflow under the cursor shall be switched.
    mutating func askToToggle() {
        guard let row = selectedRow,
            let workflow = workflows.value?.workflows.first(where: { $0.name == row.id })
        else { return }
        askToSwitch(workflow.name, isEnabled: !workflow.enabled)
    }

    /// Asks whether a workflow shall be switched.
    mutating func askToSwitch(_ name: String, isEnabled: Bool) {
        let word = isEnabled ? "ON" : "OFF"
        overlay = .confirm(
            Confirmation(
                title: "Switch a workflow \(word)",
                lines: [
                    "\(name) goes \(word) on \(identity.name(of: identity.liveSide)),"
                        + " which is live.",
                    "Its worker may act on the old value until it reads the toggle again.",
                ],
                kind: .yesNo,
                consequence: .setWorkflow(name: name, isEnabled: isEnabled)
            )
        )
    }

    /// Asks for the phrase that switches every workflow.
    mutating func askToSwitchAll(on isOn: Bool) {
        let word = isOn ? "ON" : "OFF"
        let changes = changes(toAll: isOn)
        let live = identity.name(of: identity.liveSide)
        overlay = .confirm(
            Confirmation(
                title: "Switch every workflow \(word)",
                lines: [
                    "\(changes.map(\.name).joined(separator: ", ")) will be \(word) on \(live), "
                        + "which is live."
                ],
                kind: .phrase("all \(word.lowercased()) \(live)"),
                consequence: .setAllWorkflows(isEnabled: isOn, changes)
            )
        )
    }

    /// The toggles that are not as all shall be.
    func changes(toAll isOn: Bool) -> [Workflows.Toggle] {
        (workflows.value?.workflows ?? []).filter { $0.enabled != isOn }
            .map { .init(name: $0.name, enabled: isOn) }
    }

    // MARK: - Sets

    /// Reads the saved sets.
    mutating func loadToggleSets() -> [Command] {
        [.loadToggleSets(ticket: toggleSets.ask(now: now))]
    }

    /// Opens the palette where the rest of a line about a set is typed.
    ///
    /// - Parameter word: What is done with the set.
    /// - Returns: The question for the sets that there are.
    mutating func typeSet(_ word: String) -> [Command] {
        overlay = .palette(Palette(typed: "workflows \(word) "))
        return loadToggleSets()
    }

    /// The toggles that a set would change; nil when it is not known.
    func changes(of name: String) -> [Workflows.Toggle]? {
        guard let set = toggleSets.value?.first(where: { $0.name == name }),
            let rows = workflows.value?.workflows
        else { return nil }
        return set.toggles.compactMap { toggle in
            guard let row = rows.first(where: { $0.name == toggle.name }),
                row.enabled != toggle.enabled
            else { return nil }
            return toggle
        }
    }

    /// Why a set cannot be applied, in words; nil when it can.
    func whyNotApplied(_ name: String) -> String? {
        guard let sets = toggleSets.value, let rows = workflows.value?.workflows else {
            return "the sets were not read yet; \(key(.applyToggleSet)) in Workflows reads them"
        }
        guard let set = sets.first(where: { $0.name == name }) else {
            let names = sets.prefix(6).map(\.name).joined(separator: ", ")
            return "no set is called \"\(name)\""
                + (names.isEmpty ? "; none is saved" : "; there are: \(names)")
        }
        // All of it or nothing, as the command does it.
        let missing = set.toggles.map(\.name).filter { name in !rows.contains { $0.name == name } }
        guard missing.isEmpty else {
            let names = missing.joined(separator: ", ")
            return "\(name) has \(names), and no workflow is called so now"
        }
        return changes(of: name)?.isEmpty == true ? "every toggle has that value already" : nil
    }

    /// Asks for the phrase that applies a set, with every toggle that it would change.
    mutating func askToApply(_ name: String) {
        guard let changes = changes(of: name),
            let set = toggleSets.value?.first(where: { $0.name == name })
        else { return }
        let live = identity.name(of: identity.liveSide)
        let rest = set.toggles.count - changes.count
        let words = changes.map { "\($0.name) goes \($0.enabled ? "ON" : "OFF")" }
        overlay = .confirm(
            Confirmation(
                title: "Apply the set \(name)",
                lines: [
                    "On \(live), which is live: \(words.joined(separator: ", ")).",
                    "\(rest == 0 ? "No other has" : rest == 1 ? "1 other has" : "\(rest) others have") "
                        + "that value already. Saved \(Words.minute(set.at)) by \(set.by).",
                ],
                kind: .phrase("apply \(name)"),
                consequence: .applyToggleSet(name, changes)
            )
        )
    }

    /// Saves the toggles, after a question when a set of that name would be replaced.
    mutating func save(set name: String) -> [Command] {
        guard toggleSets.value?.contains(where: { $0.name == name }) == true else {
            return saveAgreed(set: name)
        }
        overlay = .confirm(
            Confirmation(
                title: "Replace a set",
                lines: ["There is a set \(name); it gets the values that stand here now."],
                kind: .yesNo,
                consequence: .saveToggleSet(name)
            )
        )
        return []
    }

    /// Saves the toggles of the live side.
    mutating func saveAgreed(set name: String) -> [Command] {
        if let reason = whyToggled ?? (isReadOnly ? "read-only: nothing was saved" : nil) {
            notify(reason, .promptError)
            return []
        }
        return [.saveToggleSet(side: identity.liveSide, name: name)]
    }

    /// Switches every workflow, as far as it is still what was asked about.
    mutating func switchAllAgreed(on isOn: Bool, _ shown: [Workflows.Toggle]) -> [Command] {
        if let reason = whyNotAll(on: isOn) {
            notify("nothing was switched: \(reason)", .promptError)
            return []
        }
        guard changes(toAll: isOn) == shown else {
            askToSwitchAll(on: isOn)
            notify(Self.changedSince, .promptError)
            return []
        }
        return switchToggles(shown)
    }

    /// Applies a set, as far as it is still what was asked about.
    mutating func applyAgreed(set name: String, _ shown: [Workflows.Toggle]) -> [Command] {
        if let reason = whyNotApplied(name) {
            notify("nothing was switched: \(reason)", .promptError)
            return []
        }
        guard changes(of: name) == shown else {
            askToApply(name)
            notify(Self.changedSince, .promptError)
            return []
        }
        audit("you asked for the set \(name)")
        return switchToggles(shown)
    }

    /// Why an agreement does not count.
    static let changedSince =
        "nothing was switched: a toggle has changed since the question was asked; it is asked anew"

    /// Takes in whether a set was saved.
    mutating func finishSave(_ name: String, _ failure: MigrationError?) -> [Command] {
        if let failure {
            notify("\(name) was not saved: \(failure.message)", .promptError)
            return []
        }
        notify("the toggles are saved as \(name); \(key(.applyToggleSet)) applies them", .statusOK)
        audit("the toggles were saved as the set \(name)")
        return loadToggleSets()
    }
}

extension ConsoleEngine {
    /// The saved sets of toggles; an engine without a folder has none.
    ///
    /// - Returns: The sets, by name.
    /// - Throws: ``MigrationError``.
    package func toggleSets() throws -> [ToggleSet] { [] }

    /// Saves the toggles of a side; an engine without a folder has no place for them.
    ///
    /// - Parameters:
    ///   - side: The side that is live.
    ///   - name: The set's name.
    /// - Throws: ``MigrationError``.
    package func saveToggleSet(side: Side, name: String) throws {}
}

extension InProcessEngine {
    /// See ``ConsoleEngine``.
    package func toggleSets() throws -> [ToggleSet] { try ToggleSets.all(options: options) }

    /// See ``ConsoleEngine``.
    package func saveToggleSet(side: Side, name: String) throws {
        _ = try ToggleSets.save(options: options, side: side, name: name, by: author)
    }
}
