/// Long values that differ where a beginning does not show it.
extension CanonicalRow {
    /// Bytes that are shown before the first one that differs.
    private static let before = 10

    /// A cell of both rows for people: long texts from a little before the first byte in which they
    /// differ, with its place and their lengths.
    ///
    /// - Parameters:
    ///   - index: The column.
    ///   - other: The other side's row.
    ///   - limit: The bytes that are shown of a value.
    /// - Returns: Both cells; nil for NULL.
    func display(
        _ index: Int,
        beside other: CanonicalRow,
        limit: Int = 120
    ) -> (own: String?, other: String?) {
        let whole = (display(index, limit: limit), other.display(index, limit: limit))
        guard let left = text(index), let right = other.text(index) else { return whole }
        let same = zip(left, right).prefix { $0 == $1 }.count
        guard max(left.count, right.count) > limit, same > limit / 2 else { return whole }
        func part(_ bytes: UnsafeRawBufferPointer) -> String {
            var first = Swift.max(0, Swift.min(same, bytes.count) - Self.before)
            // A character is not cut in two.
            while first > 0, first < bytes.count, bytes[first] & 0xC0 == 0x80 { first -= 1 }
            let shown = bytes.dropFirst(first).prefix(limit)
            return "…\(String(decoding: shown, as: UTF8.self))… (\(bytes.count) bytes, differs "
                + "from byte \(same + 1) on)"
        }
        return (part(left), part(right))
    }

    /// The bytes of a cell that holds a text; nil for others, and for one that is known by its sum.
    private func text(_ index: Int) -> UnsafeRawBufferPointer? {
        let cell = cell(index)
        guard cell[0] == Tag.text.rawValue, !isSummed(index) else { return nil }
        return UnsafeRawBufferPointer(rebasing: cell.dropFirst(5))
    }
}
