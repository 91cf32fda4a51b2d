import MigrationEngine

/// The phases of a cutover as a line of steps.
enum Steps {
    private static let phases = CutoverPhase.allCases.filter { $0 != .final }

    /// The line: what is behind, where the run stands, what is still to come.
    ///
    /// The current phase stands in brackets, so that neither colour nor Unicode is needed to see it.
    ///
    /// - Parameters:
    ///   - current: The phase.
    ///   - isFailing: Whether what was begun is being taken back.
    ///   - isUnfollowed: Whether nobody applies the source's writes, although somebody should.
    ///   - width: The cells there are.
    ///   - glyphs: The signs.
    /// - Returns: The line.
    static func line(
        _ current: CutoverPhase,
        isFailing: Bool = false,
        isUnfollowed: Bool = false,
        width: Int,
        glyphs: Glyphs
    ) -> Line {
        let place = phases.firstIndex(of: current) ?? phases.count
        let now = Span(
            isUnfollowed ? "not followed" : current.rawValue,
            isFailing ? .statusBad : isUnfollowed ? .statusWarn : .statusRun
        )
        let wide = phases.enumerated().flatMap { offset, phase -> Line in
            let here = isUnfollowed ? glyphs.warn : glyphs.run
            let sign = offset < place ? glyphs.ok : offset == place ? here : glyphs.wait
            return span(phase, offset, place, "\(sign) ", "  ", now)
        }
        if cells(wide) <= width { return wide }
        let narrow = phases.enumerated().flatMap { offset, phase in
            span(phase, offset, place, "", " ", now)
        }
        if cells(narrow) <= width { return narrow }
        let next = phases.indices.contains(place + 1) ? ", then \(phases[place + 1].rawValue)" : ""
        return [
            Span("step \(min(place + 1, phases.count)) of \(phases.count) ", .textMuted),
            Span("[\(now.text)]", now.style),
            Span(next, .textMuted),
        ]
    }

    private static func span(
        _ phase: CutoverPhase,
        _ offset: Int,
        _ place: Int,
        _ sign: String,
        _ gap: String,
        _ now: Span
    ) -> Line {
        let between = Span(offset == 0 ? "" : gap, .text)
        if offset == place {
            return [between, Span("[\(sign)\(now.text)]", now.style)]
        }
        return [
            between, Span(sign + phase.rawValue, offset < place ? .statusOK : .statusWait),
        ]
    }

    private static func cells(_ line: Line) -> Int {
        line.reduce(0) { $0 + Width.cells($1.text) }
    }

    /// A gate's state: a sign, a word and a colour.
    static func state(_ gate: Gate, glyphs: Glyphs) -> Span {
        switch gate.state {
        case .open: Span("\(glyphs.ok) open", .statusOK)
        case .closed where gate.isOverridden: Span("\(glyphs.warn) OVERRIDDEN", .statusWarn)
        case .closed: Span("\(glyphs.bad) CLOSED", .statusBad)
        case .waiting: Span("\(glyphs.wait) waiting", .statusWarn)
        }
    }

    /// How many gates are closed, overridden, waiting and open.
    static func counts(_ gates: [Gate]) -> Line {
        let closed = gates.count(where: \.blocks)
        let waiting = gates.count { $0.state == .waiting }
        let overridden = gates.count(where: \.isOverridden)
        let open = gates.count - closed - waiting - overridden
        return [
            Span("\(closed) closed", closed > 0 ? .statusBad : .textMuted),
            Span(overridden > 0 ? "  \(overridden) overridden" : "", .statusWarn),
            Span("  \(waiting) waiting", waiting > 0 ? .statusWarn : .textMuted),
            Span("  \(open) open", .textMuted),
        ]
    }
}
