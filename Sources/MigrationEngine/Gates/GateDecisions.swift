/// What persons said about the gates of the run, put together with what was found.
struct GateDecisions {
    private var words: [String: Journal.GateWord] = [:]
    private var failure: MigrationError?
    private let isWithoutRun: Bool

    /// Reads the newest word on each gate.
    init(_ context: CheckContext) {
        isWithoutRun = context.isWithoutRun
        do throws(MigrationError) {
            let run = try context.run().id
            for word in try Journal.gateWords(of: run, in: context.directory) {
                words[word.gate] = word.kind == .withdraw ? nil : word
            }
        } catch {
            failure = error
        }
    }

    /// A gate that the engine decides.
    func gate(
        _ name: String,
        _ title: String,
        _ finding: GateFinding,
        _ isOverridable: Bool
    ) -> Gate {
        var gate = Gate(
            name,
            title: title,
            kind: .machine,
            state: finding.state,
            reason: finding.reason,
            remedy: finding.state == .open ? nil : finding.remedy
        )
        gate.obstacle = finding.obstacle
        guard finding.state == .closed, isOverridable, let word = words[name],
            word.kind == .override
        else { return gate }
        guard word.subject == finding.subject else {
            gate.reason += "; the override by \(word.by) was for something else"
            return gate
        }
        gate.decision = decision(word)
        return gate
    }

    /// A gate that a person decides.
    func gate(_ name: String, _ title: String) -> Gate {
        guard let word = words[name], word.kind == .sign else {
            guard !isWithoutRun else {
                let finding = GateFinding.waitingForRun
                return Gate(
                    name,
                    title: title,
                    kind: .person,
                    state: finding.state,
                    reason: finding.reason
                )
            }
            let remedy = "cutover check --sign \(name) --by WHO"
            let reason = failure.map { "cannot be looked at: \($0.message)" } ?? "nobody has signed"
            var gate = Gate(
                name,
                title: title,
                kind: .person,
                state: .closed,
                reason: reason,
                remedy: failure?.remedy ?? remedy
            )
            gate.obstacle = failure.map { GateObstacle($0) }
            return gate
        }
        return Gate(
            name,
            title: title,
            kind: .person,
            state: .open,
            reason: "signed by \(word.by)" + (word.note.map { ": \($0)" } ?? ""),
            decision: decision(word)
        )
    }

    private func decision(_ word: Journal.GateWord) -> Gate.Decision {
        Gate.Decision(
            by: word.by,
            at: word.at,
            isOverride: word.kind == .override,
            note: word.note
        )
    }
}
