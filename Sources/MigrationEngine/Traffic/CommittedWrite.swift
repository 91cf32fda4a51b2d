/// One row as a committed write of the simulated application left it.
package struct CommittedWrite: Sendable, Equatable {
    /// Names a row on either side.
    package struct Key: Sendable, Hashable {
        /// The table.
        package let table: String
        /// The column that identifies its rows.
        package let column: String
        /// The value of that column as text, the same on both sides.
        package let value: String
    }

    /// The place in the order of commits: taken while the row could not be written by another.
    package var sequence: Int
    /// When the commit returned, in seconds since 1970.
    package var at: Double
    /// The worker.
    package let worker: String
    /// The side that it was written on.
    package let side: Side
    /// The row.
    package let key: Key
    /// The statement that left it so.
    package let kind: TrafficKind
    /// The row's columns as they were committed; nil when the row is gone.
    ///
    /// Read from PostgreSQL, every value is text.
    package let row: [String: SourceValue]?
    /// False when the connection was lost during COMMIT, so that either may have happened.
    package var isCertain = true
}

extension CommittedWrite: Encodable {
    private enum CodingKeys: String, CodingKey {
        case sequence = "seq"
        case at
        case worker
        case side
        case table
        case column
        case key
        case kind = "op"
        case row
        case isCertain = "certain"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(sequence, forKey: .sequence)
        try container.encode(at, forKey: .at)
        try container.encode(worker, forKey: .worker)
        try container.encode(side, forKey: .side)
        try container.encode(key.table, forKey: .table)
        try container.encode(key.column, forKey: .column)
        try container.encode(key.value, forKey: .key)
        try container.encode(kind, forKey: .kind)
        if let row {
            try container.encode(row.mapValues(LedgerCell.init), forKey: .row)
        } else {
            try container.encodeNil(forKey: .row)
        }
        if !isCertain { try container.encode(false, forKey: .isCertain) }
    }
}

/// A value in a line of the ledger: NULL, a number, a text, or the hexadecimal digits of a blob.
private struct LedgerCell: Encodable {
    let value: SourceValue

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch value {
        case .null: try container.encodeNil()
        case .integer(let integer): try container.encode(integer)
        case .real(let real) where real.isFinite: try container.encode(real)
        case .real(let real): try container.encode(String(real))
        case .text(let bytes): try container.encode(String(decoding: bytes, as: UTF8.self))
        case .blob(let bytes): try container.encode(["blob": bytes.hexadecimal])
        }
    }
}
