/// Chooses how values of the target are stored in one column of the source.
///
/// A value that is new is spelled as most values of the column are. Whether what is stored reads
/// back as the value is asked of the rules of verify, behind the column's affinity.
final class CellWriter {
    /// What a value becomes.
    struct Choice {
        var value: SourceValue
        /// Whether verify calls both the same; else only without the column's conversions.
        var isConverted: Bool
    }

    /// Rows that are looked at from each end of the table.
    private static let reach = 20_000
    /// Values that are taken of them.
    private static let samples = 500

    private let column: ReversedTable.Column
    private let table: ReversedTable
    private let source: SourceConnection
    private let check: CellCheck
    private var known: (shapes: [StoredShape], isEmptyUsual: Bool)?

    init(
        _ column: ReversedTable.Column,
        of table: ReversedTable,
        _ source: SourceConnection,
        _ check: CellCheck
    ) {
        self.column = column
        self.table = table
        self.source = source
        self.check = check
    }

    /// Chooses what to store.
    ///
    /// - Parameters:
    ///   - value: The value of the target.
    ///   - cell: The same value in the canonical form.
    /// - Returns: The choice; nil when the column cannot hold the value without loss.
    /// - Throws: ``SourceError``.
    func choice(
        _ value: TargetValue,
        _ cell: UnsafeRawBufferPointer
    ) throws(SourceError) -> Choice? {
        var best: Choice?
        for candidate in try candidates(value) {
            if candidate == .null, column.source.isNotNull { continue }
            switch try check.match(candidate, column, cell) {
            case .converted: return Choice(value: candidate, isConverted: true)
            case .plain: best = best ?? Choice(value: candidate, isConverted: false)
            case .none: continue
            }
        }
        return best
    }

    private func candidates(_ value: TargetValue) throws(SourceError) -> [SourceValue] {
        switch (value, column.conversions.isEmpty) {
        case (.null, true): return [.null]
        case (.integer, true), (.text, true), (.bytes, true), (.double, true):
            return natural(value)
        default: break
        }
        let known: (shapes: [StoredShape], isEmptyUsual: Bool)
        if let earlier = self.known {
            known = earlier
        } else {
            known = try look()
        }
        self.known = known
        if value == .null {
            guard column.conversions.contains(.emptyAsNull) else { return [.null] }
            let empty = SourceValue.text([])
            return known.isEmptyUsual ? [empty, .null] : [.null, empty]
        }
        var shapes = known.shapes
        if case .moment(let microseconds) = value, microseconds % 1_000_000 == 0 {
            // Who writes fractions leaves out those that are zero, or never does.
            shapes = shapes.map { shape in
                guard case .moment(let moment) = shape, moment.digits > 0,
                    shapes.contains(.moment(moment.whole))
                else { return shape }
                return .moment(moment.whole)
            }
        }
        return shapes.flatMap { $0.spelled(value) } + natural(value)
    }

    /// What is stored where the column's own values say nothing.
    private func natural(_ value: TargetValue) -> [SourceValue] {
        switch value {
        case .null: return [.null]
        case .integer(let number): return [.integer(number)]
        case .double(let number): return [.real(number)]
        case .boolean(let truth): return [.integer(truth ? 1 : 0)]
        case .text(let bytes): return [.text(bytes)]
        case .bytes(let bytes): return [.blob(bytes)]
        case .moment: return StoredShape.moment(.init()).spelled(value)
        case .day: return StoredShape.moment(.init(isDateOnly: true)).spelled(value)
        case .clock: return StoredShape.clock(hasSeconds: true, digits: 0).spelled(value)
        case .uuid:
            return StoredShape.uuid(isUpper: false, hasHyphens: true).spelled(value)
                + StoredShape.plain(.blob).spelled(value)
        case .number:
            let isText = column.source.affinity == .text
            let numbers =
                StoredShape.plain(.integer).spelled(value) + StoredShape.plain(.real).spelled(value)
            let digits = StoredShape.digits(fraction: 0).spelled(value)
            return isText ? digits + numbers : numbers + digits
        }
    }

