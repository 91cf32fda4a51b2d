/// What is looked for in the help.
struct HelpSearch: Equatable, Sendable {
    var text = ""
    /// Whether the text is still being typed.
    var isTyped = true
}

extension Model {
    /// Takes a key over the help.
    ///
    /// - Parameters:
    ///   - search: What is looked for; nil while everything is shown.
    ///   - first: The line on top.
    ///   - over: What the help is drawn over.
    ///   - key: The key.
    /// - Returns: What is to be done.
    mutating func read(
        help search: HelpSearch?,
        from first: Int,
        over: Overlay?,
        with key: Key
    ) -> [Command] {
        if let search, search.isTyped {
            overlay = .help(first: 0, over: over, search: search.taking(key))
            return []
        }
        switch key {
        case .escape where search != nil:
            overlay = .help(first: 0, over: over)
            return []
        case .escape, .enter, .function(1):
            overlay = over
            return []
        default: break
        }
        // A key of the lists is one of the help, too, whatever lies below it.
        if keymap.action(for: key, in: .tables)?.id == .filter {
            overlay = .help(first: 0, over: over, search: HelpSearch(text: search?.text ?? ""))
            return []
        }
        let action = keymap.action(for: key, in: pane)?.id
        if action == .help || action == .quit {
            overlay = over
            return []
        }
        let last = HelpOverlay.lastFirst(in: self)
        let top = Scrolling.top(behind: action, from: first, last: last)
        overlay = .help(first: top, over: over, search: search)
        return []
    }
}

extension HelpSearch {
    /// The search behind a key; nil when it is given up.
    fileprivate func taking(_ key: Key) -> HelpSearch? {
        var search = self
        switch key {
        case .escape: return nil
        case .enter:
            search.isTyped = false
            return text.isEmpty ? nil : search
        case .backspace: search.text = String(text.dropLast())
        case .control("u"): search.text = ""
        case .character(let character) where text.count < 60: search.text.append(character)
        default: break
        }
        return search
    }
}
