import ArgumentParser
import MigrationEngine

/// What the verbs of `quarantine` print for people.
enum QuarantineText {
    /// Makes sure that exactly one way to choose rows was used.
    ///
    /// - Parameters:
    ///   - ids: Numbers.
    ///   - table: A table.
    ///   - all: Whether all rows are meant.
    ///   - verb: The verb, for the message.
    /// - Throws: `ValidationError`.
    static func requireOne(_ ids: [Int64], _ table: String?, _ all: Bool, _ verb: String) throws {
        let ways = [!ids.isEmpty, table != nil, all].filter { $0 }
        guard ways.count == 1 else {
            throw ValidationError("say what to \(verb): numbers of rows, --table T, or --all")
        }
    }

    /// A page of rows.
    static func list(_ page: QuarantinePage, _ cell: CellText) -> String {
        let warning = page.note.map { "note: \(cell.printable($0))\n" } ?? ""
        guard !page.groups.isEmpty else { return warning + "the quarantine is empty" }
        var groups = TextTable(
            ["TABLE", "COLUMN", "REASON", "ROWS", "WAITING", "ACCEPTED", "REPLAYED"],
            rightAligned: [3, 4, 5, 6]
        )
        for group in page.groups {
            groups.add([
                cell.text(group.table), cell.text(group.column), cell.printable(group.reason),
                String(group.rows), String(group.waiting), String(group.accepted),
                String(group.replayed),
            ])
        }
        var rows = TextTable(["ID", "TABLE", "KEY", "COLUMN", "STATE", "NOTE"], rightAligned: [0])
        for row in page.rows {
            rows.add([
                String(row.id), cell.text(row.table), cell.text(row.key), cell.text(row.column),
                row.state.rawValue, cell.text(note(row)),
            ])
        }
        let more = page.next.map { "\nmore with --after \($0)" } ?? ""
        return "\(warning)\(groups.text)\n\n\(rows.text)\(more)"
    }

    private static func note(_ row: QuarantineRow) -> String? {
        switch row.state {
        case .waiting:
            row.refusedReason.map { reason in
                let column = row.refusedColumn.map { "\($0): " } ?? ""
                return "refused again \(row.refusedAt ?? ""): \(column)\(reason)"
            }
        case .accepted: "\(row.acceptedBy ?? ""): \(row.acceptReason ?? "")"
        case .replayed:
            row.editedColumns.isEmpty
                ? row.replayedBy
                : "\(row.replayedBy ?? ""), chose \(row.editedColumns.joined(separator: ", "))"
        }
    }

    /// One row.
    static func detail(_ detail: QuarantineDetail, _ cell: CellText) -> String {
        let row = detail.row
        var lines = [
            "row \(row.id) of \(cell.printable(row.table)), \(cell.printable(row.key))",
            "reason: \(row.column.map { "\(cell.printable($0)): " } ?? "")"
                + cell.printable(row.reason) + (row.sqlState.map { " (\($0))" } ?? ""),
            "state:  \(row.state.rawValue)" + (note(row).map { ", \(cell.printable($0))" } ?? ""),
            "source: \(detail.source)" + (detail.note.map { ": \(cell.printable($0))" } ?? ""),
            "",
        ]
        var values = TextTable(["COLUMN", "CLASS", "BYTES", "VALUE"], rightAligned: [2])
        for value in detail.values {
            let text = value.value ?? "NULL"
            let isLong = value.isCut || text.count > 120
            let shown = isLong ? "\(text.prefix(120))…" : text
            let edited = value.edited.map { " -> \($0.prefix(120))" } ?? ""
            values.add([
                cell.printable(value.column), value.storageClass, cell.number(value.bytes),
                cell.printable(shown + edited),
            ])
        }
        lines.append(values.text)
        return lines.joined(separator: "\n")
    }

    /// What became of rows.
    static func replay(_ report: ReplayReport, _ cell: CellText) -> String {
        var lines = report.rows.filter { $0.outcome == "refused" }.map { row in
            "refused: row \(row.id) of \(cell.printable(row.table)), \(cell.printable(row.key)): "
                + cell.printable(row.reason ?? "")
        }
        let already = report.already > 0 ? ", \(report.already) were there already" : ""
        lines.append(
            "\(report.replayed == 1 ? "1 row is" : "\(report.replayed) rows are") in the target now, \(report.refused) refused\(already)"
        )
        return lines.joined(separator: "\n")
    }
}
