import Foundation

/// How eyes see colours: contrast, and the distance of two colours for each kind of sight.
enum ColourVision: String, CaseIterable, Sendable {
    case normal
    case protanopia
    case deuteranopia
    case tritanopia

    /// The ratio of the lights of two colours, 1 to 21.
    ///
    /// - SeeAlso: <https://www.w3.org/TR/WCAG21/#dfn-contrast-ratio>
    static func contrast(_ first: Colour, _ second: Colour) -> Double? {
        guard let first = linear(first), let second = linear(second) else { return nil }
        let lights = [luminance(first), luminance(second)].sorted()
        return (lights[1] + 0.05) / (lights[0] + 0.05)
    }

    /// How far two colours are apart for this sight: ΔE of CIE 1976, where 2 is just seen.
    func distance(_ first: Colour, _ second: Colour) -> Double? {
        guard let first = lab(first), let second = lab(second) else { return nil }
        return zip(first, second).map { ($0 - $1) * ($0 - $1) }.reduce(0, +).squareRoot()
    }

    private static func linear(_ colour: Colour) -> [Double]? {
        guard let parts = colour.components else { return nil }
        return [parts.red, parts.green, parts.blue].map { value in
            let share = Double(value) / 255
            return share <= 0.04045 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4)
        }
    }

    private static func luminance(_ linear: [Double]) -> Double {
        0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    }

    private func lab(_ colour: Colour) -> [Double]? {
        guard let own = Self.linear(colour) else { return nil }
        let seen = Self.multiply(simulation, own).map { min(1, max(0, $0)) }
        let xyz = zip(Self.multiply(Self.toXYZ, seen), Self.white).map { $0 / $1 }
        let curved = xyz.map { value in
            value > 216.0 / 24_389 ? cbrt(value) : (24_389.0 / 27 * value + 16) / 116
        }
        return [
            116 * curved[1] - 16, 500 * (curved[0] - curved[1]), 200 * (curved[1] - curved[2]),
        ]
    }

    private static func multiply(_ matrix: [[Double]], _ vector: [Double]) -> [Double] {
        matrix.map { row in zip(row, vector).map { $0 * $1 }.reduce(0, +) }
    }

    /// sRGB to XYZ under D65.
    private static let toXYZ = [
        [0.412_456_4, 0.357_576_1, 0.180_437_5], [0.212_672_9, 0.715_152_2, 0.072_175_0],
        [0.019_333_9, 0.119_192_0, 0.950_304_1],
    ]
    private static let white = [0.950_47, 1, 1.088_83]

    /// What an eye without one kind of cones sees, at full strength.
    ///
    /// - SeeAlso: Machado, Oliveira and Fernandes 2009,
    ///   <https://doi.org/10.1109/TVCG.2009.113>
    private var simulation: [[Double]] {
        switch self {
        case .normal: [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
        case .protanopia:
            [
                [0.152_286, 1.052_583, -0.204_868], [0.114_503, 0.786_281, 0.099_216],
                [-0.003_882, -0.048_116, 1.051_998],
            ]
        case .deuteranopia:
            [
                [0.367_322, 0.860_646, -0.227_968], [0.280_085, 0.672_501, 0.047_413],
                [-0.011_820, 0.042_940, 0.968_881],
            ]
        case .tritanopia:
            [
                [1.255_528, -0.076_749, -0.178_779], [-0.078_411, 0.930_809, 0.147_602],
                [0.004_733, 0.691_367, 0.303_900],
            ]
        }
    }
}
