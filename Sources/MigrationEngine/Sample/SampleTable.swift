/// One table of the sample while it is written.
final class SampleTable {
    let name: String
    private(set) var rows = 0
    private var lastID: Int
    private let statement: SourceStatement

    /// Prepares the insert of whole rows.
    ///
    /// - Parameters:
    ///   - name: The table; it exists.
    ///   - connection: The file.
    ///   - firstID: The lowest id that may be given.
    /// - Throws: ``SourceError``.
    init(
        _ name: String,
        in connection: SourceConnection,
        firstID: Int = 1
    ) throws(SourceError) {
        self.name = name
        lastID = firstID - 1
        let quoted = SourceConnection.quote(name)
        let columns = try connection.prepare("SELECT * FROM \(quoted)").columnCount
        let holes = Array(repeating: "?", count: columns).joined(separator: ", ")
        statement = try connection.prepare("INSERT INTO \(quoted) VALUES (\(holes))")
    }

    func insert(_ values: [SourceValue]) throws(SourceError) {
        try statement.run(values)
        rows += 1
    }

    /// The next id; some are left out, as in a table from which rows were deleted.
    func nextID(_ random: inout SampleRandom) -> SourceValue {
        lastID += random.below(8) == 0 ? random.within(2...4) : 1
        return .int(lastID)
    }
}
