import Foundation
import TestSupport
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
        let base = try ThemeFile(toml: #require(ThemeLibrary.builtInText("base")))
        for key in StyleKey.allCases { #expect(base.entries[key] != nil, "\(key.rawValue)") }
    }

    @Test(arguments: Themes.all.map(\.name))
    func `a theme has no unknown key, a name and a line about it`(name: String) throws {
        let file = try ThemeFile(toml: #require(ThemeLibrary.builtInText(name)))
        #expect(file.unknownKeys.isEmpty)
        #expect(!file.name.isEmpty)
        #expect(!file.about.isEmpty)
    }

    @Test(arguments: ThemeLibrary.builtIn.names)
    func `a theme keeps its promise of contrast, and its states tell apart`(name: String) {
        let report = ThemeCheck.check(name, in: .builtIn)
        #expect(report.problems.isEmpty)
        #expect(report.ok)
    }

    @Test func `the high contrast is high`() {
        for name in ["lantern-dark", "lantern-light"] {
            #expect(ThemeCheck.check(name, in: .builtIn).lowestContrast ?? 0 >= 7, "\(name)")
        }
    }

    @Test func `a terminal without colours gets attributes only`() throws {
        let theme = try ThemeLibrary.builtIn.load("harbor-dark", depth: .mono)
        for key in StyleKey.allCases {
            #expect(theme[key].foreground == nil)
            #expect(theme[key].background == nil)
        }
    }

    @Test func `a theme that does not exist is named with those that do`() {
        #expect(throws: ThemeFile.Problem.self) {
            try ThemeLibrary.builtIn.load("nowhere", depth: .full)
        }
    }

    @Test(arguments: [
        "[style]\n\"text\" = 7", "[style]\n\"text\" = { fg = 256 }",
        "[style]\n\"text\" = { font = 1 }", "[style",
        "[palette]\nsky = 999", "[glyph]\n\"status.ok\" = \"too long\"",
        "[glyph]\n\"status.ok\" = \"\\u001B\"",
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
        #expect(file.entries[.text]?.foreground == .colour(.palette(250)))
        #expect(file.entries[.text]?.background == .colour(.standard))
        #expect(file.entries[.statusOK]?.foreground == .named("sky"))
        #expect(file.entries[.statusOK]?.background == .colour(.palette(9)))
        #expect(
            file.entries[.statusBad]?.foreground == .colour(.rgb(red: 255, green: 0, blue: 0))
        )
        #expect(file.unknownKeys == ["no.such.key"])
    }

    @Test func `a child's palette changes what its parent states`() throws {
        let folder = try TestFolder()
        try folder.write("mine.toml", "inherits = \"harbor-dark\"\n[palette]\nok = 33\n")
        try folder.write("loop.toml", "inherits = \"loop\"\n")
        try folder.write("pink.toml", "[style]\n\"text\" = { fg = \"pinkish\" }\n")
        try folder.write("harbor-dark.toml", "inherits = \"base\"\n[style]\n")
        let library = ThemeLibrary(folders: [folder.path + "/none", folder.path])
        #expect(library.names.contains("mine"))
        // A folder's file goes before the one in the binary, and its own name is no loop.
        let hidden = try library.load("harbor-dark", depth: .full)
        #expect(hidden[.statusOK].foreground == nil)
        try FileManager.default.removeItem(atPath: folder.file("harbor-dark.toml"))
        let mine = try library.load("mine", depth: .full)
        let parent = try library.load("harbor-dark", depth: .full)
        #expect(mine[.statusOK].foreground == 33)
        #expect(mine[.statusBad] == parent[.statusBad])
        for name in ["loop", "pink"] {
            #expect(throws: ThemeFile.Problem.self) { try library.load(name, depth: .full) }
            #expect(!ThemeCheck.check(name, in: library).ok)
        }
    }

    @Test func `a theme's signs take the place of the usual ones, in ASCII only if they are`()
        throws
    {
        let file = try ThemeFile(toml: "[glyph]\n\"status.ok\" = \"●\"\n\"bar.done\" = \"=\"\n")
        let unicode = Glyphs.unicode.replacing(file.glyphs)
        #expect(unicode.ok == "●" && unicode.barDone == "=" && unicode.bad == Glyphs.unicode.bad)
        let ascii = Glyphs.ascii.replacing(file.glyphs)
        #expect(ascii.ok == Glyphs.ascii.ok && ascii.barDone == "=")
        #expect(unicode.plain == .unicode && ascii.plain == .ascii)
    }

    @Test func `a direct terminal gets red, green and blue, a small one the nearest`() {
        let colour = Colour.rgb(red: 1, green: 2, blue: 3)
        #expect(colour.index(depth: .direct) == 0x010203)
        #expect(colour.index(depth: .full) == 16)
        #expect(colour.index(depth: .sixteen) == 0)
        #expect(colour.index(depth: .mono) == nil)
        // The first numbers are the palette of the terminal, so that black is not "colour 0".
        #expect(Colour.rgb(red: 0, green: 0, blue: 0).index(depth: .direct) == 8)
        #expect(Colour.palette(9).index(depth: .direct) == 0xff0000)
        #expect(Colour.palette(1).index(depth: .direct) == 1)
        #expect(Colour.standard.index(depth: .direct) == nil)
        #expect(Colour(hexadecimal: "#ff000") == nil && Colour(hexadecimal: "#+f0000") == nil)
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
}
