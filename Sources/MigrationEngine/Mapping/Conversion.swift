/// A change of stored values that the operator asks for by name, column by column.
///
/// Conversions are applied in the order in which the profile lists them. A value that a conversion
/// does not speak of stays as it is; a value that it changes is counted, as a cell, under its name.
package enum Conversion: String, Sendable, Codable, CaseIterable {
    /// Empty text becomes NULL.
    case emptyAsNull = "empty_as_null"
    /// Blanks, tabs and line ends at both ends of a text go.
    case trim
    /// A number of seconds since 1970 becomes the instant as text, to the microsecond.
    case epochSeconds = "epoch_seconds"
    /// A number of milliseconds since 1970 becomes the instant as text.
    case epochMillis = "epoch_millis"
    /// A Julian day becomes the instant as text, to the millisecond, as SQLite reads it.
    case julianDay = "julian_day"
    /// A date and time with an offset becomes the same instant in UTC, without one.
    case offsetToUTC = "offset_to_utc"
    /// true, t, yes, y and on become 1; false, f, no, n and off become 0; in any case.
    case trueFalseWords = "true_false_words"
    /// Text of digits, with a sign and a point if need be, becomes that number.
    case decimalText = "decimal_text"
    /// A number becomes text as SQLite's own `CAST` spells it.
    case numberAsText = "number_as_text"
    /// A blob that is valid UTF-8 becomes that text.
    case blobAsText = "blob_as_text"
    /// NULs inside a text go.
    case stripNUL = "strip_nul"
    /// Bytes of a text that are not UTF-8 become U+FFFD.
    case replaceInvalidUTF8 = "replace_invalid_utf8"
    /// A date `M/D/YYYY` becomes `YYYY-MM-DD`.
    case slashDate = "slash_date"
    /// Text that is longer than its `varchar(n)` or `char(n)` loses its end.
    case truncateToLength = "truncate_to_length"

    /// The most cells that it can touch as the first of a column, where the census knows it.
    ///
    /// - Parameter stored: What the column stores.
    /// - Returns: The number, nil when only the copy can tell.
    func most(of stored: ColumnCensus) -> Int? {
        switch self {
        case .emptyAsNull: stored.shapes[.emptyText] ?? 0
        case .epochSeconds, .epochMillis, .julianDay, .numberAsText: stored.integers + stored.reals
        case .offsetToUTC: stored.shapes[.timestampZone] ?? 0
        case .blobAsText: stored.blobs
        case .stripNUL: stored.shapes[.nulInside] ?? 0
        case .replaceInvalidUTF8: stored.shapes[.invalidUTF8] ?? 0
        case .trueFalseWords, .decimalText, .slashDate: stored.texts
        case .trim, .truncateToLength: nil
        }
    }
}
