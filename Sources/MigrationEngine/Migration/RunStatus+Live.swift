/// Where a live run stands: what is installed in the source, and how far the target has followed.
extension RunStatus {
    /// Fills in what a live run adds; a plain run stays as it is.
    mutating func readLive(_ options: Options) {
        let found = note { () throws(MigrationError) -> SourceSide? in
            let source = try SourceFile.open(options.source, stage: "status")
            do throws(SourceError) {
                return try SourceSide(source)
            } catch {
                throw SourceFile.failure(error, path: options.source, stage: "status")
            }
        }
        guard let side = found ?? nil else { return }
        writeFreezeSeconds = side.freezeSeconds
        for place in workflows.indices {
            workflows[place].saved = side.saved.first { $0.name == workflows[place].name }?.isOn
        }
        let position = note { () throws(MigrationError) -> RunState.Position? in
            let (target, address) = try Target.connect(options, stage: "status", purpose: "status")
            do throws(TargetError) {
                guard let run = try RunState.newestRun(target, in: options.schema) else {
                    return nil
                }
                return try RunState.position(of: run.id, target)
            } catch {
                throw TargetFailure.wrap(error, stage: "status", address: address)
            }
        }
        guard let position = position ?? nil, position.captureID == side.captureID else { return }
        if phase == "done" { phase = side.phase(position).rawValue }
        if position.liveSide == .target {
            writeFreezeSeconds = nil
            return
        }
        let waiting = note { () throws(MigrationError) -> Lag in
            let source = try SourceFile.open(options.source, stage: "status")
            do throws(SourceError) {
                let lag = try ChangeLog.waiting(after: position.seq, source)
                return Lag(rows: lag.rows, seconds: lag.seconds)
            } catch {
                throw SourceFile.failure(error, path: options.source, stage: "status")
            }
        }
        lag = waiting ?? lag
        gates =
            note { () throws(MigrationError) in
                try CutoverCheck.run(options, .glance).gates
            } ?? []
    }

    /// What a live run can do next.
    static func nextStep(_ phase: CutoverPhase) -> String? {
        switch phase {
        case .prepared, .copied: "cutover migrate --live"
        case .following: "cutover follow applies the source's writes, cutover switch hands over"
        case .pausing, .fenced, .drained, .verified:
            "a cutover is under way or was stopped: cutover switch undoes it and begins again, "
                + "cutover revert undoes it"
        case .switched: "cutover switch finishes the handover, cutover revert goes back"
        case .watching: "cutover revert goes back with every row written on PostgreSQL"
        case .final: nil
        }
    }

    /// What is installed in the source.
    private struct SourceSide {
        var captureID: String
        var freezeSeconds: Double?
        var isPausing: Bool
        var saved: [(name: String, isOn: Bool)]

        /// Reads it; nil without a capture.
        init?(_ source: SourceConnection) throws(SourceError) {
            guard let capture = try Capture.read(source) else { return nil }
            captureID = capture.id
            freezeSeconds = try SourceFence.seconds(source)
            isPausing = try SavedToggles.areSaved(source)
            saved = try SavedToggles.values(source)
        }

        /// The phase, as both sides say it.
        func phase(_ position: RunState.Position) -> CutoverPhase {
            switch (position.liveSide, isPausing) {
            case (.target, true): .switched
            case (.target, false): .watching
            case (.source, _) where freezeSeconds != nil: .fenced
            case (.source, true): .pausing
            case (.source, false): .following
            }
        }
    }
}
