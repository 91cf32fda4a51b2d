extension RunState {
    /// What a live run needs in the target; harmless when it is there.
    ///
    /// `position` moves in the transaction that writes the changes it stands for. `reverse_log`
    /// holds the keys of rows that are written here after the switch.
    static let createForLive = """
        SET LOCAL client_min_messages = warning;
        CREATE TABLE IF NOT EXISTS cutover.position (
            run_id text PRIMARY KEY REFERENCES cutover.run ON DELETE CASCADE,
            capture_id text NOT NULL,
            seq bigint NOT NULL,
            at double precision,
            applied bigint NOT NULL DEFAULT 0,
            applied_at timestamptz,
            verified_seq bigint,
            verified_at timestamptz,
            read_seq bigint NOT NULL DEFAULT 0,
            read_at double precision,
            live_side text NOT NULL DEFAULT 'source' CHECK (live_side IN ('source', 'target')),
            reverse_seq bigint NOT NULL DEFAULT 0,
            switched_at timestamptz,
            freeze_seconds double precision,
            closed_at timestamptz
        )
        """

    /// Gives the position of a run that an earlier version began what it lacks.
    ///
    /// Asked first: to alter a table waits for whoever reads it, and a comparison reads for long.
    static let completePosition = """
        DO $$ BEGIN
            IF to_regclass('cutover.position') IS NOT NULL AND NOT EXISTS (
                SELECT FROM pg_attribute WHERE attrelid = to_regclass('cutover.position')
                    AND attname = 'closed_at' AND NOT attisdropped)
            THEN
                ALTER TABLE cutover.position ADD COLUMN freeze_seconds double precision,
                    ADD COLUMN closed_at timestamptz;
            END IF;
        END $$
        """

    /// How far the target has followed the source.
    package struct Position: Sendable, Equatable {
        /// The capture whose numbers these are.
        package var captureID: String
        /// The last change of the log that the target holds.
        package var seq: Int64
        /// When that change was made, as a julian day; nil for a log that was empty.
        package var at: Double?
        /// The changes applied since the run began.
        package var applied: Int64
        /// The last change up to which both sides were found equal; nil before the first time.
        package var verifiedSeq: Int64?
        /// The newest change that stood in the log when rows were read, and its time: the target
        /// can hold rows as this change left them, although it comes behind the position.
        package var read: ChangeLog.Mark
        /// The side that the application writes.
        package var liveSide: Side
        /// When the target took over the last time, as UTC; nil before the first time.
        package var switchedAt: String?
        /// The write freeze of that handover.
        package var freezeSeconds: Double?
        /// How long the target has been closed on a way back; nil when it is not.
        package var closedFor: Double?
    }

    /// Reads the position of a run.
    ///
    /// - Parameters:
    ///   - run: The run.
    ///   - connection: A connection to the target.
    /// - Returns: The position; nil for a run that is not live.
    /// - Throws: ``TargetError``.
    package static func position(
        of run: String,
        _ connection: TargetConnection
    ) throws(TargetError) -> Position? {
        let found = try connection.query("SELECT to_regclass('cutover.position') IS NOT NULL")
        guard found.first == "t" else { return nil }
        let rows = try connection.query(
            """
            SELECT capture_id, seq, at, applied, verified_seq, live_side, read_seq, read_at,
                to_char(switched_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                to_jsonb(p) ->> 'freeze_seconds',
                extract(epoch FROM clock_timestamp() - (to_jsonb(p) ->> 'closed_at')::timestamptz)
            FROM cutover.position p WHERE run_id = $1
            """,
            [.text(run)]
        ).rows
        return rows.first.map { row in
            Position(
                captureID: row[0] ?? "",
                seq: row[1].flatMap { Int64($0) } ?? 0,
                at: row[2].flatMap { Double($0) },
                applied: row[3].flatMap { Int64($0) } ?? 0,
                verifiedSeq: row[4].flatMap { Int64($0) },
                read: .init(
                    seq: row[6].flatMap { Int64($0) } ?? 0,
                    at: row[7].flatMap { Double($0) }
                ),
                liveSide: row[5] == "target" ? .target : .source,
                switchedAt: row[8],
                freezeSeconds: row[9].flatMap { Double($0) },
                closedFor: row[10].flatMap { Double($0) }.map { max(0, $0) }
            )
        }
    }

    /// Writes down where a live run starts: the last change that its backup holds.
    ///
    /// - Parameters:
    ///   - mark: The newest change of the log in the backup.
    ///   - captureID: The capture.
    ///   - run: The run.
    ///   - connection: A connection to the target, in the caller's transaction.
    /// - Throws: ``TargetError``.
    static func begin(
        _ mark: ChangeLog.Mark,
        of captureID: String,
        run: String,
        _ connection: TargetConnection
    ) throws(TargetError) {
        try connection.execute(createForLive)
        try connection.query(
            """
            INSERT INTO cutover.position (run_id, capture_id, seq, at) VALUES ($1, $2, $3, $4)
            ON CONFLICT (run_id) DO NOTHING
            """,
            [
                .text(run), .text(captureID), .integer(mark.seq),
                .optional(mark.at.map { String($0) }),
            ]
        )
    }

    /// Moves the position, in the transaction of the changes that it stands for.
    ///
    /// - Parameters:
    ///   - old: Where it stands.
    ///   - mark: Where it comes to.
    ///   - head: The newest change of the log when the rows were read.
    ///   - changes: How many changes lie between.
    ///   - run: The run.
    ///   - connection: The connection whose transaction holds the changes.
    /// - Returns: False when it stands elsewhere: another process has moved it.
    /// - Throws: ``TargetError``.
    static func advance(
        from old: Int64,
        to mark: ChangeLog.Mark,
        reading head: ChangeLog.Mark,
        changes: Int,
        run: String,
        _ connection: TargetConnection
    ) throws(TargetError) -> Bool {
        try connection.query(
            """
            UPDATE cutover.position SET seq = $3, at = $4, applied = applied + $5,
                applied_at = now(), read_seq = $6, read_at = $7 WHERE run_id = $1 AND seq = $2
            """,
            [
                .text(run), .integer(old), .integer(mark.seq),
                .optional(mark.at.map { String($0) }), .integer(changes), .integer(head.seq),
                .optional(head.at.map { String($0) }),
            ]
        ).affected == 1
    }
}
