import MigrationEngine
import TestSupport
import Testing

@testable import Console
@testable import MigrationEngine

/// Anyone may lean on the keyboard: nothing crashes, and nothing changes that was not agreed to.
@Suite struct MonkeyTests {
    /// Plays the engine: every command gets an answer, some of them an error.
    private struct Play {
        var random: SeededWrites
        var model: Model
        /// Runs that were begun and have no end yet.
        var running: [Command] = []
        var changes = 0

        mutating func send(_ message: Message) {
            let commands = model.update(message)
            for command in commands { answer(command) }
        }

        private mutating func answer(_ command: Command) {
            switch command {
            case .migrate, .migrateLive, .verify, .verifyBeside, .follow, .cutOver, .revert:
                running.append(command)
            case .cancel: end()
            case .loadStatus(let ticket, _):
                let phases: [CutoverPhase] = [.following, .pausing, .fenced, .watching]
                let phase = phases.randomElement(using: &random) ?? .following
                send(.status(ticket: ticket, fails ? failure() : .success(Samples.status(phase))))
            case .loadGates(let ticket):
                send(.gates(ticket: ticket, .success(fails ? Samples.gates : Samples.openGates)))
            case .loadWritten(let ticket):
                send(.written(ticket: ticket, fails ? failure() : .success(Samples.written)))
            case .decide(let decision):
                changes += 1
                send(.decided(decision, fails ? failure() : .success(outcome(of: decision))))
            case .replay:
                changes += 1
                send(.replayed(value(Samples.replayed)))
            case .errand(let errand):
                send(.answered(errand, value(Samples.answer)))
            case .saveToggleSet(_, let name):
                changes += 1
                send(.toggleSetSaved(name: name, failure: fails ? Samples.error : nil))
            case .loadToggleSets(let ticket):
                let toggles = (model.workflows.value?.workflows ?? []).map {
                    MigrationEngine.Workflows.Toggle(name: $0.name, enabled: !$0.enabled)
                }
                let set = ToggleSet(name: "a", side: .source, at: "", by: "", toggles: toggles)
                send(.toggleSets(ticket: ticket, .success([set])))
            case .loadCode(let ticket) where fails:
                send(.code(ticket: ticket, failure()))
            case .setWorkflows(let side, let toggles):
                #expect(side == model.identity.liveSide)
                changes += 1
                send(.toggled(toggles, failure: fails ? Samples.error : nil))
            default: answerReading(command)
            }
        }

        private mutating func answerReading(_ command: Command) {
            let full = Samples.filled()
            switch command {
            case .loadWorkflows(let ticket, _):
                send(.workflows(ticket: ticket, value(full.workflows.value)))
            case .loadOrders(let ticket, _, _, _, _, _, _):
                send(.orders(ticket: ticket, value(full.orders.value)))
            case .loadOrderItems(let ticket, _, _):
                send(.orderItems(ticket: ticket, value(full.orderItems.value)))
            case .loadInventory(let ticket, _, _, _, _, _):
                send(.inventory(ticket: ticket, value(full.inventory.value)))
            case .loadTransactions(let ticket, _, _):
                send(.transactions(ticket: ticket, value(full.transactions.value)))
            case .compare(.order(let ticket, _)):
                send(.compared(.order(ticket: ticket, value(Samples.comparedOrder))))
            case .compare(.article(let ticket, _)):
                send(.compared(.article(ticket: ticket, value(Samples.comparedArticle))))
            case .compare(.stock(let ticket, _)):
                send(.compared(.stock(ticket: ticket, value(Samples.comparedStock))))
            case .loadSides(let ticket): send(.sides(ticket: ticket, value(full.sides.value)))
            case .count: send(.counted(value(full.verification)))
            default: break
            }
        }

        /// Ends the run that was begun first.
        mutating func end() {
            guard !running.isEmpty else { return }
            switch running.removeFirst() {
            case .migrate, .migrateLive: send(.migrated(value(Samples.filled().report)))
            case .verify: send(.verified(value(Samples.filled().verification)))
            case .verifyBeside:
                send(.verifiedBeside(value(Samples.filled().verification)))
            case .follow: send(.followed(value(Samples.followed)))
            case .cutOver:
                let report = fails ? Samples.undone : Samples.switched
                send(.cutOver(value(report)))
            case .revert: send(.reverted(value(Samples.reverted)))
            default: break
            }
        }

        private func outcome(of decision: Decision) -> Decision.Outcome {
            switch decision.kind {
            case .sign(let gate): .gates(gate.map { [$0] } ?? [])
            case .override(let gate): .gates([gate])
            case .accept(let rows): .rows(Samples.accepted(rows.count))
            }
        }

