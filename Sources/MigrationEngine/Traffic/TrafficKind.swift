/// What a write of a simulated worker is, as it is counted.
package enum TrafficKind: String, Sendable, CaseIterable, Codable {
    /// A new row.
    case insert
    /// A new row, or an update of the row with the same key.
    case upsert
    /// A new row in place of those with the same key, which SQLite deletes.
    case replace
    /// An update that leaves the keys as they are.
    case update
    /// An update of a primary or unique key.
    case keyChange = "key_change"
    /// One of the three updates by which two rows get each other's unique value.
    case uniqueSwap = "unique_swap"
    /// A delete.
    case delete
    /// A delete that took children with it.
    case cascade
}
