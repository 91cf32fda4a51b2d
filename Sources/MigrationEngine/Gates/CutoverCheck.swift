import Foundation

/// All conditions of the cutover, each with its evidence: the verb `check`.
public enum CutoverCheck {
    /// How closely is looked.
    package enum Depth: Int, Sendable, Comparable {
        /// What can be looked at every second.
        case glance
        /// What a switch looks at before it begins: all gates, but a large backup is not read.
        case quick
        /// Everything.
        case full

        package static func < (one: Depth, other: Depth) -> Bool { one.rawValue < other.rawValue }
    }

    /// Looks at every gate; writes nothing, and works beside a process that follows.
    ///
    /// A gate that cannot be looked at is closed and says why; the others are looked at all the
    /// same.
    ///
    /// - Parameters:
    ///   - options: The two sides.
    ///   - observer: Is told how far it is.
    ///   - cancellation: Stops it.
    /// - Returns: Every gate.
    /// - Throws: ``MigrationError`` when it is stopped, or the target's address is wrong.
    public static func run(
        _ options: Options,
        observer: Observer = Observer(),
        cancellation: Cancellation = Cancellation()
    ) throws(MigrationError) -> CheckReport {
        try run(options, .full, observer: observer, cancellation: cancellation)
    }

    package static func run(
        _ options: Options,
        _ depth: Depth,
        observer: Observer = Observer(),
        cancellation: Cancellation = Cancellation()
    ) throws(MigrationError) -> CheckReport {
        _ = try TargetAddress(options.target)
        let started = ContinuousClock.now
        let tracker = ProgressTracker(observer)
        tracker.begin(.starting, "looking at the gates")
        let context = CheckContext(options, depth, cancellation)
        let words = GateDecisions(context)
        var gates: [Gate] = []
        // Behind the handover there is nothing to begin, and the target is open on purpose.
        let isFinal = (try? context.final()) ?? nil != nil
        let isOver = isFinal || (try? context.position().liveSide) == .target
        let first = GateTable.questions[0]
        let behind = isFinal ? [first] : [FenceGate.question, first]
        for question in isOver ? behind : GateTable.questions
        where question.depth <= depth {
            try cancellation.check("check", kept: .untouched)
            tracker.activity(question.name)
            let finding =
                question.needsRun && context.isWithoutRun
                ? GateFinding.waitingForRun : question.look(context)
            gates.append(words.gate(question.name, question.title, finding, question.isOverridable))
        }
        if !isOver {
            gates += try own(context, words)
            gates += GateTable.signed.map { words.gate($0.name, $0.title) }
            gates += signedOwn(context).map { words.gate($0.name, $0.title) }
        }
        try cancellation.check("check", kept: .untouched)
        let troubles =
            depth == .full ? try Advice.troubles(options, tracker, cancellation) : AdviceAnswer()
        let report = CheckReport(
            ok: !gates.contains { $0.blocks },
            gates: gates,
            findings: troubles.findings,
            unknown: troubles.unknown,
            seconds: started.duration(to: .now).seconds
        )
        tracker.begin(.done, report.next)
        return report
    }

    /// The profile's conditions that a query decides.
    private static func own(
        _ context: CheckContext,
        _ words: GateDecisions
    ) throws(MigrationError) -> [Gate] {
        let profile: Profile
        do throws(MigrationError) {
            profile = try context.profile()
        } catch {
            let title = "the profile's own gates are known"
            return [words.gate("profile", title, .unknown(error), false)]
        }
        guard context.depth > .glance else { return [] }
        var gates: [Gate] = []
        for gate in profile.gates where !gate.variants.isEmpty {
            try context.cancellation.check("check", kept: .untouched)
            let finding: GateFinding
            do throws(MigrationError) {
                finding = try ApplicationGates.look(gate, context)
            } catch {
                finding = .unknown(error)
            }
            gates.append(words.gate(gate.name, gate.title, finding, true))
        }
        return gates
    }

    private static func signedOwn(_ context: CheckContext) -> [Profile.OwnGate] {
        ((try? context.profile())?.gates ?? []).filter(\.variants.isEmpty)
    }

    // MARK: - Decisions

    /// Signs gates that a person decides.
    ///
    /// - Parameters:
    ///   - options: The two sides.
    ///   - names: The gates, also such as are signed already; nil for all that a person decides and
    ///     nobody has signed.
    ///   - author: Who signs.
    ///   - note: What the person notes.
    /// - Returns: The gates that were signed.
    /// - Throws: ``MigrationError`` of code `usage` for a gate that the engine decides.
    @discardableResult
    public static func sign(
        _ options: Options,
        _ names: [String]?,
        by author: String,
        note: String? = nil
    ) throws(MigrationError) -> [String] {
        try options.requireWritable("signing a gate")
        let context = CheckContext(options, .glance, Cancellation())
        let own = try context.profile().gates.filter(\.variants.isEmpty).map(\.name)
        let known = GateTable.signed.map(\.name) + own
        for name in names ?? [] where !known.contains(name) {
            throw refusal(
                "\"\(SafeText.visible(name))\" is not a gate that a person signs",
                remedy: "give all, or one of: \(known.joined(separator: ", "))"
            )
        }
        // All means what nobody has signed yet; a word that is there stays with its name and note.
        let open = if let names { names } else { try unsigned(known, context) }
        try keep(open, .sign, author, note, context)
        return open
    }

