extension RunState {
    /// The schema that holds a dry run.
    static let dryRunSchema = "cutover_dry_run"

    /// Finds a schema that has one of our names and was not made by us.
    ///
    /// - Parameter connection: A connection to the target.
    /// - Returns: Its name, or nil when there is none.
    /// - Throws: ``TargetError``.
    static func foreignSchema(_ connection: TargetConnection) throws(TargetError) -> String? {
        let columns = "run_id,source_fingerprint,backup_sha256,schema_name"
        let found = try connection.query(
            """
            SELECT EXISTS (SELECT FROM pg_class WHERE relnamespace = to_regnamespace($1::text)),
                (SELECT count(*) FROM pg_attribute WHERE attrelid = to_regclass($1 || '.run')
                    AND attname = ANY (string_to_array($2, ','))) = 4
                AND to_regclass($1 || '.mapping') IS NOT NULL
                AND to_regclass($1 || '.checkpoint') IS NOT NULL
                AND to_regclass($1 || '.quarantine') IS NOT NULL,
                to_regnamespace($3) IS NOT NULL
            """,
            [.text(schema), .text(columns), .text(dryRunSchema)]
        ).rows[0]
        let isOurs = found[1] == "t"
        if found[0] == "t", !isOurs { return schema }
        guard found[2] == "t" else { return nil }
        guard isOurs else { return dryRunSchema }
        // The schema and the row are made in one transaction.
        let known = try connection.query(
            "SELECT EXISTS (SELECT FROM cutover.run WHERE schema_name = $1)",
            [.text(dryRunSchema)]
        )
        return known.first == "t" ? nil : dryRunSchema
    }

    /// Removes a dry run with all that the target knows of it, and nothing else.
    ///
    /// - Parameter connection: A connection to the target.
    /// - Throws: ``TargetError``.
    static func dropDryRun(_ connection: TargetConnection) throws(TargetError) {
        try connection.execute(
            """
            DO $$ BEGIN
                IF to_regclass('cutover.run') IS NULL THEN RETURN; END IF;
                IF EXISTS (SELECT FROM cutover.run WHERE schema_name = '\(dryRunSchema)') THEN
                    DROP SCHEMA IF EXISTS \(dryRunSchema) CASCADE;
                END IF;
                IF to_regclass('cutover.conversion') IS NOT NULL THEN
                    DELETE FROM cutover.conversion WHERE run_id LIKE 'dry-%';
                END IF;
                DELETE FROM cutover.quarantine WHERE run_id LIKE 'dry-%';
                DELETE FROM cutover.checkpoint WHERE run_id LIKE 'dry-%';
                DELETE FROM cutover.mapping WHERE run_id LIKE 'dry-%';
                DELETE FROM cutover.run WHERE run_id LIKE 'dry-%';
                IF EXISTS (SELECT FROM cutover.run) THEN RETURN; END IF;
                DROP TABLE IF EXISTS cutover.aside, cutover.altered;
                DROP TABLE IF EXISTS cutover.conversion;
                DROP TABLE cutover.quarantine, cutover.checkpoint, cutover.mapping, cutover.run;
                BEGIN
                    DROP SCHEMA cutover;
                EXCEPTION WHEN dependent_objects_still_exist THEN
                    -- Something in it is not ours.
                END;
            END $$
            """
        )
    }
}
