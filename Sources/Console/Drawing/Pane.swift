import MigrationEngine

/// What a pane shows, as values.
struct PaneContent: Sendable {
    /// The part between title and footer.
    enum Body: Sendable {
        case table(Table)
        case lines([Line])
        /// There is nothing to list: what that means and what to do.
        case empty([Line])
        case loading(String)
        case failed(MigrationError)
    }

    var title: String
    var body: Body
    /// Below the body, parted from it by a rule.
    var footer: [Line] = []
    /// The cells that it needs beside its list; with fewer it covers the list.
    var leastWidth = 0
    /// How much of a wide screen it takes beside its detail, in percent.
    var listShare = 58

    /// The number of rows that the cursor can reach.
    var rowCount: Int {
        switch body {
        case .table(let table): table.rows.count
        case .lines(let lines): lines.count
        case .empty, .loading, .failed: 0
        }
    }
}

extension PaneContent.Body {
    /// That nothing is as it was asked for, over what leads back: a long text cuts that not off.
    static func nothing(_ words: String) -> PaneContent.Body {
        .empty([[Span("\(words).")], [Span("Esc shows all.", .textMuted)]])
    }
}

/// A pane: one file each, one line in ``Panes/all``.
protocol Pane: Sendable {
    /// The tab it stands on.
    var id: PaneID { get }
    /// Its list, before the filter.
    func content(_ model: Model) -> PaneContent
    /// What Enter opens for a row; nil when the pane has no detail.
    func detail(_ model: Model, of id: String) -> PaneContent?
    /// Draws the pane.
    func draw(_ model: Model, in layout: Layout, into frame: inout Frame)
}

/// All panes.
enum Panes {
    static let all: [any Pane] = [
        OverviewPane(), MigratePane(), VerifyPane(), WorkflowsPane(), OrdersPane(),
        InventoryPane(), LogPane(), DashboardPane(), QuarantinePane(), TablesPane(),
        CodePane(),
        WatchPane(),
        ChecksPane(),
    ]

    /// The pane on a tab.
    static func pane(_ id: PaneID) -> any Pane {
        all.first { $0.id == id } ?? OverviewPane()
    }
}

extension Model {
    /// What the pane shows of one state, made once for a whole picture: every hint asks for it.
    struct Drawn: Sendable {
        var content: PaneContent
        var detail: PaneContent?
        var wholeTable: Table?
    }

    /// The model with what its pane shows; only for drawing, because nothing makes it anew.
    var drawable: Model {
        var model = self
        model.drawn = Drawn(
            content: content,
            detail: detailContent,
            wholeTable: wholeTable
        )
        return model
    }

    /// The pane's content with the filter applied.
    var content: PaneContent {
        if let drawn { return drawn.content }
        var content = Panes.pane(pane).content(self)
        if let sort = list.sort, case .table(let table) = content.body {
            content.body = .table(table.sorted(by: sort))
        }
        if case .table(let table) = content.body, let hidden = hiddenColumns[pane] {
            content.body = .table(table.without(hidden))
        }
        guard !pane.isSearchedByEngine, !filter.isEmpty, case .table(let table) = content.body
        else { return content }
        let filtered = table.filtered(by: filter)
        content.title += "  \(filtered.rows.count) of \(table.rows.count)"
        content.body =
            filtered.rows.isEmpty
            ? .empty([[Span("nothing matches \"\(filter)\"", .textMuted)]]) : .table(filtered)
        return content
    }

    /// The rows that the cursor moves over, or nil when the pane shows none.
    var table: Table? {
        guard case .table(let table) = content.body else { return nil }
        return table
    }

    /// The row under the cursor.
    var selectedRow: Table.Row? {
        guard let rows = table?.rows, rows.indices.contains(list.index) else { return nil }
        return rows[list.index]
    }

    /// What Enter opened.
    var detailContent: PaneContent? {
        if let drawn { return drawn.detail }
        if let whole = wholeRowContent { return whole }
        var content = detail.flatMap { Panes.pane(pane).detail(self, of: $0.id) }
        if case .table(let table)? = content?.body {
            content?.body = .table(table.without(hiddenHere))
        }
        return content
    }

    /// The list that the cursor is in with all its columns, and without the filter.
    var wholeTable: Table? {
        if let drawn { return drawn.wholeTable }
        let pane = Panes.pane(pane)
        let content = detail.map { pane.detail(self, of: $0.id) } ?? pane.content(self)
        guard case .table(let table)? = content?.body else { return nil }
        return detail == nil ? list.sort.map { table.sorted(by: $0) } ?? table : table
    }
}

extension Pane {
    func detail(_ model: Model, of id: String) -> PaneContent? { nil }