    /// Looks at the column's values: the newest rows and the oldest.
    private func look() throws(SourceError) -> (shapes: [StoredShape], isEmptyUsual: Bool) {
        let name = SourceConnection.quote(column.name)
        let orders =
            table.hasRowid
            ? table.handle.flatMap { handle in
                ["DESC", "ASC"].map { "ORDER BY \(SourceConnection.quote(handle)) \($0)" }
            } : [""]
        var counts: [StoredShape: Int] = [:]
        var order: [StoredShape] = []
        var (empty, null) = (0, 0)
        for sorted in orders {
            try source.query(
                """
                SELECT \(name) FROM (SELECT \(name) FROM \(table.qualifiedName) \(sorted)
                    LIMIT \(Self.reach)) WHERE \(name) IS NOT NULL AND \(name) IS NOT ''
                LIMIT \(Self.samples)
                """
            ) { row in
                let shape = StoredShape(row.value(0), column.rule, column.conversions)
                guard let shape else { return }
                if counts[shape] == nil { order.append(shape) }
                counts[shape, default: 0] += 1
            }
            try source.query(
                """
                SELECT count(*) FILTER (WHERE \(name) = ''), count(*) FILTER (WHERE \(name) IS NULL)
                FROM (SELECT \(name) FROM \(table.qualifiedName) \(sorted) LIMIT \(Self.samples))
                """
            ) { row in
                empty += Int(row.integer(0))
                null += Int(row.integer(1))
            }
        }
        // The first one met wins among equals: it stands in the newest row.
        let places = Dictionary(order.enumerated().map { ($1, $0) }) { first, _ in first }
        let shapes = order.sorted { left, right in
            let (one, other) = (counts[left] ?? 0, counts[right] ?? 0)
            return one == other ? (places[left] ?? 0) < (places[right] ?? 0) : one > other
        }
        return (shapes, empty > null)
    }
}

/// Asks SQLite and the rules of verify whether a stored value reads back as the target's.
final class CellCheck {
    /// How a stored value and the target's agree.
    enum Match {
        /// By verify's rule, the column's conversions included.
        case converted
        /// Without the conversions, which would make something else of it.
        case plain
        case none
    }

    private let connection: SourceConnection
    private let asBound: SourceStatement
    private var writers: [Catalog.Affinity: (write: SourceStatement, read: SourceStatement)] = [:]
    private let cell = CanonicalRow(width: 1)

    init() throws(SourceError) {
        // In memory: what an affinity makes of a value is seen by storing it.
        connection = try SourceConnection(path: ":memory:", access: .create)
        asBound = try connection.prepare("SELECT ?")
    }

    /// Compares a value, as it would be stored, with a cell of the target.
    ///
    /// - Parameters:
    ///   - value: The value.
    ///   - column: The column that it is for.
    ///   - other: The target's cell in the canonical form.
    /// - Returns: How they agree.
    /// - Throws: ``SourceError``.
    func match(
        _ value: SourceValue,
        _ column: ReversedTable.Column,
        _ other: UnsafeRawBufferPointer
    ) throws(SourceError) -> Match {
        let statement = try stored(value, column.source.affinity)
        defer { statement.reset() }
        return match(statement, 0, column, other)
    }

    /// Compares a value of a row with a cell of the target.
    ///
    /// - Parameters:
    ///   - statement: A statement that stands on a row.
    ///   - index: The column of the statement.
    ///   - column: The column of the table.
    ///   - other: The target's cell in the canonical form.
    /// - Returns: How they agree.
    func match(
        _ statement: SourceStatement,
        _ index: Int,
        _ column: ReversedTable.Column,
        _ other: UnsafeRawBufferPointer
    ) -> Match {
        SourceCanonicalizer(rules: [column.rule], readings: [column.reading])
            .fill(cell, statement, from: index)
        if cell.cell(0).compare(other) == 0 { return .converted }
        let isDigits = column.rule == .numeric && statement.storageClass(index) == .text
        guard column.reading != nil || isDigits else { return .none }
        // Digits stand as text where no number of SQLite has all of them.
        SourceCanonicalizer(rules: [column.rule], readings: isDigits ? [Self.digits] : [])
            .fill(cell, statement, from: index)
        return cell.cell(0).compare(other) == 0 ? .plain : .none
    }

    private static let digits = ConvertedReading([.decimalText], length: nil)

    private func stored(
        _ value: SourceValue,
        _ affinity: Catalog.Affinity
    ) throws(SourceError) -> SourceStatement {
        switch (value.storageClass, affinity) {
        case (.null, _), (.blob, _), (_, .blob), (.text, .text), (.integer, .integer),
            (.integer, .numeric), (.real, .real):
            asBound.reset()
            try asBound.bind([value])
            _ = try asBound.step()
            return asBound
        default:
            let (write, read) = try writer(affinity)
            try write.run([value])
            read.reset()
            _ = try read.step()
            return read
        }
    }

    private func writer(
        _ affinity: Catalog.Affinity
    ) throws(SourceError) -> (write: SourceStatement, read: SourceStatement) {
        if let known = writers[affinity] { return known }
        let name = "as_\(affinity.rawValue)"
        try connection.execute(
            "CREATE TABLE \(name) (value \(affinity.rawValue)); INSERT INTO \(name) VALUES (NULL)"
        )
        let made = (
            write: try connection.prepare("UPDATE \(name) SET value = ?"),
            read: try connection.prepare("SELECT value FROM \(name)")
        )
        writers[affinity] = made
        return made
    }
}
