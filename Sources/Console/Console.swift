import Foundation
package import MigrationEngine

/// The terminal interface.
public enum Console {}

extension Console {
    /// Everything the console has to know before it opens.
    package struct Configuration: Sendable {
        /// What the console does at once.
        package enum StartAction: Sendable {
            case none
            /// Copies, then verifies.
            case migrate
            /// Copies with the source's writes logged, then follows them: the demo's way.
            case migrateLive
        }

        /// The engine, behind blocking calls.
        package var engine: any ConsoleEngine
        /// The source in few words, such as the name of its file.
        package var sourceName: String
        /// The target in few words, such as the name of its database; never with a password.
        package var targetName: String
        /// The word in the corner: `CUTOVER_ENV`, else PROD; the demo says DEMO.
        package var environment: String
        /// Whether everything that changes something is refused.
        package var isReadOnly = false
        /// The name of a theme or the path of a file; nil leaves the choice to the environment.
        package var themeName: String?
        /// Where themes are looked for.
        package var themes = ThemeLibrary()
        /// Whether `--no-color` was given; `NO_COLOR` is read here.
        package var noColor = false
        /// Whether only ASCII characters are drawn.
        package var ascii = false
        /// What happens at once.
        package var startAction = StartAction.none
        /// The side that the application writes to.
        package var liveSide = Side.source
        /// What becomes of the two sides when the console ends, in a sentence; nil where they stay.
        package var farewell: String?
        /// How a cutover goes.
        package var cutover = Switch.Settings()
        /// The file in which the screen is recorded; nil records nothing.
        package var recordPath: String?
        /// The file into which keys are written for support; nil writes none.
        package var keyLogPath: String?
        /// Where standard error goes while the screen is up; nil drops it.
        package var logPath: String?

        /// Makes a configuration.
        ///
        /// - Parameters:
        ///   - engine: The engine.
        ///   - sourceName: The source in few words.
        ///   - targetName: The target in few words.
        ///   - environment: The word in the corner; nil takes it from `CUTOVER_ENV`.
        package init(
            engine: any ConsoleEngine,
            sourceName: String,
            targetName: String,
            environment: String? = nil
        ) {
            self.engine = engine
            self.sourceName = sourceName
            self.targetName = targetName
            self.environment = environment ?? Console.variable("CUTOVER_ENV") ?? "PROD"
        }
    }

    /// Whether a console could open here: both ends are a terminal that can place its cursor.
    package static var isPossible: Bool {
        isInTerminal && variable("TERM") != "dumb"
    }

    /// Whether there is a terminal, and it says of itself that it shows lines only.
    package static var isDumb: Bool { isInTerminal && variable("TERM") == "dumb" }

    private static var isInTerminal: Bool {
        isatty(STDIN_FILENO) != 0 && isatty(STDOUT_FILENO) != 0
    }

    /// Opens the console and stays in it until the operator leaves.
    ///
    /// Call it on the main thread. The terminal is given back before anything is printed.
    ///
    /// - Parameter configuration: What to show and how.
    /// - Returns: The exit status: 0, that of the last run's error, 1 for differences, or 128 and
    ///   the number of the signal that ended it.
    package static func run(_ configuration: Configuration) -> Int32 {
        let screen: Screen
        do {
            screen = try Screen(logPath: configuration.logPath)
        } catch {
            complain(error.description)
            return MigrationError.Code.configurationStatus
        }
        let file = SettingsFile()
        let settings = file.read(always: true) ?? .success(.standard)
        let known = (try? settings.get()) ?? .standard
        var configuration = configuration
        // What the option says alone: of the file the model knows by itself.
        let isReadOnlyByOption = configuration.isReadOnly
        configuration.isReadOnly = configuration.isReadOnly || known.isReadOnly
        configuration.ascii = configuration.ascii || known.isASCII
        var model = Model(
            identity: .init(configuration, isUTF8: screen.isUTF8),
            size: screen.size,
            now: SystemClock.now
        )
        model.identity.isReadOnly = isReadOnlyByOption
        model.themeChoice = themeChoice(configuration)
        model.begin(with: settings)
        let (theme, warning) = theme(configuration, model.themeChoice, depth: screen.depth)
        model.cutover.settings = configuration.cutover
        model.themeName = theme.name
        model.themeNames = configuration.themes.names
        model.themeAbouts = configuration.themes.abouts
        model.identity.glyphs = model.identity.glyphs.replacing(theme.glyphs)
        if let warning {
            model.notify(warning, .promptError)
            // A run that begins at once puts its own words over the message.
            model.warn(warning)
        }
        if screen.isFallback {
            model.audit("unknown terminal, treated as xterm-256color")
        }
        let mailbox = Mailbox()
        let dispatcher = Dispatcher(
            engine: configuration.engine,
            mailbox: mailbox,
            isReadOnly: configuration.isReadOnly,
            settings: file
        )
        var run = Run(
            screen: screen,
            mailbox: mailbox,
            dispatcher: dispatcher,
            model: model,
            theme: theme,
            themes: configuration.themes
        )
        if let path = configuration.recordPath { run.record(to: path) }
        if let path = configuration.keyLogPath { run.logKeys(to: path) }
        let exit = run.untilExit(configuration.startAction)
        screen.stop()
        if !exit.message.isEmpty { complain(exit.message) }
        return exit.status
    }

