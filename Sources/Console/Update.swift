import MigrationEngine

extension Model {
    /// Takes a message in.
    ///
    /// Pure: the same model and message always give the same model and commands.
    ///
    /// - Parameter message: What happened.
    /// - Returns: What is to be done because of it.
    mutating func update(_ message: Message) -> [Command] {
        switch message {
        case .key(let key): return press(key)
        case .pointer(let pointer): return point(pointer)
        case .resized(let size): return resize(to: size)
        case .tick(let time): return tick(time)
        case .resumed: return [.repaint] + reload()
        case .signal(let number): return leave(.signal(number))
        case .inputClosed: return leave(.terminalGone)
        case .progress(let progress): return take(progress)
        case .log(let line): append(line)
        case .migrated(let result): return finishMigration(result)
        case .followed(let result): return finishFollow(result)
        case .cutOver(let result): return finishCutover(result)
        case .reverted(let result): return finishRevert(result)
        case .status(let ticket, let result): return take(ticket: ticket, result)
        case .unanswered(let ticket): return takeUnanswered(ticket: ticket)
        case .gates(let ticket, let result): cutover.gates.take(result, ticket: ticket, now: now)
        case .written(let ticket, let result): return takeWritten(result, ticket: ticket)
        case .holders(let ticket, let result):
            cutover.holders.take(result, ticket: ticket, now: now)
        case .decided(let decision, let result): return finish(decision, result)
        case .verified(let result): return finishVerification(result)
        case .comparing(let progress): takeBeside(progress)
        case .verifiedBeside(let result): return finishBeside(result)
        case .settings(let result, let isAsked): return take(result, isAsked: isAsked)
        case .earlier(let result): return take(result)
        case .earlierLog(let result): take(result)
        case .counted(let result): takeCounts(result)
        case .sides(let ticket, let result): sides.take(result, ticket: ticket, now: now)
        case .workflows(let ticket, let result): workflows.take(result, ticket: ticket, now: now)
        case .orders(let ticket, let result): return takeOrders(result, ticket: ticket)
        case .orderItems(let ticket, let result): orderItems.take(result, ticket: ticket, now: now)
        case .inventory(let ticket, let result): return takeInventory(result, ticket: ticket)
        case .transactions(let ticket, let result):
            transactions.take(result, ticket: ticket, now: now)
        case .code(let ticket, let result): takeCode(result, ticket: ticket)
        case .watch(let ticket, let result): takeWatch(result, ticket: ticket)
        case .reconciled(let ticket, let result):
            reconciliation.take(result, ticket: ticket, now: now)
        case .toggleSets(let ticket, let result): toggleSets.take(result, ticket: ticket, now: now)
        case .toggleSetSaved(let name, let failure): return finishSave(name, failure)
        case .toggled(let toggles, let already, let failure):
            return finishToggles(toggles, already, failure)
        case .browsed(let message): return take(message)
        case .compared(let message): take(message)
        case .replayed(let result): return finishReplay(result)
        case .answered(let errand, let result): return finish(errand, result)
        case .fileWritten(let path, let what, let failure):
            finishFile(path, what: what, failure: failure)
            return []
        }
        keepSelection()
        return []
    }

    /// Begins: reads what the first pane shows, and starts the run that was asked for.
    ///
    /// - Parameter action: What is done at once.
    /// - Returns: The first commands.
    mutating func start(_ action: Console.Configuration.StartAction) -> [Command] {
        let first: [Command] =
            switch action {
            case .none: [.loadEarlier, .loadEarlierLog]
            case .migrate: [.loadEarlierLog] + begin(.migrate)
            case .migrateLive: [.loadEarlierLog] + begin(.migrate, isLive: true)
            }
        return reload() + first + loadStatus()
    }

    /// Starts a run; following gives way to it.
    mutating func begin(
        _ kind: Operation.Kind,
        isLive: Bool = false,
        table: String? = nil
    ) -> [Command] {
        let isFollowing = operation?.kind == .follow
        cutover.awaitsFollowEnd = cutover.awaitsFollowEnd || isFollowing
        cutover.wasFollowing = isFollowing
        operation = Operation(kind: kind, startedAt: now, isLive: isLive, table: table)
        failure = nil
        stoppedCopy = nil
        progressAt = now
        isCounting = false
        var gaveWay: [Command] = []
        // Beside following a comparison goes on; to everything else it gives way.
        if kind != .follow {
            if beside != nil { gaveWay = [.cancelBeside] }
            gaveWay += stopErrand()
            beside = nil
            comparison = nil
        }
        if kind == .migrate {
            progress = nil
            report = nil
            verification = nil
            counts = nil
            lastPhase = .starting
        }
        if kind != .follow { cutover.followAgain = nil }
        prepareCutover(kind)
        audit(beginning(kind, isLive: isLive))
        let begun: Command =
            switch kind {
            case .migrate: isLive ? .migrateLive : .migrate
            case .verify: table.map { .verifyTable($0) } ?? .verify
            case .follow: .follow
            case .cutOver: .cutOver
            case .revert: .revert
            }
        return gaveWay + [begun]
    }

