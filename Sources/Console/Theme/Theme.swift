/// The look of the console on one terminal: every meaning has its style.
struct Theme: Equatable, Sendable {
    let name: String
    let about: String
    let isLight: Bool
    /// The contrast that the theme promises between every text and its background.
    let contrast: Double
    /// Signs that take the place of the usual ones, by the names in ``Glyphs/names``.
    let glyphs: [String: String]
    private let styles: [StyleKey: Style]

    init(
        name: String,
        about: String,
        isLight: Bool,
        contrast: Double,
        glyphs: [String: String] = [:],
        styles: [StyleKey: Style]
    ) {
        self.glyphs = glyphs
        self.name = name
        self.about = about
        self.isLight = isLight
        self.contrast = contrast
        self.styles = styles
    }

    /// The look of a meaning.
    subscript(key: StyleKey) -> Style { styles[key] ?? Style() }

    /// The look without any theme: attributes of the terminal only, for when no file can be read.
    static let plain = Theme(
        name: "plain",
        about: "",
        isLight: false,
        contrast: 0,
        styles: [.rowSelected: Style(isReversed: true)]
    )
}
