/// How far a run is: one immutable value, printed, drawn and logged alike.
public struct Progress: Sendable, Equatable {
    /// The phases of a run, in the order in which they happen.
    public enum Phase: String, Sendable, Codable, CaseIterable {
        case starting
        case backup
        case census
        case schema
        case copy
        case keys
        case verify
        case follow
        case done
        case failed
    }

    /// The phase.
    public var phase: Phase = .starting
    /// The tables, in the order of the source; empty until the catalog was read.
    public var tables: [TableProgress] = []
    /// How much of the phase is done, from 0 to 1; nil when it cannot be told.
    public var fraction: Double?
    /// The seconds since the run began.
    public var elapsedSeconds: Double = 0
    /// The seconds that the phase still needs; nil before 1 % is done.
    public var remainingSeconds: Double?
    /// What is being done right now, in words.
    public var activity: String = ""

    /// How a live run stands; nil before the source is followed.
    public var live: LiveProgress?
    /// How a switch or a way back goes on; nil outside of one.
    public var cutover: CutoverProgress?

    /// Makes the progress of a run that has not begun.
    public init() {}

    /// Rows copied so far.
    public var copiedRows: Int { tables.reduce(0) { $0 + $1.copiedRows } }

    /// Rows of the source.
    public var sourceRows: Int { tables.reduce(0) { $0 + ($1.sourceRows ?? 0) } }
}

/// How a run stands that follows a live source.
public struct LiveProgress: Sendable, Equatable {
    /// Changes that wait.
    public var lagRows: Int
    /// The age of the oldest, in seconds.
    public var lagSeconds: Double
    /// Changes applied since the command began.
    public var appliedChanges: Int
    /// Changes applied a second, smoothed.
    public var changesPerSecond: Double
    /// Why nothing is applied, in words; nil when it goes on.
    public var waitingFor: String?
    /// The step of a cutover under way.
    public var step: String?
    /// The seconds until the step goes on by itself.
    public var countdownSeconds: Double?
    /// The seconds that writes have been blocked; nil while they pass.
    public var freezeSeconds: Double?
}

/// How far one table is.
public struct TableProgress: Sendable, Equatable {
    /// What happens to the table.
    public enum State: String, Sendable, Codable {
        case waiting
        case copying
        case copied
        case indexing
        case ready
        case verifying
        case equal
        case different
        case failed
    }

    /// The table in the source.
    public var name: String
    /// Its rows in the source; nil before the census.
    public var sourceRows: Int?
    /// The rows committed in the target, without those that a key took out again.
    public var copiedRows = 0
    /// The rows in quarantine.
    public var quarantinedRows = 0
    /// The rows compared by verify.
    public var verifiedRows = 0
    /// What happens to it.
    public var state = State.waiting
    /// Rows a second over the last seconds; nil when nothing moves.
    public var rowsPerSecond: Double?
    /// The seconds that the copy of this table still needs; nil before 1 % is done.
    public var remainingSeconds: Double?

    /// Makes the progress of a table that waits.
    ///
    /// - Parameter name: The table in the source.
    public init(name: String) { self.name = name }

    /// Counts rows that a key took out of the target as quarantined and no longer as copied.
    mutating func uncopy(_ rows: Int) {
        copiedRows -= rows
        quarantinedRows += rows
    }
}

/// One line of the log, for the file, the terminal and the console.
public struct LogLine: Sendable, Equatable {
    /// How much it matters; `audit` is what the operator did.
    public enum Level: String, Sendable, Codable, CaseIterable {
        case info
        case warning
        case error
        case audit
    }

    /// Seconds since 1970.
    public var time: Double
    /// How much it matters.
    public var level: Level
    /// The part of the engine that speaks, such as `copy`.
    public var stage: String
    /// The text: never a row's values or a password.
    public var message: String

    /// Makes a line.
    ///
    /// - Parameters:
    ///   - time: Seconds since 1970.
    ///   - level: How much it matters.
    ///   - stage: The part of the engine that speaks.
    ///   - message: The text.
    public init(time: Double, level: Level, stage: String, message: String) {
        self.time = time
        self.level = level
        self.stage = stage
        self.message = message
    }
}
