/// The list of themes; the screen wears the one under the cursor.
struct ThemePicker: Equatable, Sendable {
    var index: Int
    /// The theme to go back to.
    var before: String
}

extension Model {
    /// Opens the list on the theme that is worn.
    mutating func pickTheme() -> [Command] {
        guard !themeNames.isEmpty else { return [] }
        let index = themeNames.firstIndex(of: themeName) ?? 0
        overlay = .themes(ThemePicker(index: index, before: themeName))
        return []
    }

    /// Takes a key into the list of themes.
    mutating func answer(_ picker: ThemePicker, with key: Key) -> [Command] {
        let last = max(0, themeNames.count - 1)
        switch key {
        case .escape, .character("q"):
            overlay = nil
            return wear(picker.before)
        case .enter:
            overlay = nil
            notify("theme \(themeName)")
            return [.keepTheme(themeName)]
        case .down, .character("j"), .character("T"), .tab:
            return preview(
                picker,
                key == .character("T") && picker.index == last ? 0 : picker.index + 1
            )
        case .up, .character("k"), .backTab: return preview(picker, picker.index - 1)
        case .home, .character("g"): return preview(picker, 0)
        case .end, .character("G"): return preview(picker, last)
        default: return []
        }
    }

    mutating func preview(_ picker: ThemePicker, _ index: Int) -> [Command] {
        let index = min(max(0, index), max(0, themeNames.count - 1))
        overlay = .themes(ThemePicker(index: index, before: picker.before))
        return wear(themeNames[index])
    }

    private mutating func wear(_ name: String) -> [Command] {
        guard name != themeName else { return [] }
        themeName = name
        return [.useTheme(name)]
    }
}
