/// One of the two shapes of the sample database.
protocol SampleShape {
    /// The statements that make the tables.
    static var tables: String { get }
    /// The statements that make the indexes; run when the rows are in.
    static var indexes: String { get }
    /// How likely an order has one line, two, and so on.
    static var lineWeights: [Int] { get }

    init(in connection: SourceConnection) throws(SourceError)

    /// Writes an order and what follows from it.
    mutating func write(_ order: SampleOrder, _ random: inout SampleRandom) throws(SourceError)

    /// Writes the tables that do not grow with the orders, and what sums up the orders.
    mutating func finish(_ random: inout SampleRandom) throws(SourceError)

    /// The tables in the order of the schema, for the report.
    var written: [SampleTable] { get }
}
