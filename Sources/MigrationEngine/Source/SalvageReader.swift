/// Rows of a table that could not be read, because pages between their neighbours are damaged.
package enum RowGap: Sendable, Equatable {
    /// Rowids from the first to the last; not each of them need have been a row.
    case rowids(Int64, Int64)
    /// Keys between two rows that could be read; nil stands for the end.
    case keys(after: RowKey?, before: RowKey?)
    /// All rows after the first ones, whose number is given.
    case rest(afterRows: Int)

    /// The gap for people.
    package var description: String {
        switch self {
        case .rowids(let first, let last) where first == last: "rowid \(first)"
        case .rowids(.min, .max): "all rowids"
        case .rowids(.min, let last): "rowids up to \(last)"
        case .rowids(let first, .max): "rowids from \(first)"
        case .rowids(let first, let last): "rowids \(first) to \(last)"
        case .keys(nil, nil): "all keys"
        case .keys(let after?, nil): "keys after \(after.description)"
        case .keys(nil, let before?): "keys before \(before.description)"
        case .keys(let after?, let before?):
            "keys after \(after.description) and before \(before.description)"
        case .rest(let rows): "what follows the first \(rows) rows"
        }
    }
}

/// Reads a piece of a table around damaged pages: in front of them, behind them, and between.
///
/// A row is given out once. In a table without damage this is one pass in the order of the
/// identity; behind damage rows can come backwards.
package struct SalvageReader {
    /// The bytes of a row after which its memory is given back before the next one is read.
    private static let largeRow = 4 << 20
    /// How often a gap is entered in its middle before it is given up.
    private static let probes = 4_096

    private let reader: RowReader
    private let connection: SourceConnection
    /// What could not be read.
    package private(set) var gaps: [RowGap] = []
    /// What SQLite said at the first damage.
    package private(set) var message: String?

    /// Prepares to read.
    ///
    /// - Parameters:
    ///   - reader: The table and its columns.
    ///   - connection: The connection, which passes over damage.
    package init(_ reader: RowReader, _ connection: SourceConnection) {
        self.reader = reader
        self.connection = connection
    }

    /// Reads all rows of a piece that can be read.
    ///
    /// - Parameters:
    ///   - range: The piece.
    ///   - visit: Called once a row; returns the bytes of the row.
    /// - Throws: ``SourceError`` for anything but damage.
    package mutating func read(
        _ range: RowRange,
        visit: (SourceStatement) throws(SourceError) -> Int
    ) throws(SourceError) {
        switch (reader.identity, range) {
        case (.rowid, .rowids(let first, let last)): try read(first, last, visit)
        case (.rowid, _): try read(.min, .max, visit)
        case (.key, _): try readKeys(range, visit)
        case (.none, _):
            let pass = try scan(range, false, visit)
            if !pass.isWhole { gaps.append(.rest(afterRows: pass.rows)) }
        }
    }

    // MARK: - By rowid

    private mutating func read(
        _ first: Int64,
        _ last: Int64,
        _ visit: (SourceStatement) throws(SourceError) -> Int
    ) throws(SourceError) {
        guard let above = try climb(first, last, visit), let gap = try sink(above, visit) else {
            return
        }
        var waiting = [gap]
        var lost: [ClosedRange<Int64>] = []
        var probes = Self.probes
        // The first in, the first out: all gaps become narrow at the same rate.
        var next = 0
        while next < waiting.count {
            let gap = waiting[next]
            next += 1
            guard probes > 0, gap.lowerBound < gap.upperBound else {
                lost.append(gap)
                continue
            }
            probes -= 1
            let (low, high) = (gap.lowerBound, gap.upperBound)
            let middle = low + low.halfway(to: high)
            if let rest = try sink(low...middle, visit) { waiting.append(rest) }
            if let rest = try climb(middle + 1, high, visit) { waiting.append(rest) }
        }
        lost.sort { $0.lowerBound < $1.lowerBound }
        gaps += RowGap.joined(lost.map { .rowids($0.lowerBound, $0.upperBound) })
    }

    /// Reads upwards.
    ///
    /// - Returns: What is left from the damage on; nil when all was read.
    private mutating func climb(
        _ first: Int64,
        _ last: Int64,
        _ visit: (SourceStatement) throws(SourceError) -> Int
    ) throws(SourceError) -> ClosedRange<Int64>? {
        let pass = try scan(.rowids(first, last), false, visit)
        guard !pass.isWhole else { return nil }
        guard let end = pass.lastRowid else { return first...last }
        return end < last ? end + 1...last : nil
    }

    /// Reads downwards.
    ///
    /// - Returns: What is left up to the damage; nil when all was read.
    private mutating func sink(
        _ range: ClosedRange<Int64>,
        _ visit: (SourceStatement) throws(SourceError) -> Int
    ) throws(SourceError) -> ClosedRange<Int64>? {
        let (first, last) = (range.lowerBound, range.upperBound)
        let pass = try scan(.rowids(first, last), true, visit)
        guard !pass.isWhole else { return nil }
        guard let end = pass.lastRowid else { return range }
        return first < end ? first...end - 1 : nil
    }

    // MARK: - By key

    private mutating func readKeys(
        _ range: RowRange,
        _ visit: (SourceStatement) throws(SourceError) -> Int
    ) throws(SourceError) {
        let forwards = try scan(range, false, visit)
        guard !forwards.isWhole else { return }
        let after = try key(ofRow: forwards.rows, range, isBackwards: false)
        let rest = RowRange.keys(after: after, through: nil)
        let backwards = try scan(rest, true, visit)
        guard !backwards.isWhole else { return }
        let before = try key(ofRow: backwards.rows, rest, isBackwards: true)
        let names = reader.identity.columns
        gaps.append(
            .keys(
                after: after.map { RowKey(names: names, values: $0) },
                before: before.map { RowKey(names: names, values: $0) }
            )
        )
    }

    /// Goes to a row again, because a statement that failed has no row any more.
    private func key(
        ofRow number: Int,
        _ range: RowRange,
        isBackwards: Bool
    ) throws(SourceError) -> [SourceValue]? {
        guard number > 0 else { return nil }
        let statement = try reader.open(connection, range, isBackwards: isBackwards)
        for _ in 0..<number where try !statement.step() { return nil }
        return reader.identity(of: statement)
    }

    // MARK: - One pass

    private struct Pass {
        var rows = 0
        var lastRowid: Int64?
        var isWhole = false
    }

    private mutating func scan(
        _ range: RowRange,
        _ isBackwards: Bool,
        _ visit: (SourceStatement) throws(SourceError) -> Int
    ) throws(SourceError) -> Pass {
        var pass = Pass()
        do throws(SourceError) {
            var rest: RowRange? = range
            while let range = rest { rest = try scan(range, isBackwards, &pass, visit) }
        } catch {
            guard error.isDamage else { throw error }
            note(error.message)
            pass.isWhole = false
        }
        return pass
    }

    /// Reads on with one statement.
    ///
    /// - Returns: What is left after a large row; nil at the end.
    private mutating func scan(
        _ range: RowRange,
        _ isBackwards: Bool,
        _ pass: inout Pass,
        _ visit: (SourceStatement) throws(SourceError) -> Int
    ) throws(SourceError) -> RowRange? {
        var isByRowid = false
        if case .rowid = reader.identity { isByRowid = true }
        let statement = try reader.open(connection, range, isBackwards: isBackwards)
        while try statement.step() {
            if isByRowid {
                let rowid = statement.integer(0)
                // A page that stands in two places would give its rows twice.
                if let last = pass.lastRowid, isBackwards ? rowid >= last : rowid <= last {
                    note("rowid \(rowid) follows rowid \(last)")
                    return nil
                }
                pass.lastRowid = rowid
            }
            pass.rows += 1
            if try visit(statement) >= Self.largeRow,
                let rest = rest(of: range, isBackwards, at: statement)
            {
                // A statement keeps the memory of its largest values to its end.
                return rest
            }
        }
        pass.isWhole = true
        return nil
    }

    private func rest(
        of range: RowRange,
        _ isBackwards: Bool,
        at statement: SourceStatement
    ) -> RowRange? {
        switch (reader.identity, range) {
        case (.rowid, .rowids(let first, let last)):
            let row = statement.integer(0)
            if isBackwards { return row > first ? .rowids(first, row - 1) : nil }
            return row < last ? .rowids(row + 1, last) : nil
        case (.key, .all) where !isBackwards:
            return .keys(after: reader.identity(of: statement), through: nil)
        case (.key, .keys(_, let last)) where !isBackwards:
            return .keys(after: reader.identity(of: statement), through: last)
        default: return nil
        }
    }

    private mutating func note(_ words: String) {
        if message == nil { message = words }
    }
}

extension RowGap {
    /// Joins ranges of rowids that follow one another.
    ///
    /// - Parameter gaps: The gaps in order.
    /// - Returns: The gaps, as few as say the same.
    package static func joined(_ gaps: [RowGap]) -> [RowGap] {
        var joined: [RowGap] = []
        for gap in gaps {
            if case .rowids(let first, let last) = gap,
                case .rowids(let start, let end)? = joined.last, end < .max, end + 1 == first
            {
                joined[joined.count - 1] = .rowids(start, last)
            } else {
                joined.append(gap)
            }
        }
        return joined
    }
}

extension Int64 {
    /// Half of the way to a greater number.
    fileprivate func halfway(to end: Int64) -> Int64 {
        // The whole way may not fit, half of it does.
        Int64(bitPattern: (UInt64(bitPattern: end) &- UInt64(bitPattern: self)) / 2)
    }
}
