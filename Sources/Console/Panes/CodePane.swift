import MigrationEngine

/// The application's code: files, their statements in both forms, and what was found in them.
struct CodePane: Pane {
    let id = PaneID.code

    func content(_ model: Model) -> PaneContent {
        PaneContent(
            title: title(model),
            body: body(model),
            footer: footer(model),
            listShare: 52
        )
    }

    func detail(_ model: Model, of id: String) -> PaneContent? {
        guard let report = model.code.value?.report,
            let entry = report.entries(onlyProblems: false).first(where: { $0.id == id })
        else { return nil }
        let place = model.layout.places(for: model.content, hasDetail: true)
        let width = (place.detail ?? model.layout.body).width - 4
        return PaneContent(
            title: entry.place,
            body: .lines(CodeDetail(entry, width, model).lines)
        )
    }

    private func title(_ model: Model) -> String {
        guard let folder = model.code.value?.folder else { return "Code" }
        return "Code in \(folder.split(separator: "/").last.map(String.init) ?? folder)"
    }

    private func body(_ model: Model) -> PaneContent.Body {
        guard let listing = model.code.value else {
            if model.isProofStopping { return .empty([[Self.stopping]]) }
            guard !model.code.isLoading else {
                return .loading("the application's code and proving its statements")
            }
            if let error = model.code.error {
                return error.code == .interrupted ? .empty(stopped(error, model)) : .failed(error)
            }
            return .empty([
                [
                    Span(model.key(.refresh)),
                    Span(" reads the application's code and proves its statements.", .textMuted),
                ],
                [
                    Span("The folder is that of ", .textMuted), Span("--code DIR"),
                    Span(", or the one in the profile under ", .textMuted), Span("[code]"),
                    Span(".", .textMuted),
                ],
            ])
        }
        guard let report = listing.report else {
            return .empty([
                [Span("No folder of the application's code is named.")],
                [
                    Span("Start the console with ", .textMuted), Span("--code DIR"),
                    Span(", or name it in the profile under ", .textMuted), Span("[code]"),
                    Span(".", .textMuted),
                ],
            ])
        }
        let entries = report.entries(onlyProblems: model.showsOnlyProblems)
        guard !entries.isEmpty else {
            return .empty([
                [
                    model.showsOnlyProblems
                        ? Span("Nothing is left to do. f shows all of it.", .statusOK)
                        : Span("No file in this folder speaks SQL.")
                ]
            ])
        }
        return .table(table(entries, model))
    }

    private static let stopping = Span("stopping the proof ...", .statusWait)

    /// That a proof was stopped, and what of it was kept.
    private func stopped(_ error: MigrationError, _ model: Model) -> [Line] {
        [
            [
                Span("\(model.identity.glyphs.warn) The proof was stopped by you.", .statusWarn),
                Span("  kept: \(error.kept); nothing of it counts.", .textMuted),
            ],
            [
                Span(model.key(.refresh)),
                Span(" begins it again, from the first file.", .textMuted),
            ],
        ]
    }

    private func table(_ entries: [CodeEntry], _ model: Model) -> Table {
        let isWide = model.layout.kind == .wide
        return Table(
            columns: [
                .init("FILE", Table.width(of: entries.lazy.map(\.name), 8...24)),
                .init("LINE", 5, .right), .init("STATEMENT OR FINDING"), .init("STATE", 11),
            ] + (isWide ? [.init("CALLED BY", 16)] : []),
            rows: entries.map { row($0, isWide: isWide, model.identity.glyphs) },
            least: 20
        )
    }

    private func row(_ entry: CodeEntry, isWide: Bool, _ glyphs: Glyphs) -> Table.Row {
        Table.Row(id: entry.id) {
            guard isWide else { return cells(entry, glyphs) }
            var call = ""
            if case .statement(let statement) = entry.kind { call = statement.call }
            return cells(entry, glyphs) + [[Span(call, .textMuted)]]
        }
    }

    private func cells(_ entry: CodeEntry, _ glyphs: Glyphs) -> [Line] {
        let (what, state): (Span, Span) =
            switch entry.kind {
            case .file:
                (Span(CodeWords.sums(entry.file), .textStrong), CodeWords.state(entry.file, glyphs))
            case .statement(let statement):
                (
                    Span(CodeWords.oneLine(statement.before)),
                    CodeWords.state(statement.state, glyphs)
                )
            case .finding(let finding):
                (
                    Span("\(finding.rule): \(finding.message)", .textMuted),
                    CodeWords.severity(finding.severity, glyphs)
                )
            }
        return [
            [Span(entry.name, entry.line == nil ? .textStrong : .textMuted)],
            [Span(entry.line.map { "\($0)" } ?? "")],
            [what],
            [state],
        ]
    }

    private func footer(_ model: Model) -> [Line] {
        guard let report = model.code.value?.report else { return [] }
        let totals = report.totals
        // The time first: a narrow screen cuts what stands last.
        var first: Line = []
        if let loadedAt = model.code.loadedAt {
            first.append(Span("\(Figures.clock(loadedAt))Z  ", .textMuted))
        }
        first += [
            Span(
                "\(totals.prepared) of \(Figures.rows(totals.statements, "statement")) proven",
                totals.prepared == totals.statements ? .statusOK : .statusBad
            ),
            Span(", \(totals.converted) to convert   ", .textMuted),
            Span(
                Figures.rows(totals.errors, "error"),
                totals.errors == 0 ? .textMuted : .statusBad
            ),
            Span(", \(Figures.rows(totals.warnings, "warning"))", .textMuted),
        ]
        if model.isProofStopping { return [first, [Self.stopping]] }
        if let error = model.code.error, error.code == .interrupted, !model.code.isLoading {
            return [
                first,
                [
                    Span("a newer proof was stopped by you", .statusWarn),
                    Span("; these are the figures of the one before", .textMuted),
                ],
            ]
        }
        if let error = model.code.error, !model.code.isLoading {
            return [first, [Span("cannot be read any more: \(error.message)", .statusBad)]]
        }
        guard !model.code.isLoading else {
            return [first, [Span("reading the code again ...", .statusWait)]]
        }
        return [first]
    }
}

