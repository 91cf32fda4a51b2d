/// What became of the rows in quarantine: columns that older runs have not.
extension RunState {
    /// The statement that adds them; harmless when they are there.
    static let quarantineColumns = """
        ALTER TABLE cutover.quarantine
            ADD COLUMN IF NOT EXISTS accepted_at timestamptz,
            ADD COLUMN IF NOT EXISTS accepted_by text,
            ADD COLUMN IF NOT EXISTS accept_reason text,
            ADD COLUMN IF NOT EXISTS replayed_at timestamptz,
            ADD COLUMN IF NOT EXISTS replayed_by text,
            ADD COLUMN IF NOT EXISTS edited_columns text[],
            ADD COLUMN IF NOT EXISTS edited_classes text[],
            ADD COLUMN IF NOT EXISTS edited_values bytea[],
            ADD COLUMN IF NOT EXISTS refused_at timestamptz,
            ADD COLUMN IF NOT EXISTS refused_column text,
            ADD COLUMN IF NOT EXISTS refused_reason text
        """

    /// Adds what a run of an earlier version lacks.
    ///
    /// - Parameter connection: A connection to the target, which has the table.
    /// - Throws: ``TargetError``.
    static func addQuarantineColumns(_ connection: TargetConnection) throws(TargetError) {
        let isWhole = try hasQuarantineColumns(connection)
        let knowsRefusals = try hasRefusalColumns(connection)
        guard !isWhole || !knowsRefusals else { return }
        try connection.execute("SET client_min_messages = warning; " + quarantineColumns)
    }

    /// Whether the table knows what became of its rows; readers cannot add what is missing.
    ///
    /// - Parameter connection: A connection to the target.
    /// - Returns: Whether all columns are there.
    /// - Throws: ``TargetError``.
    package static func hasQuarantineColumns(
        _ connection: TargetConnection
    ) throws(TargetError) -> Bool {
        try connection.query(
            """
            SELECT count(*) = 2 FROM pg_attribute
            WHERE attrelid = to_regclass('cutover.quarantine')
                AND attname IN ('accepted_at', 'edited_values') AND NOT attisdropped
            """
        ).first == "t"
    }

    /// Whether the table knows why a row was refused when it was tried again.
    ///
    /// - Parameter connection: A connection to the target.
    /// - Returns: Whether the columns are there.
    /// - Throws: ``TargetError``.
    static func hasRefusalColumns(_ connection: TargetConnection) throws(TargetError) -> Bool {
        try connection.query(
            """
            SELECT count(*) = 1 FROM pg_attribute
            WHERE attrelid = to_regclass('cutover.quarantine')
                AND attname = 'refused_reason' AND NOT attisdropped
            """
        ).first == "t"
    }

    /// Counts rows that a key took out of the target as quarantined and no longer as copied.
    ///
    /// Belongs into the transaction that takes them out. Each chunk keeps its sum, by which a run
    /// that goes on knows its chunks again; which chunk a row came in with is not known and does
    /// not matter.
    ///
    /// - Parameters:
    ///   - rows: How many.
    ///   - table: The table, as the source spells it.
    ///   - run: The run.
    ///   - connection: A connection to the target.
    /// - Throws: ``TargetError``.
    static func uncopy(
        _ rows: Int,
        of table: String,
        run: String,
        _ connection: TargetConnection
    ) throws(TargetError) {
        guard rows > 0 else { return }
        try connection.query(
            """
            UPDATE cutover.checkpoint c
            SET rows = c.rows - d.taken, quarantined = c.quarantined + d.taken
            FROM (SELECT chunk, least(rows, greatest(0, $3::bigint - coalesce(sum(rows) OVER
                    (ORDER BY chunk ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0))) AS taken
                FROM cutover.checkpoint WHERE run_id = $1 AND table_name = $2) d
            WHERE c.run_id = $1 AND c.table_name = $2 AND c.chunk = d.chunk AND d.taken > 0
            """,
            [.text(run), .text(table), .integer(rows)]
        )
    }

    /// Conditions on the rows in quarantine that a target of any version understands.
    package struct QuarantineStates: Sendable {
        /// The row is not in the target.
        package let isAbsent: String
        /// The operator accepts that the row is not in the target.
        package let isAccepted: String

        /// Looks at what the table has.
        ///
        /// - Parameter connection: A connection to the target, which has the table.
        /// - Throws: ``TargetError``.
        package init(_ connection: TargetConnection) throws(TargetError) {
            let isKnown = try RunState.hasQuarantineColumns(connection)
            isAbsent = isKnown ? "replayed_at IS NULL" : "true"
            isAccepted = isKnown ? "(replayed_at IS NULL AND accepted_at IS NOT NULL)" : "false"
        }
    }
}
