import Glibc
import MigrationEngine

/// The loop of the main thread: wait, update, draw.
///
/// Nothing is drawn unless something came; nothing that takes time happens here.
struct Run {
    /// 30 frames a second at most.
    private static let frameMilliseconds = 33.0
    /// What a key changes is seen sooner: nobody types faster than this.
    private static let keyMilliseconds = 5.0
    /// Between two looks at the file of settings.
    private static let settingsMilliseconds = 2_000.0

    private let screen: Screen
    private let mailbox: Mailbox
    private let dispatcher: Dispatcher
    private var model: Model
    private var theme: Theme
    private let themes: ThemeLibrary
    private var drawnAt = -1e9
    /// When the file of settings was looked at last.
    private var settingsAt = SystemClock.monotonic
    private var isDirty = true
    /// Whether a key waits to be seen.
    private var isUrgent = false
    /// What is recorded, and the theme for it.
    private var recording: Recording?
    private var recordedTheme: Theme?
    /// Where keys are written for support.
    private var keyLog: KeyLog?

    init(
        screen: Screen,
        mailbox: Mailbox,
        dispatcher: Dispatcher,
        model: Model,
        theme: Theme,
        themes: ThemeLibrary
    ) {
        self.screen = screen
        self.mailbox = mailbox
        self.dispatcher = dispatcher
        self.model = model
        self.theme = theme
        self.themes = themes
    }

    /// Runs until the model says how the console ends.
    ///
    /// - Parameter action: What is done at once.
    /// - Returns: How it ends; the screen is still up.
    mutating func untilExit(_ action: Console.Configuration.StartAction) -> Model.Exit {
        if model.isMouseOn { screen.setMouse(true) }
        perform(model.start(action))
        while true {
            if let exit = model.exit { return exit }
            draw()
            let event = screen.wait(milliseconds: patience)
            update(.tick(SystemClock.now))
            if let event {
                log(event)
                take(event)
            }
            for message in mailbox.take() { update(message) }
            watchSettings()
        }
    }

    private mutating func watchSettings() {
        guard SystemClock.monotonic - settingsAt >= Self.settingsMilliseconds else { return }
        settingsAt = SystemClock.monotonic
        dispatcher.start(.loadSettings(isAsked: false))
    }

    /// How long nothing has to happen: until the next frame is allowed, or the clock's next second.
    private var patience: Int {
        guard isDirty else {
            let (now, step) = (SystemClock.now, model.clockInterval)
            let second = ((now / step).rounded(.down) + 1) * step
            let next = model.notice.map { min($0.until, second) } ?? second
            let peek = model.peekDueAt ?? .infinity
            return max(1, Int(((min(next, peek) - now) * 1_000).rounded(.up)))
        }
        return max(
            0,
            Int((leastMilliseconds - (SystemClock.monotonic - drawnAt)).rounded(.up))
        )
    }

    /// Between two frames.
    private var leastMilliseconds: Double {
        isUrgent ? Self.keyMilliseconds : Self.frameMilliseconds
    }

    private mutating func take(_ event: ScreenEvent) {
        switch event {
        case .key(let key):
            update(.key(key))
            isUrgent = true
        case .pointer(let pointer):
            update(.pointer(pointer))
            isUrgent = true
        case .resized(let size): update(.resized(size))
        case .signal(let number): update(.signal(number))
        case .closed: update(.inputClosed)
        case .wake: break
        }
    }

    private mutating func update(_ message: Message) {
        if case .tick(let time) = message {
            // Within one step of the clocks on the screen there is nothing new to draw.
            let step = model.clockInterval
            isDirty =
                isDirty || (time / step).rounded(.down) != (model.now / step).rounded(.down)
        } else {
            isDirty = isDirty || model.isNews(message)
        }
        perform(model.update(message))
    }

