/// What looking at a gate found.
struct GateFinding: Equatable {
    var state: Gate.State
    var reason: String
    var remedy: String?
    /// What an override is given for: when something else closes the gate, it does not hold.
    var subject = ""
    /// What kept the gate from being looked at; nil when it was.
    var obstacle: GateObstacle?

    /// The condition holds.
    static func open(_ reason: String) -> GateFinding {
        GateFinding(state: .open, reason: reason)
    }

    /// The condition does not hold.
    static func closed(
        _ reason: String,
        remedy: String,
        for subject: String = ""
    ) -> GateFinding {
        GateFinding(state: .closed, reason: reason, remedy: remedy, subject: subject)
    }

    /// The condition will hold by itself, or nobody asked for it.
    static func waiting(_ reason: String, remedy: String) -> GateFinding {
        GateFinding(state: .waiting, reason: reason, remedy: remedy)
    }

    /// Only a live run can tell; what to do about that is said once, by the gate `live_run`.
    static let waitingForRun = GateFinding(
        state: .waiting,
        reason: "decided in a live run, and there is none yet: see live_run"
    )

    /// Nobody can tell: a probe that fails is a closed gate, never a passed one.
    static func unknown(_ error: MigrationError) -> GateFinding {
        let obstacle = GateObstacle(error)
        var finding = GateFinding.closed(
            "cannot be looked at: \(obstacle.words)",
            remedy: error.remedy,
            for: error.code.rawValue
        )
        finding.obstacle = obstacle
        return finding
    }
}

/// A condition that the engine decides by looking.
struct GateQuestion: Sendable {
    let name: String
    let title: String
    /// The shallowest look that includes it.
    let depth: CutoverCheck.Depth
    /// Whether a person may pass it closed.
    let isOverridable: Bool
    /// Whether it asks for something that only a live run has.
    let needsRun: Bool
    let ask: @Sendable (CheckContext) throws(MigrationError) -> GateFinding

    init(
        _ name: String,
        _ title: String,
        from depth: CutoverCheck.Depth = .glance,
        isOverridable: Bool = true,
        needsRun: Bool = true,
        _ ask: @escaping @Sendable (CheckContext) throws(MigrationError) -> GateFinding
    ) {
        self.name = name
        self.title = title
        self.depth = depth
        self.isOverridable = isOverridable
        self.needsRun = needsRun
        self.ask = ask
    }

    /// Looks, and takes an error for a closed gate, so that the others are still looked at.
    func look(_ context: CheckContext) -> GateFinding {
        do throws(MigrationError) {
            return try ask(context)
        } catch {
            return .unknown(LockHolders.naming(error, context.options))
        }
    }
}

/// The gates that every cutover has, in the order in which they are told.
enum GateTable {
    /// What the engine decides.
    static let questions: [GateQuestion] = [
        GateQuestion(
            "live_run",
            "a live run follows this source",
            isOverridable: false,
            needsRun: false
        ) {
            context throws(MigrationError) in try RunGates.liveRun(context)
        },
        GateQuestion("copied", "every row was copied or is in quarantine", isOverridable: false) {
            context throws(MigrationError) in try RunGates.copied(context)
        },
        GateQuestion("backup", "the backup is there and unchanged") {
            context throws(MigrationError) in try RunGates.backup(context)
        },
        GateQuestion("lag", "the target is close to the source") {
            context throws(MigrationError) in try RunGates.lag(context)
        },
        GateQuestion("verified", "every cell was compared and is equal") {
            context throws(MigrationError) in try RunGates.verified(context)
        },
        GateQuestion("quarantine", "every row that did not fit is decided about") {
            context throws(MigrationError) in try RunGates.quarantine(context)
        },
        GateQuestion("tables", "every table and column has arrived", isOverridable: false) {
            context throws(MigrationError) in try SchemaGates.tables(context)
        },
        GateQuestion("keys", "every key and index of the target is there and valid", from: .quick) {
            context throws(MigrationError) in try SchemaGates.keys(context)
        },
        GateQuestion("references", "no row would be refused by a foreign key", from: .quick) {
            context throws(MigrationError) in try SchemaGates.references(context)
        },
        GateQuestion("unseen_writes", "every table's writes are seen") {
            context throws(MigrationError) in try SchemaGates.unseenWrites(context)
        },
        GateQuestion("keyless_tables", "tables without a key are known") {
            context throws(MigrationError) in try SchemaGates.keylessTables(context)
        },
        GateQuestion(
            "schema_unchanged",
            "the source's schema is as captured",
            isOverridable: false
        ) {
            context throws(MigrationError) in try SchemaGates.schemaUnchanged(context)
        },
        GateQuestion("identities", "new ids come above every id ever given out", from: .quick) {
            context throws(MigrationError) in try SchemaGates.identities(context)
        },
        GateQuestion("target_closed", "nobody else writes the target", isOverridable: false) {
            context throws(MigrationError) in try TargetGates.closed(context)
        },
        GateQuestion(
            "target_identity",
            "it is the server that was migrated into",
            isOverridable: false
        ) {
            context throws(MigrationError) in try TargetGates.identity(context)
        },
        GateQuestion("target_connections", "the server has connections to spare", needsRun: false) {
            context throws(MigrationError) in try TargetGates.connections(context)
        },
        GateQuestion("disk", "the disks have space to spare", needsRun: false) {
            context throws(MigrationError) in try TargetGates.disk(context)
        },
        GateQuestion("clock", "the clocks agree") {
            context throws(MigrationError) in try TargetGates.clock(context)
        },
        GateQuestion("toggles", "every workflow can be paused, and both sides agree") {
            context throws(MigrationError) in try ApplicationGates.toggles(context)
        },
        GateQuestion(
            "file_holders",
            "the processes that have the file open are known",
            from: .quick,
            needsRun: false
        ) { context throws(MigrationError) in ApplicationGates.fileHolders(context) },
        GateQuestion("rehearsal", "the whole way was rehearsed", needsRun: false) {
            context throws(MigrationError) in try ApplicationGates.rehearsal(context)
        },
        GateQuestion(
            "code",
            "the application's code speaks PostgreSQL",
            from: .quick,
            needsRun: false
        ) {
            context throws(MigrationError) in try CodeGate.look(context)
        },
    ]

    /// What a person signs, by name: that of the gate, and what it asks.
    static let signed: [(name: String, title: String)] = [
        ("backup_stored", "the backup of SQLite is stored away from this machine"),
        ("dependencies_mapped", "every script, page and job that uses the file is known"),
        ("code_ready", "all scripts are updated for PostgreSQL"),
        ("tests_done", "unit and integration tests are done"),
        ("team_notified", "the team knows the cutover window"),
        ("rollback_tested", "the way back is written down and was tried"),
        ("environments_separated", "development and production have databases of their own"),
    ]

    /// The names that a profile cannot take for gates of its own.
    static let names = Set(
        questions.map(\.name) + signed.map(\.name) + ["all", "profile", FenceGate.question.name]
    )
}
