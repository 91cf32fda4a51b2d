/// What one look of `watch` found: each criterion of success with its figure and its verdict.
public struct WatchReport: Codable, Sendable, Equatable {
    /// When, in UTC, ISO 8601.
    public var at: String
    /// Seconds since the watch began.
    public var elapsedSeconds: Double
    /// Whether no criterion is bad.
    public var ok: Bool
    /// The side that takes the application's writes; nil when it cannot be told.
    @ExplicitNull public var liveSide: Side?
    /// The server that was looked at, so that nobody watches the wrong one; nil when it is gone.
    @ExplicitNull public var server: Server?
    /// The criteria, in the order in which they are told.
    public var criteria: [Criterion]

    /// A server, by what identifies it.
    public struct Server: Codable, Sendable, Equatable {
        /// The address, without a password.
        public var address: String
        /// The database.
        public var database: String
        /// The cluster's own identifier; nil when this user may not ask for it.
        @ExplicitNull public var systemIdentifier: String?
        /// The server's version.
        public var version: String
        /// Since when it runs, in UTC.
        public var startedAt: String
    }

    /// What became of a criterion.
    public enum State: String, Codable, Sendable {
        /// It holds.
        case good
        /// It does not hold.
        case bad
        /// It cannot be known, and the reason says why; no alarm.
        case unknown
    }

    /// One criterion of success.
    public struct Criterion: Codable, Sendable, Equatable {
        /// Its name, for scripts.
        public var name: String
        /// What holds when it is good.
        public var title: String
        /// Its verdict.
        public var state: State
        /// Its figure; nil where there is none.
        @ExplicitNull public var value: Double?
        /// What the figure counts, such as milliseconds, bytes, rows or sessions.
        @ExplicitNull public var unit: String?
        /// The bound of the figure, where it has one.
        @ExplicitNull public var limit: Double?
        /// The evidence.
        public var reason: String
        /// What to do when it is bad, or to make it known.
        @ExplicitNull public var remedy: String?
        /// Since when it is bad, in UTC; nil while it is not.
        @ExplicitNull public var badSince: String?
    }

    /// The criteria that are bad.
    public var alarms: [Criterion] { criteria.filter { $0.state == .bad } }
}

/// What looking at a criterion found.
struct WatchFinding: Equatable {
    /// A figure with its unit and, where it has one, its bound.
    struct Figure: Equatable {
        var value: Double
        var unit: String
        var limit: Double?

        init(_ value: Double, _ unit: String, limit: Double? = nil) {
            self.value = value
            self.unit = unit
            self.limit = limit
        }
    }

    var state: WatchReport.State
    var figure: Figure?
    var reason: String
    var remedy: String?
    /// Whether it is unknown because it could not be looked at, and not because it does not apply.
    var isBlind = false

    static func good(_ reason: String, _ figure: Figure? = nil) -> WatchFinding {
        WatchFinding(state: .good, figure: figure, reason: reason)
    }

    static func bad(
        _ reason: String,
        _ figure: Figure? = nil,
        remedy: String
    ) -> WatchFinding {
        WatchFinding(state: .bad, figure: figure, reason: reason, remedy: remedy)
    }

    /// Good or bad by a condition, with the same words and figure.
    static func judged(
        _ isGood: Bool,
        _ reason: String,
        _ figure: Figure,
        remedy: String
    ) -> WatchFinding {
        isGood ? .good(reason, figure) : .bad(reason, figure, remedy: remedy)
    }

    static func unknown(_ reason: String, remedy: String? = nil) -> WatchFinding {
        WatchFinding(state: .unknown, figure: nil, reason: reason, remedy: remedy)
    }

    /// Unknown because it could not be looked at: what was bad before may be so still.
    static func blind(_ reason: String, remedy: String? = nil) -> WatchFinding {
        var finding = unknown(reason, remedy: remedy)
        finding.isBlind = true
        return finding
    }
}

/// A criterion, and how it is looked at.
struct WatchQuestion: Sendable {
    let name: String
    let title: String
    let ask: @Sendable (WatchLook) throws(MigrationError) -> WatchFinding

    init(
        _ name: String,
        _ title: String,
        _ ask: @escaping @Sendable (WatchLook) throws(MigrationError) -> WatchFinding
    ) {
        self.name = name
        self.title = title
        self.ask = ask
    }

    /// The question that answers for a server that is gone.
    static let server = "server"

    /// The question that names tables that are gone.
    static let tables = "tables"

    /// Looks; what fails is unknown, and the others go on.
    func look(_ look: WatchLook) -> WatchFinding {
        do throws(MigrationError) {
            return try ask(look)
        } catch {
            guard error.code != .targetUnavailable else {
                return .blind("the server cannot be asked: see \(Self.server)")
            }
            // Behind a switch nothing is copied again, whatever a table is missing.
            let isMissing =
                error.code == .configuration && error.place.side == .target && look.isTargetLive
            return .blind(
                "cannot be looked at: \(WatchFinding.words(error))",
                remedy: isMissing
                    ? "see \(Self.tables); a table that never was there: correct the profile with "
                        + "--profile FILE" : error.remedy
            )
        }
    }
}

extension WatchFinding {
    /// One alarm for a server that is gone, however many questions it did not answer.
    static func gone(_ error: MigrationError) -> WatchFinding {
        .bad(
            "the server cannot be asked: \(words(error))",
            remedy: "look at the server and at the way there; the watch goes on and tells when it "
                + "is back"
        )
    }

    /// An error in a line.
    static func words(_ error: MigrationError) -> String {
        error.message + (error.cause.map { " (\($0))" } ?? "")
    }
}
