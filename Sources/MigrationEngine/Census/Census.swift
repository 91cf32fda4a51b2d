/// What is really stored, table by table and column by column.
package struct Census: Sendable, Equatable {
    /// The tables, by name as the catalog spells it.
    package var tables: NameTable<TableCensus> = [:]

    /// Makes an empty census.
    package init() {}
}

/// What one table stores.
package struct TableCensus: Sendable, Equatable {
    /// The number of rows.
    package var rows = 0
    /// The columns, in the order of the catalog.
    package var columns: [ColumnCensus] = []
    /// The highest rowid, for identities.
    package var maximumRowid: Int64?

    /// Makes a census of no rows.
    package init() {}
}

/// What one column stores.
package struct ColumnCensus: Sendable, Equatable {
    /// The number of NULLs.
    package var nulls = 0
    /// The number of values of class integer.
    package var integers = 0
    /// The number of values of class real.
    package var reals = 0
    /// The number of values of class text.
    package var texts = 0
    /// The number of values of class blob.
    package var blobs = 0
    /// The smallest integer.
    package var minimumInteger: Int64?
    /// The largest integer.
    package var maximumInteger: Int64?
    /// The smallest real.
    package var minimumReal: Double?
    /// The largest real.
    package var maximumReal: Double?
    /// The longest text, in bytes.
    package var longestText = 0
    /// How often each shape was met.
    package var shapes: [Shape: Int] = [:]

    /// Makes a census of no values.
    package init() {}

    /// A shape of a stored value; one value can have several, such as `zeroOrOne` and `integer32`.
    package enum Shape: String, Sendable, CaseIterable, Codable {
        /// Text `YYYY-MM-DD`, a real date of the years 0001 to 9999.
        case date
        /// Text `YYYY-MM-DD HH:MM:SS`, a real instant.
        case timestamp
        /// Text `YYYY-MM-DD HH:MM:SS.f` with one to six digits.
        case timestampFraction = "timestamp_fraction"
        /// A date and time joined by `T`, without a zone.
        case timestampT = "timestamp_t"
        /// A date and time with `Z` or an offset.
        case timestampZone = "timestamp_zone"
        /// Integer 0 or 1.
        case zeroOrOne = "zero_or_one"
        /// Empty text.
        case emptyText = "empty_text"
        /// Text with a NUL inside.
        case nulInside = "nul_inside"
        /// Text that is not valid UTF-8.
        case invalidUTF8 = "invalid_utf8"
        /// Text of a UTF-16 database that is not valid UTF-16.
        case invalidUTF16 = "invalid_utf16"
        /// An integer that does not fit 32 bits.
        case beyondInteger32 = "beyond_int4"
        /// An integer beyond 2^53.
        case beyondDouble = "beyond_2_53"
        /// A real that is infinite.
        case infinite
    }

    /// The number of values that are not NULL.
    package var values: Int { integers + reals + texts + blobs }
}
