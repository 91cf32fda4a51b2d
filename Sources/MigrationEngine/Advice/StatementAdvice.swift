import Foundation

/// Statements that take long, with the way in which the server would run them.
enum StatementAdvice {
    /// The most statements that are told.
    private static let most = 10

    static func slow(_ look: AdviceLook) throws(MigrationError) -> AdviceAnswer {
        var answer = AdviceAnswer()
        guard let statements = try read(look) else {
            answer.miss(
                "slow_statement",
                "the server does not count statements: pg_stat_statements is not there",
                remedy: "where the platform allows it: shared_preload_libraries = "
                    + "'pg_stat_statements', a restart, then CREATE EXTENSION pg_stat_statements"
            )
            return answer
        }
        let hidden = statements.count { $0.text == "<insufficient privilege>" }
        if hidden > 0 {
            answer.miss(
                "slow_statement",
                "\(GateWords.count(hidden, "slow statement")) of other users cannot be read",
                remedy: "as the server's owner: GRANT pg_read_all_stats TO \(look.address.user)"
            )
        }
        let readable = statements.filter { $0.text != "<insufficient privilege>" }
        for statement in readable.prefix(most) { try add(statement, to: &answer, look) }
        return answer
    }

    private struct Statement {
        var text: String
        var calls: Int
        var mean: Double
    }

    /// The slow statements of this database, slowest first; nil where the server does not count.
    private static func read(_ look: AdviceLook) throws(MigrationError) -> [Statement]? {
        try look.onTarget { target throws(TargetError) -> [Statement]? in
            let place = try target.query(
                """
                SELECT n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
                WHERE e.extname = 'pg_stat_statements'
                """
            ).first
            guard let place else { return nil }
            do throws(TargetError) {
                // Utility statements are no queries of an application: a copy makes many of them.
                return try target.query(
                    """
                    SELECT query, calls, mean_exec_time
                    FROM \(TargetConnection.quote(place)).pg_stat_statements
                    WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
                        AND mean_exec_time >= $1::float8
                        AND (query ~*
                                '^(\\s*/\\*.*?\\*/)*[\\s(]*(select|with|insert|update|delete|merge)\\M'
                            OR query = '<insufficient privilege>')
                        AND query NOT LIKE '\(TargetConnection.mark)%'
                        AND query !~* '(pg_catalog|pg_stat_|pg_class|pg_attribute|cutover\\.)'
                    ORDER BY mean_exec_time DESC LIMIT 200
                    """,
                    [.text("\(look.settings.slowMilliseconds)")]
                ).rows.map { row in
                    Statement(
                        text: row[0] ?? "",
                        calls: row[1].flatMap { Int($0) } ?? 0,
                        mean: row[2].flatMap(Double.init) ?? 0
                    )
                }
            } catch {
                // 55000: the extension is there, and the server was started without its library.
                guard error.sqlState == "55000" else { throw error }
                return nil
            }
        }
    }

    private static func add(
        _ statement: Statement,
        to answer: inout AdviceAnswer,
        _ look: AdviceLook
    ) throws(MigrationError) {
        let line = statement.text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        let subject = line.count > 200 ? line.prefix(199) + "…" : line
        let reason =
            "\(Int(statement.mean.rounded())) ms in the mean of "
            + GateWords.count(statement.calls, "call")
        guard isSelect(statement.text) else {
            answer.add(
                "slow_statement",
                String(subject),
                reason + "; it writes, so it is not explained here",
                remedy: "EXPLAIN it yourself, with values in place of $1 and so on"
            )
            return
        }
        let plan: [String]
        do throws(MigrationError) {
            plan = try explained(statement.text, look)
        } catch {
            let cause = error.cause.map { ": \($0)" } ?? ""
            answer.add(
                "slow_statement",
                String(subject),
                "\(reason); the server cannot explain it\(cause)",
                remedy: "EXPLAIN it yourself, with values in place of $1 and so on"
            )
            return
        }
        let scan = ScannedTable.first(in: plan)
        let index = try scan.map { scan throws(MigrationError) in try indexing(scan, look) } ?? nil
        answer.add(
            "slow_statement",
            String(subject),
            reason + (scan.map { "; it reads all of \($0.table)" } ?? ""),
            remedy: index == nil
                ? "look at the plan: what takes most stands deepest"
                : "an index on what it filters by; CONCURRENTLY lets the application go on",
            statement: index,
            plan: plan
        )
    }

