/// What `revert` is told about rows that its log does not know.
public struct RevertWishes: Sendable, Equatable {
    /// Tables made on PostgreSQL since the switch that are left as they are.
    public var leaving: [String]
    /// Whether all rows of the tables are compared whose writes were not logged for a while.
    public var comparing: Bool
    /// Whether rows come along that something wrote in the closed source; PostgreSQL's row stands
    /// where it has written the same.
    public var acceptsStrays: Bool
    /// Whether nobody can be asked, because a switch that failed goes back by itself.
    var isForced = false

    /// Makes wishes; the defaults are those of the command.
    ///
    /// - Parameters:
    ///   - leaving: Tables that are left as they are.
    ///   - comparing: Whether tables are compared whose writes were not logged for a while.
    ///   - acceptsStrays: Whether rows come along that something wrote in the closed source.
    public init(
        leaving: [String] = [],
        comparing: Bool = false,
        acceptsStrays: Bool = false
    ) {
        self.acceptsStrays = acceptsStrays
        self.leaving = leaving
        self.comparing = comparing
    }

    /// Those of a switch that goes back by itself: nothing is refused, and all of it is told.
    static let afterFailure: RevertWishes = {
        var wishes = RevertWishes(comparing: true)
        wishes.isForced = true
        return wishes
    }()
}

/// Whether the log of PostgreSQL's writes knows everything that was written there.
struct RevertConditions {
    private let session: FollowSession
    private let wishes: RevertWishes
    private let steps: StepRecorder

    init(_ session: FollowSession, _ wishes: RevertWishes, _ steps: StepRecorder) {
        self.session = session
        self.wishes = wishes
        self.steps = steps
    }

    private var capture: ReverseCapture {
        ReverseCapture(target: session.target, run: session.run.id)
    }

    /// Refuses what would be left behind without a word; changes nothing.
    ///
    /// - Returns: What the operator should know.
    /// - Throws: ``MigrationError``, or ``TargetError``.
    func require() throws -> [String] {
        var notes: [String] = []
        let interrupted = try capture.interrupted()
        guard interrupted.isEmpty || wishes.comparing else { throw unlogged(interrupted) }
        notes += try requireShapes()
        for variable in try SwitchedVariable.all(of: session.run.id, session.target) ?? [] {
            try EnvironmentBack(session).require(variable, isForced: wishes.isForced)
        }
        guard let made = try MadeSince.read(session.run.id, session.target) else {
            return notes + [
                "nobody noted at the switch which tables PostgreSQL had: one that was made there "
                    + "since stays behind"
            ]
        }
        let names = Set(made.tables.flatMap(\.calls))
        if let unknown = wishes.leaving.first(where: { !names.contains($0) }) {
            throw mistaken(unknown, made)
        }
        func isLeft(_ calls: [String]) -> Bool {
            wishes.isForced || calls.contains { wishes.leaving.contains($0) }
        }
        let left = made.tables.filter { $0.rows != 0 && !isLeft($0.calls) }
        guard left.isEmpty else { throw leftBehind(left) }
        notes += made.tables.map { table in
            table.rows == 0
                ? "the table \(table.name) was made on PostgreSQL and is empty; SQLite does not "
                    + "get it"
                : "the table \(table.name) stays on PostgreSQL alone, with \(Self.count(table))"
        }
        if !made.others.isEmpty {
            notes.append(
                "made on PostgreSQL since the switch, and not in SQLite: "
                    + made.others.joined(separator: ", ")
            )
        }
        return notes
    }

    /// Writes down what is left, and has the rows compared that nobody logged; the target is closed.
    ///
    /// - Returns: What the operator should know.
    /// - Throws: ``MigrationError`` or ``TargetError``.
    func settle() throws -> [String] {
        if !wishes.leaving.isEmpty {
            let names = wishes.leaving.joined(separator: ", ")
            try session.journal.action("leave-table", before: nil, after: names)
        }
        guard wishes.comparing else { return [] }
        let shapes = try ShapeSince.read(session.run.id, session.target)
        let changed = shapes.filter(\.isUnsure).map(\.table)
        var names = Set(try capture.interrupted() + changed).sorted()
        // Whoever asks for it by name may know more than the log.
        if names.isEmpty, !wishes.isForced { names = try capture.tableNames() }
        guard !names.isEmpty else { return [] }
        let capture = capture
        try session.target.transaction { try capture.restart(names) }
        steps.note { () throws(MigrationError) in
            let tables = names.joined(separator: ", ")
            try session.journal.action("compare", before: nil, after: tables)
        }
        return ["all rows were compared of: \(names.joined(separator: ", "))"]
    }

