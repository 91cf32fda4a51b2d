import MigrationEngine

/// What is typed into the palette, as on the command line, and has no key of its own.
extension Actions {
    static let typed: [Action] =
        Errand.allCases.map { errand in
            Action(
                .errand(errand),
                errand.rawValue,
                [],
                errand.help,
                .typed,
                // What is written beside the source is written by the backup in any case; the
                // report is only shown in a read-only console.
                changesSomething: errand == .backup,
                verbs: [errand.rawValue],
                unless: { $0.whyNoErrand }
            )
        }
        + ShellVerb.allCases.map { verb in
            Action(
                .shell(verb),
                verb.rawValue,
                [],
                verb.help,
                .typed,
                verbs: [verb.rawValue]
            )
        }

    /// The action of a verb of the command line.
    ///
    /// - Parameter verb: The verb, or the verb with the option that makes it another one.
    /// - Returns: The action, or nil for a verb that nobody knows.
    static func action(ofVerb verb: String) -> Action? {
        all.first { $0.verbs.contains(verb) }
    }
}

extension Model {
    /// Whether x ends the errand: never while a cutover is under way, which comes first.
    var stopsErrand: Bool {
        errand?.isCancelling == false && operation?.kind.mustFinish != true
    }

    fileprivate var whyNoErrand: String? {
        if operation?.kind.mustFinish == true { return whyBusy }
        if leaving != nil { return "the console is being left" }
        return errand.map {
            $0.isCancelling
                ? "the \($0.errand.noun) is stopping"
                : "the \($0.errand.noun) is under way; \(key(.cancel)) stops it"
        }
    }
}
