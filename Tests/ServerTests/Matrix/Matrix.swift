import Foundation
import TestSupport

/// What became of the cells of a matrix.
struct MatrixTally: Sendable {
    var tried = 0
    var kept = 0
    var converted = 0
    var quarantined = 0
    /// Cells that are neither in the target nor in quarantine.
    var lost: [String] = []
    /// Cells that arrived as something else.
    var altered: [String] = []

    /// Adds the figures of another part.
    ///
    /// - Parameter other: The part.
    mutating func add(_ other: Self) {
        tried += other.tried
        kept += other.kept
        converted += other.converted
        quarantined += other.quarantined
        lost += other.lost
        altered += other.altered
    }

    /// The line that a reader of the tests' output looks for.
    var summary: String {
        "matrix: \(tried) cells tried, \(kept) kept, \(converted) converted, "
            + "\(quarantined) quarantined, \(lost.count) lost, \(altered.count) altered"
    }
}

/// A database of tables `(id INTEGER PRIMARY KEY, v TYPE)`, one cell a row.
struct Matrix: Sendable {
    /// A table of the matrix.
    struct Table: Sendable {
        var name: String
        var type: String
        /// The places of its values in ``HostileValues/all``; each is the row's id.
        var values: [Int]
    }

    var tables: [Table]

    /// Each value alone in a table of its own, so that the mapping has this one value to go by.
    ///
    /// Two in five, so that every type and every value has its turn in a minute; all of them where
    /// `CUTOVER_FULL_MATRIX=1` asks for it.
    ///
    /// - Parameter part: The part of the declared types.
    /// - Returns: The tables.
    static func alone(_ part: Range<Int>) -> Self {
        Self(
            tables: part.flatMap { type in
                HostileValues.all.indices.filter { isFull || (type * 2 + $0) % 5 < 2 }.map {
                    value in
                    Table(
                        name: "c_\(type)_\(value)",
                        type: DeclaredTypes.all[type],
                        values: [value]
                    )
                }
            }
        )
    }

    private static let isFull =
        ProcessInfo.processInfo.environment["CUTOVER_FULL_MATRIX"] == "1"

    /// All values in one table for each declared type.
    static let together = Self(
        tables: DeclaredTypes.all.indices.map { type in
            Table(
                name: "t_\(type)",
                type: DeclaredTypes.all[type],
                values: Array(HostileValues.all.indices)
            )
        }
    )

    /// How many cells it has.
    var cells: Int { tables.reduce(0) { $0 + $1.values.count } }

    /// The statements that make the database.
    var script: String {
        var lines = ["PRAGMA journal_mode = OFF; BEGIN;"]
        for table in tables {
            lines.append("CREATE TABLE \(table.name) (id INTEGER PRIMARY KEY, v \(table.type));")
            for value in table.values {
                let sql = HostileValues.all[value].sql
                lines.append("INSERT INTO \(table.name) VALUES (\(value), \(sql));")
            }
        }
        return (lines + ["COMMIT;"]).joined(separator: "\n")
    }

    /// Says what became of each cell.
    ///
    /// - Parameters:
    ///   - path: The SQLite file.
    ///   - url: The PostgreSQL database.
    /// - Returns: The figures.
    /// - Throws: ``ProgramFailed``.
    func judge(_ path: String, _ url: String) async throws -> MatrixTally {
        let names = tables.map(\.name)
        let source = try await CellReading.source(path, names)
        let target = try await CellReading.target(url, names)
        let quarantine = try await CellReading.quarantine(url)
        var tally = MatrixTally()
        for table in tables {
            for value in table.values {
                let row = RowName(table: table.name, id: value)
                let what = "\(table.type) \(HostileValues.all[value].name)"
                tally.tried += 1
                guard let cell = source[row] else {
                    tally.lost.append("\(what): not in the source")
                    continue
                }
                tally.judge(what, cell, target[row], quarantine[row])
            }
        }
        return tally
    }
}

extension MatrixTally {
    /// Counts one cell.
    ///
    /// - Parameters:
    ///   - what: Its name.
    ///   - source: The cell in the source.
    ///   - target: The cell in the target, when its row is there.
    ///   - kept: The cell in quarantine, when its row is there.
    mutating func judge(_ what: String, _ source: Cell, _ target: Cell?, _ kept: Cell?) {
        switch (target, kept) {
        case (nil, nil): lost.append(what)
        case (.some, .some): altered.append("\(what): in the target and in quarantine")
        case (nil, .some(let kept)):
            // Digits of a real may be spelled otherwise, its bits may not differ.
            let isSame =
                kept.type == source.type
                && (source.type == "real"
                    ? kept.bits == source.bits : (kept.bytes ?? []) == (source.bytes ?? []))
            if isSame { quarantined += 1 } else { altered.append("\(what): in quarantine") }
        case (.some(let target), nil):
            let expected = CellJudge.canonical(source: source, in: target.type)
            if expected == CellJudge.canonical(target: target) {
                self.kept += 1
            } else {
                let now = "\(target.type) \(target.text.prefix(40))"
                altered.append("\(what): \(source.type) \(source.text.prefix(40)) became \(now)")
            }
        }
    }
}
