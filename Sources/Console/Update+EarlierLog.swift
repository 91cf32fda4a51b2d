import MigrationEngine

/// What stood in the log of the run before this console was opened.
extension Model {
    /// Puts the end of the log in front of what this console has logged itself.
    mutating func take(_ result: Result<EarlierLog, MigrationError>) {
        switch result {
        case .failure(let error): warn("\(error.message): \(error.place.path ?? "")")
        case .success(let earlier):
            // What a run of this console has written meanwhile came by itself.
            let lines = earlier.lines.filter { $0.time < openedAt }
            // In front of a log from which lines were dropped already there is a hole.
            if !lines.isEmpty, droppedLines == 0, log.count + lines.count < Self.logCapacity {
                log.insert(
                    LogLine(
                        time: openedAt,
                        level: .info,
                        stage: "console",
                        message: "opened here; lines with a date are from before"
                    ),
                    at: 0
                )
                log.insert(contentsOf: lines, at: 0)
                droppedLines = -1 - lines.count
            }
            guard earlier.unreadable > 0 else { break }
            let count = Figures.rows(earlier.unreadable, "line")
            warn("\(count) of the log left out, unreadable: \(earlier.path)")
        }
        keepSelection()
    }

    /// Whether a line of a number stood in the log before this console was opened.
    ///
    /// The line that tells it was opened has the number -1; those of its own begin with 0.
    static func isEarlier(_ number: Int) -> Bool { number < -1 }

    /// When a line was written: with its day, when that was before this console was opened.
    ///
    /// - Parameters:
    ///   - line: The line.
    ///   - number: Its number.
    /// - Returns: For example `14:02:07Z` or `11-22 14:02:07Z`.
    static func time(of line: LogLine, number: Int) -> String {
        guard isEarlier(number) else { return Figures.clock(line.time) + "Z" }
        // Month and day tell enough beside the time.
        return String(Figures.moment(line.time).dropFirst(5))
    }
}
