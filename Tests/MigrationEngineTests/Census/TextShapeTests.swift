import Testing

@testable import MigrationEngine

/// The shapes of a text that only a closer look finds.
struct TextShapeTests {
    private func shapes(_ text: String) -> Set<CloseShape> {
        var found: Set<CloseShape> = []
        Array(text.utf8).withUnsafeBytes { bytes in
            TextShape.look(bytes) { found.insert($0) }
        }
        return found
    }

    @Test(arguments: [
        ("7", [CloseShape.integerText]), ("-12", [.integerText]), ("+3", [.integerText]),
        ("007", [.integerText, .leadingZero]), ("0", [.integerText]), ("0.5", [.decimalText]),
        ("00.5", [.decimalText, .leadingZero]), (".5", [.decimalText]), ("5.", [.decimalText]),
        ("true", [.truthWord]), ("FALSE", [.truthWord]), ("Yes", [.truthWord]),
        ("n", [.truthWord]), (" x", [.blankPadded]), ("x ", [.blankPadded]),
        ("1/2/2024", [.slashDate]), ("12/31/2024 23:59", [.slashDate]),
        ("2024-02-30", [.dateOutOfRange]), ("0000-00-00", [.dateOutOfRange]),
        ("10000-01-01", [.dateOutOfRange]), ("-0044-03-15", [.dateOutOfRange]),
        ("2024-13-01 10:00:00", [.dateOutOfRange]), ("2024-02-29", []),
        ("2024-02-29 10:00:00", []), ("{}", [.jsonObject]), ("[]", [.jsonArray]),
        ("550e8400-e29b-41d4-a716-446655440000", [.uuid]),
        ("F50E8400-E29B-41D4-A716-446655440000", [.uuid]),
    ])
    func `a text has these shapes`(text: String, expected: [CloseShape]) {
        #expect(shapes(text) == Set(expected), "\(text)")
    }

    @Test(arguments: [
        "-", "+", ".", "1.2.3", "1e5", "0x10", "12a", "truth", "1/2/24", "100/1/2024",
        "1/2/20245", "{", "[1,", "2024-1-1", "550e8400-e29b-41d4-a716-44665544000g", "a\u{0}b",
        "１２", "{]",
    ])
    func `anything else has none`(text: String) {
        #expect(shapes(text).isEmpty, "\(text)")
    }

    @Test(arguments: [
        #"{"a": [1, -2.5e+3, true, false, null, "\u00e9\n\"", {}]}"#, #"[[[]]]"#, "[ ]\n",
        #"{"":0}"#,
    ])
    func `JSON is an object or array as a whole`(text: String) {
        #expect(Array(text.utf8).withUnsafeBytes { JSONText.kind($0) } != nil, "\(text)")
    }

    @Test(arguments: [
        "{", "[1,]", "{a:1}", "{'a':1}", "[01]", "[1.]", "[.5]", "[+1]", "[\"\t\"]", "[\"\\x\"]",
        "[\"\\u12g4\"]", "[] x", "[NaN]", "{\"a\" 1}", "[1 2]", "1", "\"text\"", "null",
        String(repeating: "[", count: 600) + String(repeating: "]", count: 600),
    ])
    func `what PostgreSQL would refuse is no JSON`(text: String) {
        #expect(Array(text.utf8).withUnsafeBytes { JSONText.kind($0) } == nil, "\(text)")
    }
}
