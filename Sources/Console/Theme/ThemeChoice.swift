/// Which theme is asked for: a pure function of everything that may ask.
struct ThemeChoice: Equatable, Sendable {
    /// `--theme`.
    var flag: String?
    /// `CUTOVER_THEME`.
    var variable: String?
    /// `NO_COLOR` set and not empty, or `--no-color`.
    var hasNoColour = false
    /// The name in a configuration file.
    var configured: String?
    /// Whether the terminal's own background is light.
    var isLight = false

    /// The name of the theme.
    ///
    /// What is said for this one start wins over what is said for all programs, and that over
    /// what is said for all starts.
    var name: String {
        if let flag, !flag.isEmpty { return flag }
        if let variable, !variable.isEmpty { return variable }
        if hasNoColour { return "mono" }
        if let configured, !configured.isEmpty { return configured }
        return isLight ? "harbor-light" : "harbor-dark"
    }

    /// Whether `COLORFGBG`, which some terminals set to "foreground;background", tells of a light
    /// background.
    ///
    /// - Parameter colorFGBG: The value of the variable.
    /// - Returns: Whether the background is one of the light entries of the palette.
    static func isLight(colorFGBG: String?) -> Bool {
        guard let last = colorFGBG?.split(separator: ";").last, let background = Int(last) else {
            return false
        }
        return background == 7 || (9...15).contains(background)
    }
}
