import Foundation

extension ServerFolder {
    /// Starts the server unless it runs.
    ///
    /// - Returns: Whether it had to be started.
    /// - Throws: ``MigrationError`` with the end of the log.
    func start() throws(MigrationError) -> Bool {
        try make()
        let lock = try ServerLock(path: "\(path)/lock")
        defer { lock.release() }
        guard runningProcess == nil else { return false }
        let outcome = try shell(
            Self.starting,
            [
                programs.folder, path, ServerSettings.text,
                "\(ServerSettings.longestSocketFolder)",
            ]
        )
        guard outcome.succeeded else {
            throw failed("PostgreSQL did not start", words: outcome.words)
        }
        return true
    }

    /// Stops the server if it runs.
    ///
    /// - Returns: Whether it ran.
    /// - Throws: ``MigrationError`` with the end of the log.
    func stop() throws(MigrationError) -> Bool {
        guard access(path, F_OK) == 0 else { return false }
        let lock = try ServerLock(path: "\(path)/lock")
        defer { lock.release() }
        guard runningProcess != nil else { return false }
        let outcome = try shell(Self.stopping, [programs.folder, path])
        guard outcome.succeeded else {
            throw failed("PostgreSQL did not stop", words: outcome.words)
        }
        return true
    }

    private func shell(
        _ script: String,
        _ arguments: [String]
    ) throws(MigrationError) -> Program.Outcome {
        try Program(path: "/bin/sh", account: account).run(["-c", script, "sh"] + arguments)
    }

    private func make() throws(MigrationError) {
        try makeParents()
        if mkdir(path, 0o700) != 0, errno != EEXIST {
            throw refused("it cannot be made", cause: .system(errno: errno, call: "mkdir"))
        }
        // Somebody else may have made a folder of this name first, for example in /var/tmp.
        var found = stat()
        guard lstat(path, &found) == 0, found.st_mode & S_IFMT == S_IFDIR else {
            throw refused("it is not a folder", cause: nil)
        }
        guard found.st_uid != account.userID else { return }
        // Made by us just now, or by root for this purpose.
        let content = try? FileManager.default.contentsOfDirectory(atPath: path)
        guard found.st_uid == geteuid(), content?.isEmpty == true else {
            throw refused("it belongs to another user than \(account.name)", cause: nil)
        }
        guard chmod(path, 0o700) == 0, lchown(path, account.userID, account.groupID) == 0 else {
            throw refused(
                "it cannot be given to user \(account.name)",
                cause: .system(errno: errno, call: "chown")
            )
        }
    }

    private func makeParents() throws(MigrationError) {
        var missing: [String] = []
        var parent = URL(fileURLWithPath: path).deletingLastPathComponent().path
        while parent != "/", access(parent, F_OK) != 0 {
            missing.append(parent)
            parent = URL(fileURLWithPath: parent).deletingLastPathComponent().path
        }
        for folder in missing.reversed() {
            guard mkdir(folder, 0o755) == 0 || errno == EEXIST else {
                throw refused(
                    "its parent \(folder) cannot be made",
                    cause: .system(errno: errno, call: "mkdir")
                )
            }
            // Root's umask may be strict, but the server's account has to pass.
            if account.isOther { chmod(folder, 0o755) }
        }
    }

    private func refused(_ why: String, cause: MigrationError.Cause?) -> MigrationError {
        MigrationError(
            .fileFailed,
            "the folder of the local server cannot be used: \(why)",
            place: .init("local server", path: path),
            remedy: "choose another folder with --data",
            cause: cause
        )
    }

    private func failed(_ message: String, words: String) -> MigrationError {
        MigrationError(
            .serverFailed,
            message,
            place: .init("local server", path: path),
            remedy: "read \(log); if the cluster is damaged, remove \(cluster) and start again",
            cause: .text(words)
        )
    }

    // Settings are written at each start, because the folder may have been moved.
    private static let starting = """
        umask 077
        bin=$1; folder=$2; settings=$3; longest=$4
        data=$folder/data; log=$folder/log
        quote() { printf '%s' "$1" | sed "s/'/''/g"; }
        make() {
            rm -rf "$data.new"
            "$bin/initdb" -D "$data.new" -U postgres -A trust --no-sync -E UTF8 \
                "--locale=$1" --lc-messages=C </dev/null >>"$log" 2>&1
        }
        if [ ! -d "$data" ]; then
            { make C.UTF-8 || make C; } || { tail -n 20 "$log" >&2; exit 1; }
            echo "include_if_exists = 'cutover.conf'" >>"$data.new/postgresql.conf"
            mv "$data.new" "$data" || exit 1
        fi
        socket=$folder
        if [ "$(printf '%s' "$folder" | wc -c)" -gt "$longest" ]; then
            socket=$(cat "$folder/socket" 2>/dev/null)
            if [ ! -O "$socket" ]; then
                socket=$(mktemp -d /tmp/cutover-XXXXXXXX) || exit 1
                printf '%s\\n' "$socket" >"$folder/socket"
            fi
        fi
        {
            printf '%s\\n' "$settings"
            printf "unix_socket_directories = '\\"%s\\"'\\n" "$(quote "$socket")"
        } >"$data/cutover.conf" || exit 1
        # The caller saw that no server works in this folder. PostgreSQL clears a stale pid file
        # itself, unless the number is by now that of another process of this account.
        pid=$(head -n 1 "$data/postmaster.pid" 2>/dev/null)
        if [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null; then rm -f "$data/postmaster.pid"; fi
        "$bin/pg_ctl" -D "$data" -l "$log" -s -w -t 60 start </dev/null >/dev/null 2>&1 ||
            { tail -n 20 "$log" >&2; exit 1; }
        """

    private static let stopping = """
        bin=$1; folder=$2
        "$bin/pg_ctl" -D "$folder/data" -s -m fast -w -t 60 stop </dev/null >/dev/null 2>&1 ||
            { tail -n 20 "$folder/log" >&2; exit 1; }
        if [ -f "$folder/socket" ]; then
            rm -rf -- "$(cat "$folder/socket")" "$folder/socket"
        fi
        """
}

/// A lock on a file, so that two starts or stops follow one another.
private struct ServerLock: ~Copyable {
    private let descriptor: Int32

    init(path: String) throws(MigrationError) {
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0, flock(descriptor, LOCK_EX) == 0 else {
            throw MigrationError(
                .fileFailed,
                "the lock of the local server cannot be taken",
                place: .init("local server", path: path),
                remedy: "check that the folder belongs to you, or choose another with --data",
                cause: .system(errno: errno, call: "open")
            )
        }
    }

    deinit { close(descriptor) }

    borrowing func release() { flock(descriptor, LOCK_UN) }
}