    /// Refuses what a change of the schema did to stored values, which no trigger has seen.
    private func requireShapes() throws -> [String] {
        var shapes = try ShapeSince.read(session.run.id, session.target)
        var notes: [String] = []
        for place in shapes.indices {
            let table = shapes[place].table
            notes += try shapes[place].weighAdded(session.target).map {
                "the column \($0) of \(table) was added on PostgreSQL and is empty; SQLite does "
                    + "not get it"
            }
        }
        guard !wishes.isForced else {
            return notes
                + shapes.flatMap { shape in
                    shape.mismatches.map {
                        "\(shape.table) on PostgreSQL is not as it was at the switch: \($0.words)"
                    }
                }
        }
        try ShapeSince.refuse(shapes, session.address)
        let unsure = shapes.filter(\.isUnsure)
        guard unsure.isEmpty || wishes.comparing else { throw reshaped(unsure) }
        return notes
    }

    // MARK: - Refusing

    private var kept: MigrationError.Kept {
        .other("the application goes on working on PostgreSQL; nothing was changed")
    }

    private func unlogged(_ names: [String]) -> MigrationError {
        MigrationError(
            .gateClosed,
            "the log of PostgreSQL's writes was switched off for a while, for "
                + "\(Self.list(names)): which rows were written meanwhile it does not know",
            place: .init("revert", side: .target, path: session.address.redacted),
            kept: kept,
            remedy: "go back with: cutover revert --compare. It compares all rows of these tables "
                + "with the closed SQLite file, and what differs comes back"
        )
    }

    private func reshaped(_ shapes: [ShapeSince]) -> MigrationError {
        let words = shapes.map { "\($0.table) (\($0.reasons.joined(separator: ", ")))" }
        return MigrationError(
            .gateClosed,
            SafeText.visible(
                "tables were changed on PostgreSQL since the switch past the log of its writes: "
                    + Self.list(words)
            ),
            place: .init("revert", side: .target, path: session.address.redacted),
            kept: kept,
            remedy: "go back with: cutover revert --compare. It compares all rows of these tables "
                + "with the closed SQLite file, and what differs comes back"
        )
    }

    private func leftBehind(_ tables: [MadeSince.Table]) -> MigrationError {
        let words = tables.map { "\($0.name) with \(Self.count($0))" }
        let flags = tables.map { "--leave-table '\($0.calls[1])'" }.joined(separator: " ")
        return MigrationError(
            .schemaChanged,
            "tables were made on PostgreSQL since the switch, and SQLite has none of them: "
                + Self.list(words),
            place: .init("revert", side: .target, path: session.address.redacted),
            kept: kept,
            remedy: "copy their rows where the application will find them, then say that they may "
                + "stay on PostgreSQL: cutover revert \(flags)"
        )
    }

    private func mistaken(_ name: String, _ made: MadeSince) -> MigrationError {
        let names = made.tables.map(\.name)
        return MigrationError(
            .usage,
            "\"\(SafeText.visible(name))\" is no table that was made on PostgreSQL since the switch",
            place: .init("revert", side: .target, path: session.address.redacted),
            kept: kept,
            remedy: names.isEmpty
                ? "leave --leave-table out: there is no such table"
                : "give one of: \(names.joined(separator: ", "))"
        )
    }

    private static func count(_ table: MadeSince.Table) -> String {
        switch table.rows {
        case nil: "rows that cannot be counted"
        case 1?: "1 row"
        case let rows?: "\(rows) rows"
        }
    }

    /// The first names; all of them stand in the log of the run.
    private static func list(_ names: [String]) -> String {
        let first = names.prefix(20).joined(separator: ", ")
        return names.count > 20 ? "\(first) and \(names.count - 20) more" : first
    }
}
