import MigrationEngine

extension Actions {
    static let undo: [Action] = [
        Action(
            .undo,
            "undo",
            [.character("u")],
            "give back what was switched within the last 60 seconds, the newest first",
            .run,
            in: [.workflows],
            rank: 2,
            changesSomething: true,
            unless: { $0.whyNoUndo }
        )
    ]
}

extension Model {
    /// Why nothing can be undone now, in words; nil when it can.
    var whyNoUndo: String? {
        if let whyToggled { return whyToggled }
        if undo.isWaiting { return "a toggle is on its way" }
        guard let act = undo.acts.last, now < act.until else {
            return "nothing was switched within the last 60 seconds"
        }
        guard act.side == identity.liveSide else {
            return "\(Words.product(identity.liveSide)) is live now; what was switched on "
                + "\(Words.product(act.side)) is not undone"
        }
        return changesBack.isEmpty
            ? "\(act.changes.map(\.name).joined(separator: ", ")): switched again since, "
                + "by somebody else" : nil
    }

    /// How many seconds the newest act can still be undone; nil when there is none.
    var undoSeconds: Double? {
        whyNoUndo == nil ? undo.acts.last.map { $0.until - now } : nil
    }

    /// The toggles of the newest act with the values that they get back.
    private var changesBack: [Workflows.Toggle] {
        guard let act = undo.acts.last else { return [] }
        // A list that was read before says nothing about what happened since.
        let isNewer = (workflows.loadedAt ?? 0) > act.doneAt
        let known = isNewer ? workflows.value?.workflows ?? [] : []
        return act.changes.compactMap { change in
            let seen = known.first { $0.name == change.name }
            guard seen.map({ $0.enabled == change.enabled }) ?? true else { return nil }
            return Workflows.Toggle(name: change.name, enabled: !change.enabled)
        }
    }

    // MARK: - Switching

    /// Sends toggles and remembers what they were.
    ///
    /// - Parameter changes: The toggles with their new values.
    /// - Returns: The command that switches them.
    mutating func switchToggles(_ changes: [Workflows.Toggle]) -> [Command] {
        if let reason = whyNothingChanges ?? whyToggled {
            notify(reason, .promptError)
            return []
        }
        undo.begin(changes, on: identity.liveSide)
        return send(changes)
    }

    private mutating func send(_ changes: [Workflows.Toggle]) -> [Command] {
        guard !changes.isEmpty else { return [] }
        togglesInFlight += changes.count
        return [.setWorkflows(side: identity.liveSide, changes)]
    }

    /// Takes in whether toggles were switched: all of them or none.
    mutating func finishToggles(
        _ toggles: [Workflows.Toggle],
        _ already: [Workflows.Toggle],
        _ failure: MigrationError?
    ) -> [Command] {
        togglesInFlight -= toggles.count
        undo.finish(toggles, except: already, isDone: failure == nil, now: now)
        if let failure {
            let names = toggles.map(\.name).joined(separator: ", ")
            let what = "\(names) \(toggles.count == 1 ? "was" : "were") not switched"
            notify("\(what): \(failure.message)", .promptError)
            append(
                LogLine(
                    time: now,
                    level: .error,
                    stage: "workflows",
                    message: "\(what): \(failure.message)"
                )
            )
        } else {
            changedAt = now
            let names = already.map(\.name).joined(separator: ", ")
            notify(
                Self.wordsAfter(toggles)
                    + (already.isEmpty ? "" : "; \(names): by somebody else, a moment before"),
                already.isEmpty ? .statusOK : .statusWarn
            )
            for toggle in toggles where !already.contains(toggle) {
                audit("workflow \(toggle.name) was switched \(toggle.enabled ? "on" : "off")")
            }
        }
        return endIfLeaving() + loadWorkflows()
    }

    private static func wordsAfter(_ toggles: [Workflows.Toggle]) -> String {
        groups(toggles).map { isEnabled, names in
            // All of them in a line would hide how it ended.
            let words =
                names.count > 3
                ? Figures.rows(names.count, "workflow") : names.joined(separator: ", ")
            return "\(words) \(names.count == 1 ? "is" : "are") \(isEnabled ? "on" : "off")"
        }
        .joined(separator: "; ")
    }

    /// The names that go on, then those that go off; a group without a name is left out.
    private static func groups(_ toggles: [Workflows.Toggle]) -> [(Bool, [String])] {
        [true, false].map { isEnabled in
            (isEnabled, toggles.filter { $0.enabled == isEnabled }.map(\.name))
        }
        .filter { !$0.1.isEmpty }
    }

    /// The console has become read-only while a question was open.
    private var whyNothingChanges: String? {
        isReadOnly ? "read-only: nothing was changed" : nil
    }

    /// Closes a question about toggles of a side that is not live any more.
    mutating func closeToggleQuestion() {
        guard case .confirm(let question) = overlay else { return }
        switch question.consequence {
        case .setWorkflow, .setAllWorkflows, .applyToggleSet, .saveToggleSet, .undoToggles:
            overlay = nil
            notify(
                "\(Words.product(identity.liveSide)) is live now; nothing was switched",
                .statusWarn
            )
        case .migrate, .migrateLive, .cancel, .quit, .replay: break
        }
    }

    // MARK: - Undoing

    /// Asks before values are given back: what a toggle is worth, its way back is worth, too.
    mutating func askToUndo() {
        overlay = .confirm(
            Confirmation(
                title: "Undo",
                lines: [
                    "\(wordsBack(changesBack)) on \(identity.name(of: identity.liveSide)), "
                        + "which is live."
                ],
                kind: .yesNo,
                consequence: .undoToggles(changesBack)
            )
        )
    }

    /// Gives back what the question said, unless it has become wrong meanwhile.
    mutating func agreeToUndo(_ shown: [Workflows.Toggle]) -> [Command] {
        if let reason = whyNothingChanges ?? whyNoUndo {
            notify("nothing was undone: \(reason)", .promptError)
            return []
        }
        let changes = changesBack
        guard changes == shown else {
            askToUndo()
            notify(Self.changedSince, .promptError)
            return []
        }
        audit("you asked for an undo: \(wordsBack(changes))")
        undo.beginUndo(changes)
        return send(changes)
    }

    private func wordsBack(_ changes: [Workflows.Toggle]) -> String {
        Self.groups(changes).map { isEnabled, names in
            let verb = names.count == 1 ? "goes" : "go"
            return "\(names.joined(separator: ", ")) \(verb) \(isEnabled ? "ON" : "OFF") again"
        }
        .joined(separator: "; ")
    }
}