    /// A list, and its detail over it or beside it.
    func draw(_ model: Model, in layout: Layout, into frame: inout Frame) {
        let content = model.content
        let glyphs = model.identity.glyphs
        let opened = model.detailContent
        guard layout.hasBoxes else {
            // There is no box to carry the title: it stands on the rule.
            let title = opened.map { "\(id.title) > \($0.title)" } ?? content.title
            frame.put(" \(title) ", x: 2, y: 2, .title, width: layout.size.columns - 4)
            if let opened, let detail = model.detail {
                frame.draw(
                    opened,
                    in: layout.body,
                    cursor: detail.index,
                    isFocused: true,
                    isBoxed: false,
                    isDetail: true,
                    marks: model.marks.ids,
                    glyphs: glyphs
                )
            } else {
                frame.draw(
                    content,
                    in: layout.body,
                    cursor: model.list.index,
                    isFocused: true,
                    isBoxed: false,
                    marks: model.list.marks.ids,
                    glyphs: glyphs
                )
            }
            return
        }
        drawBoxes(model, content, opened, in: layout, into: &frame)
    }

    /// A list in its box, the detail in one beside it, below it or over it, and on a wide screen the
    /// row of that detail in a third.
    private func drawBoxes(
        _ model: Model,
        _ content: PaneContent,
        _ opened: PaneContent?,
        in layout: Layout,
        into frame: inout Frame
    ) {
        let glyphs = model.identity.glyphs
        // With room to spare the row under the cursor is explained without being opened.
        let explained = opened ?? model.selectedRow.flatMap { detail(model, of: $0.id) }
        let row = opened == nil ? nil : model.rowBeside
        let places = layout.places(
            for: content,
            hasDetail: explained != nil,
            hasRow: row != nil
        )
        let covers = (opened?.leastWidth ?? 0) > (places.detail?.width ?? layout.body.width)
        if opened == nil || (places.detail != nil && !covers) {
            frame.draw(
                content,
                in: places.list,
                cursor: model.list.index,
                isFocused: opened == nil,
                isBoxed: true,
                marks: model.list.marks.ids,
                glyphs: glyphs
            )
        }
        // Without room for both, what was opened covers its list.
        guard let explained,
            let rect = covers ? layout.body : places.detail ?? (opened == nil ? nil : layout.body)
        else { return }
        frame.offer(.explanation, at: rect)
        if let row, let place = places.row {
            frame.draw(row, in: (rect, place), model, glyphs: glyphs)
            return
        }
        frame.draw(
            explained,
            in: rect,
            cursor: model.detail?.index,
            isFocused: opened != nil,
            isBoxed: true,
            isDetail: true,
            marks: opened == nil ? [] : model.marks.ids,
            glyphs: glyphs
        )
    }
}

extension Model {
    /// The rows of what is open and one of them, beside each other.
    struct RowBeside {
        /// The rows.
        var rows: PaneContent
        /// The row that has the cursor among them.
        var index: Int
        /// The row itself, value by value.
        var row: PaneContent
        /// Whether the keys go to the row.
        var isOpen: Bool
    }

    /// The row under the cursor of the table that is open, or the one that was opened in it, where
    /// the screen has room for both.
    var rowBeside: RowBeside? {
        guard layout.kind == .wide, !isZoomed, pane == .tables, let detail,
            detail.value == nil
        else { return nil }
        var list = self
        list.drawn = nil
        list.detail?.row = nil
        guard let rows = list.detailContent, case .table(let table) = rows.body else { return nil }
        let index =
            detail.row.map { id in table.rows.firstIndex { $0.id == id } ?? 0 } ?? detail.index
        guard table.rows.indices.contains(index) else { return nil }
        list.detail?.row = table.rows[index].id
        guard let row = list.detailContent else { return nil }
        return RowBeside(rows: rows, index: index, row: row, isOpen: detail.row != nil)
    }
}

extension Layout {
    /// The least cells of a detail beside its list.
    private static let leastDetailWidth = 40
    /// The least rows of a detail below its list, with its box.
    private static let leastDetailHeight = 9

    /// Where the boxes of a pane stand.
    struct Places: Equatable {
        var list: Rect
        /// The detail; nil where there is no room, or nothing to explain.
        var detail: Rect?
        /// A row of the detail, beside it.
        var row: Rect?
    }

    /// Where a list and its detail stand.
    ///
    /// Beside each other while the whole list keeps its width, else one below the other while every
    /// row is seen, else the list alone. On a wide screen they always stand beside each other, and
    /// the edge between them does not move with the rows.
    ///
    /// - Parameters:
    ///   - content: What the list shows.
    ///   - hasDetail: Whether there is a row to explain.
    ///   - hasRow: Whether a row of the detail is to stand beside it.
    /// - Returns: The places.
    func places(
        for content: PaneContent,
        hasDetail: Bool,
        hasRow: Bool = false
    ) -> Places {
        guard hasBoxes, hasDetail, !isZoomed, case .table(let table) = content.body else {
            return Places(list: body)
        }
        guard kind == .medium else { return widePlaces(content.listShare, hasRow: hasRow) }
        // The box and the margin inside it.
        let width = max(list.width, table.fullWidth + 4)
        if body.width - width >= Self.leastDetailWidth {
            let (left, right) = body.split(at: width)
            return Places(list: left, detail: right)
        }
        let footer = content.footer.isEmpty ? 0 : content.footer.count + 1
        let height = table.rows.count + (table.total == nil ? 1 : 3) + footer + 2
        guard body.height - height >= Self.leastDetailHeight else { return Places(list: body) }
        var (upper, lower) = (body, body)
        upper.height = height
        lower.y = body.y + height
        lower.height = body.height - height
        return Places(list: upper, detail: lower)
    }

