import MigrationEngine

/// The application's toggles, switched and saved for the model.
extension Dispatcher {
    /// Switches workflows, and writes into the journal which of them were switched here.
    func setWorkflows(side: Side, _ toggles: [Workflows.Toggle]) {
        let (engine, mailbox, isReadOnly) = (engine, mailbox, isReadOnly)
        readings.run {
            let result = Self.result {
                // The table of actions refuses this, too: a second gate costs nothing.
                if isReadOnly { throw Self.readOnly("workflows") }
                return try engine.setWorkflows(side: side, toggles)
            }
            switch result {
            case .failure(let error): mailbox.post(.toggled(toggles, failure: error))
            case .success(let already):
                mailbox.post(.toggled(toggles, already: already, failure: nil))
                for toggle in toggles where !already.contains(toggle) {
                    Self.record(toggle, engine, mailbox)
                }
            }
        }
    }

    private static func record(
        _ toggle: Workflows.Toggle,
        _ engine: any ConsoleEngine,
        _ mailbox: Mailbox
    ) {
        let recorded = result {
            let words = toggle.enabled ? ("off", "on") : ("on", "off")
            try engine.record(
                action: "workflow \(toggle.name)",
                before: words.0,
                after: words.1
            )
        }
        guard case .failure(let error) = recorded else { return }
        mailbox.post(
            .log(
                LogLine(
                    time: SystemClock.now,
                    level: .warning,
                    stage: "journal",
                    message: "the switch of \(toggle.name) was not recorded: \(error.message)"
                )
            )
        )
    }

    /// Saves every toggle of a side as a set.
    func saveToggleSet(side: Side, name: String) {
        let (engine, mailbox, isReadOnly) = (engine, mailbox, isReadOnly)
        readings.run {
            let result = Self.result {
                if isReadOnly { throw Self.readOnly("workflows") }
                try engine.saveToggleSet(side: side, name: name)
            }
            var failure: MigrationError?
            if case .failure(let error) = result { failure = error }
            mailbox.post(.toggleSetSaved(name: name, failure: failure))
        }
    }
}
