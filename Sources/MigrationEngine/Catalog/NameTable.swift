/// A name of the source or the target, the same as another one only byte by byte.
///
/// Swift takes the two Unicode spellings of `é` for one text. SQLite and PostgreSQL do not, and a
/// database can have a table of each.
struct ExactName: Hashable, Sendable {
    let text: String

    init(_ text: String) { self.text = text }

    static func == (one: ExactName, other: ExactName) -> Bool {
        one.text.isExactly(other.text)
    }

    func hash(into hasher: inout Hasher) {
        for byte in text.utf8 { hasher.combine(byte) }
    }
}

/// Values by name, where names are the same only byte by byte.
package struct NameTable<Value> {
    private var values: [ExactName: Value] = [:]

    /// Makes an empty table.
    package init() {}

    /// Makes a table of pairs; of equal names the first one counts.
    ///
    /// - Parameter pairs: Names and values.
    init(_ pairs: some Sequence<(String, Value)>) {
        values = Dictionary(pairs.map { (ExactName($0), $1) }) { first, _ in first }
    }

    /// The value of a name.
    ///
    /// - Parameter name: The name.
    package subscript(_ name: String) -> Value? {
        get { values[ExactName(name)] }
        set { values[ExactName(name)] = newValue }
    }

    /// The value of a name, made when there is none.
    ///
    /// - Parameters:
    ///   - name: The name.
    ///   - absent: The value of a name that has none.
    subscript(_ name: String, default absent: @autoclosure () -> Value) -> Value {
        get { values[ExactName(name), default: absent()] }
        _modify { yield &values[ExactName(name), default: absent()] }
    }

    /// The names, in no order.
    var keys: [String] { values.keys.map(\.text) }

    /// The values, in no order.
    var all: [Value] { Array(values.values) }

    /// Names and values, in no order.
    var pairs: [(name: String, value: Value)] { values.map { ($0.key.text, $0.value) } }

    /// Whether there is none.
    var isEmpty: Bool { values.isEmpty }
}

extension NameTable: ExpressibleByDictionaryLiteral {
    /// Makes a table of a literal.
    ///
    /// - Parameter elements: Names and values.
    package init(dictionaryLiteral elements: (String, Value)...) { self.init(elements) }
}

extension NameTable: Sendable where Value: Sendable {}
extension NameTable: Equatable where Value: Equatable {}

/// Names, the same only byte by byte.
package struct NameSet: Hashable, Sendable, ExpressibleByArrayLiteral {
    private var names: Set<ExactName> = []

    /// Makes a set of names.
    ///
    /// - Parameter names: The names.
    package init(_ names: some Sequence<String>) { self.names = Set(names.map { ExactName($0) }) }

    /// Makes a set of a literal.
    ///
    /// - Parameter elements: The names.
    package init(arrayLiteral elements: String...) { self.init(elements) }

    /// Adds a name.
    ///
    /// - Parameter name: The name.
    /// - Returns: False when it was there.
    @discardableResult
    mutating func insert(_ name: String) -> Bool { names.insert(ExactName(name)).inserted }

    mutating func formUnion(_ others: some Sequence<String>) {
        for name in others { insert(name) }
    }

    /// Whether there is none.
    var isEmpty: Bool { names.isEmpty }

    func contains(_ name: String) -> Bool { names.contains(ExactName(name)) }

    func isSuperset(of others: some Sequence<String>) -> Bool { others.allSatisfy(contains) }

    func subtracting(_ others: NameSet) -> [String] {
        names.subtracting(others.names).map(\.text)
    }
}

extension String {
    /// Whether a name is this one, byte by byte.
    ///
    /// - Parameter other: The other name.
    /// - Returns: True when it is; false for no name at all.
    func isExactly(_ other: String?) -> Bool {
        guard let other, utf8.count == other.utf8.count else { return false }
        return utf8.elementsEqual(other.utf8)
    }

    /// The text with a backslash before each backslash and each double quote.
    var escapingQuotes: String {
        var bytes: [UInt8] = []
        for byte in utf8 {
            if byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "\"") {
                bytes.append(UInt8(ascii: "\\"))
            }
            bytes.append(byte)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The text with each ASCII character doubled, whatever mark follows it: to Swift a quote and an
    /// accent behind it are one character that is no quote.
    ///
    /// - Parameter mark: The character.
    /// - Returns: The text.
    func doubling(_ mark: UInt8) -> String {
        guard utf8.contains(mark) else { return self }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(utf8.count + 8)
        for byte in utf8 {
            if byte == mark { bytes.append(byte) }
            bytes.append(byte)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
