/// Rows of the target on their way back: each in the canonical form and as it was sent.
struct ReverseStream: ~Copyable {
    private var reader: CopyReader
    private let canonicalizer: TargetCanonicalizer
    private let rules: [EqualityRule]
    private var start = TargetCanonicalizer.headerLength
    /// The row in the canonical form.
    let row: CanonicalRow
    /// The fields of the row, borrowed until the next; nil for NULL.
    private(set) var fields: [UnsafeRawBufferPointer?] = []

    /// Starts to read.
    ///
    /// - Parameters:
    ///   - target: A connection, on which nothing else may run until the end.
    ///   - query: The query, which selects a column for each rule.
    ///   - rules: The rules.
    /// - Throws: ``TargetError``.
    init(
        _ target: TargetConnection,
        _ query: String,
        _ rules: [EqualityRule]
    ) throws(TargetError) {
        reader = try CopyReader(on: target, "COPY (\(query)) TO STDOUT (FORMAT binary)")
        canonicalizer = TargetCanonicalizer(rules: rules)
        self.rules = rules
        row = CanonicalRow(width: rules.count)
    }

    /// Moves to the next row.
    ///
    /// - Returns: False when there is none.
    /// - Throws: ``TargetError``.
    mutating func next() throws(TargetError) -> Bool {
        while let message = try reader.next() {
            let first = start
            start = 0
            guard message.count >= first + 2 else { continue }
            guard canonicalizer.fill(row, message, at: first) else { continue }
            fields.removeAll(keepingCapacity: true)
            var offset = first + 2
            for _ in rules {
                let length = Int(message.bigEndian(offset, as: Int32.self))
                offset += 4
                guard length >= 0 else {
                    fields.append(nil)
                    continue
                }
                fields.append(UnsafeRawBufferPointer(rebasing: message[offset..<offset + length]))
                offset += length
            }
            return true
        }
        return false
    }

    /// A value of the row.
    func value(_ index: Int) -> TargetValue {
        TargetValue(fields[index], rules[index], canonical: row.display(index, limit: .max))
    }

    /// An integer of the row that is never NULL.
    func integer(_ index: Int) -> Int64 {
        if case .integer(let number) = value(index) { number } else { 0 }
    }

    /// A truth value of the row that is never NULL.
    func truth(_ index: Int) -> Bool { fields[index]?.first == 1 }
}