    private mutating func perform(_ commands: [Command]) {
        for command in commands {
            switch command {
            case .repaint: screen.repaint()
            case .suspend:
                screen.suspend()
                update(.tick(SystemClock.now))
                update(.resized(screen.size))
                update(.resumed)
            case .useTheme(let name): use(theme: name)
            case .keepTheme(let name):
                keep("theme \(name)") { () throws(ConsoleSettings.Problem) in
                    try ConsoleSettings.keep(theme: name)
                }
            case .keepColumns(let pane, let hidden):
                keep("the columns") { () throws(ConsoleSettings.Problem) in
                    try ConsoleSettings.keep(hiddenColumns: hidden, of: pane)
                }
            case .setMouse(let isOn): screen.setMouse(isOn)
            case .dump(let path):
                let text = Chrome.draw(model).text + "\n"
                dispatcher.start(.write(text, path: path, what: "the screen as text"))
            case .writeToTerminal(let text): screen.write(text)
            default: dispatcher.start(command)
            }
        }
    }

    /// Writes the choice into the settings, so that it holds the next time.
    private mutating func keep(
        _ what: String,
        _ write: () throws(ConsoleSettings.Problem) -> String
    ) {
        do throws(ConsoleSettings.Problem) {
            let path = try write()
            model.notify("\(what), kept in \(path)", .statusOK)
        } catch {
            model.notify(error.message, .promptError)
        }
    }

    /// Begins to record what is shown.
    ///
    /// - Parameter path: The file.
    mutating func record(to path: String) {
        do {
            recording = try Recording(path: path, size: screen.size, now: SystemClock.now)
            recordedTheme = try? themes.load(model.themeName, depth: .full)
            model.audit("the screen is recorded in \(path)")
        } catch {
            model.notify("nothing is recorded: \(path) cannot be made", .promptError)
            model.warn("nothing is recorded: \(path) cannot be made: \(error)")
        }
    }

    /// Begins to write down which keys are pressed.
    ///
    /// - Parameter path: The file.
    mutating func logKeys(to path: String) {
        do {
            keyLog = try KeyLog(path: path, now: SystemClock.now)
            model.audit("keys are written to \(path), without what is typed as text")
        } catch {
            model.notify("no keys are written: \(path) cannot be made", .promptError)
            model.warn("no keys are written: \(path) cannot be made")
        }
    }

    private mutating func log(_ event: ScreenEvent) {
        guard let keyLog else { return }
        do {
            try keyLog.add(event, in: model)
        } catch {
            self.keyLog = nil
            model.warn("keys are no longer written: \(error)")
        }
    }

    private mutating func record(_ frame: Frame) {
        guard let recording else { return }
        do {
            let now = SystemClock.now
            try recording.add(frame, theme: recordedTheme ?? theme, now: now)
        } catch {
            // The night goes on without its film.
            self.recording = nil
            model.notify("the recording has stopped: the file cannot be written", .promptError)
        }
    }

    private mutating func use(theme name: String) {
        do {
            theme = try themes.load(name, depth: screen.depth)
            model.identity.glyphs = model.identity.glyphs.plain.replacing(theme.glyphs)
            if recording != nil { recordedTheme = try? themes.load(name, depth: .full) }
            screen.repaint()
        } catch {
            model.notify(error.message, .promptError)
        }
    }

    private mutating func draw() {
        guard isDirty, SystemClock.monotonic - drawnAt >= leastMilliseconds else { return }
        var frame = Chrome.draw(model)
        if !screen.isUTF8 || model.identity.glyphs.isASCII { frame = frame.ascii }
        screen.show(frame, theme: theme)
        record(frame)
        drawnAt = SystemClock.monotonic
        isDirty = false
        isUrgent = false
    }
}

/// The clocks of the system.
enum SystemClock {
    /// Seconds since 1970.
    static var now: Double { read(CLOCK_REALTIME) }

    /// Milliseconds since some moment, which no one can set back.
    static var monotonic: Double { read(CLOCK_MONOTONIC) * 1_000 }

    private static func read(_ clock: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

extension Frame {
    /// The frame for a terminal that shows ASCII only.
    var ascii: Frame {
        var result = self
        result.replaceBeyondASCII()
        return result
    }
}
