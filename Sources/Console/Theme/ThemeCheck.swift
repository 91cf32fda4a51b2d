import Foundation

/// What a theme promises, and whether it keeps it.
package enum ThemeCheck {
    /// What was found in one theme.
    package struct Report: Codable, Sendable {
        /// The name it was asked for by.
        package var name: String
        /// Whether nothing is wrong.
        package var ok: Bool
        /// What is wrong, in words.
        package var problems: [String]
        /// The lowest contrast of a text with its ground; nil where the terminal decides.
        package var lowestContrast: Double?
        /// The least distance between ok, warn and bad for each kind of sight.
        package var distances: [String: Double]
    }

    /// States must be as far apart as this for every kind of sight (ΔE of CIE 1976).
    static let leastDistance = 25.0
    /// No promise of a theme counts that is lower than what can be read.
    static let leastContrast = 4.5

    /// Checks one theme.
    ///
    /// - Parameters:
    ///   - name: The name of a theme, or the path of a file.
    ///   - library: Where it is looked for.
    /// - Returns: What was found; a theme that cannot be read has that as its problem.
    package static func check(_ name: String, in library: ThemeLibrary) -> Report {
        var report = Report(name: name, ok: false, problems: [], distances: [:])
        do throws(ThemeFile.Problem) {
            let chain = try library.chain(name)
            let unknown = chain[0].unknownKeys.map { "\"\($0)\" means nothing here" }
            report.problems += unknown
            if chain[0].name.isEmpty { report.problems.append("it has no name") }
            if chain[0].about.isEmpty { report.problems.append("it has no line about it") }
            // Judged as it looks on 256 colours, behind all rounding.
            let theme = try Theme(name, chain: chain, depth: .full)
            if theme.contrast > 0 {
                contrast(of: theme, &report)
                distances(of: theme, &report)
            }
            for depth in ColourDepth.allCases where depth != .mono {
                likeness(of: try Theme(name, chain: chain, depth: depth), depth, &report)
            }
        } catch {
            report.problems.append(error.message)
        }
        report.ok = report.problems.isEmpty
        return report
    }

    /// An error of a theme in words.
    ///
    /// - Parameter error: What reading it threw.
    /// - Returns: The words.
    package static func words(_ error: any Error) -> String {
        (error as? ThemeFile.Problem)?.message ?? "the theme cannot be read"
    }

    /// Lines are no text: they may be faint.
    private static let lines: Set<StyleKey> = [.border, .barRest]

    private static func contrast(of theme: Theme, _ report: inout Report) {
        if theme.contrast < leastContrast {
            report.problems.append("it promises a contrast below \(leastContrast)")
        }
        for key in StyleKey.allCases where !lines.contains(key) {
            let style = theme[key]
            guard let ratio = ratio(style) else {
                report.problems.append(
                    "\(key.rawValue): the terminal decides its colours, so no contrast holds"
                )
                continue
            }
            report.lowestContrast = min(report.lowestContrast ?? ratio, ratio)
            if ratio < theme.contrast {
                report.problems.append(
                    String(
                        format: "%@: contrast %.2f, promised %.2f",
                        key.rawValue,
                        ratio,
                        theme.contrast
                    )
                )
            }
        }
    }

    private static func ratio(_ style: Style) -> Double? {
        guard let foreground = style.foreground, let background = style.background else {
            return nil
        }
        return ColourVision.contrast(.palette(foreground), .palette(background))
    }

    private static func distances(of theme: Theme, _ report: inout Report) {
        let states: [StyleKey] = [.statusOK, .statusWarn, .statusBad]
        for sight in ColourVision.allCases {
            var least = Double.infinity
            for (index, state) in states.enumerated() {
                for other in states[(index + 1)...] {
                    guard let first = mark(state, theme), let second = mark(other, theme),
                        let distance = sight.distance(first, second)
                    else { continue }
                    least = min(least, distance)
                }
            }
            guard least.isFinite else { continue }
            report.distances[sight.rawValue] = least
            if least < leastDistance {
                report.problems.append(
                    "ok, warn and bad are \(Int(least)) apart for "
                        + "\(sight.rawValue), at least \(Int(leastDistance)) is needed"
                )
            }
        }
    }

    /// What tells a state: its ground where that is filled, else its letters.
    private static func mark(_ key: StyleKey, _ theme: Theme) -> Colour? {
        let style = theme[key]
        let isFilled = style.background != theme[.text].background
        return (isFilled ? style.background : style.foreground).map { .palette($0) }
    }

    private static func likeness(of theme: Theme, _ depth: ColourDepth, _ report: inout Report) {
        let states: [StyleKey] = [.statusOK, .statusWarn, .statusBad, .statusRun, .statusWait]
        for (index, state) in states.enumerated() {
            for other in states[(index + 1)...] where theme[state] == theme[other] {
                report.problems.append(
                    "\(state.rawValue) and \(other.rawValue) look alike at depth \(depth.name)"
                )
            }
        }
        if theme[.rowSelected] == theme[.row] {
            report.problems.append("the selected row looks like others at depth \(depth.name)")
        }
    }
}

extension ColourDepth {
    /// The depth in words.
    var name: String {
        switch self {
        case .mono: "mono"
        case .eight: "8"
        case .sixteen: "16"
        case .full: "256"
        case .direct: "direct"
        }
    }
}
