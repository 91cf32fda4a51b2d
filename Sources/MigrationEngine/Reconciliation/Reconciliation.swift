import Foundation

/// The figures of the business on both sides: the verb `reconcile`.
///
/// Where `verify` compares cells, this asks what the business would: whether items have their orders,
/// stock comes to what came and went, and the figures are the same whoever is asked. It writes to
/// neither side.
public enum Reconciliation {
    /// What is checked, and how.
    public struct Settings: Sendable {
        /// The one side that is read; nil for both.
        public var side: Side?
        /// The names of the checks; none are all.
        public var names: [String]
        /// Seconds to wait for writes that are still to be followed.
        public var wait: Double

        /// Makes settings.
        ///
        /// - Parameters:
        ///   - side: The one side that is read; nil for both.
        ///   - names: The names of the checks; none are all.
        ///   - wait: Seconds to wait for writes that are still to be followed.
        public init(side: Side? = nil, names: [String] = [], wait: Double = 10) {
            self.side = side
            self.names = names
            self.wait = wait
        }
    }

    /// Lists the checks.
    ///
    /// - Parameter options: The two sides, and the profile.
    /// - Returns: The checks, in their order.
    /// - Throws: ``MigrationError`` when the profile cannot be read.
    public static func list(_ options: Options) throws(MigrationError) -> CheckListing {
        let profile: Profile
        if options.profile == "auto" {
            // Which application it is, either side tells.
            let source = LiveReader(options: options, side: .source)
            let target = LiveReader(options: options, side: .target)
            if let found = (try? source.profile()) ?? (try? target.profile()) {
                profile = found
            } else {
                profile = try Profile.load(options.profile, catalog: nil)
            }
        } else {
            profile = try Profile.load(options.profile, catalog: nil)
        }
        return CheckListing(
            profile: profile.name,
            checks: groups(profile).map { group in
                CheckEntry(
                    name: group[0].name,
                    title: group[0].title,
                    kind: group[0].kind.name,
                    expect: group[0].expectation.rawValue
                )
            }
        )
    }

    /// Runs the checks.
    ///
    /// - Parameters:
    ///   - options: The two sides, and the profile.
    ///   - settings: Which checks, on which sides.
    ///   - observer: Is told how far it is.
    ///   - cancellation: Stops it.
    /// - Returns: What was found.
    /// - Throws: ``MigrationError`` when no side can be read, or for a check that is not there.
    public static func run(
        _ options: Options,
        _ settings: Settings = Settings(),
        observer: Observer = Observer(),
        cancellation: Cancellation = Cancellation()
    ) throws(MigrationError) -> ReconciliationReport {
        let started = ContinuousClock.now
        let tracker = ProgressTracker(observer)
        tracker.begin(.starting, "asking both sides")
        let work = try ReconciliationRun(options, settings, cancellation)
        let groups = try chosen(groups(work.profile), settings.names)
        var checks: [ReconciliationReport.Check] = []
        for group in groups {
            try cancellation.check("reconcile", kept: .untouched)
            tracker.activity(group[0].name)
            checks.append(try work.check(group))
        }
        let isWhole = work.sourceError == nil && work.targetError == nil
        let report = ReconciliationReport(
            ok: isWhole && checks.allSatisfy(\.verdict.isGood)
                && checks.contains { $0.verdict != .notApplicable },
            sides: work.sides,
            liveSide: work.liveSide,
            sourceError: work.sourceError?.message,
            targetError: work.targetError?.message,
            checks: checks,
            seconds: started.secondsToNow
        )
        // What one side alone says, or some checks, is no evidence for the whole.
        if settings.side == nil, settings.names.isEmpty { keep(report, options) }
        return report
    }

    /// Writes down what was found, without the keys of any row, where there is a journal of the
    /// run: for `report`.
    private static func keep(_ report: ReconciliationReport, _ options: Options) {
        let directory = RunDirectory(existing: options.runDirectory)
        guard !options.isReadOnly, access(directory.journal, W_OK) == 0,
            let run = try? Journal.newestRun(in: directory)
        else { return }
        var bare = report
        for index in bare.checks.indices {
            bare.checks[index].samples = []
            bare.checks[index].source?.keys = []
            bare.checks[index].target?.keys = []
        }
        // It stands on the screen; that nobody can write it down does not change it.
        try? Journal(sharing: directory).keep("reconcile", bare, of: run.id)
    }

    /// What every database is asked, unless its profile has a check of the same name.
    private static let common = [
        Profile.Check(
            name: "orphans",
            title: "every row has the parent that it refers to",
            kind: .everyOrphan,
            expectation: .none,
            meaning: nil,
            remedy: nil,
            seconds: 60
        ),
        Profile.Check(
            name: "childless",
            title: "the parents without children are those of the source",
            kind: .everyChildless,
            expectation: .equal,
            meaning: nil,
            remedy: nil,
            seconds: 60
        ),
    ]

    /// The checks of a profile by name: those of one name are the same check for several shapes.
    static func groups(_ profile: Profile) -> [[Profile.Check]] {
        let own = Set(profile.checks.map(\.name))
        var groups: [[Profile.Check]] = []
        for check in common.filter({ !own.contains($0.name) }) + profile.checks {
            if let place = groups.firstIndex(where: { $0[0].name == check.name }) {
                groups[place].append(check)
            } else {
                groups.append([check])
            }
        }
        return groups
    }

    private static func chosen(
        _ groups: [[Profile.Check]],
        _ names: [String]
    ) throws(MigrationError) -> [[Profile.Check]] {
        guard !names.isEmpty else { return groups }
        let known = groups.map { $0[0].name }
        if let unknown = names.first(where: { !known.contains($0) }) {
            throw MigrationError(
                .usage,
                "there is no check \"\(SafeText.visible(unknown))\"",
                place: .init("reconcile"),
                remedy: "give one of these: \(known.joined(separator: ", "))"
            )
        }
        return groups.filter { names.contains($0[0].name) }
    }
}
