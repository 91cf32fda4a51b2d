/// A value that a statement binds; the server takes it for the type that its place has.
public enum PoolValue: Sendable, Equatable, ExpressibleByStringLiteral,
    ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral, ExpressibleByFloatLiteral,
    ExpressibleByNilLiteral
{
    /// NULL.
    case null
    /// Text, and everything that is written as text, such as a date.
    case text(String)
    /// A whole number.
    case integer(Int64)
    /// A number.
    case real(Double)
    /// A truth value.
    case boolean(Bool)
    /// Bytes, for a column of type `bytea`.
    case bytes([UInt8])
    /// The server's clock in UTC, to the second; only for ``TargetPool/upsert(_:_:key:)``.
    case now

    /// Makes text.
    ///
    /// - Parameter value: The text.
    public init(stringLiteral value: String) { self = .text(value) }

    /// Makes a whole number.
    ///
    /// - Parameter value: The number.
    public init(integerLiteral value: Int64) { self = .integer(value) }

    /// Makes a truth value.
    ///
    /// - Parameter value: The truth value.
    public init(booleanLiteral value: Bool) { self = .boolean(value) }

    /// Makes a number.
    ///
    /// - Parameter value: The number.
    public init(floatLiteral value: Double) { self = .real(value) }

    /// Makes NULL.
    ///
    /// - Parameter nilLiteral: Nothing.
    public init(nilLiteral: ()) { self = .null }

    /// The parameter; nil for the server's clock, which is an expression and no value.
    var parameter: TargetParameter? {
        switch self {
        case .null: .null
        case .text(let text): .text(text)
        case .integer(let integer): .integer(integer)
        case .real(let real): .text(String(real))
        case .boolean(let truth): .text(truth ? "true" : "false")
        case .bytes(let bytes): .bytes(bytes)
        case .now: nil
        }
    }
}

/// A row, read by place or by name.
public struct PoolRow: Sendable, Equatable {
    /// The names of the columns.
    public let columns: [String]
    /// The values as PostgreSQL writes them; nil for NULL.
    public let values: [String?]

    /// The value of a column as text; nil for NULL.
    ///
    /// - Parameter column: The column's name, in any case of letters.
    /// - Returns: The text.
    /// - Throws: ``MigrationError`` of code `usage` when there is no such column: that is never NULL.
    public func text(_ column: String) throws(MigrationError) -> String? {
        let name = column.foldedName
        guard let place = columns.firstIndex(where: { $0.foldedName == name }) else {
            throw MigrationError(
                .usage,
                "the row has no column \"\(SafeText.visible(column))\"",
                place: .init("application", side: .target, column: column),
                remedy: "give one of: "
                    + columns.map { SafeText.visible($0) }.joined(separator: ", ")
            )
        }
        return values[place]
    }

    /// The value of a column as a whole number; nil for NULL, and for what is none.
    ///
    /// - Parameter column: The column's name.
    /// - Returns: The number.
    /// - Throws: ``MigrationError`` of code `usage` when there is no such column.
    public func integer(_ column: String) throws(MigrationError) -> Int64? {
        try text(column).flatMap { Int64($0) }
    }

    /// The value of a column as a truth value, of a boolean column as of one that holds 0 and 1.
    ///
    /// - Parameter column: The column's name.
    /// - Returns: The truth value; nil for NULL.
    /// - Throws: ``MigrationError`` of code `usage` when there is no such column.
    public func boolean(_ column: String) throws(MigrationError) -> Bool? {
        try text(column).map { StoredText.isOn($0) }
    }
}

/// The statement that writes a row or what differs of it.
struct Upsert {
    let sql: String
    let values: [PoolValue]

    /// A timestamp without zone, in UTC and without fractions: right for a timestamp column, and
    /// as text of SQLite's form for a text column.
    private static let now = "date_trunc('second', timezone('UTC', statement_timestamp()))"

    init(table: String, row: [(String, PoolValue)], key: [String]) {
        var values: [PoolValue] = []
        let written = row.map { _, value in
            guard value != .now else { return Self.now }
            values.append(value)
            return "$\(values.count)"
        }
        let names = row.map { TargetConnection.quote($0.0) }
        let changed = row.map(\.0).filter { !key.contains($0) }
            .map { TargetConnection.quote($0) }
        let action =
            changed.isEmpty
            ? "NOTHING"
            : "UPDATE SET " + changed.map { "\($0) = EXCLUDED.\($0)" }.joined(separator: ", ")
        sql = """
            INSERT INTO \(TargetConnection.quote(table)) (\(names.joined(separator: ", ")))
            VALUES (\(written.joined(separator: ", ")))
            ON CONFLICT (\(key.map { TargetConnection.quote($0) }.joined(separator: ", ")))
            DO \(action)
            """
        self.values = values
    }
}