    /// What begins, for the log.
    private func beginning(_ kind: Operation.Kind, isLive: Bool) -> String {
        let (source, target) = (identity.sourceName, identity.targetName)
        switch kind {
        case .migrate:
            let log = isLive ? ", and the log of the source's writes" : ""
            return "the copy of \(source) into \(target)\(log) was begun"
        case .verify: return beginning(of: operation?.table)
        case .follow: return "following the writes of \(source) was begun"
        case .cutOver: return "the cutover from \(source) to \(target) was begun"
        case .revert: return "the way back from \(target) to \(source) was begun"
        }
    }

    /// Ends the console, after what runs has stopped.
    mutating func leave(_ reason: Leaving) -> [Command] {
        // The second signal does not wait: the operator means it. A cutover is waited for in any
        // case: whoever left now would leave writes blocked.
        let mustFinish = operation?.kind.mustFinish == true
        guard isBusy, mustFinish || leaving == nil || reason == .asked else {
            leaving = reason
            exit = ending(reason)
            return []
        }
        leaving = leaving ?? reason
        overlay = mustFinish ? .running : nil
        notify("waiting until what runs has stopped", .statusWarn)
        return stopOperation(by: reason.wisher) + stopComparison() + stopErrand()
    }

    /// Asks the engine to stop; it ends the run with its own message.
    ///
    /// - Parameter wisher: Who wants it; nil is the operator.
    /// - Returns: The wish, unless it was stated before.
    mutating func stopOperation(by wisher: String? = nil) -> [Command] {
        guard operation != nil, operation?.isCancelling == false else { return [] }
        operation?.isCancelling = true
        // Who ends following later has not aborted the cutover before it.
        if operation?.kind.mustFinish == true { cutover.aborter = wisher ?? "you" }
        audit("\(wisher ?? "you") asked to stop the \(operation?.kind.noun ?? "run")")
        return [.cancel(by: wisher)]
    }

    /// Shows a text above the hints for a while.
    mutating func notify(_ text: String, _ style: StyleKey = .text) {
        // Somebody reads some twenty letters in a second.
        let seconds = max(6, Double(text.count) / 20)
        notice = Notice(text: text, style: style, until: now + seconds)
    }

    /// Adds a warning of the console's own to the log.
    mutating func warn(_ text: String) {
        append(LogLine(time: now, level: .warning, stage: "console", message: text))
    }

    /// Adds what the operator did to the log.
    mutating func audit(_ text: String) {
        append(LogLine(time: now, level: .audit, stage: "console", message: text))
    }

    private mutating func tick(_ time: Double) -> [Command] {
        now = time
        undo.expire(now: now)
        if let notice, notice.until <= time { self.notice = nil }
        return refreshIfDue() + refreshCutover() + followAgainIfDue() + watchIfDue() + peekIfDue()
    }

    private mutating func resize(to size: Size) -> [Command] {
        // A question stays open with what was typed; while it cannot be read, no key answers it.
        self.size = size
        return []
    }

    private mutating func take(_ progress: Progress) -> [Command] {
        // An engine thread may still report after the run has ended.
        guard let operation else { return [] }
        progressAt = now
        switch operation.kind {
        case .migrate: break
        case .follow, .cutOver, .revert: return takeLive(progress)
        case .verify:
            comparison = progress
            keepSelection()
            return []
        }
        self.progress = progress
        keepSelection()
        guard progress.phase != .failed, progress.phase != .done, progress.phase != lastPhase
        else { return [] }
        lastPhase = progress.phase
        // What the two sides are has changed.
        return loadSides()
    }

    mutating func append(_ line: LogLine) {
        log.append(line)
        guard log.count > Self.logCapacity else { return }
        let surplus = log.count - Self.logCapacity
        log.removeFirst(surplus)
        droppedLines += surplus
    }

    private mutating func finishMigration(
        _ result: Result<MigrateReport, MigrationError>
    ) -> [Command] {
        let isLive = operation?.isLive == true
        operation = nil
        switch result {
        case .success(let report):
            self.report = report
            if let verified = report.verify { take(verified) }
            if report.verify == nil, leaving == nil, !isLive { return begin(.verify) }
            let isApart = report.verify?.hasOnlyQuarantine == true
            let state =
                report.ok ? "migrated and verified" : "migrated, and not everything is equal"
            let style: StyleKey = report.ok ? .statusOK : .statusBad
            notify(
                isApart ? "migrated; \(report.verify?.apart ?? "")" : state,
                isApart && report.ok ? .statusWarn : style
            )
        case .failure(let error):
            fail(error)
            stoppedCopy = isLive ? .migrateLive : .migrate
        }
        let ending = endIfLeaving()
        guard exit == nil else { return ending }
        // What the two sides are has changed: what a look saw of a copy under way is no gate of a
        // cutover.
        cutover.status.value?.gates = []
        let news: [Command] = ending + [.loadEarlier] + loadSides() + loadStatus()
        guard isLive, failure == nil else { return news }
        cutover.knownPhase = .following
        return news + begin(.follow)
    }

