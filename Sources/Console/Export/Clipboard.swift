import Foundation

/// The terminal's clipboard, reached through the terminal itself, so that it works over a network.
enum Clipboard {
    /// The most bytes that terminals take.
    static let most = 74_994

    /// The characters that put a text into the clipboard.
    ///
    /// > Operating system command 52 of xterm's control sequences
    ///
    /// - Parameter text: The text.
    /// - Returns: The characters, or nil when the text is too long for a terminal.
    static func sequence(for text: String) -> String? {
        let encoded = Data(text.utf8).base64EncodedString()
        guard encoded.utf8.count <= most else { return nil }
        return "\u{1b}]52;c;\(encoded)\u{7}"
    }
}
