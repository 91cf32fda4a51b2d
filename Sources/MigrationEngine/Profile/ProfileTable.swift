import TOMLKit

/// A table of a profile that is read key by key; a key that nobody asked for is refused.
final class ProfileTable {
    private let table: TOMLTable
    private let path: [ProfileDocument.Step]
    private let document: ProfileDocument
    private var asked: Set<String> = []

    init(_ table: TOMLTable, path: [ProfileDocument.Step], document: ProfileDocument) {
        self.table = table
        self.path = path
        self.document = document
    }

    /// The text of a key.
    ///
    /// - Parameter key: The key.
    /// - Returns: The text, or nil when the key is not there.
    /// - Throws: ``MigrationError`` when it is something else.
    func text(_ key: String) throws(MigrationError) -> String? {
        guard let value = value(key) else { return nil }
        guard let text = value.string else { throw wrong(key, "text in quotes") }
        return text
    }

    /// The text of a key that must be there.
    ///
    /// - Parameter key: The key.
    /// - Returns: The text.
    /// - Throws: ``MigrationError`` when it is not there, empty or something else.
    func requiredText(_ key: String) throws(MigrationError) -> String {
        guard let text = try text(key), !text.isEmpty else {
            throw document.failure("the profile needs the key \"\(name(key))\"", at: path)
        }
        return text
    }

    /// One text or a list of texts.
    ///
    /// - Parameter key: The key.
    /// - Returns: The texts; empty when the key is not there.
    /// - Throws: ``MigrationError`` when it is something else.
    func texts(_ key: String) throws(MigrationError) -> [String] {
        guard let value = value(key) else { return [] }
        if let text = value.string { return [text] }
        guard let array = value.array else { throw wrong(key, "text or a list of texts") }
        var texts: [String] = []
        for element in array {
            guard let text = element.string else { throw wrong(key, "text or a list of texts") }
            texts.append(text)
        }
        return texts
    }

    /// The integer of a key.
    ///
    /// - Parameter key: The key.
    /// - Returns: The integer, or nil when the key is not there.
    /// - Throws: ``MigrationError`` when it is something else.
    func integer(_ key: String) throws(MigrationError) -> Int64? {
        guard let value = value(key) else { return nil }
        guard let integer = value.int else { throw wrong(key, "an integer") }
        return Int64(integer)
    }

    /// The table of a key.
    ///
    /// - Parameter key: The key.
    /// - Returns: The table, or nil when the key is not there.
    /// - Throws: ``MigrationError`` when it is something else.
    func table(_ key: String) throws(MigrationError) -> ProfileTable? {
        guard let value = value(key) else { return nil }
        guard let inner = value.table else { throw wrong(key, "a table") }
        return ProfileTable(inner, path: path + [.key(key)], document: document)
    }

    /// The tables of a key, written with double brackets.
    ///
    /// - Parameters:
    ///   - key: The key.
    ///   - read: Reads one of them; keys that it did not ask for are refused.
    /// - Returns: What was read; empty when the key is not there.
    /// - Throws: ``MigrationError`` when it is something else, or of the reading.
    func tables<Value>(
        _ key: String,
        _ read: (ProfileTable) throws(MigrationError) -> Value
    ) throws(MigrationError) -> [Value] {
        guard let value = value(key) else { return [] }
        guard let array = value.array else { throw wrong(key, "written as [[\(name(key))]]") }
        var values: [Value] = []
        for (index, element) in array.enumerated() {
            guard let inner = element.table else {
                throw wrong(key, "written as [[\(name(key))]]")
            }
            let table = ProfileTable(
                inner,
                path: path + [.key(key), .index(index)],
                document: document
            )
            values.append(try read(table))
            try table.refuseUnknownKeys()
        }
        return values
    }

    /// All keys with their texts, for tables whose keys are the operator's own.
    ///
    /// - Returns: The texts by key.
    /// - Throws: ``MigrationError`` when one is something else.
    func entries() throws(MigrationError) -> [String: String] {
        var entries: [String: String] = [:]
        for key in table.keys {
            // `orders.total = …` is TOML's way to write a table in a table.
            if value(key)?.table != nil, let inner = try self.table(key) {
                for (name, text) in try inner.entries() { entries["\(key).\(name)"] = text }
            } else {
                entries[key] = try text(key)
            }
        }
        return entries
    }

    /// All keys with their whole numbers of seconds, for tables whose keys are the operator's own.
    ///
    /// - Returns: The seconds by key.
    /// - Throws: ``MigrationError`` when one is something else or not above zero.
    func seconds() throws(MigrationError) -> [String: Double] {
        var seconds: [String: Double] = [:]
        for key in table.keys {
            guard let value = try integer(key), value > 0 else {
                throw wrong(key, "a number of seconds above zero")
            }
            seconds[key] = Double(value)
        }
        return seconds
    }

    /// Refuses keys that were not asked for.
    ///
    /// - Throws: ``MigrationError`` of code `configuration` that names the first.
    func refuseUnknownKeys() throws(MigrationError) {
        let unknown = table.keys.filter { !asked.contains($0) }
        guard let key = unknown.min() else { return }
        let known = asked.sorted().joined(separator: ", ")
        throw document.failure(
            "the profile has an unknown key \"\(SafeText.visible(name(key)))\" (known: \(known))",
            at: path + [.key(key)]
        )
    }

    /// Says what is wrong with a key.
    ///
    /// - Parameters:
    ///   - key: The key.
    ///   - expected: What it must be.
    /// - Returns: The error.
    func wrong(_ key: String, _ expected: String) -> MigrationError {
        document.failure(
            "the key \"\(name(key))\" of the profile must be \(expected)",
            at: path + [.key(key)]
        )
    }

    /// Where a key was written.
    ///
    /// - Parameter key: The key.
    /// - Returns: The file, with line and column.
    func place(_ key: String) -> MappingRules.Place {
        let position = document.position(of: path + [.key(key)])
        return MappingRules.Place(
            path: document.path,
            row: position.map { "line \($0.line), column \($0.column)" }
        )
    }

    private func value(_ key: String) -> (any TOMLValueConvertible)? {
        asked.insert(key)
        return table[key]
    }

    private func name(_ key: String) -> String {
        (path + [.key(key)]).compactMap { if case .key(let name) = $0 { name } else { nil } }
            .joined(separator: ".")
    }
}
