import MigrationEngine

/// The figures of some looks as a row of bars, the newest on the right.
enum Sparkline {
    private static let bars = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]
    private static let letters = ["_", ",", "-", "=", "+", "*", "%", "#"]

    /// Draws them.
    ///
    /// A bar of full height is the largest figure, or the bound where there is one and no figure is
    /// above it. What was bad has the look of what is bad, what was not known is a dot.
    ///
    /// - Parameters:
    ///   - points: What was found, the newest last.
    ///   - limit: The bound of the figure.
    ///   - width: The cells there are.
    ///   - glyphs: The signs.
    /// - Returns: The bars, as many as there were looks.
    static func line(
        _ points: [WatchHistory.Point],
        limit: Double?,
        width: Int,
        glyphs: Glyphs
    ) -> Line {
        let shown = points.suffix(max(0, width))
        let highest = max(shown.compactMap(\.value).max() ?? 0, limit ?? 0)
        let signs = glyphs.isASCII ? letters : bars
        var line: Line = []
        for point in shown {
            let span: Span
            switch point.state {
            case .unknown: span = Span(glyphs.wait, .textMuted)
            case .bad: span = Span(signs[level(point, highest, of: signs.count)], .statusBad)
            case .good: span = Span(signs[level(point, highest, of: signs.count)], .spark)
            }
            if let last = line.last, last.style == span.style {
                line[line.count - 1].text += span.text
            } else {
                line.append(span)
            }
        }
        return line
    }

    private static func level(
        _ point: WatchHistory.Point,
        _ highest: Double,
        of count: Int
    ) -> Int {
        guard let value = point.value, highest > 0 else {
            // Without a figure the verdict is all there is.
            return point.state == .bad ? count - 1 : 0
        }
        let share = min(1, max(0, value / highest))
        return min(count - 1, Int((share * Double(count - 1)).rounded()))
    }
}
