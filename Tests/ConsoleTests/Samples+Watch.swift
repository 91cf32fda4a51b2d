import MigrationEngine

@testable import Console
@testable import MigrationEngine

extension Samples {
    /// A look with an alarm, something that cannot be known, and a history.
    static let watch: WatchListing = {
        var history = WatchHistory()
        for look in 0..<40 {
            var report = watched
            for place in report.criteria.indices {
                let isProbe = report.criteria[place].name == "probes"
                if isProbe { report.criteria[place].value = Double(2 + look * 7 % 30) }
                if report.criteria[place].name == "sequences", look < 30 {
                    report.criteria[place].state = .good
                    report.criteria[place].value = 0
                }
            }
            history.add(report)
        }
        return WatchListing(report: watched, history: history)
    }()

    private static let watched = WatchReport(
        at: "2025-10-14T14:02:07Z",
        elapsedSeconds: 390,
        ok: false,
        liveSide: .target,
        server: .init(
            address: "postgresql://ora@db.example/ora_prod",
            database: "ora_prod",
            systemIdentifier: "7312345678901234567",
            version: "15.18",
            startedAt: "2025-10-01T04:00:00Z"
        ),
        criteria: [
            criterion("live_side", "PostgreSQL takes the application's writes", .good),
            criterion("server", "this is the server that was migrated into", .good),
            criterion(
                "old_file_holders",
                "no process holds the old file",
                .good,
                (0, "processes", 0)
            ),
            criterion(
                "workflows",
                "every enabled workflow ran within its interval",
                .good,
                (0.4, "intervals", 2)
            ),
            WatchReport.Criterion(
                name: "sequences",
                title: "every next id is above the highest",
                state: .bad,
                value: 1,
                unit: "sequences",
                limit: 0,
                reason: "lot_inventory.id: next id 1, and 5 is taken",
                remedy: "SELECT setval(pg_get_serial_sequence('TABLE', 'COLUMN'), (SELECT "
                    + "max(COLUMN) FROM TABLE)); new rows are refused until then",
                badSince: "2025-10-14T14:00:27Z"
            ),
            criterion(
                "probes",
                "the server answers quickly",
                .good,
                (3.2, "ms", 100)
            ),
            WatchReport.Criterion(
                name: "statements",
                title: "no statement is slow in the mean",
                state: .unknown,
                value: nil,
                unit: nil,
                limit: nil,
                reason: "the server does not count statements: pg_stat_statements is not there",
                remedy: "CREATE EXTENSION pg_stat_statements",
                badSince: nil
            ),
            criterion(
                "connections",
                "less than 80 % of the connections are used",
                .good,
                (0.12, "share", 0.8)
            ),
            criterion("room", "how large the database is", .good, (734_003_200, "bytes", nil)),
        ]
    )

    private static func criterion(
        _ name: String,
        _ title: String,
        _ state: WatchReport.State,
        _ figure: (Double, String, Double?)? = nil
    ) -> WatchReport.Criterion {
        WatchReport.Criterion(
            name: name,
            title: title,
            state: state,
            value: figure?.0,
            unit: figure?.1,
            limit: figure?.2,
            reason: "as it shall be",
            remedy: nil,
            badSince: nil
        )
    }
}