    /// Whether a statement only reads.
    ///
    /// A statement that begins with WITH may write.
    static func isSelect(_ text: String) -> Bool {
        // Frameworks write a comment in front that says who asks.
        let comments = /^(?:\s*\/\*.*?\*\/)+/.dotMatchesNewlines()
        let bare = text.replacing(comments, with: "").drop { $0.isWhitespace || $0 == "(" }
        guard bare.prefix(6).lowercased() == "select",
            bare.dropFirst(6).first.map({ !$0.isLetter && !$0.isNumber && $0 != "_" }) == true
        else { return false }
        return !text.drop { $0 != ";" }.dropFirst().contains { !$0.isWhitespace }
    }

    /// How the server would run a SELECT, for any values; it is never run.
    private static func explained(
        _ text: String,
        _ look: AdviceLook
    ) throws(MigrationError) -> [String] {
        let version = look.serverVersion
        let highest = text.matches(of: /\$([0-9]{1,4})/).compactMap { Int($0.1) }.max() ?? 0
        return try look.onTarget { target throws(TargetError) in
            try target.execute("BEGIN READ ONLY; SET LOCAL statement_timeout = '5s'")
            // What was prepared outlives the transaction.
            defer {
                try? target.execute("ROLLBACK")
                try? target.execute("DEALLOCATE ALL")
            }
            if highest == 0 || version >= 160_000 {
                let generic = highest == 0 ? "" : "(GENERIC_PLAN) "
                return try target.query("EXPLAIN \(generic)\(text)").rows.compactMap { $0[0] }
            }
            try target.execute("SET LOCAL plan_cache_mode = force_generic_plan")
            try target.query("PREPARE cutover_advice AS \(text)")
            let nulls = Array(repeating: "NULL", count: highest).joined(separator: ", ")
            return try target.query("EXPLAIN EXECUTE cutover_advice(\(nulls))").rows
                .compactMap { $0[0] }
        }
    }

    /// The index for what a plan filters by; nil when the table is small or no column is known.
    private static func indexing(
        _ scan: ScannedTable,
        _ look: AdviceLook
    ) throws(MigrationError) -> String? {
        guard !scan.columns.isEmpty else { return nil }
        let known = try look.onTarget { target throws(TargetError) in
            try target.query(
                """
                SELECT a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
                JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE n.nspname = $1 AND c.relname = $2 AND a.attnum > 0 AND NOT a.attisdropped
                """,
                [.text(look.schema), .text(scan.table)]
            ).rows.compactMap { $0[0] }
        }
        let columns = scan.columns.filter { known.contains($0) }.prefix(3)
        guard !columns.isEmpty else { return nil }
        let list = columns.map { TargetConnection.quote($0) }.joined(separator: ", ")
        return "CREATE INDEX CONCURRENTLY ON \(look.name(scan.table)) (\(list));"
    }
}

/// A table that a plan reads row by row, and the columns by which it leaves rows out.
struct ScannedTable: Equatable {
    var table: String
    /// Columns that must be equal to something first, then the others.
    var columns: [String]

    /// Finds the first in a plan.
    ///
    /// - Parameter plan: The lines of a plan as text.
    /// - Returns: The table; nil when every table is read through an index, or without a filter.
    static func first(in plan: [String]) -> ScannedTable? {
        var table: String?
        for line in plan {
            if let scan = line.firstMatch(of: /Seq Scan on (?:"([^"]+)"|(\w+))/) {
                table = String(scan.1 ?? scan.2 ?? "")
                continue
            }
            guard let found = table, let filter = line.firstMatch(of: /^\s+Filter: (.*)$/) else {
                if line.contains("->") { table = nil }
                continue
            }
            var equal: [String] = []
            var other: [String] = []
            let words =
                /\(?(?:"([^"]+)"|([a-z_]\w*))\)?(?:::[a-z ]+(?:\([0-9,]+\))?)?[ ](=|<=|>=|<|>)[ ]/
            for match in filter.1.matches(of: words) {
                let column = String(match.1 ?? match.2 ?? "")
                if match.3 == "=" { equal.append(column) } else { other.append(column) }
            }
            var columns: [String] = []
            for column in equal + other where !columns.contains(column) { columns.append(column) }
            return ScannedTable(table: found, columns: columns)
        }
        return nil
    }
}
