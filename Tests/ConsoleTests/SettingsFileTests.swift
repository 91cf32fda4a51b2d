import Foundation
import MigrationEngine
import TestSupport
import Testing

@testable import Console

/// The operator's file of settings in an open console.
@Suite struct SettingsFileTests {
    private func settings(_ toml: String) throws -> ConsoleSettings {
        try ConsoleSettings(toml: toml, path: "/etc/xdg/cutover/config.toml")
    }

    private func hints(_ model: Model) -> String { Chrome.hints(model).map(\.text).joined() }

    @Test func `a remapped key acts, and every text names it`() throws {
        var model = Samples.live(.following)
        let changed = try settings(
            """
            [keys]
            follow = "F9"
            cut-over = ["C-k", "K"]
            help = "H"
            """
        )
        #expect(model.update(.settings(.success(changed), isAsked: false)).isEmpty)
        #expect(hints(model).contains("F9:follow again"))
        #expect(hints(model).contains("C-k:cut over"))
        #expect(hints(model).contains("H:help"))
        let text = Chrome.draw(model).text
        #expect(text.contains("F9 follows the source again"))
        #expect(!text.contains("p follows"))
        let help = HelpOverlay.lines(for: .overview, in: model).map { $0.map(\.text).joined() }
        #expect(help.contains { $0.hasPrefix("C-k K ") })
        #expect(model.update(.key(.character("p"))).isEmpty)
        #expect(model.operation == nil)
        #expect(model.update(.key(.function(9))) == [.follow])
        _ = model.update(.key(.character("K")))
        #expect(model.openWizard?.kind == .cutOver)
        _ = model.update(.key(.character("H")))
        guard case .help(_, over: .wizard, _) = model.overlay else {
            Issue.record("there is no help")
            return
        }
    }

    @Test func `the keys of a pane can be those of the steps, and Ctrl-C always leaves`() throws {
        var model = Samples.cuttingOver("following", "pausing")
        let changed = try settings("[keys]\ncancel = \"X\"\nquit-now = \"F10\"\n")
        _ = model.update(.settings(.success(changed), isAsked: false))
        #expect(Chrome.draw(model).text.contains("X, then y aborts"))
        _ = model.update(.key(.character("x")))
        #expect(model.overlay == .running)
        _ = model.update(.key(.character("X")))
        #expect(model.update(.key(.character("y"))) == [.cancel()])
        model = Samples.empty()
        _ = model.update(.settings(.success(changed), isAsked: false))
        _ = model.update(.key(.control("c")))
        #expect(model.exit != nil)
    }

    @Test func `the interval and the theme come from the file, the theme of the start goes before`()
        throws
    {
        var model = Samples.filled()
        model.pane = .orders
        _ = model.update(.tick(Samples.now))
        let changed = try settings("theme = \"beacon-dark\"\nrefresh_seconds = 10\n")
        #expect(
            model.update(.settings(.success(changed), isAsked: false)) == [.useTheme("beacon-dark")]
        )
        #expect(model.themeName == "beacon-dark")
        #expect(model.refreshSeconds == 10)
        model.orders.askedAt = Samples.now
        #expect(model.update(.tick(Samples.now + 9)).isEmpty)
        #expect(!model.update(.tick(Samples.now + 10)).isEmpty)

        model = Samples.filled()
        model.themeChoice.flag = "mono"
        #expect(model.update(.settings(.success(changed), isAsked: false)).isEmpty)
    }

    @Test func `a file with a fault is told with its place and changes nothing`() throws {
        var model = Samples.empty()
        let good = try settings("[keys]\nmigrate = \"F9\"\n")
        _ = model.update(.settings(.success(good), isAsked: false))
        let path = "/etc/xdg/cutover/config.toml"
        let problem = #expect(throws: ConsoleSettings.Problem.self) {
            try ConsoleSettings(toml: "[keys]\nmigrate = \"V\"\n", path: path)
        }
        let commands = model.update(.settings(.failure(try #require(problem)), isAsked: true))
        #expect(commands.isEmpty)
        #expect(model.notice?.text.hasPrefix("config.toml:2:1: keys.migrate ") == true)
        #expect(model.log.last?.message.contains("\(path):2:1: ") == true)
        #expect(model.log.last?.level == .warning)
        #expect(hints(model).contains("F9:migrate"))
        let broken = #expect(throws: ConsoleSettings.Problem.self) {
            try ConsoleSettings(toml: "theme = \"mono\n", path: path)
        }
        #expect(try #require(broken).message.contains("config.toml:1:14: this is not TOML: "))
    }

    @Test func `a file that says what a key has just kept is read without a word`() throws {
        var model = Samples.empty()
        let kept = try settings("[hidden_columns]\norders = [\"ITEMS\"]\n")
        model.hiddenColumns = kept.hiddenColumns
        model.notify("the columns, kept in config.toml", .statusOK)
        #expect(model.update(.settings(.success(kept), isAsked: false)).isEmpty)
        #expect(model.notice?.text == "the columns, kept in config.toml")
        _ = model.update(.settings(.success(kept), isAsked: true))
        #expect(model.notice?.text == "settings read")
    }

    @Test func `read_only takes effect at once, and only a new start takes it back`() throws {
        var model = Samples.empty()
        _ = model.update(.settings(.success(try settings("read_only = true")), isAsked: false))
        #expect(Chrome.draw(model).text.contains("[RO]"))
        _ = model.update(.key(.character("m")))
        #expect(model.overlay == nil)
        _ = model.update(.settings(.success(.standard), isAsked: false))
        #expect(model.isReadOnly)
        #expect(model.notice?.text.contains("from the next start on") == true)
    }

    @Test func `a key reads the file again`() {
        var model = Samples.empty()
        #expect(model.update(.key(.character(","))) == [.loadSettings(isAsked: true)])
    }

    @Test func `the file is read when it comes, changes and goes, and not in between`() throws {
        let folder = try TestFolder()
        let variables = ["XDG_CONFIG_HOME": folder.path, "XDG_DATA_DIRS": "/-"]
        let file = SettingsFile(environment: variables)
        #expect(file.read() != nil, "the first look tells what there is")
        #expect(file.read() == nil)
        let path = folder.file("cutover/config.toml")
        try FileManager.default.createDirectory(
            atPath: folder.file("cutover"),
            withIntermediateDirectories: true
        )
        try Data("refresh_seconds = 5\n".utf8).write(to: URL(fileURLWithPath: path))
        #expect(try file.read()?.get().refreshSeconds == 5)
        #expect(file.read() == nil)
        #expect(try file.read(always: true)?.get().refreshSeconds == 5)
        try Data("refresh_seconds = 50\n".utf8).write(to: URL(fileURLWithPath: path))
        #expect(try file.read()?.get().refreshSeconds == 50)
        try Data("refresh_seconds = \n".utf8).write(to: URL(fileURLWithPath: path))
        let broken = try #require(file.read())
        #expect(throws: ConsoleSettings.Problem.self) { try broken.get() }
        try FileManager.default.removeItem(atPath: path)
        #expect(try file.read()?.get() == .standard)
        #expect(file.read() == nil)
    }
}
