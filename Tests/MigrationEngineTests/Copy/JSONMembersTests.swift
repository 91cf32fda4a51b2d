import Testing

@testable import MigrationEngine

/// Which JSON loses a member in `jsonb`.
struct JSONMembersTests {
    private func areRepeated(_ text: String) -> Bool {
        Array(text.utf8).withUnsafeBytes { JSONMembers.areRepeated($0) }
    }

    @Test(arguments: [
        #"{"a": 1, "a": 2}"#, #"{"a": 1, "b": {"c": 1, "c": 1}}"#, #"[{}, {"": 1, "": 2}]"#,
        #"{"a": [1, {"x": 2}], "a": 3}"#, #"{"é": 1, "\u00e9": 2}"#, #"{"a\"": 1, "a\u0022": 2}"#,
        #"{"\ud83d\ude00": 1, "😀": 2}"#, #"{"a": "b", "c": "a", "a": 0}"#, #"{"a/": 1, "a\/": 2}"#,
    ])
    func `a member named twice is found, however it is spelled`(text: String) {
        #expect(areRepeated(text))
    }

    @Test(arguments: [
        "", "null", "{}", #"{"a": 1}"#, #"{"a": 1, "b": 2}"#, #"{"a": "a", "b": "a"}"#,
        #"{"a": {"a": {"a": [ "a", "a" ]}}, "b": 1}"#, #"["a", "a", "a"]"#,
        #"[{"a": 1}, {"a": 1}]"#, #"{"a": 1, "A": 2}"#, #"{"a": ",", "b": "{\"a\": 1, \"a\": 2}"}"#,
        #"{"a": [1, 2, 3], "b": ["a", "a"]}"#, "{\"a\": 1, \"a", "}{,", #"{"\u12": 1, "b": 2}"#,
    ])
    func `everything else is left alone`(text: String) {
        #expect(!areRepeated(text))
    }
}
