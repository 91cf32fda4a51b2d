import Foundation

/// About how many different values passed by: exact for a few, within some 5 % for many.
///
/// HyperLogLog in 512 bytes a column; NULL is not a value.
/// - SeeAlso: Flajolet, Fusy, Gandouet, Meunier: HyperLogLog (2007)
struct DistinctSketch: Sendable, Equatable {
    private static let slots = 64
    /// How many values are told apart exactly; the table of hashes stays loose enough to be quick.
    private static let exactLimit = 48
    private static let registerBits = 9

    /// Hashes while there are few, 0 for a free slot.
    private var hashes: [UInt64] = []
    private var count = 0
    /// The longest run of zeros for each register, once there are many.
    private var registers: [UInt8] = []

    /// Counts a value.
    ///
    /// - Parameter hash: Its hash, all bits of which depend on all of the value.
    mutating func add(hash: UInt64) {
        // 0 marks a free slot.
        let hash = hash == 0 ? 1 : hash
        guard registers.isEmpty else {
            record(hash)
            return
        }
        if hashes.isEmpty { hashes = Array(repeating: 0, count: Self.slots) }
        var slot = Int(truncatingIfNeeded: hash) & (Self.slots - 1)
        while hashes[slot] != 0 {
            if hashes[slot] == hash { return }
            slot = (slot + 1) & (Self.slots - 1)
        }
        hashes[slot] = hash
        count += 1
        if count > Self.exactLimit { spread() }
    }

    private mutating func spread() {
        registers = Array(repeating: 0, count: 1 << Self.registerBits)
        for hash in hashes where hash != 0 { record(hash) }
        hashes = []
    }

    private mutating func record(_ hash: UInt64) {
        let register = Int(hash >> (64 - UInt64(Self.registerBits)))
        let rest = (hash << UInt64(Self.registerBits)) | (1 << UInt64(Self.registerBits - 1))
        let rank = UInt8(rest.leadingZeroBitCount + 1)
        if rank > registers[register] { registers[register] = rank }
    }

    /// Adds the values of another sketch.
    ///
    /// - Parameter other: The sketch.
    mutating func merge(_ other: DistinctSketch) {
        guard !other.registers.isEmpty else {
            for hash in other.hashes where hash != 0 { add(hash: hash) }
            return
        }
        if registers.isEmpty { spread() }
        for register in registers.indices {
            registers[register] = max(registers[register], other.registers[register])
        }
    }

    /// The number of different values; an estimate when it is not exact.
    var estimate: Int {
        guard !registers.isEmpty else { return count }
        let size = Double(registers.count)
        var sum = 0.0
        var free = 0
        for rank in registers {
            sum += 1 / Double(UInt64(1) << UInt64(rank))
            if rank == 0 { free += 1 }
        }
        let raw = 0.7213 / (1 + 1.079 / size) * size * size / sum
        // Where many registers are free, counting those is closer.
        guard raw < 2.5 * size, free > 0 else { return Int(raw.rounded()) }
        return Int((size * log(size / Double(free))).rounded())
    }

    /// Whether the number is exact.
    var isExact: Bool { registers.isEmpty }

    // MARK: - Hashes

    /// The hash of a number; a real that is whole is the integer, as it is to SQLite.
    ///
    /// - Parameter value: The number.
    /// - Returns: The hash.
    static func hash(_ value: Int64) -> UInt64 { mixed(UInt64(bitPattern: value) &+ 0x9e37) }

    /// The hash of a real.
    ///
    /// - Parameter value: The number.
    /// - Returns: The hash.
    static func hash(_ value: Double) -> UInt64 {
        if let whole = Int64(exactly: value) { return hash(whole) }
        return mixed(value.bitPattern ^ 0x5bd1_e995_0000_0000)
    }

    /// The hash of text or bytes; of long ones both ends and the length count.
    ///
    /// - Parameters:
    ///   - bytes: The bytes.
    ///   - isText: Whether they are text; the same bytes as BLOB are another value.
    /// - Returns: The hash.
    static func hash(_ bytes: UnsafeRawBufferPointer, isText: Bool) -> UInt64 {
        var hash = mixed(UInt64(bytes.count) &+ (isText ? 0x1656_67b1 : 0x27d4_eb2f))
        func take(_ range: Range<Int>) {
            var index = range.lowerBound
            while index + 8 <= range.upperBound {
                let word = bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                hash = mixed(hash ^ word)
                index += 8
            }
            var rest: UInt64 = 0
            while index < range.upperBound {
                rest = rest << 8 | UInt64(bytes[index])
                index += 1
            }
            hash = mixed(hash ^ rest)
        }
        if bytes.count <= 2_048 {
            take(0..<bytes.count)
        } else {
            take(0..<1_024)
            take(bytes.count - 1_024..<bytes.count)
        }
        return hash
    }

    /// The finishing step of splitmix64.
    private static func mixed(_ value: UInt64) -> UInt64 {
        var value = value &+ 0x9e37_79b9_7f4a_7c15
        value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
        return value ^ (value >> 31)
    }
}
