/// A look with the figures of the looks before it.
package struct WatchListing: Sendable {
    /// The newest look.
    package var report: WatchReport
    /// The looks before it, and it.
    package var history: WatchHistory

    /// Joins both.
    ///
    /// - Parameters:
    ///   - report: The newest look.
    ///   - history: The looks up to it.
    package init(report: WatchReport, history: WatchHistory) {
        self.report = report
        self.history = history
    }
}

/// The figures of a criterion over the last looks.
package struct WatchHistory: Sendable, Equatable {
    /// How many looks are remembered.
    package static let length = 60

    /// What a look found of one criterion.
    package struct Point: Sendable, Equatable, Codable {
        /// Its verdict.
        package var state: WatchReport.State
        /// Its figure, where it had one.
        package var value: Double?

        /// States it.
        ///
        /// - Parameters:
        ///   - state: The verdict.
        ///   - value: The figure.
        package init(state: WatchReport.State, value: Double?) {
            self.state = state
            self.value = value
        }
    }

    private var points: [String: [Point]] = [:]

    /// Remembers nothing yet.
    package init() {}

    /// The points of a criterion, the newest last.
    ///
    /// - Parameter name: The criterion.
    /// - Returns: At most ``length`` points.
    package func points(of name: String) -> [Point] { points[name] ?? [] }

    /// Adds a look.
    ///
    /// - Parameter report: The look.
    package mutating func add(_ report: WatchReport) {
        add(Self.points(report))
    }

    /// Adds what was kept of a look.
    mutating func add(_ look: [String: Point]) {
        for (name, point) in look {
            points[name] = Array(((points[name] ?? []) + [point]).suffix(Self.length))
        }
    }

    /// What is kept of a look.
    static func points(_ report: WatchReport) -> [String: Point] {
        Dictionary(
            report.criteria.map { ($0.name, Point(state: $0.state, value: $0.value)) },
            uniquingKeysWith: { first, _ in first }
        )
    }
}
