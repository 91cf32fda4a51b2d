/// A foreign key of the target, with the query that finds the rows which it would refuse.
struct TargetReference {
    /// The table that refers, as a statement names it.
    let child: String
    /// The table that is referred to, as a statement names it.
    let parent: String
    /// The name of the constraint, quoted.
    let name: String
    /// Whether the server has looked through the rows that were there before the key.
    let isValidated: Bool

    /// The condition that pairs a row with its parent.
    private let pairs: String
    /// The condition under which a row needs a parent.
    private let isReferring: String

    /// Reads the keys of a schema's tables; those of a partition are its parent's.
    ///
    /// - Parameters:
    ///   - target: The connection.
    ///   - schema: The schema of the tables that refer.
    /// - Returns: The keys, by table.
    /// - Throws: ``TargetError``.
    static func all(
        _ target: TargetConnection,
        schema: String
    ) throws(TargetError) -> [TargetReference] {
        // With MATCH FULL a row needs a parent as soon as one of its columns has a value.
        try target.query(
            """
            SELECT k.conrelid::regclass::text, k.confrelid::regclass::text, quote_ident(k.conname),
                k.convalidated, string_agg(format('c.%I = p.%I', a.attname, b.attname), ' AND '),
                string_agg(format('c.%I IS NOT NULL', a.attname),
                    CASE k.confmatchtype WHEN 'f' THEN ' OR ' ELSE ' AND ' END)
            FROM pg_constraint k JOIN pg_class t ON t.oid = k.conrelid
            JOIN pg_namespace n ON n.oid = t.relnamespace
            CROSS JOIN LATERAL unnest(k.conkey, k.confkey) AS u(own, other)
            JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.own
            JOIN pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = u.other
            WHERE n.nspname = $1 AND k.contype = 'f' AND k.conparentid = 0
            GROUP BY k.oid, k.conrelid, k.confrelid ORDER BY 1, 2, 3
            """,
            [.text(schema)]
        ).rows.compactMap { row in
            guard let child = row[0], let parent = row[1], let name = row[2], let pairs = row[4],
                let isReferring = row[5]
            else { return nil }
            return TargetReference(
                child: child,
                parent: parent,
                name: name,
                isValidated: row[3] == "t",
                pairs: pairs,
                isReferring: isReferring
            )
        }
    }

    /// The statement that counts the rows without their parent.
    var count: String { "SELECT count(*) \(orphans)" }

    /// The statement that shows some of them.
    var sample: String { "SELECT c.* \(orphans) LIMIT 20;" }

    private var orphans: String {
        "FROM \(child) c WHERE (\(isReferring)) AND NOT EXISTS "
            + "(SELECT FROM \(parent) p WHERE \(pairs))"
    }
}
