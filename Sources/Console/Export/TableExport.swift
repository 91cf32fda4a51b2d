import Foundation

/// A list as a file: what the operator sees, for a spreadsheet or a script.
enum TableExport {
    /// The form of the file, by the end of its name.
    enum Form: Equatable, Sendable {
        case csv
        case json

        /// The form that a path asks for; nil when it asks for another one.
        init?(path: String) {
            let path = path.lowercased()
            if path.hasSuffix(".csv") {
                self = .csv
            } else if path.hasSuffix(".json") {
                self = .json
            } else {
                return nil
            }
        }
    }

    /// Writes a table.
    ///
    /// - Parameters:
    ///   - table: The rows, as they stand on the screen.
    ///   - form: The form.
    ///   - glyphs: The signs, which are left out.
    /// - Returns: The text of the file, UTF-8.
    static func text(_ table: Table, _ form: Form, glyphs: Glyphs) -> String {
        let titles = table.columns.map(\.title)
        let rows = table.rows.map { row in
            let cells = row.cells
            return titles.indices.map { index in
                index < cells.count ? words(cells[index], glyphs) : ""
            }
        }
        switch form {
        case .csv:
            return ([titles] + rows).map { $0.map(quoted).joined(separator: ",") + "\r\n" }.joined()
        case .json: return json(titles, rows)
        }
    }

    /// One row for the clipboard: its cells with tabs between them.
    static func line(_ row: Table.Row, glyphs: Glyphs) -> String {
        row.cells.map { words($0, glyphs).replacing("\t", with: " ") }.joined(separator: "\t")
    }

    private static func words(_ cell: Line, _ glyphs: Glyphs) -> String {
        let text = cell.map(\.text).joined()
        let signs = [glyphs.ok, glyphs.bad, glyphs.warn, glyphs.wait, glyphs.run]
        guard let sign = signs.first(where: { text.hasPrefix($0 + " ") }) else { return text }
        return String(text.dropFirst(sign.count + 1))
    }

    /// What a field that a spreadsheet calculates can begin with, also in wide letters.
    private static let formulaBeginnings: Set<Character> = [
        "=", "+", "@", "\t", "\r", "\n", "\r\n", "＝", "＋", "＠", "－",
    ]

    /// A field as RFC 4180 wants it; a spreadsheet takes none for a formula.
    private static func quoted(_ field: String) -> String {
        // Some leave out what is blank before they look.
        let first = field.first { $0 != " " && $0 != "\u{A0}" }
        let isFormula =
            first.map(formulaBeginnings.contains) ?? false
            || (first == "-" && Double(field) == nil)
        let field = isFormula ? "'" + field : field
        // CR LF is one character of its own in a Swift string.
        let special: Set<Character> = ["\"", ",", "\r", "\n", "\r\n"]
        guard field.contains(where: special.contains) else { return field }
        return "\"" + field.replacing("\"", with: "\"\"") + "\""
    }

    private static func json(_ titles: [String], _ rows: [[String]]) -> String {
        let objects = rows.map { row in
            let members = zip(titles, row).map { title, value in
                "\(literal(title.lowercased().replacing(" ", with: "_"))): \(literal(value))"
            }
            return "  {" + members.joined(separator: ", ") + "}"
        }
        return "[\n" + objects.joined(separator: ",\n") + "\n]\n"
    }

    private static func literal(_ text: String) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        let bytes = (try? encoder.encode(text)) ?? Data()
        return String(decoding: bytes, as: UTF8.self)
    }
}
