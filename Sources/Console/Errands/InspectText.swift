package import MigrationEngine

/// The report of `inspect` for people, for the command and for the console.
package struct InspectText {
    /// How many names and messages of one kind are written out; JSON has all of them.
    private static let shown = 10

    private let report: InspectReport
    private let arrow: String
    private var page: WrappedText

    /// Writes a report.
    ///
    /// - Parameters:
    ///   - report: The report.
    ///   - ascii: Whether only ASCII may be used around the report's own words.
    ///   - width: The columns of a line.
    package init(_ report: InspectReport, ascii: Bool, width: Int = 80) {
        self.report = report
        page = WrappedText(width: width)
        arrow = ascii ? "->" : "→"
        addSource()
        for table in report.tables { add(table) }
        addNames()
        addNotMigrated()
        addOrphans()
        addSummary()
    }

    /// The lines.
    package var text: String { page.text }

    private mutating func addSource() {
        let source = report.source
        page.add("source     \(source.path)", hanging: 11)
        page.add(
            "\(source.sizeBytes) bytes, journal mode \(source.journalMode), \(source.encoding)",
            indent: 11
        )
        let integrity = report.integrity
        guard !integrity.ok else {
            page.add("integrity  ok")
            return
        }
        page.add("integrity  DAMAGED", hanging: 11)
        for message in integrity.messages.prefix(Self.shown) { page.add(message, indent: 11) }
        more(integrity.messages.count, indent: 11)
        for table in integrity.tables { add(damaged: table) }
        page.add(
            "do: restore a backup, or recover into a new file with sqlite3 FILE .recover | "
                + "sqlite3 NEW.db and inspect that; migrate refuses this file",
            indent: 2,
            hanging: 6
        )
    }

    private mutating func add(damaged table: InspectReport.DamagedTable) {
        page.add(
            "  \(table.name): \(rows(table.rowsRead)) could be read"
                + (table.unreadable.isEmpty
                    ? ", all of them: only an index is hurt, which REINDEX makes again" : ""),
            hanging: 6
        )
        if !table.unreadable.isEmpty {
            let gaps = table.unreadable.prefix(Self.shown).joined(separator: "; ")
            page.add("could not be read: \(gaps)", indent: 6, hanging: 8)
            more(table.unreadable.count, indent: 6)
        }
        for message in table.messages.prefix(3) { page.add(message, indent: 6, hanging: 8) }
    }

    // MARK: - Tables

    private mutating func add(_ table: InspectReport.Table) {
        page.add("")
        page.add("\(table.name): \(rows(table.rows))", hanging: 2)
        for column in table.columns { add(column) }
        for problem in table.problems {
            add(problem, of: "(\((problem.columns ?? []).joined(separator: ", ")))")
        }
    }

    private mutating func add(_ column: InspectReport.Column) {
        var words = column.declaredType.isEmpty ? "no type" : column.declaredType
        if column.notNull { words += " NOT NULL" }
        if let type = column.targetType { words += " \(arrow) \(type)" }
        page.add("  \(column.name)  \(words)", hanging: 6)
        var facts = [stored(column.storage)]
        // The sketch behind it is exact for few values only.
        if column.distinct > 0 {
            facts.append("\(column.distinct >= 1_000 ? "about " : "")\(column.distinct) different")
        }
        if let first = column.min, let last = column.max {
            facts.append("\(Self.quoted(first)) to \(Self.quoted(last))")
        }
        if column.longestTextBytes > 0 {
            facts.append("text up to \(column.longestTextCharacters) characters")
        }
        if column.longestBlobBytes > 0 {
            facts.append("blobs up to \(column.longestBlobBytes) bytes")
        }
        page.add(facts.joined(separator: "; "), indent: 6, hanging: 8)
        let shapes = column.shapes.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        if !shapes.isEmpty {
            page.add("shapes: " + shapes.joined(separator: ", "), indent: 6, hanging: 8)
        }
        for problem in column.problems { add(problem, of: "") }
    }

    private static func quoted(_ bound: InspectReport.Bound) -> String {
        guard case .text(let text) = bound else { return bound.description }
        return "'\(text)'"
    }

    private mutating func add(_ problem: InspectReport.Problem, of subject: String) {
        let outcome =
            switch problem.outcome {
            case .quarantine: "\(arrow) quarantine"
            case .kept: "(kept)"
            case .changed: "(kept)"
            }
        let name = subject.isEmpty ? "" : subject + " "
        page.add(
            "! \(name)\(problem.kind): \(rows(problem.rows)): \(problem.reason) \(outcome)",
            indent: 4,
            hanging: 6
        )
        add(keys: problem.sampleKeys, of: problem.rows)
        if problem.outcome != .kept { page.add("do: \(problem.remedy)", indent: 6, hanging: 10) }
    }

    private mutating func add(keys: [String], of rows: Int) {
        guard !keys.isEmpty else { return }
        let list = keys.prefix(Self.shown).joined(separator: ", ")
        page.add(list + (rows > Self.shown ? ", ..." : ""), indent: 6, hanging: 8)
    }

    private func stored(_ storage: InspectReport.Storage) -> String {
        let kinds = [
            ("integer", storage.integer), ("real", storage.real), ("text", storage.text),
            ("blob", storage.blob), ("null", storage.null),
        ]
        let present = kinds.filter { $0.1 > 0 }.map { "\($0.0) \($0.1)" }
        return present.isEmpty ? "nothing stored" : present.joined(separator: ", ")
    }

    private func rows(_ count: Int) -> String { count == 1 ? "1 row" : "\(count) rows" }

    // MARK: - The rest

    private mutating func addNames() {
        let changed = report.names.filter(\.isChanged)
        if !changed.isEmpty { page.add("\nnames that change") }
        for name in changed.prefix(Self.shown) {
            let place = name.column == nil ? "" : "\(name.table)."
            page.add(
                "\(place)\(name.source) \(arrow) \(name.target): \(name.reason)",
                indent: 2,
                hanging: 6
            )
        }
        more(changed.count, indent: 2)
        let quoted = report.names.count - changed.count
        guard quoted > 0 else { return }
        page.add("\n\(quoted) names need quotes in PostgreSQL")
        let list = report.names.filter { !$0.isChanged }.prefix(Self.shown).map { name in
            name.column.map { "\(name.table).\($0)" } ?? name.table
        }
        page.add(list.joined(separator: ", "), indent: 2)
        more(quoted, indent: 2)
    }

    private mutating func addNotMigrated() {
        guard !report.notMigrated.isEmpty else { return }
        page.add("\ntables that are not copied")
        for table in report.notMigrated.prefix(Self.shown) {
            page.add("\(table.name): \(table.reason)", indent: 2, hanging: 6)
        }
        more(report.notMigrated.count, indent: 2)
    }

    private mutating func addOrphans() {
        let orphans = report.orphans.filter { $0.rows > 0 || $0.note != nil }
        guard !orphans.isEmpty else { return }
        page.add("\nrows without a parent")
        for orphan in orphans {
            let key = orphan.columns.joined(separator: ", ")
            page.add(
                "! \(orphan.table) (\(key)): \(rows(orphan.rows)) without a row in "
                    + orphan.references + (orphan.note.map { "; \($0)" } ?? "")
                    + (orphan.outcome == .kept ? " (kept)" : " \(arrow) quarantine"),
                indent: 2,
                hanging: 6
            )
            add(keys: orphan.sampleKeys, of: orphan.rows)
        }
        page.add(
            "do: add the parents or delete the rows; else they go to quarantine, or are kept "
                + "where the foreign key itself is not carried over",
            indent: 2,
            hanging: 6
        )
    }

    private mutating func addSummary() {
        guard !report.tables.isEmpty else {
            return page.add(
                "\nno table: a valid SQLite database with nothing to migrate; if the application's "
                    + "own is another one, give it with --source PATH"
            )
        }
        let all = report.tables.flatMap { $0.problems + $0.columns.flatMap(\.problems) }
        let rows = all.filter { $0.outcome == .quarantine }.reduce(0) { $0 + $1.rows }
        let misfits =
            rows == 1
            ? "1 value does not fit and goes to quarantine"
            : "\(rows) values do not fit and go to quarantine"
        // Nobody knows what stands on a damaged page.
        let read = report.integrity.ok ? "" : "the file is damaged; of what could be read, "
        page.add(
            "\n\(Count.text(report.tables.count, "table")), "
                + "\(self.rows(report.tables.reduce(0) { $0 + $1.rows })); "
                + read + (rows == 0 ? "every value fits" : misfits)
        )
    }

    private mutating func more(_ count: Int, indent: Int) {
        guard count > Self.shown else { return }
        page.add("and \(count - Self.shown) more, see --json", indent: indent)
    }
}

