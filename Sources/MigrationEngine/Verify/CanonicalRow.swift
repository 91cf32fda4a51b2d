import Crypto
import Foundation

/// One row in the form in which both sides are compared: the same bytes mean equal rows.
///
/// Each cell is a tag and its content. Source and target fill it by code of their own, which is
/// also not the code that copied the row.
final class CanonicalRow {
    /// What a cell holds.
    enum Tag: UInt8 {
        case null = 0
        case integer = 1
        case double = 2
        case text = 3
        case bytes = 4
        case boolean = 5
        case timestamp = 6
        case date = 7
        case numeric = 8
        /// A stored value that the target's type cannot hold; never equal to anything there.
        case foreign = 255
    }

    let buffer = ByteBuffer(capacity: 4_096)
    /// Where each cell ends; memory of our own, because a cell is written for every stored value.
    private let ends: UnsafeMutablePointer<Int>
    private let width: Int
    private let keyWidth: Int
    private var cells = 0

    /// Bytes above which a cell that is no key holds the size and SHA-256 of its value instead.
    static let largeValue = 1 << 20
    /// What stands in place of the length of such a value.
    private static let largeMark = UInt32.max

    /// Makes an empty row.
    ///
    /// - Parameters:
    ///   - width: The number of cells at most.
    ///   - keyWidth: The number of cells in front by which rows are ordered.
    init(width: Int, keyWidth: Int = 0) {
        self.width = width
        self.keyWidth = keyWidth
        ends = .allocate(capacity: max(1, width))
    }

    deinit { ends.deallocate() }

    /// Forgets the row.
    @inline(__always)
    func reset() {
        buffer.truncate()
        cells = 0
    }

    @inline(__always)
    func null() { append(.null) {} }

    @inline(__always)
    func integer(_ value: Int64) { append(.integer) { buffer.append(value) } }

    @inline(__always)
    func double(_ value: Double) { append(.double) { buffer.append(value.bitPattern) } }

    @inline(__always)
    func boolean(_ value: Bool) { append(.boolean) { buffer.append(UInt8(value ? 1 : 0)) } }

    /// Text, bytes, or a text form of a timestamp, date or number.
    @inline(__always)
    func bytes(_ tag: Tag, _ bytes: UnsafeRawBufferPointer) {
        if bytes.count > Self.largeValue, cells >= keyWidth { return summed(tag, bytes) }
        append(tag) {
            buffer.append(UInt32(bytes.count))
            buffer.append(bytes)
        }
    }

    @inline(never)
    private func summed(_ tag: Tag, _ bytes: UnsafeRawBufferPointer) {
        var hash = SHA256()
        hash.update(bufferPointer: bytes)
        hash.finalize().withUnsafeBytes { large(tag, size: bytes.count, sum: $0) }
    }

    /// A large value by its size and its SHA-256.
    func large(_ tag: Tag, size: Int, sum: UnsafeRawBufferPointer) {
        append(tag) {
            buffer.append(Self.largeMark)
            buffer.append(UInt64(size))
            buffer.append(sum)
        }
    }

    func string(_ tag: Tag, _ string: String) {
        var string = string
        string.withUTF8 { bytes(tag, UnsafeRawBufferPointer($0)) }
    }

    @inline(__always)
    private func append(_ tag: Tag, _ content: () -> Void) {
        buffer.append(tag.rawValue)
        content()
        precondition(cells < width, "a row has as many cells as the comparison has columns")
        ends[cells] = buffer.count
        cells += 1
    }

    /// The bytes of a cell, tag included.
    func cell(_ index: Int) -> UnsafeRawBufferPointer {
        let start = index == 0 ? 0 : ends[index - 1]
        return UnsafeRawBufferPointer(rebasing: buffer.bytes[start..<ends[index]])
    }

    /// Whether both rows hold the same bytes.
    @inline(__always)
    func isEqual(to other: CanonicalRow) -> Bool {
        buffer.count == other.buffer.count && buffer.bytes.compare(other.buffer.bytes) == 0
    }

    /// The bits of a double, as hexadecimal digits; nil for other cells.
    func bits(_ index: Int) -> String? {
        let cell = cell(index)
        guard cell[0] == Tag.double.rawValue else { return nil }
        return "0x" + UnsafeRawBufferPointer(rebasing: cell.dropFirst()).hexadecimal
    }

    /// Whether a cell is a large value by its size and its SHA-256.
    func isSummed(_ index: Int) -> Bool {
        let content = UnsafeRawBufferPointer(rebasing: cell(index).dropFirst())
        return content.count == 44 && content.bigEndian(as: UInt32.self) == Self.largeMark
    }

    /// A cell for people.
    func display(_ index: Int, limit: Int = 120) -> String? {
        let cell = cell(index)
        let content = UnsafeRawBufferPointer(rebasing: cell.dropFirst())
        if content.count == 44, content.bigEndian(as: UInt32.self) == Self.largeMark {
            let size = content.bigEndian(4, as: UInt64.self)
            return "\(size) bytes, SHA-256 \(content.dropFirst(12).hexadecimal)"
        }
        switch Tag(rawValue: cell[0]) {
        case .null, nil: return nil
        case .integer: return String(content.bigEndian(as: Int64.self))
        case .double: return Double(bitPattern: content.bigEndian(as: UInt64.self)).description
        case .boolean: return content[0] == 1 ? "true" : "false"
        case .bytes:
            let bytes = content.dropFirst(4)
            return "x'\(bytes.prefix(limit / 3).hexadecimal)'"
                + (bytes.count > limit / 3 ? "… (\(bytes.count) bytes)" : "")
        case .text, .timestamp, .date, .numeric, .foreign:
            let bytes = content.dropFirst(4)
            return String(decoding: bytes.prefix(limit), as: UTF8.self)
                + (bytes.count > limit ? "… (\(bytes.count) bytes)" : "")
        }
    }
}

extension UnsafeRawBufferPointer {
    /// Orders bytes as `memcmp` does; when one is the start of the other, the shorter comes first.
    @inline(__always)
    func compare(_ other: UnsafeRawBufferPointer) -> Int {
        guard let start = baseAddress, let otherStart = other.baseAddress else {
            return count - other.count
        }
        let order = Int(memcmp(start, otherStart, Swift.min(count, other.count)))
        return order == 0 ? count - other.count : order
    }

    /// Reads a number as the network writes it.
    @inline(__always)
    func bigEndian<Value: FixedWidthInteger>(_ offset: Int = 0, as type: Value.Type) -> Value {
        Value(bigEndian: loadUnaligned(fromByteOffset: offset, as: type))
    }
}
