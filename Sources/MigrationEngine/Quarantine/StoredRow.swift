/// A row as it is kept in quarantine, with all its bytes.
struct StoredRow {
    var column: String?
    var reason: String
    var cells: [(column: String, value: SourceValue)] = []

    init(_ id: Int64, _ target: TargetConnection) throws(TargetError) {
        let head = try target.query(
            "SELECT column_name, reason FROM cutover.quarantine WHERE id = $1",
            [.integer(id)]
        ).rows.first
        column = head?[0]
        reason = head?[1] ?? ""
        // By COPY, which gives bytes as bytes.
        var reader = try CopyReader(
            on: target,
            """
            COPY (SELECT convert_to(c.name, 'UTF8'), convert_to(c.class, 'UTF8'), c.value
                FROM cutover.quarantine q, unnest(q.columns, q.classes, q.row_values)
                    AS c(name, class, value) WHERE q.id = \(id)) TO STDOUT (FORMAT binary)
            """
        )
        var start = 19
        while let message = try reader.next() {
            defer { start = 0 }
            guard message.count > start + 2 else { continue }
            var offset = start + 2
            func field() -> UnsafeRawBufferPointer {
                let length = max(0, Int(message.bigEndian(offset, as: Int32.self)))
                offset += 4 + length
                return UnsafeRawBufferPointer(rebasing: message[offset - length..<offset])
            }
            let name = String(decoding: field(), as: UTF8.self)
            let kind = StorageClass(rawValue: String(decoding: field(), as: UTF8.self)) ?? .null
            cells.append((name, SourceValue(kind, stored: Array(field())) ?? .null))
        }
    }
}
