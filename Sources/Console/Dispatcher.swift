import MigrationEngine

/// Does what the model wants done of the engine, on threads of its own, and posts what came of it.
final class Dispatcher {
    let engine: any ConsoleEngine
    let mailbox: Mailbox
    let isReadOnly: Bool
    private let runs = Worker(name: "console-run")
    let readings = Worker(name: "console-read")
    private let counts = Worker(name: "console-count")
    private let standings = Worker(name: "console-status")
    /// Apart from the looks that tell early of a silence: behind this one they would wait for its end.
    private let writings = Worker(name: "console-written")
    private let proofs = Worker(name: "console-code")
    private let looks = Worker(name: "console-watch")
    private let reconciliations = Worker(name: "console-checks")
    private let comparisons = Worker(name: "console-compare")
    private let besides = Worker(name: "console-verify")
    private let errands = Worker(name: "console-errand")
    private var cancellation = Cancellation()
    /// The wish that ends following; whatever else begins states it.
    private var following: Cancellation?
    private var counting = Cancellation()
    /// The wish that ends the comparison beside a run.
    private var verifying = Cancellation()
    /// The wish that ends the proof of the code.
    private var proving = Cancellation()
    /// The wish that ends the errand.
    private var erranding = Cancellation()
    private let settings: SettingsFile

    init(
        engine: any ConsoleEngine,
        mailbox: Mailbox,
        isReadOnly: Bool,
        settings: SettingsFile = SettingsFile()
    ) {
        self.settings = settings
        self.engine = engine
        self.mailbox = mailbox
        self.isReadOnly = isReadOnly
    }

    /// Starts a command; the answer comes through the mailbox.
    ///
    /// - Parameter command: What is wanted; what concerns the screen is not for the engine.
    func start(_ command: Command) {
        let engine = engine
        switch command {
        case .migrate:
            change(
                "migrate",
                message: { .migrated($0) },
                { try engine.migrate(observer: $0, cancellation: $1) }
            )
        case .migrateLive:
            change(
                "migrate",
                message: { .migrated($0) },
                { try engine.migrateLive(observer: $0, cancellation: $1) }
            )
        case .follow:
            change(
                "follow",
                message: { .followed($0) },
                { try engine.follow(observer: $0, cancellation: $1) }
            )
            following = cancellation
        case .cutOver:
            change(
                "switch",
                message: { .cutOver($0) },
                { try engine.cutOver(observer: $0, cancellation: $1) }
            )
        case .revert:
            change(
                "revert",
                message: { .reverted($0) },
                { try engine.revert(observer: $0, cancellation: $1) }
            )
        case .verify: verify(table: nil)
        case .verifyTable(let table): verify(table: table)
        case .verifyBeside(let table): verifyBeside(table: table)
        case .cancelBeside: verifying.cancel()
        case .loadStatus(let ticket, let withGates):
            let mailbox = mailbox
            ask(
                standings,
                message: { .status(ticket: ticket, $0) },
                {
                    try engine.status(withGates: withGates) {
                        mailbox.post(.unanswered(ticket: ticket))
                    }
                }
            )
        case .loadGates(let ticket):
            ask(counts, message: { .gates(ticket: ticket, $0) }, { try engine.gates() })
        case .loadWritten(let ticket):
            ask(writings, message: { .written(ticket: ticket, $0) }, { try engine.written() })
        case .loadHolders(let ticket):
            ask(writings, message: { .holders(ticket: ticket, $0) }, { engine.holders() })
        case .decide(let decision): decide(decision)
        case .cancel(let wisher): cancellation.cancel(by: wisher)
        case .count: count()
        case .loadEarlier:
            read(message: { .earlier($0) }, { try engine.earlierRun() })
        case .loadEarlierLog:
            read(message: { .earlierLog($0) }, { try engine.earlierLog() })
        case .loadSides(let ticket):
            read(message: { .sides(ticket: ticket, $0) }, { try engine.sides() })
        case .loadWorkflows(let ticket, let side):
            read(
                message: { .workflows(ticket: ticket, $0) },
                { try engine.workflows(side: side) }
            )
        case .loadOrders(
            let ticket,
            let side,
            let search,
            let limit,
            let status,
            let place,
            let order
        ):
            read(
                message: { .orders(ticket: ticket, $0) },
                {
                    try engine.orders(
                        side: side,
                        search: search,
                        status: status,
                        at: place,
                        order: order,
                        limit: limit
                    )
                }
            )
        case .loadOrderItems(let ticket, let side, let order):
            read(
                message: { .orderItems(ticket: ticket, $0) },
                { try engine.orderItems(side: side, orderNumber: order) }
            )
        case .loadInventory(let ticket, let side, let search, let level, let place, let limit):
            read(
                message: { .inventory(ticket: ticket, $0) },
                {
                    try engine.inventory(
                        side: side,
                        search: search,
                        level: level,
                        at: place,
                        limit: limit
                    )
                }
            )
        case .loadTransactions(let ticket, let side, let sku):
            read(
                message: { .transactions(ticket: ticket, $0) },
                { try engine.transactions(side: side, sku: sku) }
            )
        case .loadCode(let ticket):
            let (observer, proving) = (observer, Cancellation())
            self.proving = proving
            ask(
                proofs,
                message: { .code(ticket: ticket, $0) },
                { try engine.code(observer: observer, cancellation: proving) }
            )
        case .cancelCode: proving.cancel()
        case .loadWatch(let ticket):
            let observer = observer
            ask(
                looks,
                message: { .watch(ticket: ticket, $0) },
                { try engine.watch(observer: observer) }
            )
        case .reconcile(let ticket):
            let observer = observer
            ask(
                reconciliations,
                message: { .reconciled(ticket: ticket, $0) },
                { try engine.reconcile(observer: observer) }
            )
        case .loadToggleSets(let ticket):
            read(message: { .toggleSets(ticket: ticket, $0) }, { try engine.toggleSets() })
        case .saveToggleSet(let side, let name): saveToggleSet(side: side, name: name)
        case .setWorkflows(let side, let toggles): setWorkflows(side: side, toggles)
        case .loadSettings(let isAsked): loadSettings(isAsked: isAsked)
        case .browse(let question): browse(question)
        case .compare(let question): compare(question)
        case .errand(let errand): run(errand)
        case .cancelErrand: erranding.cancel()
        case .replay(let rows): replay(rows)
        case .write(let text, let path, let what):
            readings.run { [mailbox] in
                switch Self.result({ try NewFile.write(text, to: path) }) {
                case .success(let whole):
                    mailbox.post(.fileWritten(path: whole, what: what, failure: nil))
                case .failure(let error):
                    mailbox.post(.fileWritten(path: path, what: what, failure: error))
                }
            }
        case .useTheme, .keepTheme, .keepColumns, .setMouse, .dump, .writeToTerminal, .repaint,
            .suspend:
            break
        }
    }