    private mutating func finishVerification(
        _ result: Result<VerifyReport, MigrationError>
    ) -> [Command] {
        let table = operation?.table
        operation = nil
        switch result {
        case .success(let verified): take(verified, of: table)
        case .failure(let error): fail(error)
        }
        let ending = endIfLeaving()
        return exit == nil ? ending + loadSides() : ending
    }

    /// Takes a comparison in that was asked for, and says how it came out.
    mutating func take(_ verified: VerifyReport, of table: String?) {
        guard table == nil else { return take(part: verified) }
        take(verified)
        guard !verified.hasOnlyWaiting else {
            return notify("verified: equal, but for rows that wait to be followed", .statusOK)
        }
        let state = verified.ok ? "both sides are equal" : "there are differences"
        let style: StyleKey = verified.ok ? .statusOK : .statusBad
        notify(
            "verified: " + (verified.hasOnlyQuarantine ? verified.apart : state),
            verified.hasOnlyQuarantine && verified.ok ? .statusWarn : style
        )
    }

    private mutating func take(_ verified: VerifyReport) {
        verification = verified
        verifiedAt = now
        let isEqual = verified.ok && verified.quarantinedRows == 0
        append(
            LogLine(
                time: now,
                level: isEqual ? .info : .warning,
                stage: "verify",
                message: verified.outcome(problems)
            )
        )
        keepSelection()
    }

    /// Takes the comparison of one table in: in its place among all of them, if they are known.
    private mutating func take(part: VerifyReport) {
        for table in part.tables {
            let isEqual = !table.status.isProblem && table.sequence?.ok != false
            let words = isEqual ? "equal" : "\(table.status.rawValue)"
            notify("verified: \(table.name) is \(words)", isEqual ? .statusOK : .statusBad)
            append(
                LogLine(
                    time: now,
                    level: isEqual ? .info : .warning,
                    stage: "verify",
                    message: "\(table.name), compared by itself: \(words)"
                )
            )
            guard var whole = verification,
                let index = whole.tables.firstIndex(where: { $0.name == table.name })
            else { continue }
            whole.tables[index] = table
            whole.ok =
                whole.tables.allSatisfy { !$0.status.isProblem && $0.sequence?.ok != false }
                && whole.foreignKeys.allSatisfy { ($0.targetOrphans ?? 0) <= $0.sourceOrphans }
                && whole.quarantinedRows - whole.acceptedRows <= whole.maxQuarantined
            verification = whole
        }
        keepSelection()
    }

    mutating func fail(_ error: MigrationError) {
        failure = error
        notify(error.message, .promptError)
        // The engine logs its own errors; what comes from elsewhere is added here.
        // What an earlier run logged says nothing about this one.
        let own = log.dropFirst(max(0, -droppedLines))
        let isLogged = own.suffix(20).contains {
            [.warning, .error].contains($0.level) && $0.message == error.message
        }
        guard !isLogged else { return }
        let level: LogLine.Level = error.code == .interrupted ? .warning : .error
        append(LogLine(time: now, level: level, stage: error.place.stage, message: error.message))
    }

    mutating func endIfLeaving() -> [Command] {
        guard !isBusy else { return [] }
        if let leaving { exit = ending(leaving) }
        // A question about what ran has no object any more.
        if case .confirm(let question) = overlay,
            question.consequence == .quit || question.consequence == .cancel
        {
            overlay = nil
        }
        return []
    }
}

extension Model.Loadable {
    /// Takes the answer to the newest question; a value that was read before stays visible when
    /// the reading fails.
    mutating func take(_ result: Result<Value, MigrationError>, ticket: Int, now: Double) {
        guard ticket == self.ticket else { return }
        isLoading = false
        switch result {
        case .success(let read):
            value = read
            loadedAt = now
            error = nil
        case .failure(let failure): error = failure
        }
    }

    /// Asks anew.
    ///
    /// - Parameter now: The time.
    /// - Returns: The ticket that the answer must carry.
    mutating func ask(now: Double) -> Int {
        ticket += 1
        isLoading = true
        askedAt = now
        return ticket
    }

    /// Forgets what was read, because the question is another one now.
    mutating func reset() {
        self = Model.Loadable(ticket: ticket)
    }
}
