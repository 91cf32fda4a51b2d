/// What is asked of the target's catalog; each query takes the schema and gives the table first.
///
/// They run with an empty `search_path`, so that every name comes back with its schema.
enum ExistingQuery {
    static let relations = """
        SELECT c.relname, c.oid, c.relkind, pg_has_role(c.relowner, 'USAGE'),
            has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(c.oid, 'INSERT')
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = $1 AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
            AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
        ORDER BY c.relname COLLATE "C"
        """

    /// A sequence belongs to its column, or the column's default depends on it.
    static let columns = """
        SELECT c.oid, a.attname, format_type(a.atttypid, a.atttypmod), b.typname, bn.nspname,
            b.typtype, d.modifier, a.attnotnull OR d.is_not_null,
            a.atthasdef OR a.attidentity <> '' OR t.typdefault IS NOT NULL,
            a.attgenerated <> '',
            CASE WHEN s.relname IS NOT NULL THEN format('%I.%I', sn.nspname, s.relname) END,
            sn.nspname = n.nspname
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
            JOIN pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_type t ON t.oid = a.atttypid
            CROSS JOIN LATERAL (
                -- A domain may stand on another domain.
                WITH RECURSIVE step (id, modifier, is_not_null, below, depth) AS (
                    SELECT t.oid,
                        CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END,
                        t.typnotnull, t.typbasetype, 0
                    UNION ALL
                    SELECT y.oid, CASE WHEN step.modifier >= 0 THEN step.modifier
                        WHEN y.typtype = 'd' THEN y.typtypmod ELSE -1 END,
                        step.is_not_null OR y.typnotnull, y.typbasetype, depth + 1
                    FROM step JOIN pg_type y ON y.oid = step.below AND t.typtype = 'd'
                        AND step.below <> 0
                )
                SELECT id, modifier, is_not_null FROM step ORDER BY depth DESC LIMIT 1
            ) d
            JOIN pg_type b ON b.oid = d.id
            JOIN pg_namespace bn ON bn.oid = b.typnamespace
            LEFT JOIN LATERAL (
                SELECT q.relname, q.relnamespace FROM pg_class q JOIN pg_depend d
                    ON q.relkind = 'S' AND ((d.objid = q.oid AND d.classid = 'pg_class'::regclass
                        AND d.refobjid = c.oid AND d.refobjsubid = a.attnum)
                    OR (d.refobjid = q.oid AND d.classid = 'pg_attrdef'::regclass
                        AND d.objid = (SELECT f.oid FROM pg_attrdef f
                            WHERE f.adrelid = c.oid AND f.adnum = a.attnum)))
                ORDER BY d.deptype LIMIT 1) s ON true
            LEFT JOIN pg_namespace sn ON sn.oid = s.relnamespace
        WHERE n.nspname = $1 AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
        ORDER BY c.oid, a.attnum
        """

    static let uniques = """
        SELECT c.oid, i.indisprimary,
            (SELECT string_agg(a.attname, chr(1) ORDER BY k.place)
                FROM unnest(i.indkey::int2[]) WITH ORDINALITY k (number, place)
                JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.number
                WHERE k.place <= i.indnkeyatts)
        FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
            JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = $1 AND i.indisunique AND i.indpred IS NULL AND i.indexprs IS NULL
        ORDER BY c.oid, i.indexrelid
        """

    static let foreignKeys = """
        SELECT k.conrelid, k.conname,
            (SELECT string_agg(a.attname, chr(1) ORDER BY u.place)
                FROM unnest(k.conkey) WITH ORDINALITY u (number, place)
                JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.number),
            pn.nspname, p.relname,
            (SELECT string_agg(a.attname, chr(1) ORDER BY u.place)
                FROM unnest(k.confkey) WITH ORDINALITY u (number, place)
                JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.number),
            pg_get_constraintdef(k.oid)
        FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace
            JOIN pg_class p ON p.oid = k.confrelid JOIN pg_namespace pn ON pn.oid = p.relnamespace
        WHERE n.nspname = $1 AND k.contype = 'f' AND k.conparentid = 0
        ORDER BY k.conrelid, k.conname COLLATE "C"
        """

    /// Those that act now: one that is off or waits for replication stays as it is.
    static let actors = """
        WITH part AS (
            SELECT c.oid AS root, c.oid AS part FROM pg_class c
                JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1
            UNION
            SELECT c.oid, t.relid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                CROSS JOIN LATERAL pg_partition_tree(c.oid) t
            WHERE n.nspname = $1 AND c.relkind = 'p')
        SELECT part.root, 'trigger', g.tgname, g.tgenabled,
            (SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c
                JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = part.part)
        FROM part JOIN pg_trigger g ON g.tgrelid = part.part
        WHERE NOT g.tgisinternal AND g.tgenabled IN ('O', 'A')
        UNION ALL
        SELECT part.root, 'rule', r.rulename, r.ev_enabled,
            (SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c
                JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = part.part)
        FROM part JOIN pg_rewrite r ON r.ev_class = part.part
        WHERE r.ev_enabled IN ('O', 'A') AND r.rulename <> '_RETURN'
        ORDER BY 1, 2, 3
        """
}