    /// Runs what changes something; in a read-only console it is refused here once more.
    private func change<Value: Sendable>(
        _ name: String,
        message: @escaping @Sendable (Result<Value, MigrationError>) -> Message,
        _ work: @escaping @Sendable (Observer, Cancellation) throws -> Value
    ) {
        let (mailbox, observer) = (mailbox, observer)
        let cancellation = fresh()
        guard !isReadOnly else {
            mailbox.post(message(.failure(Self.readOnly(name))))
            return
        }
        runs.run {
            mailbox.post(message(Self.result { try work(observer, cancellation) }))
        }
    }

    private func browse(_ question: BrowsingCommand) {
        let engine = engine
        switch question {
        case .dashboards(let ticket):
            ask(
                comparisons,
                message: { .browsed(.dashboards(ticket: ticket, $0)) },
                { engine.dashboards() }
            )
        case .quarantine(let ticket):
            read(
                message: { .browsed(.quarantine(ticket: ticket, $0)) },
                { try engine.quarantined() }
            )
        case .quarantineRow(let ticket, let id):
            read(
                message: { .browsed(.quarantineRow(ticket: ticket, $0)) },
                { try engine.quarantinedRow(id) }
            )
        case .tables(let ticket, let side):
            read(
                message: { .browsed(.tables(ticket: ticket, $0)) },
                { try engine.tables(side: side) }
            )
        case .rows(let ticket, let side, let table, let place):
            read(
                message: { .browsed(.rows(ticket: ticket, $0)) },
                { try engine.rows(side: side, table: table, at: place) }
            )
        }
    }

    private func compare(_ question: ComparingCommand) {
        let engine = engine
        switch question {
        case .order(let ticket, let number):
            ask(
                comparisons,
                message: { .compared(.order(ticket: ticket, $0)) },
                { try engine.comparedOrder(number) }
            )
        case .article(let ticket, let sku):
            ask(
                comparisons,
                message: { .compared(.article(ticket: ticket, $0)) },
                { try engine.comparedArticle(sku) }
            )
        case .stock(let ticket, let skus):
            ask(
                comparisons,
                message: { .compared(.stock(ticket: ticket, $0)) },
                { try engine.comparedStock(skus) }
            )
        }
    }