    private static func unsigned(
        _ known: [String],
        _ context: CheckContext
    ) throws(MigrationError) -> [String] {
        let words = try Journal.gateWords(of: try context.run().id, in: context.directory)
        return known.filter { name in words.last { $0.gate == name }?.kind != .sign }
    }

    /// Takes a signature or an override back.
    ///
    /// - Parameters:
    ///   - options: The two sides.
    ///   - name: The gate.
    ///   - author: Who takes it back.
    /// - Throws: ``MigrationError`` of code `usage` when there is nothing to take back.
    public static func withdraw(
        _ options: Options,
        _ name: String,
        by author: String
    ) throws(MigrationError) {
        try options.requireWritable("taking a signature back")
        let context = CheckContext(options, .glance, Cancellation())
        let words = try Journal.gateWords(of: try context.run().id, in: context.directory)
        guard let last = words.last(where: { $0.gate == name }), last.kind != .withdraw else {
            throw refusal(
                "nobody has signed or overridden \"\(SafeText.visible(name))\"",
                remedy: "see the gates with: cutover check"
            )
        }
        try keep([name], .withdraw, author, nil, context)
    }

    /// Lets the switch begin although a gate is closed, for what closes it now and nothing else.
    ///
    /// - Parameters:
    ///   - options: The two sides.
    ///   - name: The gate.
    ///   - author: Who takes it upon himself.
    ///   - note: Why.
    /// - Throws: ``MigrationError`` of code `usage` for a gate that nobody may pass closed.
    public static func override(
        _ options: Options,
        _ name: String,
        by author: String,
        note: String
    ) throws(MigrationError) {
        try options.requireWritable("overriding a gate")
        let context = CheckContext(options, .full, Cancellation())
        try requireOverridable(name, context)
        let finding: GateFinding
        if let question = GateTable.questions.first(where: { $0.name == name }) {
            finding = question.look(context)
        } else if let gate = try context.profile().gates.first(where: { $0.name == name }) {
            finding = try ApplicationGates.look(gate, context)
        } else {
            finding = .open("")
        }
        guard finding.state == .closed else {
            throw refusal(
                "the gate \"\(name)\" is not closed: \(finding.reason)",
                remedy: "there is nothing to override"
            )
        }
        try keep([name], .override, author, note, context, for: finding.subject)
    }

    /// Refuses gates that cannot be passed closed.
    ///
    /// - Parameters:
    ///   - name: The gate.
    ///   - options: The two sides.
    /// - Throws: ``MigrationError`` of code `usage`.
    package static func requireOverridable(
        _ name: String,
        _ options: Options
    ) throws(MigrationError) {
        try requireOverridable(name, CheckContext(options, .glance, Cancellation()))
    }

    private static func requireOverridable(
        _ name: String,
        _ context: CheckContext
    ) throws(MigrationError) {
        let own = try context.profile().gates
        let signed = GateTable.signed.map(\.name) + own.filter(\.variants.isEmpty).map(\.name)
        if signed.contains(name) {
            throw refusal(
                "\"\(name)\" is signed by a person and needs no override",
                remedy: "cutover check --sign \(name) --by WHO"
            )
        }
        let question = GateTable.questions.first { $0.name == name }
        if question?.isOverridable == false {
            throw refusal(
                "\"\(name)\" cannot be overridden: passing it closed would lose or mix up rows",
                remedy: "see what opens it with: cutover check"
            )
        }
        let known =
            GateTable.questions.filter(\.isOverridable).map(\.name)
            + own.filter { !$0.variants.isEmpty }.map(\.name)
        guard known.contains(name) else {
            throw refusal(
                "there is no gate \"\(SafeText.visible(name))\"",
                remedy: "give one of: \(known.joined(separator: ", "))"
            )
        }
    }

    private static func refusal(_ message: String, remedy: String) -> MigrationError {
        MigrationError(.usage, message, place: .init("check"), remedy: remedy)
    }

    /// Writes words down, for the gates and for the list of what operators did.
    private static func keep(
        _ names: [String],
        _ kind: Journal.GateWord.Kind,
        _ author: String,
        _ note: String?,
        _ context: CheckContext,
        for subject: String = ""
    ) throws(MigrationError) {
        let run = try context.run().id
        let journal = try Journal(
            sharing: RunDirectory(making: context.options.runDirectory)
        )
        let words = names.map { name in
            Journal.GateWord(
                gate: name,
                kind: kind,
                by: SafeText.visible(author),
                note: note.map { SafeText.visible($0) },
                subject: subject,
                at: ""
            )
        }
        try journal.keep(words, of: run)
        for word in words {
            let note = word.note.map { ": \($0)" } ?? ""
            try journal.action(
                "gate \(kind.rawValue) \(word.gate)",
                before: subject.isEmpty ? nil : subject,
                after: "by \(word.by)\(note)"
            )
        }
    }
}
