/// Looks whether the source is still the file that was closed for the newest handover, and whether
/// it is still closed: a few reads of its schema and the end of its log.
struct FencedSource {
    let options: Options
    let run: RunState.Run
    let captureID: String
    /// The handovers of the run, the newest last.
    let handovers: [Handover]

    /// Asks the target for what the file is compared with.
    ///
    /// - Parameters:
    ///   - options: The two sides.
    ///   - run: The run.
    ///   - position: Its position; the target must be live.
    ///   - target: A connection to the target.
    /// - Throws: ``TargetError``.
    init(
        _ options: Options,
        _ run: RunState.Run,
        _ position: RunState.Position,
        _ target: TargetConnection
    ) throws(TargetError) {
        self.options = options
        self.run = run
        captureID = position.captureID
        handovers = try Handover.all(of: run.id, target)
    }

    /// What looking at the file found.
    struct Finding {
        var status: SourceFenceStatus
        /// Whether the file can be gone back to: it is the one that was closed, and every write
        /// that it has had since is in its log.
        var isVouched: Bool
    }

    /// Opens the file and looks at it; what cannot be opened is no file to go back to.
    func look() -> Finding {
        do throws(MigrationError) {
            let source = try SourceFile.open(options.source, stage: "status")
            do throws(SourceError) {
                return try look(source)
            } catch {
                throw SourceFile.failure(error, path: options.source, stage: "status")
            }
        } catch {
            let isGone = [.sourceMissing, .sourceIsDirectory, .sourceNotDatabase]
                .contains(error.code)
            let cause = error.cause.map { " (\($0))" } ?? ""
            return finding(
                isGone ? .replaced : .unknown,
                isGone
                    ? "\(error.message); SQLite is no way back like this"
                    : "the SQLite file cannot be looked at: \(error.message)\(cause)",
                isGone ? wayBack : error.remedy
            )
        }
    }

    /// Looks at the file.
    ///
    /// - Parameter source: A connection to it.
    /// - Returns: What was found.
    /// - Throws: ``SourceError``.
    func look(_ source: SourceConnection) throws(SourceError) -> Finding {
        // All of one moment, inside the caller's transaction, if there is one.
        try source.execute("SAVEPOINT cutover_look")
        defer { try? source.execute("RELEASE cutover_look") }
        guard let newest = handovers.last else {
            return finding(.unknown, "the handover was not written down", nil)
        }
        guard let mark = try SourceFence.mark(source), mark.token == newest.token,
            let capture = try Capture.read(source), capture.id == captureID
        else { return try replaced(source, newest) }
        let changes = try Capture.schemaChanges(source) + captureChanges(source, capture)
        guard changes.isEmpty else {
            return finding(
                .down,
                "the schema of the closed SQLite file was changed, so that writes may have passed "
                    + "unseen: " + changes.prefix(5).joined(separator: ", "),
                "undo that change if nobody has written the file since; else " + wayBack
            )
        }
        let strays = try Self.strays(source, capture, behind: mark.head)
        let gaps = try SourceFence.gaps(source)
        let isUp = try SourceFence.isForGood(source)
        var words: [String] = []
        var remedies: [String] = []
        if !isUp || !gaps.isEmpty {
            let tables = gaps.isEmpty ? "every table" : GateWords.list(gaps)
            words.append("the SQLite file is not closed any more: writes can get into \(tables)")
            remedies.append("cutover switch closes it again")
        }
        if !strays.isEmpty {
            words.append("rows were written in the SQLite file since the switch: \(strays.words)")
            remedies.append(
                "find what still writes the file; cutover revert --accept-strays goes back with "
                    + "these rows, and PostgreSQL's where it has the same"
            )
        }
        var finding = finding(
            !isUp || !gaps.isEmpty ? .down : .up,
            words.isEmpty ? nil : words.joined(separator: "; "),
            remedies.isEmpty ? nil : remedies.joined(separator: "; ")
        )
        finding.status.strayWrites = strays
        finding.isVouched = true
        return finding
    }

    // MARK: - Another file

    private func replaced(
        _ source: SourceConnection,
        _ newest: Handover
    ) throws(SourceError) -> Finding {
        let token = try SourceFence.mark(source)?.token
        let older = handovers.dropLast().last { $0.token == token }
        let isRaised = try SourceFence.isForGood(source)
        let isClosed = try isRaised ? SourceFence.gaps(source).isEmpty : false
        let what =
            older.map { "it is an older one, closed at the switch of \($0.at)" }
            ?? "it is a copy from before the switch, or another file"
        return finding(
            .replaced,
            "the SQLite file is not the one that was closed at the switch of \(newest.at): \(what); "
                + (isClosed ? "it is closed, too" : "IT TAKES WRITES"),
            wayBack + (isClosed ? "" : "; until then cutover switch keeps writes out of it")
        )
    }