    /// Everything that may ask for a theme, but for the file of settings.
    private static func themeChoice(_ configuration: Configuration) -> ThemeChoice {
        ThemeChoice(
            flag: configuration.themeName,
            variable: variable("CUTOVER_THEME"),
            hasNoColour: configuration.noColor || variable("NO_COLOR") != nil,
            isLight: ThemeChoice.isLight(colorFGBG: variable("COLORFGBG"))
        )
    }

    /// The theme that is asked for, or the plainest one and why.
    private static func theme(
        _ configuration: Configuration,
        _ choice: ThemeChoice,
        depth: ColourDepth
    ) -> (Theme, warning: String?) {
        do {
            return (try configuration.themes.load(choice.name, depth: depth), nil)
        } catch {
            let standard = try? ThemeLibrary.builtIn.load("harbor-dark", depth: depth)
            return (standard ?? .plain, error.message)
        }
    }

    /// A variable of the environment that is set and not empty.
    fileprivate static func variable(_ name: String) -> String? {
        ProcessInfo.processInfo.environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    private static func complain(_ text: String) {
        // A safe text: an error may quote a name from the database.
        let lines = text.split(separator: "\n").map { Width.safe(String($0)) }
        // The terminal may be gone: then there is nobody to tell, and the caller still cleans up.
        let words = Data((lines.joined(separator: "\n") + "\n").utf8)
        try? FileHandle.standardError.write(contentsOf: words)
    }
}

extension Screen.Refusal: CustomStringConvertible {
    /// What is wrong with the terminal and what to do.
    var description: String {
        switch self {
        case .notATerminal:
            "error: the console needs a terminal\n"
                + "next:  use the verbs instead, for example `cutover status`"
        case .dumb:
            "error: this terminal cannot place its cursor (TERM=dumb)\n"
                + "next:  set TERM, or use the verbs, for example `cutover status`"
        case .unknown(let term):
            "error: no description of the terminal \"\(term)\" is installed\n"
                + "next:  set TERM=xterm-256color, or install ncurses-term"
        case .system(let errno):
            "error: the terminal cannot be opened: \(String(cString: strerror(errno)))\n"
                + "next:  use the verbs instead, for example `cutover status`"
        }
    }
}

extension MigrationError.Code {
    /// The status for a terminal that cannot show a screen.
    fileprivate static var configurationStatus: Int32 {
        MigrationError(.configuration, "", place: .init("console"), remedy: "").exitStatus
    }
}

extension Model.Identity {
    fileprivate init(_ configuration: Console.Configuration, isUTF8: Bool) {
        environment = configuration.environment
        sourceName = configuration.sourceName
        targetName = configuration.targetName
        isReadOnly = configuration.isReadOnly
        liveSide = configuration.liveSide
        farewell = configuration.farewell
        options = configuration.engine.commandOptions
        hasPassword = configuration.engine.hasPassword
        glyphs = configuration.ascii || !isUTF8 ? .ascii : .unicode
    }
}
