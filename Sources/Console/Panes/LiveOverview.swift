import MigrationEngine

/// The overview of a live run: where it stands, who is live, how far behind, what is next.
extension OverviewPane {
    /// A part of the overview: its title, its lines and its place.
    private struct Part {
        var title: String
        var lines: [Line]
        var rect: Rect
    }

    /// The steps as a line above the phases of a copy that logs the source's writes.
    func drawSteps(_ model: Model, _ phase: CutoverPhase, y: Int, into frame: inout Frame) {
        let line = Steps.line(
            phase,
            isFailing: model.operation?.kind == .cutOver && model.cutover.shown.hasFailed,
            isUnfollowed: model.isPostponed,
            width: model.size.columns - 2,
            glyphs: model.identity.glyphs
        )
        frame.put(line, x: 1, y: y, width: model.size.columns - 2)
    }

    /// Draws the overview of a run that is followed, cut over or watched.
    func drawLive(_ model: Model, in layout: Layout, into frame: inout Frame) {
        guard let phase = model.phase else { return }
        drawSteps(model, phase, y: layout.body.y, into: &frame)
        let isMedium = layout.hasBoxes
        var body = layout.body
        body.y += isMedium ? 1 : 2
        body.height -= isMedium ? 1 : 2
        var parts = isMedium ? boxes(model, in: body) : strips(model, in: body)
        if model.showsAround, let recent = parts.indices.last {
            parts[recent].rect = drawAround(model, above: parts[recent].rect, into: &frame)
        }
        for part in parts { put(part, isMedium, model, &frame) }
    }

    private func middleTitle(_ model: Model) -> String {
        guard !isWatched(model) else {
            let old = model.oldWritten.map { ", \($0)" } ?? ""
            return "Written on PostgreSQL since the switch\(old)"
        }
        return model.gatesReadAt.map { "Gates, \($0)" } ?? "Gates"
    }

    private func isWatched(_ model: Model) -> Bool {
        model.phase?.targetTakesWrites == true && model.operation == nil
    }

    // MARK: - Places

    /// One below the other, on a narrow screen.
    private func strips(_ model: Model, in body: Rect) -> [Part] {
        var y = body.y
        func strip(_ title: String, _ lines: [Line], _ height: Int) -> Part {
            defer { y += height }
            let rect = Rect(x: 0, y: y, width: body.width, height: height)
            // Of what happened nobody expects to see all.
            let shown = title == "Recent" ? lines : fitted(lines, height - 1)
            return Part(title: title, lines: shown, rect: rect)
        }
        let now = standing(model)
        let first = min(body.height, now.count + 1)
        var parts = [strip("Cutover", now, first)]
        let left = body.height - first
        // What is wrong takes the rows it needs, up to half of them.
        let problems = wrong(model, width: body.width - 4)
        let isAlarm = model.remedyOfAlarm != nil
        let wrongRows = min(max(2, isAlarm ? left - 2 : left / 2), problems.count + 1)
        let middle =
            isWatched(model) ? writtenTables(model) : closedGates(model, width: body.width - 4)
        let gateRows = min(max(2, (left - wrongRows) / 2), middle.count + 1)
        parts.append(strip(middleTitle(model), middle, gateRows))
        parts.append(strip("What is wrong", problems, wrongRows))
        parts.append(strip("Recent", recent(model), left - wrongRows - gateRows))
        return parts
    }

    /// Boxes beside and below each other, each as high as what it has to say; what is left over
    /// shows more of what happened.
    private func boxes(_ model: Model, in body: Rect) -> [Part] {
        let left = body.width * 60 / 100
        let right = body.width - left
        let now = standing(model)
        let sides = sides(model)
        let upper = min(body.height, max(now.count, sides.count) + 2)
        let problems = wrong(model, width: body.width - 4)
        let most = model.remedyOfAlarm == nil ? body.height / 3 : body.height / 2
        let wrongRows = min(max(3, most), problems.count + 2)
        let room = body.height - upper - wrongRows
        let tables = bothSides(model, width: right - 4)
        let middle = isWatched(model) ? writtenTables(model) : allGates(model, width: left - 4)
        let wanted = max(middle.count, tables.count) + 2
        // The log keeps a quarter in any case; where the application itself fits above it, both
        // together keep half: most gates are open, and the keys show all of them.
        let aroundRows = model.showsAround && room / 2 >= Self.leastAround ? room / 2 : 0
        let middleRows = max(3, min(wanted, room - max(5, room / 4, aroundRows)))
        let (second, third) = (body.y + upper, body.y + upper + middleRows)
        func part(_ title: String, _ lines: [Line], _ rect: Rect) -> Part {
            Part(title: title, lines: fitted(lines, rect.height - 2), rect: rect)
        }
        return [
            part("Cutover", now, Rect(x: 0, y: body.y, width: left, height: upper)),
            part("Sides", sides, Rect(x: left, y: body.y, width: right, height: upper)),
            Part(
                title: middleTitle(model),
                lines: fitted(middle, middleRows - 2, place: listed(model)),
                rect: Rect(x: 0, y: second, width: left, height: middleRows)
            ),
            part(
                "Rows on both sides",
                tables,
                Rect(x: left, y: second, width: right, height: middleRows)
            ),
            part(
                "What is wrong",
                problems,
                Rect(x: 0, y: third, width: body.width, height: wrongRows)
            ),
            Part(
                title: "Recent",
                lines: recent(model),
                rect: Rect(
                    x: 0,
                    y: third + wrongRows,
                    width: body.width,
                    height: room - middleRows
                )
            ),
        ]
    }

    private func put(_ part: Part, _ isBoxed: Bool, _ model: Model, _ frame: inout Frame) {
        guard part.rect.height > (isBoxed ? 2 : 1) else { return }
        var inner = part.rect.inner
        if isBoxed {
            let glyphs = model.identity.glyphs
            frame.box(part.rect, title: part.title, isFocused: false, glyphs: glyphs)
        } else {
            inner = part.rect
            if part.title == "Cutover" {
                inner.height -= 1
            } else {
                frame.put(part.title.uppercased(), x: inner.x + 1, y: inner.y, .title)
                inner.y += 1
                inner.height -= 1
            }
        }
        for (offset, line) in part.lines.prefix(max(0, inner.height)).enumerated() {
            frame.put(line, x: inner.x + 1, y: inner.y + offset, width: inner.width - 2)
        }
    }

    /// Where the gates stand that have no room here.
    private func listed(_ model: Model) -> String {
        isWatched(model) ? "" : "; \(model.key(.palette))check lists all"
    }

    private func fitted(_ lines: [Line], _ height: Int, place: String = "") -> [Line] {
        guard lines.count > height, height > 1,
            let rest = Scrolling.rest(of: lines.count, outside: 0..<(height - 1))
        else { return lines }
        return lines.prefix(height - 1) + [[rest, Span(place, .textMuted)]]
    }
}
