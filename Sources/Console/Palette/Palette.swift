/// The line in which the operator types what shall be done.
struct Palette: Equatable, Sendable {
    var typed = ""
    /// The entry under the cursor.
    var index = 0
}

/// Something that the palette offers.
struct PaletteEntry: Equatable, Sendable {
    /// What Enter does.
    enum Effect: Equatable, Sendable {
        case action(Action.ID)
        /// A word that takes the text behind it.
        case word(PaletteWord, argument: String)
        /// A verb with its options.
        case request(PaletteRequest)
        /// A line of the command line that no key does: the whole command is shown.
        case shell(String)
        /// Writes the word and a blank, so that its argument can be typed.
        case complete(String)
    }

    var name: String
    var help: String
    /// The key that does the same, so that it is learnt here.
    var key: String
    /// Why it cannot be done now.
    var refusal: String?
    var effect: Effect
}

/// Words of the palette that no key has, because they take a text.
enum PaletteWord: String, CaseIterable, Sendable {
    case dump
    case export
    case filter
    case theme

    /// The line beside the word.
    var help: String {
        switch self {
        case .dump: "dump FILE: write this screen as text"
        case .export: "export FILE: write this list, .csv or .json"
        case .filter: "filter TEXT: only rows that hold a text"
        case .theme: "theme NAME: another look, for this time"
        }
    }
}

extension Model {
    /// What the palette offers for a text, the best first.
    ///
    /// - Parameter typed: What stands in the line.
    /// - Returns: Everything that fits; all there is for an empty line.
    func paletteEntries(for typed: String) -> [PaletteEntry] {
        if let blank = typed.firstIndex(of: " "),
            let word = PaletteWord(rawValue: String(typed[..<blank]))
        {
            let argument = typed[typed.index(after: blank)...].trimmingPrefix(while: { $0 == " " })
            return argumentEntries(word, String(argument))
        }
        if let request = PaletteRequest(typed) { return requestEntries(request) }
        let wanted = typed.lowercased()
        let ranked = allPaletteEntries.enumerated()
            .compactMap { order, entry in
                Self.rank(of: entry, for: wanted).map { ($0, order, entry) }
            }
        let found = ranked.sorted { ($0.0, $0.1) < ($1.0, $1.1) }.map(\.2)
        return found.isEmpty ? shellEntries(for: typed) : found
    }

    /// The command for a line that begins with a verb and says more than any key does.
    func shellEntries(for typed: String) -> [PaletteEntry] {
        let word = String(typed.prefix { $0 != " " })
        guard Actions.action(ofVerb: word) != nil else { return [] }
        return [
            PaletteEntry(
                name: typed,
                help: "the whole command, for another terminal",
                key: "",
                refusal: nil,
                effect: .shell(typed)
            )
        ]
    }

    private var allPaletteEntries: [PaletteEntry] {
        let here = Actions.actions(in: pane)
        // A run is begun by its name from everywhere; to walk through the panes is the last thing
        // anybody types a name for.
        let runs: Set<Action.ID> = [.migrate, .migrateLive, .follow, .cutOver, .revert, .verify]
        let elsewhere = Actions.all.filter { action in
            runs.contains(action.id) && !here.contains { $0.id == action.id }
        }
        let walks: [Action.ID] = [.nextPane, .previousPane]
        let all = here + elsewhere
        let actions = (all.filter { !walks.contains($0.id) } + all.filter { walks.contains($0.id) })
            .filter { $0.group != .move && $0.id != .palette }
            .map { action in
                PaletteEntry(
                    name: action.id.name,
                    help: action.help,
                    key: keymap.keys(of: action).first?.label ?? "",
                    refusal: action.refusal(in: self),
                    effect: .action(action.id)
                )
            }
        let words = PaletteWord.allCases.map { word in
            PaletteEntry(
                name: word.rawValue,
                help: word.help,
                key: "",
                refusal: nil,
                effect: .complete(word.rawValue + " ")
            )
        }
        let verbs = PaletteRequest.Verb.allCases.map { verb in
            PaletteEntry(
                name: verb.rawValue,
                help: verb.help,
                key: "",
                refusal: nil,
                effect: .complete(verb.rawValue + " ")
            )
        }
        return actions
            + (words + verbs).filter { word in !actions.contains { $0.name == word.name } }
    }