        private var fails: Bool {
            mutating get { Int.random(in: 0..<6, using: &random) == 0 }
        }

        private func failure<Value>() -> Result<Value, MigrationError> { .failure(Samples.error) }

        private mutating func value<Value>(_ value: Value?) -> Result<Value, MigrationError> {
            guard let value, !fails else { return failure() }
            return .success(value)
        }
    }

    private static let keys: [Key] =
        Actions.all.flatMap(\.keys) + "yYnN abcdefgxz019é客\u{1b}".map { Key.character($0) }
        + [
            .enter, .enter, .escape, .backspace, .delete, .control("u"), .pasteBegin, .pasteEnd,
            .left, .right, .tab, .tab,
        ]

    @Test(.timeLimit(.minutes(30)), arguments: 0..<10)
    func `ten thousand random keys change nothing that was not agreed to`(seed: UInt64) throws {
        var random = SeededWrites(seed: seed)
        var play = Play(random: SeededWrites(seed: seed &+ 99), model: Samples.filled())
        var draws = 0
        for number in 0..<10_000 {
            let before = play.model
            let running = play.running.count
            switch Int.random(in: 0..<40, using: &random) {
            case 0:
                let size = Size(
                    columns: Int.random(in: 20...200, using: &random),
                    rows: Int.random(in: 5...60, using: &random)
                )
                play.send(.resized(size))
            case 1: play.send(.tick(before.now + 1.3))
            case 2: play.end()
            case 3: type(in: &play)
            case 4, 5: point(in: &play, &random)
            default:
                let key = Self.keys.randomElement(using: &random) ?? .escape
                let changes = play.changes
                play.send(.key(key))
                #expect(
                    play.changes == changes || before.overlay != nil,
                    "a change after \(key) without a question"
                )
                if play.running.count > running, let begun = play.running.last {
                    #expect(
                        Self.isAgreed(begun, by: key, in: before),
                        "\(begun) after \(key) over \(String(describing: before.overlay))"
                    )
                }
            }
            if play.model.exit != nil { play = fresh(from: play) }
            guard number.isMultiple(of: 40) else { continue }
            let frame = Chrome.draw(play.model)
            #expect(frame.cells.count == play.model.size.columns * play.model.size.rows)
            draws += 1
        }
        #expect(draws == 250)
    }

    /// Types the phrase that is asked for, now and then the right one.
    private func type(in play: inout Play) {
        guard case .confirm(let question) = play.model.overlay,
            case .phrase(let phrase) = question.kind
        else { return }
        for character in phrase { play.send(.key(.character(character))) }
    }

    /// Clicks somewhere or turns the wheel; whatever is under the mouse, nothing begins.
    private func point(in play: inout Play, _ random: inout SeededWrites) {
        play.model.isMouseOn = true
        let before = play.model
        let (running, changes) = (play.running.count, play.changes)
        let pointers: [Pointer] = [
            .wheelUp, .wheelDown,
            .click(
                x: Int.random(in: 0..<before.size.columns, using: &random),
                y: Int.random(in: 0..<before.size.rows, using: &random)
            ),
            // The last row and the first are where the most can be met.
            .click(
                x: Int.random(in: 0..<before.size.columns, using: &random),
                y: before.size.rows - 1
            ),
        ]
        let pointer = pointers.randomElement(using: &random) ?? .wheelUp
        play.send(.pointer(pointer))
        #expect(play.changes == changes, "\(pointer) over \(String(describing: before.overlay))")
        guard play.running.count > running, let begun = play.running.last else { return }
        #expect(Self.isHarmless(begun), "\(begun) after \(pointer)")
    }

    private func fresh(from play: Play) -> Play {
        var next = play
        next.running = []
        next.model = Samples.filled(columns: play.model.size.columns, rows: play.model.size.rows)
        return next
    }

    /// Looking and following change nothing that the application sees.
    private static func isHarmless(_ command: Command) -> Bool {
        [.verify, .verifyBeside(table: nil), .follow].contains(command)
    }

    /// Whether the operator said yes to what begins.
    private static func isAgreed(_ command: Command, by key: Key, in model: Model) -> Bool {
        guard !isHarmless(command) else { return true }
        switch model.overlay {
        case .confirm(let question):
            let isYes = key == .character("y") || key == .character("Y") || key == .enter
            return isYes && (question.isMatched || question.kind == .yesNo)
        case .wizard: return key == .enter
        default: return false
        }
    }
}
