import ArgumentParser
import Foundation

/// Prints the one JSON object of a command with `--json`.
///
/// - Parameter value: The object; its keys become snake_case.
/// - Throws: The encoder's error.
func printJSON(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    print(String(decoding: try encoder.encode(value), as: UTF8.self))
}
