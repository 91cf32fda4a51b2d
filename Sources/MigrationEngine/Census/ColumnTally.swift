/// The running count of one column; plain numbers, because every stored value passes here.
struct ColumnTally {
    private var nulls = 0
    private var integers = 0
    private var reals = 0
    private var texts = 0
    private var blobs = 0
    private var minimumInteger = Int64.max
    private var maximumInteger = Int64.min
    private var minimumReal = Double.infinity
    private var maximumReal = -Double.infinity
    private var longestText = 0
    private var zeroOrOne = 0
    private var beyondInteger32 = 0
    private var beyondDouble = 0
    private var infinite = 0
    private var emptyText = 0
    private var nulInside = 0
    private var invalidUTF8 = 0
    private var invalidUTF16 = 0
    private var dates = 0
    private var timestamps = 0
    private var timestampFractions = 0
    private var timestampTs = 0
    private var timestampZones = 0

    /// Counts the value of a column in the current row.
    ///
    /// - Parameters:
    ///   - statement: A statement that stands on a row.
    ///   - column: The column, from 0.
    /// - Returns: The size of the value: the bytes of a text or blob, 8 for a number, 0 for NULL.
    @inline(__always)
    mutating func add(_ statement: SourceStatement, _ column: Int) -> Int {
        switch statement.storageClass(column) {
        case .null:
            nulls += 1
            return 0
        case .integer:
            add(integer: statement.integer(column))
            return 8
        case .real:
            add(real: statement.real(column))
            return 8
        case .text:
            if let malformed = statement.malformedText(column) {
                // What SQLite would make of it is not the text, and takes more memory.
                texts += 1
                invalidUTF16 += 1
                if malformed.count > longestText { longestText = malformed.count }
                return malformed.count
            }
            let bytes = statement.bytes(column)
            add(text: bytes)
            return bytes.count
        case .blob:
            blobs += 1
            return statement.byteCount(column)
        }
    }

    @inline(__always)
    private mutating func add(integer value: Int64) {
        integers += 1
        if value < minimumInteger { minimumInteger = value }
        if value > maximumInteger { maximumInteger = value }
        if value == 0 || value == 1 { zeroOrOne += 1 }
        if value > Int64(Int32.max) || value < Int64(Int32.min) {
            beyondInteger32 += 1
            if value > 1 << 53 || value < -(1 << 53) { beyondDouble += 1 }
        }
    }

    private mutating func add(real value: Double) {
        reals += 1
        if value < minimumReal { minimumReal = value }
        if value > maximumReal { maximumReal = value }
        if value.isInfinite { infinite += 1 }
    }

    @inline(__always)
    private mutating func add(text bytes: UnsafeRawBufferPointer) {
        texts += 1
        if bytes.count > longestText { longestText = bytes.count }
        if bytes.count == 0 {
            emptyText += 1
            return
        }
        if TextBytes.containsNUL(bytes) { nulInside += 1 }
        if !TextBytes.isUTF8(bytes) { invalidUTF8 += 1 }
        if bytes.count >= 10, bytes.count <= 40, bytes[4] == UInt8(ascii: "-") { addTime(bytes) }
    }

    private mutating func addTime(_ bytes: UnsafeRawBufferPointer) {
        switch TimeText(bytes)?.shape {
        case .date: dates += 1
        case .timestamp: timestamps += 1
        case .timestampFraction: timestampFractions += 1
        case .timestampT: timestampTs += 1
        case .timestampZone: timestampZones += 1
        default: break
        }
    }

    /// Adds the counts of another piece of the same column.
    mutating func merge(_ other: ColumnTally) {
        nulls += other.nulls
        integers += other.integers
        reals += other.reals
        texts += other.texts
        blobs += other.blobs
        minimumInteger = min(minimumInteger, other.minimumInteger)
        maximumInteger = max(maximumInteger, other.maximumInteger)
        minimumReal = min(minimumReal, other.minimumReal)
        maximumReal = max(maximumReal, other.maximumReal)
        longestText = max(longestText, other.longestText)
        zeroOrOne += other.zeroOrOne
        beyondInteger32 += other.beyondInteger32
        beyondDouble += other.beyondDouble
        infinite += other.infinite
        emptyText += other.emptyText
        nulInside += other.nulInside
        invalidUTF8 += other.invalidUTF8
        invalidUTF16 += other.invalidUTF16
        dates += other.dates
        timestamps += other.timestamps
        timestampFractions += other.timestampFractions
        timestampTs += other.timestampTs
        timestampZones += other.timestampZones
    }

    /// The counts as the census keeps them.
    var census: ColumnCensus {
        var census = ColumnCensus()
        census.nulls = nulls
        census.integers = integers
        census.reals = reals
        census.texts = texts
        census.blobs = blobs
        if integers > 0 {
            census.minimumInteger = minimumInteger
            census.maximumInteger = maximumInteger
        }
        if reals > 0 {
            census.minimumReal = minimumReal
            census.maximumReal = maximumReal
        }
        census.longestText = longestText
        let counts: [(ColumnCensus.Shape, Int)] = [
            (.date, dates), (.timestamp, timestamps), (.timestampFraction, timestampFractions),
            (.timestampT, timestampTs), (.timestampZone, timestampZones),
            (.zeroOrOne, zeroOrOne), (.emptyText, emptyText), (.nulInside, nulInside),
            (.invalidUTF8, invalidUTF8), (.invalidUTF16, invalidUTF16),
            (.beyondInteger32, beyondInteger32),
            (.beyondDouble, beyondDouble), (.infinite, infinite),
        ]
        for (shape, count) in counts where count > 0 { census.shapes[shape] = count }
        return census
    }
}
