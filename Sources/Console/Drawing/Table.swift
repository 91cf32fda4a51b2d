/// Rows in columns, as values; the drawing decides how many fit.
struct Table: Equatable, Sendable {
    /// One column.
    struct Column: Equatable, Sendable {
        var title: String
        /// Its cells, or nil for what the others leave.
        var width: Int?
        var alignment = Width.Alignment.left
        /// The higher, the sooner it is left out when there is no room; 0 always stays.
        var rank = 0
        /// Whether and how the rows are sorted by it.
        var sort: Model.ListState.Sort?

        init(
            _ title: String,
            _ width: Int? = nil,
            _ alignment: Width.Alignment = .left,
            rank: Int = 0
        ) {
            self.title = title
            self.width = width
            self.alignment = alignment
            self.rank = rank
        }
    }

    /// One row.
    struct Row: Equatable, Sendable {
        /// What stays the same when the rows change.
        var id: String
        private let content: Content

        /// The cells, or how they are made of what was read.
        private enum Content: Sendable {
            case made([Line])
            case unmade(@Sendable () -> [Line])
        }

        /// What stands in the row, column by column.
        var cells: [Line] {
            switch content {
            case .made(let cells): cells
            case .unmade(let make): make()
            }
        }

        init(id: String, cells: [Line]) {
            self.id = id
            content = .made(cells)
        }

        /// A row of a long list, most of which nobody looks at: its cells are made when they are
        /// asked for.
        ///
        /// - Parameters:
        ///   - id: The row's key.
        ///   - make: Makes the cells; keep what it holds small.
        init(id: String, making make: @escaping @Sendable () -> [Line]) {
            self.id = id
            content = .unmade(make)
        }

        static func == (left: Row, right: Row) -> Bool {
            left.id == right.id && left.cells == right.cells
        }

        /// A row whose cells have one style each.
        init(id: String, _ cells: Span...) {
            self.init(id: id, cells: cells.map { [$0] })
        }

        /// Everything that stands in the row, for the filter.
        var text: String {
            cells.map { $0.map(\.text).joined() }.joined(separator: " ")
        }
    }

    var columns: [Column]
    var rows: [Row]
    /// A row that stays below the others.
    var total: Row?
    /// The cells that each flexible column gets before other columns may stay.
    var least = 16
    /// The column whose text is taken as a row's name; nil takes what tells the rows apart.
    var taken: Int?
    /// Whether these are all rows.
    var rest = Rest()

    /// Rows of the list that are not here.
    struct Rest: Equatable, Sendable {
        var isBefore = false
        var isBehind = false
    }

    /// The cells that a column needs for its widest text, within bounds.
    static func width(of texts: some Sequence<String>, _ bounds: ClosedRange<Int>) -> Int {
        let widest = texts.reduce(0) { max($0, Width.cells($1)) }
        return min(bounds.upperBound, max(bounds.lowerBound, widest))
    }

    /// Rows that say how wide a list is: to look at all of a long one would cost more than to draw.
    private static let measuredRows = 200

    /// The cells that every column needs to be shown whole, in the first of the rows.
    var fullWidth: Int {
        let measured = rows.prefix(Self.measuredRows).map(\.cells)
        return columns.indices.reduce(max(0, columns.count - 1)) { sum, index in
            let texts = measured.lazy.map { cells in
                index < cells.count ? cells[index].map(\.text).joined() : ""
            }
            return sum + (columns[index].width ?? Self.width(of: texts, least...500))
        }
    }

    /// The rows that hold a text, whatever its case.
    func filtered(by filter: String) -> Table {
        guard !filter.isEmpty else { return self }
        let wanted = filter.lowercased()
        var result = self
        result.rows = rows.filter { $0.text.lowercased().contains(wanted) }
        return result
    }

