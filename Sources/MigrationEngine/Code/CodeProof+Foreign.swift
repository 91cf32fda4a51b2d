/// What of the target can make the planner call a function that is not the server's own.
extension CodeProof {
    /// Functions, and the tables, views and types behind which one stands.
    ///
    /// A view, a default, a check, an index, a policy, a domain: the planner looks into each of them.
    ///
    /// - Parameter target: The connection.
    /// - Returns: The names, in small letters, and the words of names that have several.
    /// - Throws: ``TargetError``.
    static func foreignNames(_ target: TargetConnection) throws(TargetError) -> Set<String> {
        let found = try target.query(
            """
            WITH RECURSIVE own AS (
                SELECT oid, 'pg_proc'::regclass AS kind FROM pg_proc
                WHERE pronamespace <> 'pg_catalog'::regnamespace
                UNION ALL
                SELECT oid, 'pg_operator'::regclass FROM pg_operator
                WHERE oprnamespace <> 'pg_catalog'::regnamespace
                UNION ALL
                SELECT t.oid, 'pg_type'::regclass FROM pg_type t
                WHERE t.typnamespace NOT IN
                        ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
                    AND (t.typtype = 'd' OR t.typtype = 'b' AND t.typelem = 0)
            ), needed AS (
                SELECT d.classid, d.objid FROM pg_depend d
                JOIN own o ON o.kind = d.refclassid AND o.oid = d.refobjid
            ), relations AS (
                SELECT r.ev_class AS oid FROM needed n
                JOIN pg_rewrite r ON n.classid = 'pg_rewrite'::regclass AND r.oid = n.objid
                UNION ALL
                SELECT a.adrelid FROM needed n
                JOIN pg_attrdef a ON n.classid = 'pg_attrdef'::regclass AND a.oid = n.objid
                UNION ALL
                SELECT c.conrelid FROM needed n
                JOIN pg_constraint c ON n.classid = 'pg_constraint'::regclass AND c.oid = n.objid
                UNION ALL
                SELECT p.polrelid FROM needed n
                JOIN pg_policy p ON n.classid = 'pg_policy'::regclass AND p.oid = n.objid
                UNION ALL
                SELECT coalesce(i.indrelid, n.objid) FROM needed n
                LEFT JOIN pg_index i ON i.indexrelid = n.objid
                WHERE n.classid = 'pg_class'::regclass
            ), edges AS (
                SELECT d.refobjid AS below, r.ev_class AS above FROM pg_depend d
                JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
                WHERE d.refclassid = 'pg_class'::regclass
                UNION ALL
                SELECT inhrelid, inhparent FROM pg_inherits
            ), behind AS (
                SELECT oid FROM relations
                UNION
                SELECT e.above FROM behind b JOIN edges e ON e.below = b.oid
            )
            SELECT lower(proname) FROM pg_proc
            WHERE pronamespace <> 'pg_catalog'::regnamespace OR proname LIKE '%\\_to\\_xml%'
            UNION SELECT lower(relname) FROM pg_class WHERE oid IN (SELECT oid FROM behind)
            UNION SELECT lower(typname) FROM pg_type
            WHERE oid IN (SELECT oid FROM own WHERE kind = 'pg_type'::regclass)
            """
        )
        let names = found.rows.compactMap { $0[0] }
        // A name with a blank in it is met by its longest word.
        return Set(names.compactMap { words(of: $0).max { $0.count < $1.count } })
    }

    /// The words of a statement or a name, as far as names go.
    ///
    /// - Parameter text: The statement.
    /// - Returns: Its words.
    static func words(of text: String) -> [String] {
        let words: [Substring] = text.split { character in
            !(character.isLetter || character.isNumber || character == "_" || character == "$")
        }
        return words.map(String.init)
    }

    /// Operators that are not the server's own.
    ///
    /// - Parameter target: The connection.
    /// - Returns: The operators.
    /// - Throws: ``TargetError``.
    static func foreignOperators(_ target: TargetConnection) throws(TargetError) -> [String] {
        try target.query(
            """
            SELECT DISTINCT oprname FROM pg_operator
            WHERE oprnamespace <> 'pg_catalog'::regnamespace
            """
        ).rows.compactMap { $0[0] }
    }
}
