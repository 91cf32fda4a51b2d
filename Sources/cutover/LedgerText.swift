import MigrationEngine

/// The fidelity ledger for people: what differs from the source, and what does not hold.
enum LedgerText {
    /// How many lines a report names by itself.
    private static let shown = 20

    /// Names what is not simply the same.
    ///
    /// - Parameter ledger: The ledger.
    /// - Returns: A line each, the gravest first; the last one says how many are left out.
    static func findings(_ ledger: Ledger) -> [String] {
        let failed = ledger.entries.filter { $0.probe?.state == .failed }
        let changed = ledger.entries.filter { $0.outcome == "changed" }
        let findings = failed.map { line("failed", $0) } + changed.map { line("changed", $0) }
        guard findings.count > shown else { return findings }
        return findings.prefix(shown)
            + ["  and \(findings.count - shown) more: cutover plan, or the report file"]
    }

    private static func line(_ word: String, _ entry: Ledger.Entry) -> String {
        let place = [entry.table, entry.column].compactMap { $0 }.joined(separator: ".")
        let reason = word == "failed" ? entry.probe?.evidence ?? "" : entry.reason
        return SafeText.visible("  \(word): \(place) \(entry.subject): \(reason)")
    }
}
