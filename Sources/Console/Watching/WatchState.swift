import MigrationEngine

/// How the console watches.
enum WatchState {
    /// Seconds between two looks, as with the command.
    static let interval = 10.0

    /// There is nothing to look at.
    static let nothing = MigrationError(
        .usage,
        "there is nothing to watch",
        place: .init("watch"),
        remedy: "start the console with --source and --target"
    )
}

extension Model {
    /// Seconds between two looks: lists that are read less often make looks as seldom.
    var watchSeconds: Double { max(WatchState.interval, refreshSeconds) }

    /// Looks at every criterion; a look takes its time, so that only one is under way.
    mutating func loadWatch() -> [Command] {
        watch.isLoading ? [] : [.loadWatch(ticket: watch.ask(now: now))]
    }

    /// Looks again when it is time, whatever pane is shown: an alarm must not wait to be looked for.
    mutating func watchIfDue() -> [Command] {
        guard !watch.isLoading, leaving == nil else { return [] }
        guard let askedAt = watch.askedAt else { return beginWatch() }
        return now - askedAt >= watchSeconds ? loadWatch() : []
    }

    /// Begins to watch once PostgreSQL has the application: nobody has to think of it.
    private mutating func beginWatch() -> [Command] {
        guard phase == .watching, operation == nil, refreshSeconds != .infinity else { return [] }
        append(
            LogLine(
                time: now,
                level: .info,
                stage: "watch",
                message: "PostgreSQL has the application: the watch begins; "
                    + "\(key(.show(.watch))) shows it"
            )
        )
        return loadWatch()
    }

    /// What the watch has found bad, beside what the status tells by itself.
    var watchProblems: [Span] {
        guard phase?.targetTakesWrites == true, operation == nil, lostSeconds == nil else {
            return []
        }
        if let error = watch.error {
            return [Span("nothing is watched: \(error.message)", .statusWarn)]
        }
        // What stands under what is wrong by other words is not told twice.
        var told: Set<String> = alarm == nil ? [] : ["live_side", "old_file", "server"]
        if !holders.isEmpty { told.insert("old_file_holders") }
        return (watch.value?.report.alarms ?? []).filter { !told.contains($0.name) }
            .map { Span("\(WatchWords.name($0.name)): \($0.reason)", .statusBad) }
    }

    /// That what was written on PostgreSQL was counted a while ago, in words; nil while it is new.
    var oldWritten: String? {
        let written = cutover.written
        guard written.value != nil, let at = written.loadedAt,
            lostSeconds != nil || written.error != nil || now - at > 5 * refreshSeconds
        else { return nil }
        return "STALE, as of \(Figures.clock(at))Z"
    }

    /// Takes a look, and tells alarms that were not there before.
    mutating func takeWatch(_ result: Result<WatchListing, MigrationError>, ticket: Int) {
        let known = Set((watch.value?.report.alarms ?? []).map(\.name))
        watch.take(result, ticket: ticket, now: now)
        guard case .success(let listing) = result else { return }
        let new = listing.report.alarms.filter { !known.contains($0.name) }
        guard let first = new.first else { return }
        let more = new.count > 1 ? ", and \(new.count - 1) more" : ""
        notify("ALARM \(WatchWords.name(first.name)): \(first.reason)\(more)", .statusBad)
    }
}
