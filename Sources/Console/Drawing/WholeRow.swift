import MigrationEngine

/// A row of what was opened, with every value in as many lines as it needs.
enum WholeRow {
    /// The content that takes the place of what was opened.
    ///
    /// - Parameters:
    ///   - row: The row.
    ///   - table: The table that it stands in, for the names of its values.
    ///   - title: Where the row stands.
    ///   - width: The cells of a line.
    /// - Returns: Lines that can be scrolled.
    static func content(
        _ row: Table.Row,
        of table: Table,
        title: String,
        width: Int
    ) -> PaneContent {
        let texts = row.cells.map { $0.map(\.text).joined() }
        var lines: [Line] = []
        for (column, text) in zip(table.columns, texts) {
            let count = text.count > width ? "   \(Figures.rows(text.count, "character"))" : ""
            lines.append([Span(column.title, .title), Span(count, .textMuted)])
            lines += broken(text, to: width - 2).map { [Span("  "), Span($0)] }
        }
        if let words = difference(texts, table.columns) {
            lines.insert([Span(words, .statusWarn)], at: 0)
        }
        if texts.contains(where: { $0.contains("… (") && $0.contains(" bytes") }) {
            let more = "the comparison kept a part; Tables shows the row with more of it"
            lines.append([Span(more, .textMuted)])
        }
        return PaneContent(title: title, body: .lines(lines), leastWidth: width + 8)
    }

    /// A text in lines that are full, wherever its words end.
    static func broken(_ text: String, to width: Int) -> [String] {
        var lines = [""]
        var used = 0
        for character in Width.safe(text) {
            let cells = Width.cells(String(character))
            if used + cells > max(1, width) {
                lines.append("")
                used = 0
            }
            lines[lines.count - 1].append(character)
            used += cells
        }
        return lines
    }

    /// Two long values from a little before the first character in which they differ.
    ///
    /// - Parameters:
    ///   - left: A value.
    ///   - right: The other side's.
    /// - Returns: Both as they are when a column shows the difference anyway.
    static func apart(_ left: String, _ right: String) -> (left: String, right: String) {
        let same = zip(left, right).prefix { $0 == $1 }.count
        guard same > 24, left != right else { return (left, right) }
        return ("…" + left.dropFirst(same - 6), "…" + right.dropFirst(same - 6))
    }

    /// Where the values of both sides differ first, in words; nil where one alone is there or the
    /// engine has said it.
    private static func difference(_ texts: [String], _ columns: [Table.Column]) -> String? {
        guard let left = columns.firstIndex(where: { $0.title == "SQLITE" }),
            let right = columns.firstIndex(where: { $0.title == "POSTGRES" }),
            texts.indices.contains(left), texts.indices.contains(right)
        else { return nil }
        let (own, other) = (texts[left], texts[right])
        guard own != other, max(own.count, other.count) > 24, !own.contains("… ("),
            !other.contains("… (")
        else { return nil }
        let place = zip(own, other).prefix { $0 == $1 }.count + 1
        return "they differ from character \(Figures.count(place)) on: SQLite has "
            + "\(Figures.count(own.count)) characters, PostgreSQL \(Figures.count(other.count))"
    }
}

extension Model {
    /// The row of what was opened whose values are shown whole.
    var rowShownWhole: Table.Row? {
        guard let id = detail?.value else { return nil }
        return tableBehindWhole?.rows.first { $0.id == id }
    }

    /// The table behind the row that is shown whole.
    var tableBehindWhole: Table? {
        guard case .table(let table)? = contentBehindWhole?.body else { return nil }
        return table
    }

    /// What stands there when the row is closed again.
    var contentBehindWhole: PaneContent? {
        guard let detail else { return nil }
        return Panes.pane(pane).detail(self, of: detail.id)
    }

    /// The row that is shown whole, in place of what was opened.
    var wholeRowContent: PaneContent? {
        guard let row = rowShownWhole, let behind = contentBehindWhole,
            case .table(let table) = behind.body
        else { return nil }
        let width = max(10, layout.body.width - 4)
        let title = pane == .verify ? behind.title : "\(behind.title) > \(row.id)"
        return WholeRow.content(row, of: table, title: title, width: width)
    }
}
