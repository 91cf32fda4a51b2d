import Foundation
import Testing
import Themes

@testable import Console

@Suite struct ThemeTests {
    private static let folder = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Themes")

    @Test func `the folder holds exactly the themes that are built in`() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
            .filter { $0.hasSuffix(".toml") }.map { String($0.dropLast(5)) }
        #expect(Set(files) == Set(Themes.all.map(\.name)))
        for theme in Themes.all {
            let path = Self.folder.appending(path: theme.name + ".toml").path
            #expect(FileManager.default.contents(atPath: path) == Data(theme.toml))
        }
    }

    @Test func `the base has every key`() throws {
        let base = try ThemeFile(toml: #require(ThemeLibrary.builtIn("base")))
        for key in StyleKey.allCases { #expect(base.entries[key] != nil, "\(key.rawValue)") }
    }

    @Test(arguments: Themes.all.map(\.name))
    func `a theme has no unknown key, a name and a line about it`(name: String) throws {
        let file = try ThemeFile(toml: #require(ThemeLibrary.builtIn(name)))
        #expect(file.unknownKeys.isEmpty)
        #expect(!file.name.isEmpty)
        #expect(!file.about.isEmpty)
    }

    @Test(arguments: ThemeLibrary.names)
    func `text stands out from its ground as the theme promises`(name: String) throws {
        let theme = try ThemeLibrary.load(name, depth: .full)
        guard theme.contrast > 0 else { return }
        #expect(theme.contrast >= 4.5)
        let lines: Set<StyleKey> = [.border, .barRest]
        for key in StyleKey.allCases where !lines.contains(key) {
            let style = theme[key]
            let foreground = try #require(style.foreground)
            let background = try #require(style.background)
            let contrast = Self.contrast(foreground, background)
            #expect(contrast >= theme.contrast, "\(key.rawValue): \(contrast)")
        }
    }

    @Test(arguments: ThemeLibrary.names, ColourDepth.allCases)
    func `the states look different at every depth`(name: String, depth: ColourDepth) throws {
        let theme = try ThemeLibrary.load(name, depth: depth)
        let states: [StyleKey] = [.statusOK, .statusWarn, .statusBad, .statusRun, .statusWait]
        for (index, state) in states.enumerated() {
            for other in states[(index + 1)...] {
                #expect(theme[state] != theme[other], "\(state) and \(other)")
            }
        }
        #expect(theme[.rowSelected] != theme[.row])
    }

    @Test func `a terminal without colours gets attributes only`() throws {
        let theme = try ThemeLibrary.load("harbor-dark", depth: .mono)
        for key in StyleKey.allCases {
            #expect(theme[key].foreground == nil)
            #expect(theme[key].background == nil)
        }
    }

    @Test func `a theme that does not exist is named with those that do`() {
        #expect(throws: ThemeFile.Problem.self) {
            try ThemeLibrary.load("nowhere", depth: .full)
        }
    }

    @Test(arguments: [
        "[style]\n\"text\" = 7", "[style]\n\"text\" = { fg = 256 }",
        "[style]\n\"text\" = { fg = \"pinkish\" }", "[style]\n\"text\" = { font = 1 }", "[style",
    ])
    func `a file that makes no sense is refused with its reason`(toml: String) {
        #expect(throws: ThemeFile.Problem.self) { try ThemeFile(toml: toml) }
    }

    @Test func `colours are numbers, names, hexadecimal or of the palette`() throws {
        let file = try ThemeFile(
            toml: """
                [palette]
                sky = 39
                [style]
                "text" = { fg = 250, bg = "default" }
                "status.ok" = { fg = "sky", bg = "bright-red" }
                "status.bad" = { fg = "#ff0000" }
                "no.such.key" = { fg = 1 }
                """
        )
        #expect(file.entries[.text]?.foreground == .palette(250))
        #expect(file.entries[.text]?.background == .standard)
        #expect(file.entries[.statusOK]?.foreground == .palette(39))
        #expect(file.entries[.statusOK]?.background == .palette(9))
        #expect(file.entries[.statusBad]?.foreground == .palette(196))
        #expect(file.unknownKeys == ["no.such.key"])
    }

    @Test func `the theme is chosen in the order flag, variable, NO_COLOR, configuration`() {
        for mask in 0..<16 {
            let choice = ThemeChoice(
                flag: mask & 8 != 0 ? "flag" : nil,
                variable: mask & 4 != 0 ? "variable" : nil,
                hasNoColour: mask & 2 != 0,
                configured: mask & 1 != 0 ? "configured" : nil
            )
            let expected = [
                "harbor-dark", "configured", "mono", "mono", "variable", "variable", "variable",
                "variable", "flag", "flag", "flag", "flag", "flag", "flag", "flag", "flag",
            ]
            #expect(choice.name == expected[mask], "row \(mask)")
        }
    }

    @Test(arguments: [
        (String?.none, false), ("15;0", false), ("0;15", true), ("0;default;15", true),
        ("12;8", false), ("", false), ("x", false), ("0;7", true),
    ])
    func `COLORFGBG tells of a light terminal`(value: String?, isLight: Bool) {
        #expect(ThemeChoice.isLight(colorFGBG: value) == isLight)
    }

    /// The contrast of two entries of the palette.
    /// - SeeAlso: <https://www.w3.org/TR/WCAG21/#dfn-contrast-ratio>
    private static func contrast(_ first: Int, _ second: Int) -> Double {
        let lights = [luminance(first), luminance(second)].sorted()
        return (lights[1] + 0.05) / (lights[0] + 0.05)
    }

    private static func luminance(_ index: Int) -> Double {
        let colour = Colour.components(index)
        func linear(_ value: Int) -> Double {
            let share = Double(value) / 255
            return share <= 0.04045 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4)
        }
        return 0.2126 * linear(colour.red) + 0.7152 * linear(colour.green)
            + 0.0722 * linear(colour.blue)
    }
}
