import Foundation

/// What a change of the schema has done to a table of the run since the switch.
///
/// A statement such as `ALTER TABLE … ALTER COLUMN … TYPE … USING` changes values and fires no
/// trigger of rows, so the log of PostgreSQL's writes does not know it. Therefore the handover notes
/// where the rows of each table stand and which columns they have, in `cutover.known_shape`.
struct ShapeSince: Sendable, Equatable {
    /// The table, as the source spells it.
    var table: String
    /// What cannot come back by a comparison, in words, each with what has to be done about it.
    var mismatches: [Mismatch] = []
    /// What can have changed values without an entry in the log, in words.
    var reasons: [String] = []
    /// Columns that were added, as SQL; SQLite has none of them.
    var added: [String] = []
    /// The table's name as SQL.
    var name: String
    /// Whether the log holds an entry that stands for all rows: they are compared anyway.
    var isWhole = false

    /// Columns that are not those of the switch.
    struct Mismatch: Sendable, Equatable {
        var words: String
        var remedy: String
    }

    /// Whether all its rows must be compared, because the log may not know which have changed.
    var isUnsure: Bool { !isWhole && !reasons.isEmpty }

    /// The table, as a statement that is harmless when it is there.
    static let create = """
        CREATE TABLE IF NOT EXISTS cutover.known_shape (
            run_id text NOT NULL REFERENCES cutover.run ON DELETE CASCADE,
            table_name text NOT NULL,
            id bigint NOT NULL,
            storage text NOT NULL,
            triggers text NOT NULL,
            columns json NOT NULL,
            PRIMARY KEY (run_id, table_name)
        )
        """

    /// Where the rows stand, partitions and heirs with them; which triggers log them, each with the
    /// transaction that touched it last; and the columns.
    ///
    /// What an enumeration calls its values stands outside of the table, and so beside its type.
    private static let shapes = """
        SELECT t.source AS table_name, t.name, t.id::bigint AS id, (
                WITH RECURSIVE tree(id) AS (
                    SELECT t.id UNION
                    SELECT i.inhrelid FROM pg_inherits i JOIN tree ON i.inhparent = tree.id)
                SELECT string_agg(tree.id || ':' || coalesce(
                    pg_relation_filenode(tree.id)::text, ''), ' ' ORDER BY tree.id) FROM tree
            ) AS storage, coalesce((
                SELECT string_agg(g.oid || ':' || g.xmin::text, ' ' ORDER BY g.oid)
                FROM pg_trigger g WHERE g.tgrelid = t.id AND g.tgname IN
                    ('\(ReverseCapture.trigger)', '\(ReverseCapture.trigger)_truncate')
            ), '') AS triggers, (
                SELECT coalesce(json_agg(json_build_array(a.attnum::text, a.attname,
                    format_type(a.atttypid, a.atttypmod),
                    concat_ws(' ', a.atttypid, a.atttypmod, (
                        SELECT string_agg(quote_literal(e.enumlabel), ',' ORDER BY e.oid)
                        FROM pg_enum e JOIN pg_type y ON y.oid = a.atttypid
                        WHERE e.enumtypid IN (y.oid, y.typbasetype, y.typelem))),
                    CASE WHEN a.attgenerated = '' THEN '' ELSE coalesce((
                        SELECT pg_get_expr(d.adbin, d.adrelid) FROM pg_attrdef d
                        WHERE d.adrelid = a.attrelid AND d.adnum = a.attnum), '?') END)
                    ORDER BY a.attnum), '[]')
                FROM pg_attribute a
                WHERE a.attrelid = t.id AND a.attnum > 0 AND NOT a.attisdropped
            ) AS columns
        FROM (\(LiveTarget.tables)) t
        """

    /// The statements that note the shapes, in the transaction that hands over and behind the
    /// triggers that it makes.
    ///
    /// - Parameter run: The run.
    /// - Returns: The statements.
    static func noting(_ run: String) -> [String] {
        let run = TargetConnection.literal(run)
        return [
            """
            INSERT INTO cutover.known_shape (run_id, table_name, id, storage, triggers, columns)
            SELECT \(run), s.table_name, s.id, s.storage, s.triggers, s.columns
            FROM (\(shapes.replacing("$1", with: run))) s
            """
        ]
    }

    /// Looks what has changed.
    ///
    /// - Parameters:
    ///   - run: The run.
    ///   - target: A connection to the target.
    /// - Returns: The tables that are not as they were; none when nobody noted how they were.
    /// - Throws: ``TargetError``.
    static func read(
        _ run: String,
        _ target: TargetConnection
    ) throws(TargetError) -> [ShapeSince] {
        guard try target.query("SELECT to_regclass('cutover.known_shape')").first != nil else {
            return []
        }
        return try target.query(
            """
            SELECT s.table_name, s.name, k.id <> s.id, k.storage <> s.storage,
                k.triggers <> s.triggers, k.columns, s.columns, EXISTS (
                    SELECT FROM cutover.reverse_log l
                    WHERE l.run_id = $1 AND l.table_name = s.table_name AND l.key IS NULL)
            FROM (\(shapes)) s JOIN cutover.known_shape k
                ON k.run_id = $1 AND k.table_name = s.table_name
            WHERE (k.id, k.storage, k.triggers, k.columns::text)
                IS DISTINCT FROM (s.id, s.storage, s.triggers, s.columns::text)
            ORDER BY s.table_name
            """,
            [.text(run)]
        ).rows.map { row in
            var found = ShapeSince(table: row[0] ?? "", name: row[1] ?? "")
            found.isWhole = row[7] == "t"
            let isAnew = row[2] == "t"
            if isAnew {
                found.reasons.append("it was made anew")
            } else if row[3] == "t" {
                found.reasons.append("its rows were written anew")
            }
            if row[4] == "t", !isAnew { found.reasons.append("its log was switched off") }
            found.compare(columns(row[5]), with: columns(row[6]), isAnew)
            return found
        }
    }