    private func argumentEntries(_ word: PaletteWord, _ argument: String) -> [PaletteEntry] {
        func entry(_ argument: String, refusal: String? = nil) -> PaletteEntry {
            PaletteEntry(
                name: "\(word.rawValue) \(argument)",
                help: word.help,
                key: "",
                refusal: refusal,
                effect: .word(word, argument: argument)
            )
        }
        guard word == .theme else {
            return [entry(argument, refusal: argument.isEmpty ? "say what: \(word.help)" : nil)]
        }
        let wanted = argument.lowercased()
        let fitting = themeNames.filter { Self.rank(of: $0, for: wanted) != nil }
        return fitting.isEmpty ? [entry(argument)] : fitting.map { entry($0) }
    }

    /// How well an entry fits; the verb of the command line finds the action that is its own.
    private static func rank(of entry: PaletteEntry, for text: String) -> Int? {
        guard !text.isEmpty, case .action(let id) = entry.effect,
            let action = Actions.all.first(where: { $0.id == id })
        else { return rank(of: entry.name, for: text) }
        // What is typed as on the command line means what it means there.
        if action.verbs.contains(text) { return -1 }
        if let own = rank(of: entry.name, for: text) { return own }
        return (action.verbs + action.aliases).contains { $0.hasPrefix(text) } ? 2 : nil
    }

    /// How well a name fits: 0 begins with the text, 1 a word of it does, 2 holds it, 3 holds its
    /// letters in order; nil does not.
    private static func rank(of name: String, for text: String) -> Int? {
        if name.hasPrefix(text) { return 0 }
        if name.contains("-" + text) { return 1 }
        if name.contains(text) { return 2 }
        var rest = text[...]
        for character in name where character == rest.first { rest.removeFirst() }
        return rest.isEmpty ? 3 : nil
    }

    /// Takes a key into the palette.
    mutating func answer(_ palette: Palette, with key: Key) -> [Command] {
        var palette = palette
        let entries = paletteEntries(for: palette.typed)
        switch key {
        case .escape:
            overlay = nil
            return []
        case .enter:
            guard entries.indices.contains(palette.index) else { return [] }
            return choose(entries[palette.index], in: palette)
        case .tab:
            guard entries.indices.contains(palette.index) else { return [] }
            let entry = entries[palette.index]
            if case .complete(let text) = entry.effect {
                palette.typed = text
            } else {
                palette.typed = entry.name
            }
            palette.index = 0
        case .down, .control("n"): palette.index = min(palette.index + 1, max(0, entries.count - 1))
        case .up, .control("p"): palette.index = max(0, palette.index - 1)
        case .backspace:
            guard !palette.typed.isEmpty else {
                overlay = nil
                return []
            }
            palette = Palette(typed: String(palette.typed.dropLast()))
        case .control("u"): palette = Palette()
        case .character(let character) where palette.typed.count < 200:
            palette = Palette(typed: palette.typed + String(character))
        default: break
        }
        overlay = .palette(palette)
        return []
    }

    private mutating func choose(_ entry: PaletteEntry, in palette: Palette) -> [Command] {
        if let refusal = entry.refusal {
            notify(refusal, .promptError)
            return []
        }
        if case .complete(let text) = entry.effect {
            overlay = .palette(Palette(typed: text))
            return []
        }
        overlay = nil
        notice = nil
        switch entry.effect {
        case .action(let action): return attempt(action, anywhere: true)
        case .word(let word, let argument): return perform(word, argument)
        case .request(let request): return perform(request)
        case .shell(let line):
            tell(line)
            return []
        case .complete: return []
        }
    }

    private mutating func perform(_ word: PaletteWord, _ argument: String) -> [Command] {
        switch word {
        case .dump: return [.dump(path: argument)]
        case .export: return export(to: argument)
        case .filter: return applyFilter(argument)
        case .theme:
            themeName = argument
            return [.useTheme(argument)]
        }
    }
}
