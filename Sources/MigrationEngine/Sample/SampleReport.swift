/// What a sample database holds.
package struct SampleReport: Sendable, Encodable {
    /// A table and its rows.
    package struct Table: Sendable, Encodable {
        /// Its name.
        package let name: String
        /// How many rows were written.
        package let rows: Int
    }

    /// The file.
    package let path: String
    /// Its shape.
    package let schema: SampleSource.Schema
    /// The orders asked for.
    package let orders: Int
    /// The seed asked for.
    package let seed: UInt64
    /// The tables, in the order of the schema.
    package let tables: [Table]
    /// All rows.
    package let rows: Int
    /// The values that were spoiled; 0 unless that was asked for.
    package let oddValues: Int
    /// The size of the file.
    package let sizeBytes: Int
    /// The time it took.
    package let seconds: Double
}
