import Subprocess
import Synchronization

/// The process that makes a temporary server, keeps it, and takes it down.
///
/// A shell in a session of its own reads a pipe that only this process holds open. When the pipe
/// closes, because the owner stops it, exits, or is killed in any way, it stops PostgreSQL and
/// removes the folder. It makes the folder itself, so there is no moment at which a killed owner
/// leaves something behind.
final class ServerGuard: Sendable {
    private enum Start: Sendable {
        case ready(folder: String)
        case failed(String)
    }

    private let started = Slot<Start>()
    private let ended = Slot<Void>()
    private let release: AsyncStream<Never>.Continuation

    /// Starts the guard; it starts the server.
    ///
    /// - Parameters:
    ///   - programs: PostgreSQL's programs.
    ///   - account: The account of all processes.
    ///   - bases: The folders in which the server's folder may be made, best first.
    ///   - more: Settings beside those of every local server.
    init(
        programs: ServerPrograms,
        account: ServerAccount,
        bases: [String],
        settings more: String = ""
    ) {
        let (held, release) = AsyncStream<Never>.makeStream()
        self.release = release
        let shell = Program(path: "/bin/sh", account: account)
        let arguments =
            ["-c", Self.script, "sh", programs.folder, ServerSettings.text + "\n" + more] + bases
        Task.detached { [started, ended] in
            await Self.keep(shell, arguments, started, until: held)
            ended.fill(())
        }
    }

    // Letting go of the guard takes the server down, as the owner's death does.
    deinit { release.finish() }

    /// Waits until the server accepts connections.
    ///
    /// - Returns: The server's folder.
    /// - Throws: ``MigrationError`` of code `serverFailed` with the end of the server's log.
    func folder() throws(MigrationError) -> String {
        switch started.take() {
        case .ready(let folder): return folder
        case .failed(let words):
            throw MigrationError(
                .serverFailed,
                "a temporary PostgreSQL server did not start",
                place: .init("local server"),
                remedy: "check the free space and rights of the temporary folder "
                    + "(set TMPDIR to another one if need be), then run the command again",
                cause: .text(words.isEmpty ? "the guard process ended early" : words)
            )
        }
    }

    /// Takes the server down and waits until its folder is gone.
    func end() {
        release.finish()
        ended.take()
    }

    private static func keep(
        _ shell: Program,
        _ arguments: [String],
        _ started: Slot<Start>,
        until held: AsyncStream<Never>
    ) async {
        var options = PlatformOptions()
        // Ctrl-C in the terminal is for the owner, not for the guard.
        options.createSession = true
        do {
            _ = try await Subprocess.run(
                Program.shell,
                arguments: shell.shellArguments(arguments),
                environment: Program.environment,
                platformOptions: options,
                input: .inputWriter,
                output: .sequence,
                error: .discarded
            ) { execution in
                var words: [String] = []
                var folder: String?
                for try await line in execution.standardOutput.strings() {
                    if line.hasPrefix("ready ") {
                        folder = String(line.dropFirst("ready ".count))
                        break
                    }
                    words.append(line)
                }
                guard let folder else {
                    started.fill(.failed(words.joined(separator: "\n").trimmingBlanks()))
                    return
                }
                started.fill(.ready(folder: folder))
                for await _ in held {}
                try await execution.standardInputWriter.finish()
            }
            started.fill(.failed(""))
        } catch {
            started.fill(.failed("\(error)"))
        }
    }

    // stdin is the owner's pipe: nothing but `read` may touch it. The signals are ignored because
    // the guard has to outlive whatever ends its owner.
    private static let script = """
        trap '' HUP INT QUIT TERM PIPE
        umask 077
        bin=$1; settings=$2; shift 2
        folder=
        for base in "$@"; do
            folder=$(mktemp -d "$base/cutover-XXXXXXXX" 2>/dev/null) && break
        done
        if [ -z "$folder" ]; then echo "no folder can be made in $*"; exit 1; fi
        data=$folder/data; log=$folder/log
        make() {
            "$bin/initdb" -D "$data" -U postgres -A trust --no-sync -E UTF8 \
                "--locale=$1" --lc-messages=C </dev/null >"$log" 2>&1
        }
        start() {
            printf "%s\\nunix_socket_directories = '%s'\\n" "$settings" "$folder" \
                >>"$data/postgresql.conf" &&
            "$bin/pg_ctl" -D "$data" -l "$log" -s -w -t 60 start </dev/null >"$folder/out" 2>&1
        }
        if { make C.UTF-8 || make C; } && start; then
            echo "ready $folder"
            read -r line
        else
            tail -n 20 "$log" "$folder/out" 2>/dev/null
        fi
        if [ -f "$data/postmaster.pid" ]; then
            pid=$(head -n 1 "$data/postmaster.pid")
            "$bin/pg_ctl" -D "$data" -s -m immediate -w -t 20 stop </dev/null >/dev/null 2>&1 ||
                kill -KILL "$pid" 2>/dev/null
        fi
        rm -rf "$folder"
        """
}
