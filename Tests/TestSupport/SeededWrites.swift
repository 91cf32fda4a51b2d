/// Numbers that are the same for the same seed.
public struct SeededWrites: RandomNumberGenerator {
    private var state: UInt64

    /// Starts from a seed.
    ///
    /// - Parameter seed: The seed.
    public init(seed: UInt64) { state = seed }

    // SplitMix64.
    // > https://prng.di.unimi.it/splitmix64.c
    /// The next number.
    ///
    /// - Returns: 64 bits.
    public mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    /// Puts values into a write of a ``WriteShape``.
    ///
    /// - Parameter write: The write, with `{n}` and so on.
    /// - Returns: SQL.
    public mutating func filled(_ write: String) -> String {
        let texts = ["'a'", "'A'", "'a '", "'b'", "'B'", "'ä'", "''", "'x''y'", "'c'"]
        let bytes = ["x''", "x'00'", "x'00ff'", "x'61'", "zeroblob(3)"]
        var filled = ""
        var rest = Substring(write)
        while let open = rest.firstRange(of: /\{[nsbv]\}/) {
            filled += rest[..<open.lowerBound]
            var kind = String(rest[open].dropFirst().dropLast())
            if kind == "v" {
                kind = ["n", "s", "b", "r", "null"].randomElement(using: &self) ?? "n"
            }
            switch kind {
            case "n": filled += String(Int.random(in: 0...7, using: &self))
            case "s": filled += texts.randomElement(using: &self) ?? "''"
            case "b": filled += bytes.randomElement(using: &self) ?? "x''"
            case "r":
                filled += ["1.0", "2.5", "-0.0", "9e999"].randomElement(using: &self) ?? "1.0"
            default: filled += "NULL"
            }
            rest = rest[open.upperBound...]
        }
        return filled + rest
    }
}
