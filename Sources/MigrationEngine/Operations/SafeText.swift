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

    /// Replaces the same in a text of many lines, which stay lines.
    ///
    /// - Parameter text: Any text.
    /// - Returns: The text without control characters, line breaks aside.
    package static func visibleLines(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { visible(String($0)) }
            .joined(separator: "\n")
    }

    /// One word as a shell takes it, to be copied from a message.
    ///
    /// - Parameter text: Any text.
    /// - Returns: The text as it is where a shell reads it so, else in quotes.
    package static func shellWord(_ text: String) -> String {
        let isPlain =
            !text.isEmpty
            && text.allSatisfy { character in
                character.isASCII && (character.isLetter || character.isNumber)
                    || "_-./+:@,".contains(character)
            }
        return visible(isPlain ? text : "'" + text.replacing("'", with: "'\\''") + "'")
    }

    /// Writes what a terminal would act on as escapes in a JSON text; its values stay the same.
    ///
    /// The encoder of Foundation escapes C0 alone. Outside of its strings JSON has none of them,
    /// line breaks aside.
    ///
    /// - Parameter json: A JSON text.
    /// - Returns: The same JSON, without control characters in strings.
    package static func escaped(json: String) -> String {
        func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
            scalar.value < 0x7F || standIn(scalar) == nil
        }
        guard !json.unicodeScalars.allSatisfy(isHarmless) else { return json }
        var escaped = ""
        for scalar in json.unicodeScalars {
            if isHarmless(scalar) {
                escaped.unicodeScalars.append(scalar)
            } else {
                let digits = String(scalar.value, radix: 16)
                escaped += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
        }
        return escaped
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