    /// Refuses to go back where columns have other names, or are not there any more.
    ///
    /// - Parameters:
    ///   - run: The run.
    ///   - target: A connection to the target.
    ///   - address: Its address.
    /// - Throws: ``MigrationError`` of code `schemaChanged`, or ``TargetError``.
    static func requireColumns(
        of run: String,
        _ target: TargetConnection,
        _ address: TargetAddress
    ) throws {
        try refuse(try read(run, target), address)
    }

    /// Refuses what no comparison can bring back.
    ///
    /// - Parameters:
    ///   - shapes: What has changed.
    ///   - address: The target's address.
    /// - Throws: ``MigrationError`` of code `schemaChanged`.
    static func refuse(
        _ shapes: [ShapeSince],
        _ address: TargetAddress
    ) throws(MigrationError) {
        let all = shapes.flatMap { shape in shape.mismatches.map { (shape.table, $0) } }
        guard !all.isEmpty else { return }
        let words = all.prefix(20).map { "\($0.0): \($0.1.words)" }
        var remedies: [String] = []
        for remedy in all.map(\.1.remedy) where !remedies.contains(remedy) {
            remedies.append(remedy)
        }
        throw MigrationError(
            .schemaChanged,
            SafeText.visible(
                "columns on PostgreSQL are not those of the switch any more: "
                    + words.joined(separator: "; ")
            ),
            place: .init("revert", side: .target, path: address.redacted, table: all[0].0),
            kept: .other("the application goes on working on PostgreSQL; nothing was changed"),
            remedy: remedies.joined(separator: "; ") + "; then: cutover revert --compare"
        )
    }

    // MARK: - Columns

    private struct Column {
        /// Its number, which it keeps whatever its name is.
        var number: String
        var name: String
        /// Its type in words.
        var type: String
        /// What its values depend on beside themselves.
        var kind: String
        /// What it is generated from; empty for a plain one.
        var generated: String
    }

    private static func columns(_ json: String?) -> [Column] {
        let decoded = json.flatMap {
            try? JSONDecoder().decode([[String]].self, from: Data($0.utf8))
        }
        return (decoded ?? []).filter { $0.count == 5 }.map {
            Column(number: $0[0], name: $0[1], type: $0[2], kind: $0[3], generated: $0[4])
        }
    }

    private mutating func compare(_ before: [Column], with now: [Column], _ isAnew: Bool) {
        let known = Dictionary(before.map { ($0.name, $0) }) { first, _ in first }
        for column in now {
            let old = isAnew ? nil : before.first { $0.number == column.number }
            if let old, old.name != column.name {
                mismatches.append(
                    Mismatch(
                        words: "\(old.name) has the name \(column.name) now",
                        remedy: "give renamed columns their names again"
                    )
                )
            } else if let same = known[column.name] {
                compare(same, with: column, isAnew)
            } else {
                added.append(column.name)
            }
        }
        let (names, numbers) = (Set(now.map(\.name)), Set(now.map(\.number)))
        for column in before
        where !names.contains(column.name) && (isAnew || !numbers.contains(column.number)) {
            mismatches.append(
                Mismatch(
                    words: "\(column.name) was dropped",
                    remedy: "add dropped columns again, by their names and types"
                )
            )
        }
    }

    private mutating func compare(_ old: Column, with column: Column, _ isAnew: Bool) {
        if old.generated.isEmpty, !column.generated.isEmpty {
            mismatches.append(
                Mismatch(
                    words: "\(column.name) is generated now",
                    remedy: "make generated columns plain again, which keeps their values: ALTER "
                        + "TABLE … ALTER COLUMN … DROP EXPRESSION"
                )
            )
        } else if old.number != column.number, !isAnew {
            reasons.append("the column \(column.name) was made anew")
        } else if old.kind != column.kind {
            reasons.append(
                old.type == column.type
                    ? "the type of \(column.name) has other values"
                    : "the type of \(column.name) is \(column.type), and was \(old.type)"
            )
        } else if old.generated != column.generated {
            reasons.append("\(column.name) is not generated as it was")
        }
    }

    /// Looks whether a column that was added holds anything, and then refuses it, too.
    ///
    /// - Parameter target: A connection to the target.
    /// - Returns: The columns that hold nothing.
    /// - Throws: ``TargetError``.
    mutating func weighAdded(_ target: TargetConnection) throws(TargetError) -> [String] {
        var empty: [String] = []
        for column in added {
            let isUsed = try target.query(
                "SELECT EXISTS (SELECT FROM \(name) "
                    + "WHERE \(TargetConnection.quote(column)) IS NOT NULL)"
            )
            guard isUsed.first == "t" else {
                empty.append(column)
                continue
            }
            mismatches.append(
                Mismatch(
                    words: "\(column) was added and holds values",
                    remedy: "copy what added columns hold where the application will find it, and "
                        + "drop them"
                )
            )
        }
        return empty
    }
}
