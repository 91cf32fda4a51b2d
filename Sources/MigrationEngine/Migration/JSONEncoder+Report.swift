package import Foundation

extension JSONEncoder {
    /// The encoder of every report: snake_case, the same order of keys each time.
    package static var report: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }
}
