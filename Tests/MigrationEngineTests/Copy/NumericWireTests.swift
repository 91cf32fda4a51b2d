import Testing

@testable import MigrationEngine

/// Numbers in PostgreSQL's binary form of `numeric`: digits, weight, sign, scale, groups of four.
struct NumericWireTests {
    private func wire(_ numeric: NumericWire?) -> String {
        let buffer = ByteBuffer()
        numeric?.append(to: buffer)
        return Array(buffer.bytes.dropFirst(4)).hexadecimal
    }

    @Test(arguments: [
        (Int64(0), "0000000000000000"), (1, "00010000000000000001"),
        (-1, "00010000400000000001"), (9_999, "0001000000000000270f"),
        (10_000, "00010001000000000001"), (10_001, "000200010000000000010001"),
        // 12 | 3456 | 7890 | 1234
        (12_345_678_901_234, "0004000300000000000c0d801ed204d2"),
        // 922 | 3372 | 368 | 5477 | 5807 and 5808
        (.max, "0005000400000000039a0d2c0170156516af"),
        (.min, "0005000440000000039a0d2c0170156516b0"),
    ])
    func `an integer has these digits`(value: Int64, bytes: String) {
        #expect(wire(NumericWire(value)) == bytes)
    }

    @Test(arguments: [
        (0.0, "0000000000000000"), (-0.0, "0000000000000000"),
        // 1000 after the point, scale 1
        (0.1, "0001ffff0000000103e8"), (-0.1, "0001ffff4000000103e8"),
        (1.5, "00020000000000010001" + "1388"), (-99_999.25, "00030001400000020009270f09c4"),
        (100.0, "00010000000000000064"), (10_000.0, "00010001000000000001"),
        (0.00012, "0002ffff00000005000107d0"), (1e20, "00010005000000000001"),
        (1e308, "0001004d000000000001"), (1e-300, "0001ffb50000012c0001"),
    ])
    func `a double has the digits of its shortest decimal form`(value: Double, bytes: String) {
        #expect(wire(NumericWire(value)) == bytes)
    }

    @Test func `the smallest double keeps all of its places`() throws {
        let numeric = try #require(NumericWire(Double.leastNonzeroMagnitude))
        // Group -81 of ten thousands holds places 321 to 324.
        #expect(wire(numeric) == "0001ffaf000001440005")
    }

    @Test func `an infinity has no numeric`() {
        #expect(NumericWire(.infinity) == nil)
        #expect(NumericWire(-.infinity) == nil)
    }
}
