/// Reads rows in quarantine, of whatever version of the table.
struct QuarantineReader {
    private let target: TargetConnection
    private let run: String
    /// Whether the table knows what became of its rows.
    private let knowsStates: Bool

    init(_ target: TargetConnection, run: String) throws(TargetError) {
        self.target = target
        self.run = run
        knowsStates = try RunState.hasQuarantineColumns(target)
    }

    private var state: String {
        knowsStates
            ? "CASE WHEN q.replayed_at IS NOT NULL THEN 'replayed' "
                + "WHEN q.accepted_at IS NOT NULL THEN 'accepted' ELSE 'waiting' END"
            : "'waiting'"
    }

    private static func time(_ column: String) -> String {
        "to_char(\(column) AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"
    }

    /// Rows by number.
    func rows(
        _ selection: QuarantineSelection,
        limit: Int,
        after: Int64?
    ) throws(TargetError) -> [QuarantineRow] {
        let (condition, values) = selection.condition(run)
        let decided =
            knowsStates
            ? """
            \(Self.time("q.accepted_at")), q.accepted_by, q.accept_reason,
            \(Self.time("q.replayed_at")), q.replayed_by,
            (SELECT string_agg(c, chr(31)) FROM unnest(q.edited_columns) c)
            """
            : "NULL, NULL, NULL, NULL, NULL, NULL"
        let refused =
            try RunState.hasRefusalColumns(target)
            ? "\(Self.time("q.refused_at")), q.refused_column, q.refused_reason"
            : "NULL, NULL, NULL"
        let found = try target.query(
            """
            SELECT q.id, q.table_name, left(q.key_text, 1000), q.column_name, q.reason,
                q.sql_state, \(state), \(Self.time("q.quarantined_at")), \(decided),
                \(refused)
            FROM cutover.quarantine q
            WHERE \(condition) AND q.id > \(after ?? Int64.min) ORDER BY q.id LIMIT \(limit)
            """,
            values
        )
        return found.rows.map { row in
            QuarantineRow(
                id: row[0].flatMap { Int64($0) } ?? 0,
                table: row[1] ?? "",
                key: row[2] ?? "",
                column: row[3],
                reason: row[4] ?? "",
                sqlState: row[5],
                state: QuarantineState(rawValue: row[6] ?? "") ?? .waiting,
                quarantinedAt: row[7] ?? "",
                acceptedAt: row[8],
                acceptedBy: row[9],
                acceptReason: row[10],
                replayedAt: row[11],
                replayedBy: row[12],
                editedColumns: (row[13] ?? "").split(separator: "\u{1f}").map(String.init),
                refusedAt: row[14],
                refusedColumn: row[15],
                refusedReason: row[16]
            )
        }
    }

    /// All rows, counted by table, column and reason.
    func groups(_ selection: QuarantineSelection) throws(TargetError) -> [QuarantinePage.Group] {
        let (condition, values) = selection.condition(run)
        return try target.query(
            """
            SELECT s.table_name, s.column_name, s.reason, count(*),
                count(*) FILTER (WHERE s.state = 'waiting'),
                count(*) FILTER (WHERE s.state = 'accepted'),
                count(*) FILTER (WHERE s.state = 'replayed')
            FROM (SELECT q.table_name, q.column_name, q.reason, \(state) AS state
                FROM cutover.quarantine q WHERE \(condition)) s
            GROUP BY 1, 2, 3 ORDER BY 4 DESC, 1, 2, 3 LIMIT 100
            """,
            values
        ).rows.map { row in
            let counts = row[3...6].map { $0.flatMap { Int($0) } ?? 0 }
            return QuarantinePage.Group(
                table: row[0] ?? "",
                column: row[1],
                reason: row[2] ?? "",
                rows: counts[0],
                waiting: counts[1],
                accepted: counts[2],
                replayed: counts[3]
            )
        }
    }

    /// Bytes of a value that are shown.
    private static let shown = 1_000

    /// The values of a row, cut by the server.
    func values(_ id: Int64) throws(TargetError) -> [QuarantineDetail.Value] {
        let edited =
            knowsStates
            ? "LEFT JOIN LATERAL unnest(q.edited_columns, q.edited_classes, q.edited_values)"
                + " AS e(name, class, value) ON e.name = c.name"
            : "LEFT JOIN (SELECT NULL AS name, NULL AS class, NULL::bytea AS value) e ON false"
        return try target.query(
            """
            SELECT c.name, c.class, octet_length(c.value),
                encode(substring(c.value FROM 1 FOR \(Self.shown)), 'hex'), e.class,
                encode(substring(e.value FROM 1 FOR \(Self.shown)), 'hex')
            FROM cutover.quarantine q CROSS JOIN LATERAL
                unnest(q.columns, q.classes, q.row_values) WITH ORDINALITY
                    AS c(name, class, value, place) \(edited)
            WHERE q.id = $1 ORDER BY c.place
            """,
            [.integer(id)]
        ).rows.map { row in
            let bytes = row[2].flatMap { Int($0) }
            return QuarantineDetail.Value(
                column: row[0] ?? "",
                storageClass: row[1] ?? "",
                bytes: bytes,
                value: Self.printable(row[1], row[3]),
                hexadecimal: row[1] == "text" ? Self.invalid(row[3]) : nil,
                isCut: (bytes ?? 0) > Self.shown,
                edited: row[4].map { Self.printable($0, row[5]) ?? "NULL" }
            )
        }
    }

    private static func printable(_ storageClass: String?, _ hexadecimal: String?) -> String? {
        guard let hexadecimal, storageClass != "null" else { return nil }
        if storageClass == "blob" { return "x'\(hexadecimal)'" }
        return SafeText.visible(String(decoding: [UInt8](hexadecimal: hexadecimal), as: UTF8.self))
    }

    /// The digits of bytes that are no text; nil where they are.
    ///
    /// The cut may part a character.
    private static func invalid(_ hexadecimal: String?) -> String? {
        guard let hexadecimal else { return nil }
        let bytes = [UInt8](hexadecimal: hexadecimal)
        let isText = (0..<4).contains { dropped in
            (dropped == 0 || bytes.count >= shown)
                && String(validating: bytes.dropLast(dropped), as: UTF8.self) != nil
        }
        return isText ? nil : hexadecimal
    }

    /// A row as it was kept: its key, and of each value what tells it from others.
    func kept(_ id: Int64) throws(TargetError) -> SourceRow {
        let head =
            try target.query(
                "SELECT table_name, key_text, encode(key_bytes, 'hex') FROM cutover.quarantine "
                    + "WHERE id = $1",
                [.integer(id)]
            ).rows.first ?? ["", "", ""]
        let values = try target.query(
            """
            SELECT c.name, c.class, encode(sha256(c.value), 'hex') FROM cutover.quarantine q,
                unnest(q.columns, q.classes, q.row_values) AS c(name, class, value)
            WHERE q.id = $1
            """,
            [.integer(id)]
        ).rows
        let key = [UInt8](hexadecimal: head[2] ?? "")
        return SourceRow(
            table: head[0] ?? "",
            keyText: head[1] ?? "",
            key: RowKey.values(key) ?? [],
            isRowid: RowKey.isRowid(key),
            values: values.map { .init(column: $0[0] ?? "", kind: $0[1] ?? "", sum: $0[2]) }
        )
    }
}
