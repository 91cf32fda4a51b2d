import Dispatch
import Subprocess
import Synchronization

/// Another program of this machine, run to its end while the calling thread waits.
///
/// Never called from Swift's cooperative pool: the waiting thread is a real one.
struct Program: Sendable {
    /// The absolute path of the program.
    let path: String
    /// The account it runs as.
    let account: ServerAccount

    /// How a program ended and what it said.
    struct Outcome: Sendable {
        /// The exit status, or 128 + the signal that ended it.
        let status: Int32
        let output: String
        let errors: String

        var succeeded: Bool { status == 0 }
        /// What a person would look at: the errors, or else the output.
        var words: String {
            let text = errors.isEmpty ? output : errors
            return String(text.suffix(2_000)).trimmingBlanks()
        }
    }

    /// Runs the program.
    ///
    /// - Parameter arguments: The arguments after the program's name.
    /// - Returns: The exit status and both outputs.
    /// - Throws: ``MigrationError`` of code `serverFailed` when it cannot be started.
    func run(_ arguments: [String]) throws(MigrationError) -> Outcome {
        let result = Blocking.wait { await Self.outcome(of: self, arguments) }
        switch result {
        case .success(let outcome): return outcome
        case .failure(let error):
            throw MigrationError(
                .serverFailed,
                "cannot run \(path)",
                place: .init("local server", path: path),
                remedy: "check that this file can be executed by user \(account.name)",
                cause: .text("\(error)")
            )
        }
    }

    private static func outcome(
        of program: Program,
        _ arguments: [String]
    ) async -> Result<Outcome, any Error> {
        do {
            let result = try await Subprocess.run(
                shell,
                arguments: program.shellArguments(arguments),
                environment: environment,
                output: .string(limit: 1 << 20),
                error: .string(limit: 1 << 20)
            )
            let status: Int32 =
                switch result.terminationStatus {
                case .exited(let code): code
                case .signaled(let signal): 128 + signal
                }
            return .success(
                Outcome(
                    status: status,
                    output: result.standardOutput,
                    errors: result.standardError
                )
            )
        } catch {
            return .failure(error)
        }
    }
}

extension Program {
    // Through the shell, because our working folder may be closed to the other account.
    static let shell = Executable.name("sh")

    func shellArguments(_ arguments: [String]) -> Arguments {
        Arguments(["-c", #"cd / && exec "$@""#, "sh"] + account.commandPrefix + [path] + arguments)
    }

    // Nothing is inherited: PGHOST, PGOPTIONS and their kin would change what the programs do.
    static let environment = Environment.custom([
        "PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC", "HOME": "/",
    ])
}

/// Waits on a real thread for work that is asynchronous.
enum Blocking {
    /// Runs the work as a task of its own and waits for it.
    ///
    /// - Parameter work: The work.
    /// - Returns: Its result.
    static func wait<Value: Sendable>(
        _ work: @escaping @Sendable () async -> Value
    ) -> Value {
        let slot = Slot<Value>()
        Task.detached { slot.fill(await work()) }
        return slot.take()
    }
}

/// A value that one thread fills once and one thread waits for.
final class Slot<Value: Sendable>: Sendable {
    private let value = Mutex<Value?>(nil)
    private let filled = DispatchSemaphore(value: 0)

    func fill(_ newValue: Value) {
        value.withLock { $0 = $0 ?? newValue }
        filled.signal()
    }

    func take() -> Value {
        while true {
            filled.wait()
            if let taken = value.withLock({ $0 }) {
                filled.signal()  // the value stays, for whoever asks again
                return taken
            }
        }
    }
}

extension String {
    func trimmingBlanks() -> String {
        var rest = self[...]
        while rest.last?.isWhitespace == true { rest.removeLast() }
        while rest.first?.isWhitespace == true { rest.removeFirst() }
        return String(rest)
    }
}