    /// The rows in the order of a column.
    ///
    /// Numbers come in the order of their values, whatever stands between their digits; rows that
    /// are alike stay in their order.
    func sorted(by sort: Model.ListState.Sort) -> Table {
        guard let index = columns.firstIndex(where: { $0.title == sort.column }) else {
            return self
        }
        let keys = rows.map { row in
            let cells = row.cells
            return SortKey(index < cells.count ? cells[index].map(\.text).joined() : "")
        }
        let order = rows.indices.sorted { left, right in
            if keys[left] == keys[right] { return left < right }
            return sort.isDescending ? keys[right] < keys[left] : keys[left] < keys[right]
        }
        var result = self
        result.rows = order.map { rows[$0] }
        result.columns[index].sort = sort
        return result
    }

    /// What a cell is sorted by.
    private struct SortKey: Comparable {
        let number: Double?
        let text: String

        init(_ text: String) {
            self.text = text.lowercased()
            number = Double(text.filter { $0 != "," && $0 != " " })
        }

        static func < (left: SortKey, right: SortKey) -> Bool {
            switch (left.number, right.number) {
            case (let left?, let right?): left < right
            case (.some, nil): true
            case (nil, .some): false
            case (nil, nil): left.text < right.text
            }
        }
    }

    /// The columns that fit and their widths.
    ///
    /// - Parameter width: The cells there are.
    /// - Returns: Indexes of columns with their widths, in order.
    func arrange(in width: Int) -> [(index: Int, width: Int)] {
        var kept = Array(columns.indices)
        while true {
            let fixed = kept.reduce(0) { $0 + (columns[$1].width ?? 0) } + max(0, kept.count - 1)
            let flexible = kept.count { columns[$0].width == nil }
            let rest = width - fixed
            if rest >= flexible * least || !kept.contains(where: { columns[$0].rank > 0 }) {
                let share = flexible > 0 ? max(0, rest) / flexible : 0
                return kept.map { ($0, columns[$0].width ?? share) }
            }
            let worst = kept.max { columns[$0].rank < columns[$1].rank }
            kept.removeAll { $0 == worst }
        }
    }
}

/// How a table stands on the screen.
struct TableLook: Sendable {
    /// Whether keys go to this table.
    var isFocused: Bool
    /// Whether it is what was opened, and not the pane's own list.
    var isDetail = false
    /// Whether a click on a row means the row.
    var hasSpots = true
    /// The rows that are marked; they make room for a column of marks.
    var marks: Set<String> = []

    /// The cells before the first column: the cursor's, and that of the marks.
    var margin: Int { marks.isEmpty ? 1 : 3 }
}

extension Frame {
    /// Draws a table: the header, the rows around the cursor, and the sum.
    ///
    /// - Parameters:
    ///   - table: The rows.
    ///   - rect: Where it stands.
    ///   - cursor: The row with the cursor, or nil for none.
    ///   - look: How it stands there.
    ///   - glyphs: The signs.
    mutating func draw(
        _ table: Table,
        in rect: Rect,
        cursor: Int?,
        _ look: TableLook,
        glyphs: Glyphs
    ) {
        guard rect.height > 0, rect.width > 4 else { return }
        let left = rect.x + look.margin
        let arranged = table.arrange(in: rect.width - look.margin - 1)
        putTitles(of: table, x: left, y: rect.y, arranged: arranged, hasSpots: look.hasSpots)
        let room = rect.height - 1 - (table.total == nil ? 0 : 2)
        // Above the sum there is an empty row for the mark; without a sum the mark takes a row.
        let needsRow = table.total == nil && table.rows.count > room && room > 2
        let height = room - (needsRow ? 1 : 0)
        let rows = Scrolling.window(count: table.rows.count, height: height, cursor: cursor ?? 0)
        if table.total != nil || needsRow,
            let rest = Scrolling.rest(
                of: table.rows.count,
                outside: rows,
                beyond: table.rest
            )
        {
            put([rest], x: rect.x + 1, y: rect.y + 1 + height, width: rect.width - 2)
        }
        for (offset, index) in rows.enumerated() {
            let isSelected = index == cursor
            let selected: StyleKey = look.isFocused ? .rowSelected : .rowSelectedBlur
            let y = rect.y + 1 + offset
            let place = Rect(x: rect.x, y: y, width: rect.width, height: 1)
            if isSelected {
                fill(place, selected)
                put(glyphs.run, x: rect.x, y: y, selected, width: 1)
            }
            if look.marks.contains(table.rows[index].id) {
                put("*", x: rect.x + 1, y: y, isSelected ? selected : .rowMarked, width: 1)
            }
            if look.hasSpots { offer(look.isDetail ? .detailRow(index) : .row(index), at: place) }
            put(
                table.rows[index],
                x: left,
                y: y,
                arranged: arranged,
                columns: table.columns,
                override: isSelected ? selected : nil
            )
        }
        guard let total = table.total, rect.height > 3 else { return }
        put(
            total,
            x: left,
            y: rect.y + min(rect.height - 1, table.rows.count + 2),
            arranged: arranged,
            columns: table.columns,
            override: nil
        )
    }

