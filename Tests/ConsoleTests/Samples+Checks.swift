import MigrationEngine

@testable import Console
@testable import MigrationEngine

extension Samples {
    /// A report with one of each verdict that an operator meets.
    static let reconciliation = ReconciliationReport(
        ok: false,
        sides: [.source, .target],
        liveSide: .source,
        sourceError: nil,
        targetError: nil,
        checks: [
            check("orphans", "orphans", .good, "0", "0"),
            check(
                "orders_without_items",
                "childless",
                .differs,
                "73",
                "494",
                samples: [
                    .init(
                        key: "orders_inbox without order_items_inbox.order_inbox_id 4711",
                        source: nil,
                        target: "1 row"
                    ),
                    .init(
                        key: "orders_inbox without order_items_inbox.order_inbox_id 4712",
                        source: nil,
                        target: "1 row"
                    ),
                ],
                reason: "SQLite has 73, PostgreSQL 494; 421 differ",
                meaning: "orders lost their items: they are uploaded and shipped short",
                remedy: "cutover verify names the rows that differ"
            ),
            check("stock_formula", "formula", .violated, "1", "1"),
            check("kpis", "figures", .waiting, "9 figures", "9 figures"),
            check("dates", "dates", .inherited, "33", "33"),
            check("averages", "sql", .failed, nil, "0"),
            check("lots", "not_empty", .notApplicable, nil, nil),
            check("money", "sums", .movedOn, "16 figures", "16 figures"),
        ],
        seconds: 0.8
    )

    private static func check(
        _ name: String,
        _ kind: String,
        _ verdict: ReconciliationReport.Verdict,
        _ source: String?,
        _ target: String?,
        samples: [ReconciliationReport.Sample] = [],
        reason: String = "0, the same on both sides",
        meaning: String = "the profile asks for it",
        remedy: String? = nil
    ) -> ReconciliationReport.Check {
        func figure(_ text: String?) -> ReconciliationReport.Figure? {
            text.map { .init(figure: $0, offendingRows: Int64($0) ?? 0, keys: []) }
        }
        return ReconciliationReport.Check(
            name: name,
            title: "it is the same on both sides",
            kind: kind,
            verdict: verdict,
            source: figure(source),
            target: figure(target),
            samples: samples,
            reason: reason,
            meaning: meaning,
            remedy: remedy
        )
    }
}
