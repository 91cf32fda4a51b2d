/// Text of the databases for people: nothing in it can steer a terminal.
package enum SafeText {
    /// Replaces what a terminal would act on or show in another order than it is stored.
    ///
    /// C0 and DEL become their control pictures, one column wide; C1, bidirectional controls,
    /// line separators and invisible joints become U+FFFD.
    ///
    /// - Parameter text: Any text.
    /// - Returns: One line without control characters.
    package static func visible(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { standIn($0) != nil }) else { return text }
        var visible = ""
        for scalar in text.unicodeScalars {
            visible.unicodeScalars.append(standIn(scalar) ?? scalar)
        }
        return visible
    }

    private static func standIn(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
        switch scalar.value {
        // U+2400 shows the control character NUL, and so on to U+241F.
        case 0x00...0x1F: Unicode.Scalar(0x2400 + scalar.value)
        case 0x7F: "\u{2421}"
        case 0x80...0x9F, 0x061C, 0x200B, 0x200E, 0x200F, 0x2028...0x202E, 0x2060...0x206F,
            0xFEFF, 0xFFF9...0xFFFB:
            "\u{FFFD}"
        default: nil
        }
    }
}
