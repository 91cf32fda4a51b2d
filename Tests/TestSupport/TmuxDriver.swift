import Foundation
public import Testing

/// A terminal in which a test types and reads: a private tmux server with one shell.
///
/// The server has a socket of its own and reads no configuration, so nothing of the person who runs
/// the tests comes in. The shell's prompt is ``prompt``, and each command says how it ended.
public final class TmuxDriver: Sendable {
    /// The shell's prompt.
    public static let prompt = "ready$"

    /// Whether tmux is installed.
    public static let isInstalled = (ProcessInfo.processInfo.environment["PATH"] ?? "")
        .split(separator: ":")
        .contains { access("\($0)/tmux", X_OK) == 0 }

    // The socket's folder: tmux leaves the socket behind.
    private let folder: TestFolder

    /// Lends a terminal and takes it away, whatever runs in it.
    ///
    /// - Parameters:
    ///   - columns: The width.
    ///   - rows: The height.
    ///   - environment: Variables of the shell, on top of ours; nil removes one.
    ///   - body: Gets the terminal.
    /// - Throws: The body's error, or ``ProgramFailed`` of tmux.
    public static func withTerminal(
        columns: Int = 80,
        rows: Int = 24,
        environment: [String: String?] = [:],
        _ body: @concurrent @Sendable (TmuxDriver) async throws -> Void
    ) async throws {
        let terminal = TmuxDriver(folder: try TestFolder())
        do {
            try await terminal.start(columns: columns, rows: rows, environment: environment)
            try await body(terminal)
        } catch {
            try? await terminal.close()
            throw error
        }
        try await terminal.close()
    }

    private init(folder: TestFolder) { self.folder = folder }

    private func start(
        columns: Int,
        rows: Int,
        environment: [String: String?]
    ) async throws {
        // What the person who runs the tests likes must not change what they see.
        let own: [String: String?] = [
            "TERM": "tmux-256color", "NO_COLOR": nil, "COLORFGBG": nil, "CUTOVER_THEME": nil,
            "CUTOVER_ENV": nil, "XDG_CONFIG_HOME": folder.path,
        ]
        let environment = own.merging(environment) { $1 }
        var words = ["env"]
        for (name, value) in environment where value == nil { words += ["-u", name] }
        for (name, value) in environment {
            if let value { words.append("\(name)=\(value)") }
        }
        words += ["PS1=\(Self.prompt) ", "bash", "--norc", "--noprofile", "+o", "history"]
        try await tmux([
            "new-session", "-d", "-x", "\(columns)", "-y", "\(rows)",
            words.map { "'\($0)'" }.joined(separator: " "),
        ])
        try await wait(for: Self.prompt)
    }

    // MARK: - Typing

    /// Types a command and Enter; at its end `stty -a` and `[ended N]` follow.
    ///
    /// A shell without job control runs it, which leaves the terminal's modes as the command did.
    ///
    /// - Parameter words: The words; each reaches the program as it is.
    /// - Throws: ``ProgramFailed``.
    public func start(_ words: [String]) async throws {
        let quoted = words.map { "'\($0)'" }.joined(separator: " ")
        let script = #""$@"; status=$?; stty -a; echo "[ended $status]""#
        try await type("clear; sh -c '\(script)' sh \(quoted)")
        try await press("Enter")
    }

    /// Types text.
    ///
    /// - Parameter text: The text, character by character.
    /// - Throws: ``ProgramFailed``.
    public func type(_ text: String) async throws {
        try await tmux(["send-keys", "-l", "--", text])
    }

    /// Presses keys by tmux's names, such as `Escape` or `C-c`.
    ///
    /// - Parameter keys: The keys in their order.
    /// - Throws: ``ProgramFailed``.
    public func press(_ keys: String...) async throws {
        try await tmux(["send-keys", "--"] + keys)
    }

    /// Changes the size.
    ///
    /// - Parameters:
    ///   - columns: The width.
    ///   - rows: The height.
    /// - Throws: ``ProgramFailed``.
    public func resize(columns: Int, rows: Int) async throws {
        try await tmux(["resize-window", "-x", "\(columns)", "-y", "\(rows)"])
    }

    // MARK: - Reading

    /// What is on the screen.
    ///
    /// - Parameter withStyles: Whether colours come along as escape sequences.
    /// - Returns: The lines.
    /// - Throws: ``ProgramFailed``.
    public func screen(withStyles: Bool = false) async throws -> String {
        try await tmux(["capture-pane", "-p"] + (withStyles ? ["-e"] : []))
    }

