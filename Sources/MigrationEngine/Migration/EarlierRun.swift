import Foundation

/// What a target holds of a run that is over, or that another process makes.
package struct EarlierRun: Sendable {
    /// A run of this source into this target.
    package struct Run: Sendable {
        /// The phase that it is in, or in which it stopped.
        package var phase: Progress.Phase
        /// Whether it came to its end.
        package var isFinished: Bool
        /// When it ended, in seconds since 1970; nil when the journal does not know it.
        package var endedAt: Double?
        /// Its report, when it ended and the journal knows it.
        package var report: MigrateReport?
        /// The newest comparison of its rows, whoever made it, when the journal knows it.
        package var compared: Compared?
        /// The tables whose rows are all there.
        package var tables: RunStatus.Tables
        /// The rows in quarantine.
        package var quarantinedRows: Int

        /// States a run.
        ///
        /// - Parameters:
        ///   - phase: The phase.
        ///   - isFinished: Whether it came to its end.
        ///   - tables: The tables whose rows are all there.
        ///   - quarantinedRows: The rows in quarantine.
        package init(
            phase: Progress.Phase,
            isFinished: Bool,
            tables: RunStatus.Tables,
            quarantinedRows: Int
        ) {
            self.phase = phase
            self.isFinished = isFinished
            self.tables = tables
            self.quarantinedRows = quarantinedRows
        }
    }

    /// A comparison of both sides.
    package struct Compared: Sendable {
        /// What it found.
        package var report: VerifyReport
        /// When it ended, in seconds since 1970.
        package var at: Double

        /// States a comparison.
        ///
        /// - Parameters:
        ///   - report: What it found.
        ///   - at: When it ended, in seconds since 1970.
        package init(_ report: VerifyReport, at: Double) {
            self.report = report
            self.at = at
        }
    }

    /// The newest run, if it was one of this source.
    package var run: Run?
    /// Why a migration would be refused, or nil.
    package var obstacle: String?

    /// States what a target holds.
    ///
    /// - Parameters:
    ///   - run: The newest run of this source.
    ///   - obstacle: Why a migration would be refused.
    package init(run: Run? = nil, obstacle: String? = nil) {
        self.run = run
        self.obstacle = obstacle
    }

    /// Asks both sides and the journal; writes nothing.
    ///
    /// - Parameter options: The two sides.
    /// - Returns: What there is.
    /// - Throws: ``MigrationError`` when a side cannot be read.
    package static func read(_ options: Options) throws(MigrationError) -> EarlierRun {
        let fingerprint = try fingerprint(options)
        let (target, address) = try Target.connectToLook(options, stage: "overview")
        let newest: RunState.Run?
        let isEmpty: Bool
        do throws(TargetError) {
            newest = try RunState.newestRun(target, in: options.schema)
            isEmpty = try Target.relations(in: options.schema, target).isEmpty
        } catch {
            throw LockHolders.naming(
                TargetFailure.wrap(error, stage: "overview", address: address),
                options
            )
        }
        let isOwn = newest?.sourceFingerprint == fingerprint
        let obstacle = obstacle(newest, isOwn: isOwn, isEmpty: isEmpty, address.database)
        // Without its tables a run is history only.
        guard let newest, isOwn, !isEmpty else { return EarlierRun(obstacle: obstacle) }
        return EarlierRun(run: try run(newest, options), obstacle: obstacle)
    }

    private static func fingerprint(_ options: Options) throws(MigrationError) -> String {
        do throws(MigrationError) {
            let source = try SourceFile.open(options.source, stage: "overview")
            do throws(SourceError) {
                return try SourceFile.fingerprint(source, path: options.source)
            } catch {
                throw SourceFile.failure(error, path: options.source, stage: "overview")
            }
        } catch {
            throw named(error, options)
        }
    }

    /// That there is no file, with the one that the target's run belongs to, if it is another.
    private static func named(_ error: MigrationError, _ options: Options) -> MigrationError {
        guard error.code == .sourceMissing,
            let target = try? Target.connectToLook(options, stage: "overview").0,
            let run = try? RunState.newestRun(target, in: options.schema),
            let place = SourcePlace(absent: options.source, run),
            let words = place.words(options.source), let remedy = place.remedy
        else { return error }
        return MigrationError(
            error.code,
            words,
            place: error.place,
            kept: error.kept,
            remedy: remedy,
            cause: error.cause
        )
    }

    /// The same decision that a migration makes when it begins.
    private static func obstacle(
        _ newest: RunState.Run?,
        isOwn: Bool,
        isEmpty: Bool,
        _ database: String
    ) -> String? {
        if let newest, !newest.isFinished {
            return isOwn ? nil : "\(database) holds an unfinished run of another source"
        }
        guard !isEmpty else { return nil }
        return newest != nil && isOwn
            ? "already done; V compares both sides; to copy anew give an empty database"
            : "\(database) is not empty; a copy needs an empty database"
    }

    private static func run(
        _ newest: RunState.Run,
        _ options: Options
    ) throws(MigrationError) -> Run {
        let status = try RunStatus.read(options)
        var run = Run(
            phase: Progress.Phase(rawValue: newest.phase) ?? .starting,
            isFinished: newest.isFinished,
            tables: status.tables ?? RunStatus.Tables(done: 0, total: 0),
            quarantinedRows: status.quarantinedRows ?? 0
        )
        let directory = RunDirectory(existing: options.runDirectory)
        if let newest = try? Journal.newest(of: newest.id, in: directory).verified {
            run.compared = newest.report.map { Compared($0, at: newest.at) }
        }
        // Another folder's journal may tell of another run; without it there are no timings.
        let recorded = try? Journal.newestRun(in: directory)
        guard let recorded, recorded.id == newest.id else { return run }
        run.endedAt = recorded.endedAt
        run.report = recorded.report.flatMap { try? MigrateReport(json: $0) }
        return run
    }
}

extension MigrateReport {
    /// Reads a report back that the journal holds.
    init(json: String) throws {
        let decoder = JSONDecoder.report
        self = try decoder.decode(Self.self, from: Data(json.utf8))
    }
}
