/// Bytes on their way to the server, in one block of memory that is used again and again.
final class ByteBuffer {
    private(set) var count = 0
    private var capacity: Int
    private var start: UnsafeMutableRawPointer
    private var keepsLargeOutside: Bool
    /// Large values of the last row that were not copied: where they belong, and where they are.
    private(set) var outside: [(offset: Int, bytes: UnsafeRawBufferPointer)] = []

    /// Bytes from which on a value is large: it is then read where it stands, never copied.
    static let largeValue = 1 << 20

    /// Makes a buffer.
    ///
    /// - Parameters:
    ///   - capacity: The bytes it holds before it grows.
    ///   - keepsLargeOutside: Whether large values are only pointed at; whoever sends the bytes
    ///     then does so before the pointers end, and puts the values in their places.
    init(capacity: Int = 1 << 17, keepsLargeOutside: Bool = false) {
        self.capacity = capacity
        self.keepsLargeOutside = keepsLargeOutside
        start = .allocate(byteCount: capacity, alignment: 16)
    }

    deinit { start.deallocate() }

    /// The bytes; valid until the next change.
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: start, count: count) }

    /// Forgets bytes, all by default; keeps the memory unless one huge value made it grow.
    func truncate(to length: Int = 0) {
        count = length
        if !outside.isEmpty { outside.removeAll { $0.offset > length } }
        guard length == 0, capacity > 1 << 22 else { return }
        start.deallocate()
        capacity = 1 << 17
        start = .allocate(byteCount: capacity, alignment: 16)
    }

    @inline(__always)
    func append<Value: FixedWidthInteger>(_ value: Value) {
        reserve(MemoryLayout<Value>.size)
        start.storeBytes(of: value.bigEndian, toByteOffset: count, as: Value.self)
        count += MemoryLayout<Value>.size
    }

    @inline(__always)
    func append(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress, bytes.count > 0 else { return }
        if count + bytes.count > capacity {
            if keepsLargeOutside, bytes.count >= Self.largeValue {
                outside.append((count, bytes))
                return
            }
            grow(to: count + bytes.count)
        }
        (start + count).copyMemory(from: source, byteCount: bytes.count)
        count += bytes.count
    }

    /// Takes large values in as well, because they are gone when the work is done.
    func copyingLarge<Value>(_ work: () -> Value) -> Value {
        let keeps = keepsLargeOutside
        keepsLargeOutside = false
        defer { keepsLargeOutside = keeps }
        return work()
    }

    /// Writes a number over bytes that are there.
    func overwrite<Value: FixedWidthInteger>(_ value: Value, at offset: Int) {
        start.storeBytes(of: value.bigEndian, toByteOffset: offset, as: Value.self)
    }

    @inline(__always)
    private func reserve(_ size: Int) {
        if count + size > capacity { grow(to: count + size) }
    }

    private func grow(to needed: Int) {
        capacity = max(needed, capacity * 2)
        let larger = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 16)
        larger.copyMemory(from: start, byteCount: count)
        start.deallocate()
        start = larger
    }
}