    private mutating func putTitles(
        of table: Table,
        x: Int,
        y: Int,
        arranged: [(index: Int, width: Int)],
        hasSpots: Bool
    ) {
        var x = x
        for (index, width) in arranged {
            let column = table.columns[index]
            let mark = column.sort.map { $0.isDescending ? " v" : " ^" } ?? ""
            let name = Width.clip(column.title, to: max(0, width - mark.count)) + mark
            let title = Width.pad(name, to: width, column.alignment)
            let style: StyleKey = column.sort == nil ? .columnHeader : .columnSorted
            put(title, x: x, y: y, style, width: width)
            if hasSpots {
                offer(.column(column.title), at: Rect(x: x, y: y, width: width, height: 1))
            }
            x += width + 1
        }
    }

    private mutating func put(
        _ row: Table.Row,
        x: Int,
        y: Int,
        arranged: [(index: Int, width: Int)],
        columns: [Table.Column],
        override: StyleKey?
    ) {
        var x = x
        let cells = row.cells
        for (index, width) in arranged where index < cells.count {
            let cell = cells[index]
            let used = cell.reduce(0) { $0 + Width.cells($1.text) }
            let shift = columns[index].alignment == .right ? max(0, width - used) : 0
            put(cell, x: x + shift, y: y, width: width - shift, override: override)
            x += width + 1
        }
    }
}

/// Which part of a list is seen.
enum Scrolling {
    /// The rows around the cursor, which stays in the middle until an end is near.
    ///
    /// - Parameters:
    ///   - count: The rows there are.
    ///   - height: The rows that fit.
    ///   - cursor: The row that must be seen.
    /// - Returns: The rows to draw.
    static func window(count: Int, height: Int, cursor: Int) -> Range<Int> {
        guard count > 0, height > 0 else { return 0..<0 }
        let top = min(max(0, cursor - height / 2), max(0, count - height))
        return top..<min(count, top + height)
    }

    /// The line on top of a text behind a key.
    ///
    /// - Parameters:
    ///   - action: What the key does; what does not scroll leaves the line where it is.
    ///   - first: The line on top now.
    ///   - last: The line on top at the end of the text.
    /// - Returns: The line, from 0 to `last`.
    static func top(behind action: Action.ID?, from first: Int, last: Int) -> Int {
        let top =
            switch action {
            case .down: first + 1
            case .up: first - 1
            case .pageDown: first + 10
            case .pageUp: first - 10
            case .last: last
            case .first: 0
            default: first
            }
        return max(0, min(last, top))
    }

    /// How many rows are out of sight, in words; nil when all are seen.
    ///
    /// - Parameters:
    ///   - count: The rows there are.
    ///   - window: The rows that are seen.
    ///   - rest: Whether there are rows that are not here.
    /// - Returns: The mark below the list.
    static func rest(
        of count: Int,
        outside window: Range<Int>,
        beyond rest: Table.Rest = Table.Rest()
    ) -> Span? {
        func words(_ number: Int, _ goesOn: Bool, _ where: String) -> [String] {
            guard number > 0 else { return goesOn ? ["more \(`where`)"] : [] }
            return ["\(Figures.count(number))\(goesOn ? "+" : "") more \(`where`)"]
        }
        let parts =
            words(window.lowerBound, rest.isBefore, "above")
            + words(count - window.upperBound, rest.isBehind, "below")
        guard !parts.isEmpty else { return nil }
        return Span("... " + parts.joined(separator: ", "), .textMuted)
    }
}
