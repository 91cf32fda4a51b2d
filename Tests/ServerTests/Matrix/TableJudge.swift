import TestSupport

/// Compares whole databases by the shells of both sides, every row and every cell.
///
/// It uses no code of the engine: rows are brought into canonical texts and compared as multisets. Rows in quarantine are
/// looked for in the source, byte by byte, and taken out of it.
struct TableJudge {
    /// The tables that were compared, with their rows in the source.
    private(set) var rows: [String: Int] = [:]
    /// The rows in quarantine, by table.
    private(set) var quarantined: [String: Int] = [:]
    /// What differs, in words.
    private(set) var differences: [String] = []

    /// Compares.
    ///
    /// - Parameters:
    ///   - path: The SQLite file; every collation it names must be known to the shell.
    ///   - url: The PostgreSQL database.
    /// - Throws: ``ProgramFailed``.
    init(_ path: String, _ url: String) async throws {
        let sides = TableReading(path: path, url: url)
        let tables = try await sides.tables()
        let source = try await sides.source(tables)
        let target = try await sides.target(tables)
        let kept = try await sides.quarantine()
        for (index, table) in tables.enumerated() {
            guard !table.types.contains("missing") else {
                differences.append("\(table.name): \(table.columns) are \(table.types)")
                continue
            }
            rows[table.name] = source[index].count
            let theirs = target[index].map { Self.text(target: $0) }.sorted()
            let ours = remove(kept[table.name] ?? [], from: source[index], table)
                .map { Self.text(source: $0, table.types) }.sorted()
            guard ours != theirs else { continue }
            let first = zip(ours, theirs).first { $0 != $1 }
            differences.append(
                "\(table.name): \(ours.count) and \(theirs.count) rows; "
                    + (first.map { "\($0)" } ?? "")
            )
        }
    }

    private static func text(source cells: [Cell], _ types: [String]) -> String {
        zip(cells, types).map { cell, type in
            CellJudge.canonical(source: cell, in: type) ?? "not a \(type): \(cell.text)"
        }.joined(separator: "|")
    }

    private static func text(target cells: [Cell]) -> String {
        cells.map(CellJudge.canonical(target:)).joined(separator: "|")
    }

    /// The rows of the source without those in quarantine.
    private mutating func remove(
        _ kept: [TableReading.Kept],
        from rows: [[Cell]],
        _ table: TableReading.Table
    ) -> [[Cell]] {
        guard !kept.isEmpty else { return rows }
        quarantined[table.name] = kept.count
        var places: [[Cell]: [Int]] = [:]
        let copied = kept[0].columns.map { table.columns.firstIndex(of: $0) ?? 0 }
        for (index, row) in rows.enumerated() {
            places[copied.map { row[$0].withoutSpelling }, default: []].append(index)
        }
        var gone: Set<Int> = []
        for row in kept {
            guard let place = places[row.cells.map(\.withoutSpelling)]?.popLast() else {
                differences.append("\(table.name): a row in quarantine is not in the source")
                continue
            }
            gone.insert(place)
        }
        return rows.indices.filter { !gone.contains($0) }.map { rows[$0] }
    }
}

extension Cell {
    /// The cell without the digits of a real, which may be spelled in several ways.
    var withoutSpelling: Cell {
        if type == "null" { return Cell(type: type) }
        return type == "real" ? Cell(type: type, bits: bits) : self
    }
}