    /// Waits until the screen holds texts, all of them at once.
    ///
    /// - Parameters:
    ///   - texts: The texts.
    ///   - location: Where the test stands.
    /// - Returns: The screen.
    /// - Throws: ``NotOnScreen`` when they do not come in time, or ``ProgramFailed``.
    @discardableResult
    public func wait(
        for texts: String...,
        at location: SourceLocation = #_sourceLocation
    ) async throws -> String {
        try await wait(until: "\(texts) at \(location)") { screen in
            texts.allSatisfy(screen.contains)
        }
    }

    /// Waits until the screen fulfils a condition.
    ///
    /// - Parameters:
    ///   - wish: What is waited for, in words.
    ///   - condition: The condition.
    /// - Returns: The screen.
    /// - Throws: ``NotOnScreen`` when it does not come in time, or ``ProgramFailed``.
    @discardableResult
    public func wait(
        until wish: String,
        _ condition: @Sendable (String) -> Bool
    ) async throws -> String {
        let clock = ContinuousClock()
        // A machine full of other tests is slow; only what never comes costs the time.
        let end = clock.now + .seconds(600)
        while true {
            let screen = try await screen()
            if condition(screen) { return screen }
            guard clock.now < end else { throw NotOnScreen(wish: wish, screen: screen) }
            try await clock.sleep(for: .milliseconds(40))
        }
    }

    /// Waits until the last command has ended.
    ///
    /// - Returns: Its exit status.
    /// - Throws: ``NotOnScreen`` when it does not end in time, or ``ProgramFailed``.
    public func status() async throws -> Int? {
        let screen = try await wait(until: "the end of the command") {
            $0.contains(/\[ended \d+\]/)
        }
        return screen.firstMatch(of: /\[ended (\d+)\]/).flatMap { Int($0.1) }
    }

    /// Asks tmux for one of its variables.
    ///
    /// - Parameter variable: Its name, such as `alternate_on`.
    /// - Returns: The value.
    /// - Throws: ``ProgramFailed``.
    public func variable(_ variable: String) async throws -> String {
        try await tmux(["display-message", "-p", "#{\(variable)}"])
            .trimmingCharacters(in: .newlines)
    }

    /// Writes every byte that programs send to the terminal into a file, from now on.
    ///
    /// - Parameter path: The file.
    /// - Throws: ``ProgramFailed``.
    public func record(to path: String) async throws {
        try await tmux(["pipe-pane", "-O", "cat > '\(path)'"])
    }

    /// The process of the command that was started.
    ///
    /// - Returns: Its number, or nil when no command runs.
    /// - Throws: ``ProgramFailed``.
    public func child() async throws -> Int32? {
        let shell = try await variable("pane_pid")
        let script = Self.children(of: shell).first
        return script.flatMap { Self.children(of: $0).first }.flatMap { Int32($0) }
    }

    private static func children(of process: String) -> [String] {
        let path = "/proc/\(process)/task/\(process)/children"
        let list = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        return list.split(separator: " ").map(String.init)
    }

    /// Takes the terminal away, as a lost connection does, and waits for the end of what ran in
    /// it; the second time does nothing.
    ///
    /// - Throws: ``ProgramFailed``.
    public func close() async throws {
        guard exists(folder.file("socket")) else { return }
        let process = try await child()
        try await tmux(["kill-server"])
        try FileManager.default.removeItem(atPath: folder.file("socket"))
        guard let process else { return }
        // A process that hangs is the test's own finding, not that of its end.
        _ = try await eventually(within: .seconds(60)) { kill(process, 0) == -1 }
    }

    /// Takes the terminal away and waits for nothing.
    ///
    /// - Throws: ``ProgramFailed``.
    public func takeAway() async throws {
        try await tmux(["kill-server"])
        try FileManager.default.removeItem(atPath: folder.file("socket"))
    }

    @discardableResult
    private func tmux(_ arguments: [String]) async throws -> String {
        let outcome = try await run(
            "tmux",
            ["-u", "-S", folder.file("socket"), "-f", "/dev/null"] + arguments,
            environment: ["LC_ALL": "C.UTF-8", "TMUX": nil]
        )
        guard outcome.status == 0 else {
            throw ProgramFailed(
                description: "tmux \(arguments) ended with \(outcome.status): \(outcome.stderr)"
            )
        }
        return outcome.stdout
    }
}

/// A text did not come onto the screen in time.
public struct NotOnScreen: Error, CustomStringConvertible {
    /// What was waited for.
    public let wish: String
    /// What stood there instead.
    public let screen: String

    /// Both.
    public var description: String { "did not come: \(wish)\nthe screen was:\n\(screen)" }
}

extension Trait where Self == ConditionTrait {
    /// Disables a test with a sentence where tmux is missing; with `CI=true` it fails instead.
    public static var tmux: Self {
        .enabled(
            if: TmuxDriver.isInstalled || TestServer.isRequired,
            "needs tmux: apt-get install tmux"
        )
    }
}