/// Lines that are no wider than a page; whatever they say is shown safely.
struct WrappedText {
    private let width: Int
    private var lines: [String] = []

    /// Makes an empty page.
    ///
    /// - Parameter width: The columns of the page.
    init(width: Int) { self.width = width }

    /// The page.
    var text: String { lines.joined(separator: "\n") }

    /// Adds a paragraph.
    ///
    /// - Parameters:
    ///   - paragraph: The words; a line break at the start leaves a line free.
    ///   - indent: The blanks in front of the first line.
    ///   - hanging: The blanks in front of the others, the same when nil.
    mutating func add(_ paragraph: String, indent: Int = 0, hanging: Int? = nil) {
        var paragraph = paragraph
        if paragraph.hasPrefix("\n") {
            lines.append("")
            paragraph.removeFirst()
        }
        let visible = SafeText.visible(paragraph)
        let leading = visible.prefix { $0 == " " }.count
        let rest = String(repeating: " ", count: hanging ?? indent)
        var line = String(repeating: " ", count: indent + leading)
        var isEmpty = true
        for word in visible.dropFirst(leading).split(
            separator: " ",
            omittingEmptySubsequences: false
        ) {
            var word = word
            if !isEmpty, line.count + 1 + word.count > width {
                lines.append(line)
                line = rest
                isEmpty = true
            }
            if !isEmpty { line += " " }
            // A word wider than the page is broken, never cut.
            while line.count + word.count > width, rest.count + 8 < width {
                let room = width - line.count
                lines.append(line + word.prefix(room))
                word = word.dropFirst(room)
                line = rest
            }
            line += word
            isEmpty = false
        }
        lines.append(line)
    }
}