    private func finding(
        _ state: SourceFenceStatus.State,
        _ reason: String?,
        _ remedy: String?
    ) -> Finding {
        Finding(
            status: SourceFenceStatus(
                state: state,
                reason: reason,
                strayWrites: [],
                remedy: remedy
            ),
            isVouched: false
        )
    }

    /// How the closed file comes back to its place.
    var wayBack: String { ClosedCopy.wayBack(options, token: handovers.last?.token) }

    /// The error of a file that cannot be gone back to.
    ///
    /// - Parameters:
    ///   - finding: What was found.
    ///   - stage: Who wanted to.
    /// - Returns: The error.
    func failure(_ finding: Finding, _ stage: String) -> MigrationError {
        MigrationError(
            finding.status.state == .unknown ? .sourceFailed : .sourceReplaced,
            finding.status.reason ?? "the SQLite file is not the one that was closed",
            place: .init(stage, side: .source, path: options.source),
            kept: .other("the application goes on working on PostgreSQL; nothing was changed"),
            remedy: finding.status.remedy ?? wayBack
        )
    }

    /// The error of a file that was exchanged while something was done with it.
    ///
    /// - Parameters:
    ///   - options: The two sides.
    ///   - stage: What was done.
    /// - Returns: The error.
    static func exchanged(_ options: Options, _ stage: String) -> MigrationError {
        MigrationError(
            .sourceReplaced,
            "the SQLite file is not the one that was closed at the switch",
            place: .init(stage, side: .source, path: options.source),
            kept: .other("PostgreSQL has all that was written there"),
            remedy: ClosedCopy.wayBack(options, token: nil)
        )
    }

    // MARK: - Strays

    /// Names triggers of the capture that are not as they were made.
    private func captureChanges(
        _ source: SourceConnection,
        _ capture: Capture
    ) throws(SourceError) -> [String] {
        var present: Set<String> = []
        try source.query(
            "SELECT sql FROM main.sqlite_schema WHERE type = 'trigger' AND \(ApplicationSchema.isOurs)"
        ) { row in present.insert(row.text(0) ?? "") }
        let catalog = try CatalogReader.read(source)
        var changed: [String] = []
        for table in capture.tables {
            guard
                let found = catalog.migratedTables.first(where: {
                    $0.storedName == table.name && ($0.part?.number ?? 1) == 1
                })
            else { continue }
            let made = CaptureTriggers(table, found).statements
            if !made.allSatisfy(present.contains) {
                changed.append("the triggers that log writes of \(SafeText.visible(table.name))")
            }
        }
        return changed
    }

    /// Finds the rows that were written behind a place of the log.
    ///
    /// - Parameters:
    ///   - source: A connection to the source.
    ///   - capture: What is installed in it.
    ///   - head: The newest entry that is accounted for.
    /// - Returns: The tables that were written, with the first keys.
    /// - Throws: ``SourceError``.
    static func strays(
        _ source: SourceConnection,
        _ capture: Capture,
        behind head: Int64
    ) throws(SourceError) -> [SourceFenceStatus.StrayWrites] {
        guard try ChangeLog.head(source).seq > head else { return [] }
        let keys = (1...capture.width).map { "k\($0)" }.joined(separator: ", ")
        let distinct = "SELECT DISTINCT t, \(keys) FROM _cutover_log WHERE seq > ?"
        var found: [SourceFenceStatus.StrayWrites] = []
        for table in capture.tables {
            let values: [SourceValue] = [.integer(head), .integer(table.number)]
            let count = try source.integer(
                "SELECT count(*) FROM (\(distinct) AND t = ?)",
                values
            )
            guard let count, count > 0 else { continue }
            var samples: [String] = []
            let width = table.key.count
            try source.query("\(distinct) AND t = ? LIMIT 5", values) { row in
                let words = (0..<width).map { place in
                    SafeText.visible("\(table.key[place]) \(row.value(1 + place).display)")
                }
                if width > 0 { samples.append(words.joined(separator: ", ")) }
            }
            found.append(.init(table: table.name, rows: Int(count), sampleKeys: samples))
        }
        return found
    }
}