    private func widePlaces(_ listShare: Int, hasRow: Bool) -> Places {
        let (left, right) = body.split(at: body.width * listShare / 100)
        guard hasRow else { return Places(list: left, detail: right) }
        // A row has a column for the names and one for the values; the rows have many.
        let (rows, row) = right.split(at: right.width * 60 / 100)
        return Places(list: left, detail: rows, row: row)
    }
}

extension Rect {
    /// The rectangle in two, one beside the other.
    ///
    /// - Parameter width: The cells of the left one.
    /// - Returns: Both.
    fileprivate func split(at width: Int) -> (left: Rect, right: Rect) {
        var (left, right) = (self, self)
        left.width = width
        right.x = x + width
        right.width = self.width - width
        return (left, right)
    }
}

extension Frame {
    /// Draws the rows of what is open, and one of them beside it.
    fileprivate mutating func draw(
        _ beside: Model.RowBeside,
        in places: (rows: Rect, row: Rect),
        _ model: Model,
        glyphs: Glyphs
    ) {
        draw(
            beside.rows,
            in: places.rows,
            cursor: beside.index,
            isFocused: !beside.isOpen,
            isBoxed: true,
            isDetail: !beside.isOpen,
            hasSpots: !beside.isOpen,
            marks: model.detail?.marks.ids ?? [],
            glyphs: glyphs
        )
        offer(.explanation, at: places.row)
        draw(
            beside.row,
            in: places.row,
            cursor: beside.isOpen ? model.detail?.index : nil,
            isFocused: beside.isOpen,
            isBoxed: true,
            isDetail: true,
            hasSpots: beside.isOpen,
            glyphs: glyphs
        )
    }

    /// Draws content with its title, its body and its footer.
    mutating func draw(
        _ content: PaneContent,
        in rect: Rect,
        cursor: Int?,
        isFocused: Bool,
        isBoxed: Bool,
        isDetail: Bool = false,
        hasSpots: Bool = true,
        marks: Set<String> = [],
        glyphs: Glyphs
    ) {
        var inner = rect
        if isBoxed {
            box(rect, title: content.title, isFocused: isFocused, glyphs: glyphs)
            inner = rect.inner
        }
        let footer = content.footer.suffix(max(0, inner.height - 4))
        if !footer.isEmpty {
            let y = inner.maxY - footer.count
            let rule = String(repeating: glyphs.rule, count: max(0, inner.width - 2))
            put(rule, x: inner.x + 1, y: y - 1, .border, width: inner.width - 2)
            for (offset, line) in footer.enumerated() {
                put(line, x: inner.x + 1, y: y + offset, width: inner.width - 2)
            }
            inner.height -= footer.count + 1
        }
        if case .table(let table) = content.body {
            let look = TableLook(
                isFocused: isFocused,
                isDetail: isDetail,
                hasSpots: hasSpots,
                marks: marks
            )
            draw(table, in: inner, cursor: cursor, look, glyphs: glyphs)
        } else {
            draw(content.body, in: inner, cursor: cursor, glyphs: glyphs)
        }
    }

    private mutating func draw(
        _ body: PaneContent.Body,
        in rect: Rect,
        cursor: Int?,
        glyphs: Glyphs
    ) {
        let lines: [Line]
        switch body {
        case .table: return
        case .lines(let all):
            let isCut = all.count > rect.height && rect.height > 2
            let window = Scrolling.window(
                count: all.count,
                height: rect.height - (isCut ? 1 : 0),
                cursor: cursor ?? 0
            )
            let rest = Scrolling.rest(of: all.count, outside: window).map { [[$0]] } ?? []
            lines = Array(all[window]) + (isCut ? rest : [])
        case .empty(let all): lines = [[]] + all
        case .loading(let what): lines = [[], [Span("reading \(what) ...", .statusWait)]]
        case .failed(let error):
            lines = [[]] + Self.lines(of: error, width: rect.width, glyphs: glyphs)
        }
        for (offset, line) in lines.prefix(max(0, rect.height)).enumerated() {
            put(line, x: rect.x + 1, y: rect.y + offset, width: rect.width - 2)
        }
    }

    /// An error in the form that the commands print.
    private static func lines(of error: MigrationError, width: Int, glyphs: Glyphs) -> [Line] {
        error.description.split(separator: "\n").enumerated().flatMap { index, line in
            Width.wrap(String(line), to: width - 6).enumerated().map { part, text in
                let style: StyleKey = index == 0 ? .statusBad : .text
                let mark = index + part == 0 ? "\(glyphs.bad) " : part == 0 ? "  " : "    "
                return [Span(mark + text, style)]
            }
        }
    }
}