/// The states of code as the screen says them.
enum CodeWords {
    /// A file's figures.
    static func sums(_ file: CodeReport.File) -> String {
        let errors = file.findings.count { $0.severity == "error" }
        let parts = [
            file.statements.isEmpty ? nil : Figures.rows(file.statements.count, "statement"),
            errors == 0 ? nil : Figures.rows(errors, "error"),
            errors == file.findings.count
                ? nil : Figures.rows(file.findings.count - errors, "warning"),
        ]
        return parts.compactMap { $0 }.joined(separator: ", ")
    }

    /// What a file's worst is.
    static func state(_ file: CodeReport.File, _ glyphs: Glyphs) -> Span {
        if file.findings.contains(where: { $0.severity == "error" }) {
            return Span("\(glyphs.bad) TO DO", .statusBad)
        }
        let states = Set(file.statements.map(\.state))
        if states.contains(.failed) { return state(.failed, glyphs) }
        if states.contains(.converted) { return state(.converted, glyphs) }
        return file.findings.isEmpty
            ? Span("\(glyphs.ok) ready", .statusOK) : Span("\(glyphs.warn) READ", .statusWarn)
    }

    /// What became of a statement.
    static func state(_ state: CodeReport.State, _ glyphs: Glyphs) -> Span {
        switch state {
        case .works: Span("\(glyphs.ok) works", .statusOK)
        case .converted: Span("\(glyphs.run) convert", .statusRun)
        case .failed: Span("\(glyphs.bad) FAILS", .statusBad)
        case .dynamic: Span("\(glyphs.warn) DYNAMIC", .statusWarn)
        case .unplanned: Span("\(glyphs.warn) NO PLAN", .statusWarn)
        case .reviewed: Span("\(glyphs.ok) REVIEWED", .statusOK)
        case .read: Span("\(glyphs.wait) read", .statusWait)
        }
    }

    /// How much a finding matters.
    static func severity(_ severity: String, _ glyphs: Glyphs) -> Span {
        severity == "error"
            ? Span("\(glyphs.bad) ERROR", .statusBad) : Span("\(glyphs.warn) WARNING", .statusWarn)
    }

    /// A statement in one line.
    static func oneLine(_ sql: String) -> String {
        sql.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}

/// What Enter opens: a statement in both forms, a finding with its advice, a file with its path.
struct CodeDetail {
    private let entry: CodeEntry
    private let width: Int
    private let glyphs: Glyphs

    init(_ entry: CodeEntry, _ width: Int, _ model: Model) {
        self.entry = entry
        self.width = max(20, width)
        glyphs = model.identity.glyphs
    }

    var lines: [Line] {
        let path = fact("file", entry.file.path)
        switch entry.kind {
        case .file:
            return path + [[Span(CodeWords.sums(entry.file))], []] + listed(entry.file)
        case .finding(let finding):
            return path + [
                [CodeWords.severity(finding.severity, glyphs), Span(" \(finding.rule)")]
            ]
                + block("on PostgreSQL", finding.message) + block("do", finding.suggestion)
        case .statement(let statement): return path + both(statement)
        }
    }

    /// What stands in a file: a line each, in the order of its lines, the findings with their words.
    private func listed(_ file: CodeReport.File) -> [Line] {
        file.ownEntries.flatMap { own -> [Line] in
            let place = Width.pad(own.line.map { "\($0)" } ?? "", to: 5, .right) + " "
            let (state, text): (Span, String) =
                switch own.kind {
                case .file: (Span(""), "")
                case .statement(let statement):
                    (
                        CodeWords.state(statement.state, glyphs),
                        CodeWords.oneLine(statement.before)
                    )
                case .finding(let finding):
                    (
                        CodeWords.severity(finding.severity, glyphs),
                        "\(finding.rule): \(finding.message)"
                    )
                }
            let head: Line = [
                Span(place, .textMuted), Span(Width.pad(state.text, to: 12), state.style),
            ]
            let room = width - 18
            guard case .finding = own.kind else {
                return [head + [Span(Width.clip(text, to: room))]]
            }
            return Width.wrap(text, to: max(10, room)).enumerated().map { part, words in
                (part == 0 ? head : [Span(Width.pad("", to: 18))]) + [Span(words, .textMuted)]
            }
        }
    }

    private func both(_ statement: CodeReport.Statement) -> [Line] {
        var lines: [Line] = [
            [CodeWords.state(statement.state, glyphs), Span(" \(statement.call)")]
        ]
        lines += block("as it stands", statement.before)
        switch (statement.after, statement.state) {
        case (let after?, _): lines += block("for PostgreSQL", after)
        case (nil, .works): lines += block("for PostgreSQL", "the same")
        case (nil, _): break
        }
        if let reason = statement.reason {
            let code = statement.sqlState.map { "\($0) " } ?? ""
            lines += block("why", code + reason)
        }
        return lines
    }

    /// A heading, and a text below it with its own lines kept.
    private func block(_ heading: String, _ text: String) -> [Line] {
        let indented = text.split(whereSeparator: \.isNewline).flatMap { part in
            Width.wrap(String(part), to: width - 2).map { [Span("  " + $0)] }
        }
        return [[], [Span(heading, .textMuted)]] + indented
    }

    private func fact(_ name: String, _ text: String) -> [Line] {
        [[Span("\(name)  ", .textMuted), Span(text)]]
    }
}
