/// Rows that the operator has marked, by their keys: they stay marked when the list is read again,
/// goes on, or is searched for others.
struct Marks: Equatable, Sendable {
    /// Rows that can be marked in a list: whoever wants more wants the list.
    static let most = 1_000

    /// The rows with all their columns, in the order in which they were marked.
    private(set) var rows: [Table.Row] = []
    /// Their keys.
    private(set) var ids: Set<String> = []

    /// Whether nothing is marked.
    var isEmpty: Bool { ids.isEmpty }

    /// How many rows are marked.
    var count: Int { ids.count }

    /// Marks a row, or takes its mark away.
    ///
    /// - Parameter row: The row with all its columns.
    /// - Returns: Whether there was room for the mark.
    mutating func toggle(_ row: Table.Row) -> Bool {
        if ids.remove(row.id) != nil {
            rows.removeAll { $0.id == row.id }
            return true
        }
        guard ids.count < Self.most else { return false }
        ids.insert(row.id)
        rows.append(row)
        return true
    }
}
