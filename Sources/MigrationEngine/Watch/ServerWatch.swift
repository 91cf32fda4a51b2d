import Foundation

/// Criteria about the server: which it is, its clock, its connections, its answers.
enum ServerWatch {
    /// The share of connections above which an alarm is due.
    static let busy = 0.8
    /// How far two clocks may be apart, in seconds.
    static let apart = 30.0
    /// query_canceled and lock_not_available: an answer did not come in time.
    private static let tooLate = ["57014", "55P03"]
    /// How many of our own probes are kept.
    private static let probes = 100

    static func identity(_ look: WatchLook) throws(MigrationError) -> WatchFinding {
        let run = try Journal.newestRun(in: RunDirectory(existing: look.options.runDirectory))
        let (server, now) = try look.server()
        // An application opens connections all the time; ours has been there since before.
        do throws(MigrationError) {
            _ = try Target.connect(look.options, stage: "watch", purpose: "watch")
        } catch {
            return .bad(
                "no new connection is taken: \(WatchFinding.words(error))",
                remedy: error.remedy
            )
        }
        let name = "\(server.address), system/database \(now)"
        guard let run else { return .unknown("\(name); no run to compare with") }
        if now == run.targetFingerprint { return .good(name) }
        let parts = [now, run.targetFingerprint].map { $0.split(separator: "/", maxSplits: 1) }
        // The cluster's identifier may be hidden from the one user and not from the other.
        if parts.contains(where: { $0.first == "unknown" }), parts[0].last == parts[1].last {
            return .unknown(
                "the database is \(parts[0].last ?? ""), as it was; whether the server is the same "
                    + "cannot be told: user \(try user(look)) may not read its identifier",
                remedy: "as the server's owner: GRANT EXECUTE ON FUNCTION "
                    + "pg_catalog.pg_control_system() TO the user of --target"
            )
        }
        return .bad(
            "this is another server or database than was migrated into: \(now) at "
                + "\(server.address), and it was \(run.targetFingerprint) at \(run.target)",
            remedy: "watch the target that was migrated into with --target URL"
        )
    }

    private static func user(_ look: WatchLook) throws(MigrationError) -> String {
        try look.onTarget { target throws(TargetError) in
            try target.query("SELECT current_user").first ?? ""
        }
    }

    static func clocks(_ look: WatchLook) throws(MigrationError) -> WatchFinding {
        let before = Date().timeIntervalSince1970
        let text = try look.onTarget { target throws(TargetError) in
            try target.query("SELECT extract(epoch FROM clock_timestamp())").first
        }
        let after = Date().timeIntervalSince1970
        guard let server = text.flatMap(Double.init) else {
            return .unknown("the server does not tell its time")
        }
        // The answer was given at some moment between the two.
        let difference = server < before ? server - before : max(0, server - after)
        let figure = WatchFinding.Figure(abs(difference), "seconds", limit: apart)
        guard abs(difference) >= apart else {
            return .good("the server's clock and this machine's agree", figure)
        }
        return .bad(
            "the server's clock is \(Int(abs(difference).rounded())) s "
                + (difference > 0 ? "before" : "behind") + " this machine's",
            figure,
            remedy:
                "set both by NTP: what the application writes with one clock has a wrong age by "
                + "the other, and a worker that stands still looks young"
        )
    }

    static func connections(_ look: WatchLook) throws(MigrationError) -> WatchFinding {
        let pool = try Profile.named(look).watch.pool
        let limits = try look.onTarget { target throws(TargetError) in
            var limits = try TargetGates.limits(target)
            if let limit = try roleLimit(target) { limits.append(limit) }
            if let pool { limits.append(try application(target, pool)) }
            return limits
        }
        let words = limits.map { "\($0.used) of \($0.most) connections of \($0.name) used" }
            .joined(separator: ", ")
        let share = limits.map { Double($0.used) / Double(max(1, $0.most)) }.max() ?? 0
        let figure = WatchFinding.Figure(share, "share", limit: busy)
        return .judged(
            share < busy,
            words,
            figure,
            remedy: "end idle ones, make the application's pool smaller, or raise the limit"
        )
    }

    /// The connections of this user, where it has a limit of its own.
    private static func roleLimit(
        _ target: TargetConnection
    ) throws(TargetError) -> (name: String, used: Int, most: Int)? {
        let row = try target.query(
            """
            SELECT rolname, rolconnlimit, (SELECT count(*) FROM pg_stat_activity a
                WHERE a.usename = rolname AND a.backend_type = 'client backend')
            FROM pg_roles WHERE rolname = current_user AND rolconnlimit >= 0 AND NOT rolsuper
            """
        ).rows.first
        guard let row, let most = row[1].flatMap({ Int($0) }) else { return nil }
        return ("user \(row[0] ?? "")", row[2].flatMap { Int($0) } ?? 0, most)
    }

    /// The application's connections against the size of its pool.
    private static func application(
        _ target: TargetConnection,
        _ pool: Int
    ) throws(TargetError) -> (name: String, used: Int, most: Int) {
        let used = try target.query(
            """
            SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
                AND usename IS NOT NULL AND application_name NOT LIKE 'cutover %'
            """
        ).integer
        return ("the application's pool", Int(used ?? 0), pool)
    }

    static func probes(_ look: WatchLook) throws(MigrationError) -> WatchFinding {
        let start = ContinuousClock.now
        _ = try look.onTarget { target throws(TargetError) in try target.query("SELECT 1").first }
        let profile = try Profile.named(look)
        let slow = profile.watch.slowMilliseconds
        if !profile.orders.isEmpty {
            do throws(MigrationError) {
                _ = try look.reading { reader throws(MigrationError) in
                    try reader.orders(limit: 20)
                }
            } catch {
                guard case .postgres(let state?, _, _, _) = error.cause,
                    tooLate.contains(state)
                else { throw error }
                return .bad(
                    "our own probe of the orders got no answer: \(WatchFinding.words(error))",
                    .init(start.secondsToNow * 1_000, "ms", limit: slow),
                    remedy: "a session may hold the table: see long_transactions and "
                        + "blocked_sessions, and pg_locks"
                )
            }
        }
        look.memory.probes.append(start.secondsToNow * 1_000)
        look.memory.probes = Array(look.memory.probes.suffix(probes))
        let sorted = look.memory.probes.sorted()
        let mean = sorted.reduce(0, +) / Double(sorted.count)
        let high = sorted[min(sorted.count - 1, Int(0.95 * Double(sorted.count)))]
        let words =
            "our own probes: mean \(Words.milliseconds(mean)), p95 \(Words.milliseconds(high)), of "
            + GateWords.count(sorted.count, "look")
        let figure = WatchFinding.Figure(mean, "ms", limit: slow)
        return .judged(
            mean < slow,
            words,
            figure,
            remedy: "look at the server's load, and at the way there; cutover watch goes on"
        )
    }

    /// Words for figures.
    private enum Words {
        static func milliseconds(_ value: Double) -> String {
            value < 10 ? "\((value * 10).rounded() / 10) ms" : "\(Int(value.rounded())) ms"
        }
    }
}
