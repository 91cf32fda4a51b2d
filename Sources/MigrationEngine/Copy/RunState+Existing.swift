extension RunState {
    /// What a run into existing tables needs beside the other tables; harmless when it is there.
    ///
    /// `altered` holds, before it is changed, what puts each trigger, rule and foreign key back.
    static let createForExisting = """
        CREATE TABLE IF NOT EXISTS cutover.aside (
            run_id text NOT NULL REFERENCES cutover.run ON DELETE CASCADE,
            side text NOT NULL,
            table_name text NOT NULL,
            column_name text,
            reason text NOT NULL
        );
        CREATE TABLE IF NOT EXISTS cutover.altered (
            run_id text NOT NULL REFERENCES cutover.run ON DELETE CASCADE,
            place integer NOT NULL,
            object text NOT NULL,
            restore text NOT NULL,
            restored_at timestamptz,
            PRIMARY KEY (run_id, object)
        )
        """

    /// Writes down what one side keeps for itself.
    static func record(
        _ aside: [ExistingMapping.Aside],
        run: String,
        _ connection: TargetConnection
    ) throws(TargetError) {
        for item in aside {
            try connection.query(
                """
                INSERT INTO cutover.aside (run_id, side, table_name, column_name, reason)
                VALUES ($1, $2, $3, $4, $5)
                """,
                [
                    .text(run), .text(item.side.rawValue), .text(item.table),
                    .optional(item.column), .text(item.reason),
                ]
            )
        }
    }

    /// The tables that a run fills, as the source spells them.
    static func tables(
        of run: String,
        _ connection: TargetConnection
    ) throws(TargetError) -> NameSet {
        NameSet(
            try connection.query(
                "SELECT table_name FROM cutover.mapping WHERE run_id = $1",
                [.text(run)]
            ).rows.compactMap { $0[0] }
        )
    }
}
