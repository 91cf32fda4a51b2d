import Foundation
import Subprocess
import Synchronization

/// The hook that runs now, for a process that is about to end: none may go on without it.
package enum RunningHook {
    private static let leader = Atomic<Int32>(0)

    fileprivate static func note(_ pid: Int32) { leader.store(pid, ordering: .releasing) }

    /// Ends it at once with all that it started in its session; harmless when there is none.
    ///
    /// - Returns: Whether there was one.
    @discardableResult
    package static func kill() -> Bool {
        let pid = leader.exchange(0, ordering: .acquiringAndReleasing)
        return pid > 1 && Foundation.kill(-pid, SIGKILL) == 0
    }
}

/// The operator's own command at a turn of the cutover, for example the restart of the application.
struct Hook: Sendable {
    /// The command, for the shell.
    let command: String
    /// What it is told, beside our own environment.
    let variables: [String: String]
    /// Where its words go.
    let log: String
    /// What stays when it fails.
    let kept: MigrationError.Kept

    /// The most seconds that a hook may take; `CUTOVER_HOOK_SECONDS` sets it for tests.
    static let longest =
        getenv("CUTOVER_HOOK_SECONDS").flatMap { Double(String(cString: $0)) } ?? 60

    /// Makes a hook.
    ///
    /// - Parameters:
    ///   - command: The command, for the shell.
    ///   - phase: The turn: `switch`, `canary`, `revert`.
    ///   - options: The two sides.
    ///   - run: The run.
    ///   - extra: More variables.
    ///   - kept: What stays when it fails.
    init(
        _ command: String,
        phase: String,
        _ options: Options,
        run: String,
        extra: [String: String] = [:],
        kept: MigrationError.Kept = .other("the application is taken back to SQLite")
    ) {
        self.kept = kept
        self.command = command
        let directory = options.runDirectory
        log = directory + "/log/hook.log"
        var variables = [
            "CUTOVER_SOURCE": SourceFile.realPath(options.source),
            "CUTOVER_TARGET": options.target,
            "CUTOVER_PHASE": phase,
            "CUTOVER_RUN_ID": run,
            "CUTOVER_RUN_DIR": directory,
        ]
        variables.merge(extra) { $1 }
        self.variables = variables
    }

    /// Runs the command to its end.
    ///
    /// - Parameters:
    ///   - seconds: How long it may take; then it and all that it started is ended.
    ///   - cancellation: Ends it at once.
    /// - Throws: ``MigrationError`` of code `hookFailed` unless it ends with status 0.
    func run(for seconds: Double, _ cancellation: Cancellation) throws(MigrationError) {
        let (stops, stop) = AsyncStream<Void>.makeStream()
        let work = { () -> Outcome in
            // Nobody begins what is to be ended at once.
            guard !cancellation.isCancelled else { return .stopped }
            return Blocking.wait { await self.outcome(seconds, stops) }
        }
        let outcome = cancellation.whileRunning({ stop.yield() }, work)
        switch outcome {
        case .ended(0): return
        case .ended(let status): throw failure("it ended with status \(status)", nil)
        case .late:
            throw failure(
                String(format: "it was not done after %.1f s and was ended", seconds),
                nil
            )
        case .stopped:
            throw MigrationError(
                .interrupted,
                "the hook was ended, because you asked to stop",
                place: .init("hook", path: log),
                kept: kept,
                remedy: "see its words in \(log); run the same command again"
            )
        case .failed(let words): throw failure("it could not be started", .text(words))
        }
    }

    private enum Outcome: Sendable {
        case ended(Int32)
        case late
        case stopped
        case failed(String)
    }

    private func outcome(_ seconds: Double, _ stops: AsyncStream<Void>) async -> Outcome {
        await withTaskGroup(of: Outcome.self) { group in
            group.addTask { await self.start() }
            group.addTask {
                try? await Task.sleep(for: .seconds(seconds))
                return .late
            }
            group.addTask {
                for await _ in stops { break }
                return .stopped
            }
            let first = await group.next() ?? .late
            // Ends the command with its whole session, or the clock that is not needed any more.
            group.cancelAll()
            return first
        }
    }

    private func start() async -> Outcome {
        var platform = PlatformOptions()
        platform.createSession = true
        platform.teardownSequence = [
            .send(signal: .terminate, toProcessGroup: true, allowedDurationToNextStep: .seconds(3)),
            .send(signal: .kill, toProcessGroup: true, allowedDurationToNextStep: .seconds(1)),
        ]
        var changes: [Environment.Key: String?] = [:]
        for (name, value) in variables { changes[Environment.Key(stringLiteral: name)] = value }
        do {
            let result = try await Subprocess.run(
                .name("sh"),
                // The log is opened by the shell, for the operator's eyes only.
                arguments: [
                    "-c", #"umask 077; exec sh -c "$2" >>"$1" 2>&1"#, "sh", log, command,
                ],
                environment: .inherit.updating(changes),
                platformOptions: platform,
                input: .none,
                output: .discarded,
                error: .discarded
            ) { execution in
                RunningHook.note(execution.processIdentifier.value)
            }
            RunningHook.note(0)
            switch result.terminationStatus {
            case .exited(let status): return .ended(status)
            case .signaled(let signal): return .ended(128 + signal)
            }
        } catch {
            RunningHook.note(0)
            return .failed("\(error)")
        }
    }

    private func failure(_ what: String, _ cause: MigrationError.Cause?) -> MigrationError {
        MigrationError(
            .hookFailed,
            "the hook failed: \(what)",
            place: .init("hook", path: log),
            kept: kept,
            remedy: "see its words in \(log), mend the command, then try again",
            cause: cause
        )
    }
}
