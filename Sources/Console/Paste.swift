/// A pasted text may fill a line that is typed. It presses no key, and answers no question.
extension Model {
    /// Whether what comes is pasted.
    var isPasting: Bool { pastedAt != nil }

    /// Seconds after which a paste that did not end is taken for one whose end got lost.
    static let pasteSeconds = 3.0

    /// Takes the marks of a paste, and the keys in it that it may not press.
    ///
    /// - Parameter key: What came.
    /// - Returns: What is to be done; nil for a key that is taken as if it was typed.
    mutating func takePaste(_ key: Key) -> [Command]? {
        switch key {
        case .pasteBegin:
            pastedAt = now
            return []
        case .pasteEnd:
            pastedAt = nil
            return []
        default: break
        }
        guard let last = pastedAt else { return nil }
        // Without its end the keyboard would be dead; the rest of a slow one must press no key.
        if now - last > Self.pasteSeconds {
            if key == .escape {
                pastedAt = nil
                notify("the paste is over; keys are keys again")
            } else {
                notify(
                    "a paste began and did not end: Esc ends it, this key did nothing",
                    .promptError
                )
            }
            return []
        }
        pastedAt = now
        if case .character = key, takesText { return nil }
        if !takesText, isAsking {
            notify("paste is refused here: type the answer", .promptError)
        }
        return []
    }

    /// Whether a line is being typed that a paste may fill: never a phrase, nor an answer.
    private var takesText: Bool {
        switch overlay {
        case .palette: true
        case .wizard(let wizard): wizard.entry.map { [.author, .note].contains($0.field) } ?? false
        case .help(_, _, let search): search?.isTyped == true
        case .decision(let entry): [.author, .note].contains(entry.field)
        case .confirm, .themes, .columns, .running, .outcome, .answer: false
        case nil: prompt != nil
        }
    }

    private var isAsking: Bool {
        switch overlay {
        case .confirm, .wizard, .decision: true
        default: false
        }
    }
}
