/// Criteria about the application: its workflows run, its orders arrive, its marks advance.
enum ApplicationWatch {
    /// How many intervals late a workflow may be: one that is at work is late by its own time.
    private static let patience = 2.0

    static func liveSide(_ look: WatchLook) -> WatchFinding {
        if let alarm = look.status.alarm {
            return .bad(alarm, remedy: look.status.next ?? "cutover status says what to do")
        }
        switch look.status.liveSide {
        case .target: return .good("PostgreSQL takes the application's writes")
        case .source:
            return .unknown(
                "SQLite takes the application's writes",
                remedy: "cutover switch hands over"
            )
        case nil:
            return .blind("it cannot be told which side takes the application's writes")
        }
    }

    static func workflows(_ look: WatchLook) throws(MigrationError) -> WatchFinding {
        let profile = try Profile.named(look)
        guard !profile.workflows.isEmpty else { return .unknown("the profile names no workflows") }
        let rows =
            look.isTargetLive
            ? try look.reading { reader throws(MigrationError) in try reader.workflows().workflows }
            : try look.sourceReader.workflows().workflows
        let enabled = rows.filter(\.enabled)
        // A toggle that the SQLite file has, and that is gone: its worker takes that for off.
        let named = Set(rows.map(\.name))
        let gone = look.status.workflows.filter {
            $0.enabledSource != nil && !named.contains($0.name)
                && profile.intervals[$0.name] != nil
        }
        var late = gone.map { "\($0.name): it has no toggle any more" }
        guard !enabled.isEmpty || !late.isEmpty else { return .unknown("no workflow is enabled") }
        guard try hasTimes(look) || !late.isEmpty else {
            return .unknown(
                "the table has no time of a workflow's last run",
                remedy: "look at the workflows' own logs; a column last_run_at that they write, "
                    + "named as last_run in the profile, makes it known"
            )
        }
        let judged = enabled.filter { profile.intervals[$0.name] != nil }
        let others = enabled.filter { profile.intervals[$0.name] == nil }.map(\.name)
        guard !judged.isEmpty || !late.isEmpty else {
            return .unknown(
                "no enabled workflow has an interval in the profile",
                remedy: "name their seconds under [intervals] in the profile: --profile FILE"
            )
        }
        var longest = 0.0
        for row in judged {
            guard let seconds = profile.intervals[row.name] else { continue }
            guard let last = row.lastRunAt, let age = try age(of: last, look) else {
                late.append("\(row.name): never ran")
                continue
            }
            guard age > -ServerWatch.apart else {
                late.append("\(row.name): last run \(ahead(age))")
                continue
            }
            longest = max(longest, age / seconds)
            guard age > patience * seconds else { continue }
            late.append("\(row.name): last run \(GateWords.ago(age)), every \(Int(seconds)) s")
        }
        let figure = WatchFinding.Figure(longest, "intervals", limit: patience)
        guard late.isEmpty else {
            return .bad(
                GateWords.list(late),
                // Of one that never ran there is no figure, and another's would belie the words.
                longest > patience ? figure : nil,
                remedy: "look at the workflow's own log; a stuck one is started again"
            )
        }
        let paused = rows.count - enabled.count
        let within =
            others.isEmpty
            ? "\(enabled.count) enabled, each ran within its interval"
            : "\(judged.count) of \(enabled.count) judged, each ran within its interval; no "
                + "interval in the profile: \(GateWords.list(others))"
        return .good(
            within
                + (paused > 0 ? "; \(paused) turned off" : ""),
            figure
        )
    }

    /// Whether the table of the toggles has a column for the last run.
    private static func hasTimes(_ look: WatchLook) throws(MigrationError) -> Bool {
        let reading: (LiveReader) throws(MigrationError) -> Bool = {
            reader throws(MigrationError) in
            let table = try reader.workflowTable()
            return table.relation.sql(table.view.lastRun) != nil
        }
        return look.isTargetLive ? try look.reading(reading) : try reading(look.sourceReader)
    }

    static func newOrders(_ look: WatchLook) throws(MigrationError) -> WatchFinding {
        guard look.isTargetLive else {
            look.memory.oldestSideOrder = nil
            return .unknown("SQLite takes the application's writes")
        }
        guard try !Profile.named(look).orders.isEmpty else {
            return .unknown("the profile names no orders")
        }
        let new = try look.reading { reader throws(MigrationError) in
            try reader.orders(limit: 1).rows.first?.orderNumber
        }
        let old = try look.sourceReader.orders(limit: 1).rows.first?.orderNumber ?? ""
        let first = look.memory.oldestSideOrder ?? old
        look.memory.oldestSideOrder = first
        guard old == first else {
            return .bad(
                "the SQLite file got an order: its newest was \(SafeText.visible(first)) and is "
                    + SafeText.visible(old),
                remedy: "find who writes it: see old_file_holders"
            )
        }
        return .good(
            "the newest is \(SafeText.visible(new ?? "none")) in PostgreSQL; the SQLite file stays at "
                + SafeText.visible(first.isEmpty ? "none" : first)
        )
    }

