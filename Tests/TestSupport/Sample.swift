package import MigrationEngine

/// Makes a synthetic ora.db.
///
/// - Parameters:
///   - path: The file.
///   - shape: The shape of its schema.
///   - orders: The number of orders.
/// - Throws: ``MigrationError``.
package func makeSample(
    _ path: String,
    _ shape: SampleSource.Schema,
    orders: Int
) async throws {
    try await onThread {
        _ = try SampleSource.write(path: path, schema: shape, orders: orders, seed: 7)
    }
}
