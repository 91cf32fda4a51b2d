import ArgumentParser
import MigrationEngine

/// The rows that did not fit, and what is done about them.
struct QuarantineCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quarantine",
        abstract: "Lists the rows that did not fit, shows, replays or accepts them.",
        subcommands: [
            QuarantineListCommand.self, QuarantineShowCommand.self, QuarantineReplayCommand.self,
            QuarantineAcceptCommand.self,
        ],
        defaultSubcommand: QuarantineListCommand.self
    )
}

/// Groups with counts, then rows.
struct QuarantineListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Counts the rows in quarantine by table, column and reason, then lists them."
    )

    @Option(help: "Rows of this table only.")
    var table: String?
    @Option(help: "Rows with this reason only, or with one that begins so.")
    var reason: String?
    @Option(help: "The most rows of the page.")
    var limit = 50
    @Option(help: "The number that the page before ended with.")
    var after: Int64?
    @OptionGroup var place: SchemaOption
    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard (1...Quarantine.mostRows).contains(limit) else {
            throw ValidationError("--limit must be from 1 to \(Quarantine.mostRows)")
        }
    }

    func run() throws {
        let page = try Quarantine.list(
            try common.options(schema: place),
            QuarantineSelection(table: table, reason: reason),
            limit: limit,
            after: after
        )
        try Output(common).result(page) {
            QuarantineText.list(page, CellText(common)) + NextStep.line(after: page)
        }
    }
}

/// One row with all its values.
struct QuarantineShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Shows every value of a row in quarantine, and whether the source still has it."
    )

    @Argument(help: "The number of the row.")
    var id: Int64
    @OptionGroup var place: SchemaOption
    @OptionGroup var common: CommonOptions

    func run() throws {
        let detail = try Quarantine.show(try common.options(schema: place), id: id)
        try Output(common).result(detail) { QuarantineText.detail(detail, CellText(common)) }
    }
}

/// Rows tried again.
struct QuarantineReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Tries rows again with the target as it is today, or with values you choose.",
        usage: """
            cutover quarantine replay ID ... [--set COLUMN=VALUE]
            cutover quarantine replay --table T [--profile FILE]
            cutover quarantine replay --all [--profile FILE]
            """,
        discussion: """
            Values are converted as the run converted them. With --profile FILE, a column for which \
            the file has other conversions is converted by these.
            """
    )

    @Argument(help: "The numbers of the rows.")
    var ids: [Int64] = []
    @Option(help: "All rows of this table.")
    var table: String?
    @Flag(help: "All rows.")
    var all = false
    @Option(help: "Store VALUE instead, as COLUMN=VALUE; may be given for several columns.")
    var set: [String] = []
    @Option(help: "Store NULL in this column instead.")
    var setNull: [String] = []
    @Option(help: "Store bytes instead, as COLUMN=HEX.")
    var setHex: [String] = []
    @OptionGroup var place: SchemaOption
    @OptionGroup var common: CommonOptions

    func validate() throws {
        try QuarantineText.requireOne(ids, table, all, "replay")
        _ = try edits()
    }

    private func edits() throws -> [QuarantineEdit] {
        func split(_ text: String, _ option: String) throws -> (String, String) {
            guard let mark = text.firstIndex(of: "="), mark != text.startIndex else {
                throw ValidationError("\(option) needs COLUMN=VALUE")
            }
            return (String(text[..<mark]), String(text[text.index(after: mark)...]))
        }
        let words = try set.map { text in
            let (column, value) = try split(text, "--set")
            return QuarantineEdit(column: column, value: .words(value))
        }
        let bytes = try setHex.map { text in
            let (column, value) = try split(text, "--set-hex")
            let digits = value.lowercased()
            guard digits.count % 2 == 0, digits.allSatisfy(\.isHexDigit) else {
                throw ValidationError("--set-hex needs an even number of hexadecimal digits")
            }
            return QuarantineEdit(column: column, hexadecimal: digits)
        }
        let edits = words + bytes + setNull.map { QuarantineEdit(column: $0, value: .null) }
        if let column = QuarantineEdit.repeatedColumn(edits) {
            throw ValidationError("a value for \"\(column)\" is given twice")
        }
        return edits
    }

    func run() throws {
        let options = try common.options(schema: place)
        let edits = try edits()
        let selection = QuarantineSelection(ids: ids, table: table)
        let report = try LongWork.run(common) { _, cancellation throws(MigrationError) in
            try Quarantine.replay(options, selection, edits: edits, cancellation: cancellation)
        }
        try Output(common).result(report) {
            QuarantineText.replay(report, CellText(common)) + NextStep.line(after: report)
        }
        if !report.ok { throw ExitCode(1) }
    }
}

/// A loss accepted.
struct QuarantineAcceptCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "accept",
        abstract: "Accepts that rows are not in the target, with a reason.",
        usage: """
            cutover quarantine accept ID ... --reason WHY
            cutover quarantine accept --table T --reason WHY
            cutover quarantine accept --matching REASON --reason WHY
            cutover quarantine accept --all --reason WHY
            """
    )

    @Argument(help: "The numbers of the rows.")
    var ids: [Int64] = []
    @Option(help: "All rows of this table.")
    var table: String?
    @Option(help: "All rows that are in quarantine for this reason, or for one that begins so.")
    var matching: String?
    @Flag(help: "All rows.")
    var all = false
    @Option(help: "Why their loss is accepted.")
    var reason: String
    @OptionGroup var place: SchemaOption
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if matching == nil || !ids.isEmpty || all {
            try QuarantineText.requireOne(ids, table, all, "accept")
        }
        guard reason.contains(where: { !$0.isWhitespace }) else {
            throw ValidationError("--reason must say why")
        }
    }

    func run() throws {
        let report = try Quarantine.accept(
            try common.options(schema: place),
            QuarantineSelection(ids: ids, table: table, reason: matching),
            reason: reason
        )
        try Output(common).result(report) {
            let already = report.already > 0 ? ", \(report.already) were accepted before" : ""
            return (report.accepted == 1 ? "1 row is" : "\(report.accepted) rows are")
                + " accepted\(already); "
                + (report.waiting == 1 ? "1 row waits" : "\(report.waiting) rows wait")
                + NextStep.line(after: report)
        }
    }
}
