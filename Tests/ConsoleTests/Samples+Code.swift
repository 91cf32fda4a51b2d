import MigrationEngine

@testable import Console
@testable import MigrationEngine

extension Samples {
    /// A proof with one of each: a statement that works, one to convert, one that fails, one that is
    /// not known, an error and a warning.
    static let code = CodeListing(
        folder: "/srv/ora/application",
        report: CodeReport(
            [
                .init(
                    path: "app.py",
                    role: "",
                    statements: [
                        .init(
                            line: 18,
                            column: 5,
                            call: "execute_query",
                            state: .works,
                            before: "SELECT COUNT(*) FROM orders_inbox"
                        ),
                        .init(
                            line: 31,
                            column: 9,
                            call: "cursor.execute",
                            state: .dynamic,
                            before: "SELECT id FROM {table} WHERE n = ?",
                            reason: "not known before the program runs: table"
                        ),
                    ],
                    findings: [
                        finding(12, "database-path", "warning", "the path of the SQLite file"),
                        finding(
                            31,
                            "placeholder",
                            "error",
                            "PostgreSQL's drivers do not know ?: the statement is refused"
                        ),
                    ]
                ),
                .init(
                    path: "src/sync.py",
                    role: "",
                    statements: [
                        .init(
                            line: 44,
                            column: 13,
                            call: "conn.execute",
                            state: .converted,
                            before: """
                                INSERT OR REPLACE INTO shipstation_metrics
                                    (metric_name, metric_value, last_updated)
                                VALUES (?, ?, datetime('now'))
                                """,
                            after: """
                                INSERT INTO shipstation_metrics
                                    (metric_name, metric_value, last_updated)
                                VALUES (%s, %s, to_char(timezone('UTC', now()), 'YYYY-MM-DD'))
                                ON CONFLICT (metric_name) DO UPDATE SET
                                    metric_value = EXCLUDED.metric_value
                                """
                        )
                    ],
                    findings: []
                ),
                .init(
                    path: "src/weekly_reporter.py",
                    role: "",
                    statements: [
                        .init(
                            line: 9,
                            column: 5,
                            call: "execute_query",
                            state: .failed,
                            before: "SELECT nam FROM workflows",
                            after: "SELECT nam FROM workflows",
                            reason: "column \"nam\" does not exist",
                            sqlState: "42703"
                        )
                    ],
                    findings: [
                        finding(9, "statement-fails", "error", "column \"nam\" does not exist")
                    ]
                ),
            ],
            readFiles: 14,
            seconds: 1.2
        )
    )

    private static func finding(
        _ line: Int,
        _ rule: String,
        _ severity: String,
        _ message: String
    ) -> CodeFinding {
        CodeFinding(
            line: line,
            column: 1,
            rule: rule,
            severity: severity,
            message: message,
            suggestion: "write it for PostgreSQL"
        )
    }
}
