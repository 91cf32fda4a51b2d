/// The palette: a line, and above it what it could mean.
enum PaletteOverlay {
    /// Entries that are seen at once.
    private static let most = 10

    /// Draws the palette above the message and the hints.
    static func draw(_ palette: Palette, _ model: Model, into frame: inout Frame) {
        let entries = model.paletteEntries(for: palette.typed)
        let room = max(1, model.size.rows - 8)
        let seen = Scrolling.window(
            count: entries.count,
            height: min(most, room),
            cursor: palette.index
        )
        let width = min(100, model.size.columns - 4)
        let height = max(1, seen.count) + 3
        let rect = Rect(
            x: (model.size.columns - width) / 2,
            y: model.size.rows - 2 - height,
            width: width,
            height: height
        )
        frame.fill(rect, .dialog)
        frame.box(rect, title: "Command", isFocused: true, glyphs: model.identity.glyphs)
        let inner = rect.inner
        let typed = Width.tail(palette.typed, to: inner.width - 4)
        let line: Line = [Span(":", .prompt), Span(typed, .text), Span("_", .prompt)]
        frame.put(line, x: inner.x + 1, y: inner.y, width: inner.width - 2)
        if entries.isEmpty {
            frame.put("nothing is called so", x: inner.x + 1, y: inner.y + 1, .textMuted)
        }
        let nameWidth = Table.width(
            of: entries.map(\.name),
            22...max(22, min(44, inner.width - 30))
        )
        for (offset, index) in seen.enumerated() {
            let entry = entries[index]
            let y = inner.y + 1 + offset
            let isSelected = index == palette.index
            let place = Rect(x: inner.x, y: y, width: inner.width, height: 1)
            if isSelected { frame.fill(place, .rowSelected) }
            frame.offer(.entry(index), at: place)
            frame.put(
                Self.line(entry, name: nameWidth, width: inner.width - 2),
                x: inner.x + 1,
                y: y,
                width: inner.width - 2,
                override: isSelected ? .rowSelected : nil
            )
        }
        if let rest = Scrolling.rest(of: entries.count, outside: seen) {
            frame.put(" \(rest.text) ", x: rect.x + 2, y: rect.maxY - 1, .title, width: width - 4)
        }
    }

    private static func line(_ entry: PaletteEntry, name nameWidth: Int, width: Int) -> Line {
        let name = Width.pad(Width.clip(entry.name, to: nameWidth), to: nameWidth) + " "
        let key = entry.key.isEmpty ? "" : "  \(entry.key)"
        let room = max(0, width - nameWidth - 1 - Width.cells(key))
        let words = entry.refusal.map { "not now: \($0)" } ?? entry.help
        return [
            Span(name, entry.refusal == nil ? .textStrong : .textMuted),
            Span(Width.pad(Width.clip(words, to: room), to: room), .textMuted),
            Span(key, .keyHint),
        ]
    }
}
