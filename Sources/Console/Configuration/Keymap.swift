/// The keys of every action: those of the table, with the operator's changes.
struct Keymap: Equatable, Sendable {
    /// A wish that cannot be met, in words for the operator.
    struct Problem: Error, Equatable {
        /// The action, as the configuration names it.
        var action: String
        var message: String
    }

    /// The table's own keys.
    static let standard = Keymap()

    /// The keys that agree to a question.
    private static let answers: [Key] = [.character("y"), .character("Y"), .enter]

    private var changes: [Action.ID: [Key]] = [:]

    private init() {}

    /// Takes the operator's keys.
    ///
    /// - Parameter wishes: The keys of actions, each as the help writes it; an empty list takes an
    ///   action off the keyboard.
    /// - Throws: ``Problem`` for an action or a key that does not exist, and for a key that two
    ///   actions of one pane would have or that agrees to the action's own question: nothing is
    ///   changed then.
    init(_ wishes: [String: [String]]) throws(Problem) {
        for (name, labels) in wishes.sorted(by: { $0.key < $1.key }) {
            guard let action = Actions.all.first(where: { $0.id.name == name }) else {
                throw Problem(action: name, message: "there is no action \"\(name)\"")
            }
            var keys: [Key] = []
            for label in labels {
                guard let key = Key(label: label) else {
                    throw Problem(action: name, message: "\"\(label)\" is no key")
                }
                // Held down, it would answer the question that it opens.
                guard !(action.changesSomething && Self.answers.contains(key)) else {
                    throw Problem(
                        action: name,
                        message: "\(label) answers questions, so it cannot be the key of what "
                            + "asks one"
                    )
                }
                keys.append(key)
            }
            changes[action.id] = keys
        }
        try requireDistinct()
        guard !keys(of: .help).isEmpty, !keys(of: .quitNow).isEmpty else {
            throw Problem(action: "help", message: "help and leave must keep a key")
        }
    }

    /// The keys of an action.
    func keys(of action: Action) -> [Key] { changes[action.id] ?? action.keys }

    /// The action of a key in a pane.
    func action(for key: Key, in pane: PaneID) -> Action? {
        Actions.all.first { $0.panes.contains(pane) && keys(of: $0).contains(key) }
    }

    /// What a key does in other panes, and in which.
    ///
    /// - Parameters:
    ///   - key: The key.
    ///   - pane: The pane in which it does nothing.
    ///   - model: The state of the console: some names depend on it.
    /// - Returns: For example `V: verify, in 3 Verify`; nil for a key that does nothing anywhere.
    func elsewhere(_ key: Key, from pane: PaneID, in model: Model) -> String? {
        let doors = Actions.all.filter { keys(of: $0).contains(key) && !$0.panes.contains(pane) }
        guard !doors.isEmpty else { return nil }
        let words = doors.map { action in
            let panes = PaneID.allCases.filter(action.panes.contains)
            let rest = panes.count > 3 ? " and \(panes.count - 2) more panes" : ""
            let shown = panes.prefix(rest.isEmpty ? 3 : 2).map { pane in
                "\(model.key(.show(pane))) \(pane.title)"
            }
            return "\(action.words(in: model).name), in \(shown.joined(separator: ", "))\(rest)"
        }
        return "\(key.label): \(words.joined(separator: "; "))"
    }

    /// The key of an action as texts name it; for one without a key, the action itself.
    ///
    /// - Parameter id: The action.
    /// - Returns: For example `c`, `F5` or `cut-over (no key)`.
    func label(of id: Action.ID) -> String {
        keys(of: id).first?.label ?? "\(id.name) (no key)"
    }

    private func keys(of id: Action.ID) -> [Key] {
        Actions.all.filter { $0.id == id }.flatMap { keys(of: $0) }
    }

    private func requireDistinct() throws(Problem) {
        for pane in PaneID.allCases {
            var owners: [Key: Action] = [:]
            for action in Actions.actions(in: pane) {
                for key in keys(of: action) {
                    guard let other = owners.updateValue(action, forKey: key) else { continue }
                    let changed = changes[action.id] != nil ? action : other
                    throw Problem(
                        action: changed.id.name,
                        message: "\(key.label) would be \(other.id.name) and \(action.id.name) "
                            + "in \(pane.title)"
                    )
                }
            }
        }
    }
}

extension PaneID {
    /// The name in the configuration.
    var settingsName: String { title.lowercased() }
}

extension Action.ID {
    /// The name in the configuration and the palette: words joined by hyphens.
    var name: String {
        let full = String(describing: self)
        switch self {
        case .show(let pane): return "show-\(pane.settingsName)"
        case .errand(let errand): return errand.rawValue
        case .shell(let verb): return verb.rawValue
        default: break
        }
        return full.reduce(into: "") { name, character in
            if character.isUppercase { name.append("-") }
            name.append(contentsOf: character.lowercased())
        }
    }
}

extension Key {
    /// Reads a key as the help writes it.
    ///
    /// - Parameter label: For example `m`, `C-r`, `F5`, `Space` or `PgUp`.
    init?(label: String) {
        if let named = Self.named.first(where: { $0.label == label }) {
            self = named
        } else if label.count == 1, let character = label.first {
            self = .character(character)
        } else if label.hasPrefix("C-"), label.count == 3, let character = label.last,
            character.isASCII, character.isLetter
        {
            self = .control(Character(character.lowercased()))
        } else if label.hasPrefix("F"), let number = Int(label.dropFirst()),
            (1...12).contains(number)
        {
            self = .function(number)
        } else {
            return nil
        }
    }

    private static let named: [Key] = [
        .character(" "), .up, .down, .left, .right, .home, .end, .pageUp, .pageDown, .enter,
        .escape, .tab, .backTab, .backspace, .delete,
    ]
}
