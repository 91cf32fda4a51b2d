import MigrationEngine

/// Errands beside what runs, and commands for another terminal.
extension Model {
    /// Begins an errand; the caller has asked whether it is refused.
    mutating func begin(_ errand: Errand) -> [Command] {
        self.errand = RunningErrand(errand: errand, startedAt: now)
        audit("\(errand.rawValue) was begun")
        notify("the \(errand.noun) is under way; its answer opens here")
        return [.errand(errand)]
    }

    /// Asks the errand to stop.
    mutating func stopErrand() -> [Command] {
        guard errand?.isCancelling == false else { return [] }
        errand?.isCancelling = true
        return [.cancelErrand]
    }

    /// Takes in what came of an errand; no question that is open gives way to it.
    mutating func finish(
        _ errand: Errand,
        _ result: Result<Answer, MigrationError>
    ) -> [Command] {
        let wasStopped = self.errand?.isCancelling == true
        self.errand = nil
        switch result {
        case .success(let answer):
            append(
                LogLine(time: now, level: .info, stage: errand.rawValue, message: answer.summary)
            )
            show(answer, .statusOK)
        case .failure(let error) where wasStopped && error.code == .interrupted:
            notify("the \(errand.noun) was stopped; kept: \(error.kept)", .statusWarn)
        case .failure(let error):
            append(
                LogLine(
                    time: now,
                    level: .error,
                    stage: error.place.stage,
                    message: error.message
                )
            )
            let text = error.description
            show(
                Answer(
                    title: "\(errand.rawValue): not done",
                    summary: error.message,
                    lines: text.split(separator: "\n").map(String.init),
                    taken: text
                ),
                .promptError
            )
        }
        return endIfLeaving()
    }

    private mutating func show(_ answer: Answer, _ style: StyleKey) {
        guard overlay == nil, prompt == nil else { return notify(answer.summary, style) }
        notice = nil
        overlay = .answer(answer, first: 0)
    }

    // MARK: - For another terminal

    /// The whole command for a line of the palette, with what this console was opened on.
    ///
    /// - Parameters:
    ///   - line: The verb and what stands behind it.
    ///   - concernsRun: Whether it is about the two sides of this run.
    /// - Returns: The command, without any password.
    func command(_ line: ShellLine, concernsRun: Bool = true) -> String {
        let typed = Set(line.words.map { $0.prefix { $0 != "=" } })
        let options = concernsRun ? identity.options : []
        let own = options.filter { !typed.contains($0.name[...]) }
            .map { "\($0.name) \(SafeText.shellWord($0.value))" }
        return (["cutover"] + own + [line.text]).joined(separator: " ")
    }

    /// Shows a command that is to be typed elsewhere.
    mutating func tell(_ typed: String) {
        guard let line = ShellLine(typed), let word = line.words.first else {
            return notify("a quote is not closed in: \(typed)", .promptError)
        }
        let verb = ShellVerb(rawValue: word)
        let command = command(line, concernsRun: verb?.concernsRun ?? true)
        var lines = [verb?.reason ?? "The console has no key for this line.", ""]
        lines += ["In another terminal:", "  \(command)"]
        if line.hadPassword || identity.hasPassword && verb?.concernsRun != false {
            lines += ["", "The password is left out: give it as PGPASSWORD, or in ~/.pgpass."]
        }
        overlay = .answer(
            Answer(title: "cutover \(word)", summary: command, lines: lines, taken: command),
            first: 0
        )
    }

    // MARK: - The box

    /// Takes a key over an answer.
    mutating func scroll(_ answer: Answer, from first: Int, with key: Key) -> [Command] {
        switch key {
        case .escape, .enter:
            overlay = nil
            return []
        default: break
        }
        let action = keymap.action(for: key, in: .overview)?.id
        switch action {
        case .quit:
            overlay = nil
            return []
        case .copyName: return copy(answer.taken, what: answer.summary)
        case .help:
            overlay = .help(first: 0, over: .answer(answer, first: first))
            return []
        default: break
        }
        let last = AnswerOverlay.lastFirst(answer, self)
        overlay = .answer(answer, first: Scrolling.top(behind: action, from: first, last: last))
        return []
    }
}
