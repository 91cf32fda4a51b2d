import Testing

@testable import MigrationEngine

/// Which statements may be explained, and what a plan says of a table.
struct StatementAdviceTests {
    @Test(
        arguments: [
            ("SELECT 1", true), ("  (select a from b)", true), ("SELECT\n*", true),
            ("/* app:web */ SELECT 1", true),
            ("/* SELECT */ DELETE FROM a", false),
            ("SELECT 1;", true), ("WITH a AS (DELETE FROM b) SELECT 1", false),
            ("selected", false), ("SELECT 1; DELETE FROM b", false), ("DELETE FROM b", false),
            ("", false), ("EXPLAIN ANALYZE SELECT 1", false),
        ]
    )
    func `only what begins with SELECT and is one statement is explained`(
        text: String,
        isSelect: Bool
    ) {
        #expect(StatementAdvice.isSelect(text) == isSelect)
    }

    @Test func `a plan tells the table that is read whole and the columns of its filter`() {
        let plan = [
            "Aggregate  (cost=1.00..2.00 rows=1 width=8)",
            "  ->  Seq Scan on shipped_items si  (cost=0.00..1.00 rows=1 width=0)",
            "        Filter: ((ship_date >= $1) AND ((base_sku)::text = $2) AND (ship_date < $3))",
        ]
        #expect(
            ScannedTable.first(in: plan)
                == ScannedTable(table: "shipped_items", columns: ["base_sku", "ship_date"])
        )
        let indexed = [
            "Index Scan using a on orders  (cost=0.00..1.00 rows=1 width=0)",
            "  Index Cond: (id = 4)", "  Filter: (status = 'x'::text)",
        ]
        #expect(ScannedTable.first(in: indexed) == nil)
        let whole = ["Seq Scan on orders  (cost=0.00..1.00 rows=1 width=0)"]
        #expect(ScannedTable.first(in: whole) == nil)
    }
}