    static func watermarks(_ look: WatchLook) throws(MigrationError) -> WatchFinding {
        let profile = try Profile.named(look)
        guard !profile.watermarks.isEmpty else { return .unknown("the profile names no watermark") }
        guard look.isTargetLive else { return .unknown("watched behind the switch") }
        var missing: [String] = []
        var stale: [String] = []
        var told: [String] = []
        var longest = 0.0
        for mark in profile.watermarks {
            let name = "\(mark.table).\(mark.column)"
            switch try read(mark, look) {
            case .resting(let workflow): told.append("\(name) rests with \(workflow)")
            case .missing: missing.append(name)
            case .noZone(let zone): missing.append("the time zone \(zone) of \(name)")
            case .empty: stale.append("\(name) is empty")
            case .noTime(let text): stale.append("\(name) is no time: \(SafeText.visible(text))")
            case .old(let age) where age < -ServerWatch.apart:
                stale.append("\(name) is \(ahead(age))")
            case .old(let age):
                longest = max(longest, age)
                let words = "\(name) is from \(GateWords.ago(age))"
                if age > mark.seconds { stale.append(words) } else { told.append(words) }
            }
        }
        let limit = profile.watermarks.map(\.seconds).min()
        let figure = WatchFinding.Figure(longest, "seconds", limit: limit)
        guard stale.isEmpty else {
            return .bad(
                GateWords.list(stale),
                figure,
                remedy: "the sync stands still: one order that fails can hold it up; see its log"
            )
        }
        guard missing.isEmpty else {
            return .unknown(
                "the target does not have \(GateWords.list(missing))",
                remedy: "correct [[watermarks]] in the profile: --profile FILE"
            )
        }
        return .good(GateWords.list(told), figure)
    }

    /// How a mark stands.
    private enum Mark {
        /// Its workflow is turned off.
        case resting(String)
        /// The table or its column is not there.
        case missing
        /// The server does not know the zone that the profile gives.
        case noZone(String)
        case empty
        /// What stands there.
        case noTime(String)
        case old(Double)
    }

    private static func read(
        _ mark: Profile.Watermark,
        _ look: WatchLook
    ) throws(MigrationError) -> Mark {
        if let workflow = mark.workflow {
            // Where the toggles cannot be read, the mark is judged without them.
            let rows = try? look.reading { reader throws(MigrationError) in
                try reader.workflows().workflows
            }
            if let rows, !rows.contains(where: { $0.enabled && $0.name == workflow }) {
                return .resting(workflow)
            }
        }
        let rows = try look.rowsIfThere(
            "SELECT max(\(TargetConnection.quote(mark.column)))::text FROM "
                + "\(TargetConnection.quote(look.options.schema))."
                + TargetConnection.quote(mark.table)
        )
        guard let rows else { return .missing }
        guard let text = rows.first?.first ?? nil else { return .empty }
        do throws(MigrationError) {
            return try age(of: text, in: mark.zone, look).map { .old($0) } ?? .noTime(text)
        } catch {
            // 22023: a time zone that is none.
            guard let zone = mark.zone, case .postgres("22023", _, _, _) = error.cause else {
                throw error
            }
            return .noZone(SafeText.visible(zone))
        }
    }

    /// A time that has not come yet: whoever wrote it has another clock.
    static func ahead(_ age: Double) -> String {
        "\(Int(-age)) s in the future: its writer's clock is wrong, or its time zone"
    }

    /// The age of a stored time in seconds, by the server's clock; nil when it is none.
    ///
    /// What has no zone is UTC, as everything that SQLite's `datetime('now')` wrote, unless the
    /// profile says otherwise.
    static func age(
        of text: String,
        in zone: String? = nil,
        _ look: WatchLook
    ) throws(MigrationError) -> Double? {
        try look.onTarget { target throws(TargetError) -> Double? in
            do throws(TargetError) {
                return try target.query(
                    """
                    SELECT extract(epoch FROM now() - CASE
                        WHEN $1::text ~ ':[0-9.]+ ?(Z|[+-][0-9]{2}(:?[0-9]{2})?)$'
                        THEN $1::text::timestamptz
                        ELSE $1::text::timestamp AT TIME ZONE $2::text END)
                    """,
                    [.text(text), .text(zone ?? "UTC")]
                ).first.flatMap(Double.init).flatMap { $0.isFinite ? $0 : nil }
            } catch {
                // 22007 and 22008: no time at all.
                guard ["22007", "22008"].contains(error.sqlState) else { throw error }
                return nil
            }
        }
    }
}

extension Profile {
    /// The profile of a watched run.
    ///
    /// - Parameter look: The look.
    /// - Returns: The profile.
    /// - Throws: ``MigrationError``.
    static func named(_ look: WatchLook) throws(MigrationError) -> Profile {
        if let profile = look.profile { return profile }
        let profile = try look.reading { reader throws(MigrationError) in try reader.profile() }
        look.profile = profile
        return profile
    }
}
