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
        guard let askedAt = watch.askedAt, !watch.isLoading, leaving == nil else { return [] }
        return now - askedAt >= watchSeconds ? loadWatch() : []
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
