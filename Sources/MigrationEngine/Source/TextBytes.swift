import Foundation

/// Questions about the bytes of a text, asked once for every stored text.
package enum TextBytes {
    /// Whether a NUL stands inside, which PostgreSQL's text cannot hold.
    ///
    /// - Parameter bytes: The text.
    /// - Returns: True when there is one.
    @inline(__always)
    package static func containsNUL(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let start = bytes.baseAddress, bytes.count > 0 else { return false }
        return memchr(start, 0, bytes.count) != nil
    }

    /// Whether the bytes are UTF-8 as PostgreSQL accepts it: no overlong forms, no surrogates,
    /// nothing above U+10FFFF.
    ///
    /// - Parameter bytes: The text.
    /// - Returns: True when they are.
    @inline(__always)
    package static func isUTF8(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var index = 0
        while index + 8 <= bytes.count {
            let word = bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            guard word & 0x8080_8080_8080_8080 == 0 else { break }
            index += 8
        }
        while index < bytes.count, bytes[index] < 0x80 { index += 1 }
        return index == bytes.count || isUTF8(bytes, from: index)
    }

    /// Whether the bytes are UTF-16: whole units, and surrogates in pairs only.
    ///
    /// - Parameters:
    ///   - bytes: The text.
    ///   - isBigEndian: The order of the bytes in a unit.
    /// - Returns: True when they are.
    package static func isUTF16(_ bytes: UnsafeRawBufferPointer, isBigEndian: Bool) -> Bool {
        guard bytes.count % 2 == 0 else { return false }
        var awaitsLow = false
        for index in stride(from: 0, to: bytes.count, by: 2) {
            let high = bytes[isBigEndian ? index : index + 1]
            let isLow = (0xdc...0xdf).contains(high)
            guard isLow == awaitsLow else { return false }
            awaitsLow = (0xd8...0xdb).contains(high)
        }
        return !awaitsLow
    }

    private static func isUTF8(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Bool {
        var index = start
        while index < bytes.count {
            let length: Int
            // The range of the second byte depends on the first one (RFC 3629).
            let second: ClosedRange<UInt8>
            switch bytes[index] {
            case 0x00...0x7f: (length, second) = (1, 0x80...0xbf)
            case 0xc2...0xdf: (length, second) = (2, 0x80...0xbf)
            case 0xe0: (length, second) = (3, 0xa0...0xbf)
            case 0xed: (length, second) = (3, 0x80...0x9f)
            case 0xe1...0xef: (length, second) = (3, 0x80...0xbf)
            case 0xf0: (length, second) = (4, 0x90...0xbf)
            case 0xf1...0xf3: (length, second) = (4, 0x80...0xbf)
            case 0xf4: (length, second) = (4, 0x80...0x8f)
            default: return false
            }
            guard index + length <= bytes.count else { return false }
            if length > 1 {
                guard second.contains(bytes[index + 1]) else { return false }
                for offset in 2..<max(2, length) where bytes[index + offset] & 0xc0 != 0x80 {
                    return false
                }
            }
            index += length
        }
        return true
    }
}
