import Testing

@testable import MigrationEngine

@Suite struct StepWordsTests {
    @Test(arguments: [
        "following", "pausing", "fenced", "drained", "verified", "switched", "environment", "hook",
        "canary", "canary-hook", "toggles", "keys", "target-closed", "replayed", "environment-back",
        "handed-back", "source-open",
    ])
    func `the log says of every step what is done in a sentence of its own`(step: String) {
        let words = StepWords.sentence(step, source: "SQLite ora.db", target: "PostgreSQL ora")
        #expect(words.split(separator: " ").count > 3)
        #expect(!words.hasPrefix("a step of the cutover"))
    }
}
