/// How many cells each conversion of a table has changed, row by row.
///
/// A row that ends in quarantine does not count: what is stored of it is what the source stores.
final class ConversionTally {
    /// The cells of finished rows, one count a conversion in the order of the columns.
    private(set) var cells: [Int]
    /// The conversions that the row under way has met.
    private(set) var row: [Int] = []

    /// Counts nothing yet.
    ///
    /// - Parameter slots: The number of conversions of all columns.
    init(slots: Int) { cells = [Int](repeating: 0, count: slots) }

    /// Notes that a conversion has changed a cell of the row under way.
    func note(_ slot: Int) { row.append(slot) }

    /// Forgets the row under way, before the next one and after one that does not fit.
    func dropRow() { row.removeAll(keepingCapacity: true) }

    /// Counts the row under way.
    func countRow() {
        for slot in row { cells[slot] += 1 }
        dropRow()
    }

    /// Takes back a row that was counted, because the server refused it.
    func takeBack(_ slots: [Int]) {
        for slot in slots { cells[slot] -= 1 }
    }
}