    /// Takes a person's word on a gate or on rows, beside whatever runs.
    private func decide(_ decision: Decision) {
        let (engine, mailbox, isReadOnly) = (engine, mailbox, isReadOnly)
        readings.run {
            let result = Self.result { () throws -> Decision.Outcome in
                if isReadOnly { throw Self.readOnly("a decision") }
                switch decision.kind {
                case .sign(let gate):
                    return .gates(try engine.sign(gate: gate, by: decision.author))
                case .override(let gate):
                    try engine.override(gate: gate, by: decision.author, note: decision.note)
                    return .gates([gate])
                case .accept(let rows):
                    let (author, reason) = (decision.author, decision.note)
                    return .rows(try engine.accept(rows: rows, by: author, reason: reason))
                }
            }
            mailbox.post(.decided(decision, result))
        }
    }

    /// Does an errand beside what runs; its progress is none of that.
    private func run(_ errand: Errand) {
        let (engine, mailbox) = (engine, mailbox)
        let cancellation = Cancellation()
        erranding = cancellation
        guard errand != .backup || !isReadOnly else {
            mailbox.post(.answered(errand, .failure(Self.readOnly(errand.rawValue))))
            return
        }
        let observer = Observer(log: { mailbox.post(.log($0)) })
        ask(
            errands,
            message: { .answered(errand, $0) },
            { try engine.answer(errand, observer: observer, cancellation: cancellation) }
        )
    }

    /// Tries rows in quarantine again.
    private func replay(_ rows: [Int64]) {
        let (engine, isReadOnly) = (engine, isReadOnly)
        ask(
            errands,
            message: { .replayed($0) },
            {
                if isReadOnly { throw Self.readOnly("replaying rows") }
                return try engine.replay(rows: rows)
            }
        )
    }

    private func verify(table: String?) {
        let (engine, mailbox, observer) = (engine, mailbox, observer)
        let cancellation = fresh()
        runs.run {
            mailbox.post(
                .verified(
                    Self.result {
                        try engine.verify(
                            table: table,
                            observer: observer,
                            cancellation: cancellation
                        )
                    }
                )
            )
        }
    }

    /// Compares beside what runs: it reads both sides and holds up neither.
    private func verifyBeside(table: String?) {
        let (engine, mailbox) = (engine, mailbox)
        let cancellation = Cancellation()
        verifying = cancellation
        let observer = Observer(
            progress: { mailbox.post(.comparing($0)) },
            log: { mailbox.post(.log($0)) }
        )
        ask(
            besides,
            message: { .verifiedBeside($0) },
            {
                try engine.verify(table: table, observer: observer, cancellation: cancellation)
            }
        )
    }

    /// Counts both sides in the background, until a run begins.
    private func count() {
        let (engine, mailbox) = (engine, mailbox)
        let cancellation = Cancellation()
        counting = cancellation
        counts.run {
            mailbox.post(
                .counted(Self.result { try engine.counts(cancellation: cancellation) })
            )
        }
    }

    /// Looks at the file of settings; nothing is said while it stays as it is.
    private func loadSettings(isAsked: Bool) {
        let (mailbox, settings) = (mailbox, settings)
        standings.run {
            guard let result = settings.read(always: isAsked) else { return }
            mailbox.post(.settings(result, isAsked: isAsked))
        }
    }

    private func read<Value: Sendable>(
        message: @escaping @Sendable (Result<Value, MigrationError>) -> Message,
        _ reading: @escaping @Sendable () throws -> Value
    ) {
        ask(readings, message: message, reading)
    }

    private func ask<Value: Sendable>(
        _ worker: Worker,
        message: @escaping @Sendable (Result<Value, MigrationError>) -> Message,
        _ reading: @escaping @Sendable () throws -> Value
    ) {
        let mailbox = mailbox
        worker.run { mailbox.post(message(Self.result(reading))) }
    }

    private var observer: Observer {
        let mailbox = mailbox
        return Observer(
            progress: { mailbox.post(.progress($0)) },
            log: { mailbox.post(.log($0)) }
        )
    }

    /// A wish to stop that was not stated: the one of the last run may have been.
    private func fresh() -> Cancellation {
        counting.cancel()
        following?.cancel()
        following = nil
        cancellation = Cancellation()
        return cancellation
    }

    static func result<Value>(
        _ work: () throws -> Value
    ) -> Result<Value, MigrationError> {
        do {
            return .success(try work())
        } catch let error as MigrationError {
            return .failure(error)
        } catch {
            return .failure(
                MigrationError(
                    .internal,
                    "an error without a place came from the engine",
                    place: .init("console"),
                    remedy: "report this with the log",
                    cause: .text("\(error)")
                )
            )
        }
    }

    static func readOnly(_ action: String) -> MigrationError {
        MigrationError(
            .readOnly,
            "\(action) changes something, and the console is read-only",
            place: .init("console"),
            remedy: "start the console without --read-only"
        )
    }
}
