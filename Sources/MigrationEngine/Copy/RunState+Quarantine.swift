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
