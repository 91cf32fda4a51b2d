import Foundation

/// Gates about the server, and about the machine beside it.
enum TargetGates {
    /// The share of a server's connections above which a switch is not begun.
    static let busy = 0.8
    /// How far two clocks may be apart, in seconds.
    static let skew = 5.0

    static func closed(_ context: CheckContext) throws(MigrationError) -> GateFinding {
        let run = try context.run()
        let (open, writers) = try context.onTarget { target throws(TargetError) in
            let open = try LiveTarget(target: target, run: run.id).openTables()
            // A transaction that wrote before the fence came may still be open.
            let writers = try target.query(
                """
                SELECT DISTINCT format('session %s (%s)', l.pid, a.application_name)
                FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
                WHERE l.locktype = 'relation' AND l.granted AND l.mode IN ('RowExclusiveLock',
                        'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
                    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
                    AND l.relation IN (SELECT id FROM (\(LiveTarget.tables)) t)
                    AND a.application_name NOT LIKE 'cutover %'
                    AND a.backend_type = 'client backend'
                """,
                [.text(run.id)]
            ).rows.compactMap { $0[0] }
            return (open, writers)
        }
        guard open.isEmpty else {
            return .closed(
                "anybody can write the target's tables: \(GateWords.list(open))",
                remedy: "cutover follow closes them again; then cutover verify finds what was "
                    + "written there meanwhile"
            )
        }
        guard writers.isEmpty else {
            return .closed(
                "somebody else is writing the target: \(GateWords.list(writers))",
                remedy: "end these sessions, then see with cutover verify what they wrote"
            )
        }
        return .open("every table refuses writes of others until the handover")
    }

    static func identity(_ context: CheckContext) throws(MigrationError) -> GateFinding {
        let run = try context.journaled()
        let address = try context.target().1
        let now = try context.onTarget { target throws(TargetError) in
            try Target.fingerprint(target)
        }
        guard now == run.targetFingerprint else {
            return .closed(
                "this is another server or database than was migrated into: \(now) at "
                    + "\(address.redacted), and it was \(run.targetFingerprint) at \(run.target)",
                remedy: "give the target that was migrated into with --target URL"
            )
        }
        let isSame = address.redacted == run.target
        // Without the server's own identifier two servers can look alike.
        if !isSame, now.hasPrefix("unknown/") {
            return .closed(
                "the address is another one, \(address.redacted) and not \(run.target), and the "
                    + "server hides what identifies it",
                remedy: "give the same address as for migrate, or as the server's owner: GRANT "
                    + "EXECUTE ON FUNCTION pg_control_system() TO \(address.user)"
            )
        }
        return .open(
            "\(address.redacted), system/database \(now)"
                + (isSame ? "" : "; the same server as \(run.target)")
        )
    }

    static func connections(_ context: CheckContext) throws(MigrationError) -> GateFinding {
        let limits = try context.onTarget { target throws(TargetError) in
            try Self.limits(target)
        }
        let full = limits.filter { Double($0.used) >= busy * Double($0.most) }
        guard full.isEmpty else {
            return .closed(
                full.map { "\($0.used) of \($0.most) connections of \($0.name) are used" }
                    .joined(separator: ", "),
                remedy: "end idle ones, raise the limit, or put a pool in front",
                for: full.map(\.name).joined(separator: ", ")
            )
        }
        return .open(
            limits.map { "\($0.used) of \($0.most) connections of \($0.name) used" }
                .joined(separator: ", ")
        )
    }

    /// The connections of a server and, where it has a limit of its own, of the database.
    static func limits(
        _ target: TargetConnection
    ) throws(TargetError) -> [(name: String, used: Int, most: Int)] {
        let row = try target.query(
            """
            SELECT (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'),
                current_setting('max_connections'),
                (SELECT count(*) FROM pg_stat_activity
                    WHERE datname = current_database() AND backend_type = 'client backend'),
                (SELECT datconnlimit FROM pg_database WHERE datname = current_database())
            """
        ).rows[0].map { $0.flatMap { Int($0) } ?? 0 }
        let server = (name: "the server", used: row[0], most: row[1])
        return row[3] < 0
            ? [server] : [server, (name: "this database", used: row[2], most: row[3])]
    }

