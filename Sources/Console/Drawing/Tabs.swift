/// The row of tabs: all of them where there is room, else those around the one that is open.
enum Tabs {
    /// The row for a pane.
    ///
    /// - Parameters:
    ///   - active: The pane that is open.
    ///   - columns: The cells there are.
    /// - Returns: The tabs, with a mark where some are out of sight.
    static func line(_ active: PaneID, columns: Int) -> Line {
        let full = labels(active) { $0.title }
        if width(full, gap: 2) <= columns { return joined(full, gap: 2) }
        // As many letters as there is room for, whichever pane is open: no title changes with it.
        let letters = (4...10).last { letters in
            PaneID.allCases.allSatisfy { width(shortened($0, to: letters), gap: 1) <= columns }
        }
        let short = shortened(active, to: letters ?? 4)
        if width(short, gap: 1) <= columns { return joined(short, gap: 1) }
        return window(short, around: PaneID.allCases.firstIndex(of: active) ?? 0, columns)
    }

    /// Where each tab of a row stands.
    ///
    /// - Parameter line: The row.
    /// - Returns: The panes whose tabs are seen, with their cells.
    static func places(in line: Line) -> [(pane: PaneID, x: Int, width: Int)] {
        var x = 0
        return line.compactMap { span in
            defer { x += Width.cells(span.text) }
            let label = span.text.drop { $0 == "[" }
            let pane = PaneID.allCases.first { label.hasPrefix("\($0.key) ") }
            return pane.map { ($0, x, Width.cells(span.text)) }
        }
    }

    private static func shortened(_ active: PaneID, to letters: Int) -> Line {
        labels(active) { $0 == active ? $0.title : String($0.title.prefix(letters)) }
    }

    private static func labels(_ active: PaneID, _ title: (PaneID) -> String) -> Line {
        PaneID.allCases.map { pane in
            let label = "\(pane.key) \(title(pane))"
            return pane == active ? Span("[\(label)]", .tabActive) : Span(label, .tab)
        }
    }

    private static func width(_ labels: some Collection<Span>, gap: Int) -> Int {
        labels.reduce(1) { $0 + Width.cells($1.text) } + gap * max(0, labels.count - 1)
    }

    private static func joined(_ labels: some Sequence<Span>, gap: Int) -> Line {
        labels.enumerated().flatMap { index, label in
            [Span(String(repeating: " ", count: index == 0 ? 1 : gap), .tab), label]
        }
    }

    /// As many tabs around one as there is room for.
    private static func window(_ labels: Line, around index: Int, _ columns: Int) -> Line {
        var range = index..<(index + 1)
        // Both marks may be needed.
        func fits(_ range: Range<Int>) -> Bool { width(labels[range], gap: 1) + 4 <= columns }
        while true {
            if range.upperBound < labels.count, fits(range.lowerBound..<(range.upperBound + 1)) {
                range = range.lowerBound..<(range.upperBound + 1)
            } else if range.lowerBound > 0, fits((range.lowerBound - 1)..<range.upperBound) {
                range = (range.lowerBound - 1)..<range.upperBound
            } else {
                break
            }
        }
        let left: Line = range.lowerBound > 0 ? [Span("<", .textMuted)] : []
        let right: Line = range.upperBound < labels.count ? [Span(" >", .textMuted)] : []
        return left + joined(labels[range], gap: 1) + right
    }
}
