import Foundation

/// The bytes that a program sent to the terminal.
struct Recording {
    /// All of them, read as UTF-8.
    let text: String

    /// Reads a recording.
    ///
    /// - Parameter path: The file.
    /// - Throws: The system's error.
    init(path: String) throws {
        text = String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
    }

    /// The parameters of SGR sequences that choose a colour.
    var colours: [Int] {
        text.matches(of: /\u{1B}\[([0-9;]*)m/)
            .flatMap { $0.1.split(separator: ";").compactMap { Int($0) } }
            .filter { (30...38).contains($0) || (40...48).contains($0) || (90...107).contains($0) }
    }

    /// Scalars that a screen must never get from a database.
    var hostileScalars: [Unicode.Scalar] {
        text.unicodeScalars.filter { scalar in
            switch scalar.value {
            case 0x07, 0x7F...0x9F, 0x061C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069: true
            default: false
            }
        }
    }
}