    static func disk(_ context: CheckContext) throws(MigrationError) -> GateFinding {
        let folder = context.options.source.split(separator: "/").dropLast().joined(separator: "/")
        let isAbsolute = context.options.source.hasPrefix("/")
        let beside = isAbsolute ? "/" + folder : folder.isEmpty ? "." : folder
        var status = stat()
        guard stat(context.options.source, &status) == 0,
            let free = RunDirectory(existing: beside).freeBytes
        else {
            return .closed(
                "the free space beside the source cannot be known",
                remedy: "check the disk by hand, then override",
                for: "unknown"
            )
        }
        // The log of writes, the write-ahead log, and what comes back by a revert.
        let needed = 67_108_864 + Int(status.st_size) / 10
        guard free >= needed else {
            return .closed(
                "\(GateWords.size(free)) are free beside the source; \(GateWords.size(needed)) "
                    + "should be",
                remedy: "free space on the source's disk",
                for: "source"
            )
        }
        let server = try serverSpace(context)
        if let server, server < needed {
            return .closed(
                "\(GateWords.size(server)) are free on the server's disk; "
                    + "\(GateWords.size(needed)) should be",
                remedy: "free space on the server's disk",
                for: "server"
            )
        }
        return .open(
            "free: \(GateWords.size(free)) beside the source, "
                + (server.map { "\(GateWords.size($0)) on the server's disk" }
                    ?? "the server's disk is not known from here")
        )
    }

    /// The free space on the disk of a server of this machine; nil when it cannot be known.
    private static func serverSpace(_ context: CheckContext) throws(MigrationError) -> Int? {
        let host = try context.target().1.host
        guard host.hasPrefix("/") || host == "localhost" || host == "local socket" else {
            return nil
        }
        let folder = try context.onTarget { target throws(TargetError) -> String? in
            // Only some roles may ask.
            let row = try target.query("SELECT pg_has_role('pg_read_all_settings', 'USAGE')").first
            guard row == "t" else { return nil }
            return try target.query("SHOW data_directory").first
        }
        return folder.flatMap { RunDirectory(existing: $0).freeBytes }
    }

    static func clock(_ context: CheckContext) throws(MigrationError) -> GateFinding {
        let before = Date().timeIntervalSince1970
        let server = try context.onTarget { target throws(TargetError) in
            try target.query("SELECT extract(epoch FROM clock_timestamp())").first
                .flatMap { Double($0) }
        }
        let after = Date().timeIntervalSince1970
        let newest = try context.onSource { source throws(SourceError) in
            try source.first("SELECT (max(at) - julianday('now')) * 86400 FROM _cutover_log")
        }
        let ahead: Double = if case .real(let seconds)? = newest { seconds } else { 0 }
        return judge(between: before, and: after, server: server, newestChangeAhead: ahead)
    }

    /// Compares clocks.
    ///
    /// - Parameters:
    ///   - before: This machine's clock before the server was asked.
    ///   - after: The same when it had answered.
    ///   - server: The server's clock.
    ///   - ahead: How many seconds the newest logged write lies in the future.
    /// - Returns: What was found.
    static func judge(
        between before: Double,
        and after: Double,
        server: Double?,
        newestChangeAhead ahead: Double
    ) -> GateFinding {
        guard ahead < skew else {
            return .closed(
                String(format: "the newest write was made %.0f s in the future: ", ahead)
                    + "a clock was set back, and the fence would end too late",
                remedy: "set the clock right and wait until the time has passed",
                for: "past"
            )
        }
        guard let server else {
            return .closed("the server tells no time", remedy: "look at the server", for: "none")
        }
        let difference = max(0, before - server, server - after)
        guard difference < skew else {
            return .closed(
                String(format: "this machine and the server are %.0f s apart", difference),
                remedy: "let both clocks be set by the network (NTP)",
                for: "server"
            )
        }
        return .open(String(format: "the server's is within %.1f s of this machine's", difference))
    }
}
