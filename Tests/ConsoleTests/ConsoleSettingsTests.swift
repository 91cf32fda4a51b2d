import TestSupport
import Testing

@testable import Console

@Suite struct ConsoleSettingsTests {
    private func read(_ toml: String) throws(ConsoleSettings.Problem) -> ConsoleSettings {
        try ConsoleSettings(toml: toml, path: "config.toml")
    }

    @Test func `a file says what it says, and nothing else changes`() throws {
        let settings = try read(
            """
            theme = { dark = "lantern-dark", light = "lantern-light" }
            refresh_seconds = 0.5
            mouse = true
            [keys]
            migrate = "C-m"
            verify = ["C-v", "F9"]
            """.replacing("C-m", with: "N")
        )
        #expect(settings.theme?.name(isLight: true) == "lantern-light")
        #expect(settings.theme?.name(isLight: false) == "lantern-dark")
        #expect(settings.refreshSeconds == 0.5)
        #expect(settings.takesMouse && !settings.isASCII && !settings.isReadOnly)
        #expect(settings.keymap.action(for: .function(9), in: .overview)?.id == .verify)
        #expect(settings.keymap.action(for: .character("N"), in: .overview)?.id == .migrate)
        #expect(settings.keymap.action(for: .character("m"), in: .overview) == nil)
        #expect(settings.keymap.action(for: .character("?"), in: .overview)?.id == .help)
        #expect(try read("") == .standard)
    }

    @Test(arguments: [
        ("theme = 7", "config.toml:1:1: "), ("\n  refresh_seconds = 0", "config.toml:2:3: "),
        ("mouse = \"yes\"", "mouse must be true or false"),
        ("nonsense = 1", "nonsense means nothing here"), ("theme = ", "config.toml:1:"),
        ("[keys]\nfly = \"m\"", "config.toml:2:1: "), ("[keys]\nmigrate = \"Hyper\"", "is no key"),
        ("[keys]\nmigrate = \"V\"", "V would be"), ("[keys]\nhelp = []", "must keep a key"),
        ("[keys]\nmigrate = 1", "must be a key or a list"),
        ("keys = 1", "keys must be a table"),
        ("theme = { dark = \"a\" }", "must be a name, or"),
    ])
    func `a fault is named with its place`(toml: String, words: String) throws {
        let problem = #expect(throws: ConsoleSettings.Problem.self) { try read(toml) }
        let message = try #require(problem?.message)
        #expect(message.hasPrefix("config.toml"))
        #expect(message.contains(words), "\(message)")
    }

    @Test func `every action has a name of its own, and every key reads back`() {
        let names = Actions.all.map(\.id.name)
        #expect(Set(names).count == Set(Actions.all.map(\.id)).count)
        for action in Actions.all {
            for key in action.keys { #expect(Key(label: key.label) == key, "\(key.label)") }
        }
    }

    @Test func `the table's own keys have no conflict`() throws {
        #expect(try Keymap([:]) == .standard)
    }

    @Test func `a key is found also in dotted and quoted writing`() {
        let text = "a = 1\n[keys]\n  \"x.y\" = 2\n[other.part]\nb = \"=\"\nkeys.z = 3\n"
        #expect(TOMLPosition.find(["a"], in: text)?.line == 1)
        #expect(TOMLPosition.find(["keys", "x.y"], in: text)?.line == 3)
        #expect(TOMLPosition.find(["keys", "x.y"], in: text)?.column == 3)
        #expect(TOMLPosition.find(["other", "part", "keys", "z"], in: text)?.line == 6)
        #expect(TOMLPosition.find(["none"], in: text) == nil)
    }

    @Test func `the file is looked for where such files are`() throws {
        let folder = try TestFolder()
        #expect(ConsoleSettings.path(["XDG_CONFIG_HOME": folder.path]) == nil)
        #expect(
            ConfigurationPath.folders(["XDG_CONFIG_HOME": "relative", "HOME": "/h"])[0]
                == "/h/.config/cutover"
        )
        #expect(ConfigurationPath.folders([:]).first == "/usr/local/share/cutover")
        let broken = #expect(throws: ConsoleSettings.Problem.self) {
            try ConsoleSettings.read(folder.file("none.toml"))
        }
        #expect(broken?.message.contains("cannot be read") == true)
    }
}
