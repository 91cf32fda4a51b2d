import Foundation

/// The point of no return, as the source that was left behind says it itself.
///
/// Nothing else knows it for sure afterwards: the target's schema `cutover` is gone by then, and the
/// folder of the run may be.
package struct FinalHandover: Sendable, Equatable {
    /// The table; by its name it stays with the fence.
    private static let table = SourceFence.table + "_final"

    /// The run.
    package var run: String
    /// The target that the application works on, without a password.
    package var target: String
    /// When the target took over, as UTC; nil when nobody knows any more.
    package var switchedAt: String?
    /// When the point of no return was passed, as UTC.
    package var at: String

    /// Reads it.
    ///
    /// - Parameter connection: A connection to the source.
    /// - Returns: What is written there; nil for a file that was not left for good.
    /// - Throws: ``SourceError``.
    package static func read(
        _ connection: SourceConnection
    ) throws(SourceError) -> FinalHandover? {
        let isThere = try connection.integer(
            """
            SELECT count(*) FROM main.sqlite_schema
            WHERE name = '\(table)' AND \(ApplicationSchema.isOurs)
            """
        )
        guard isThere == 1 else { return nil }
        var found: FinalHandover?
        try connection.query("SELECT run_id, target, switched_at, at FROM \(table)") { row in
            found = FinalHandover(
                run: row.text(0) ?? "",
                target: row.text(1) ?? "",
                switchedAt: row.text(2),
                at: row.text(3) ?? ""
            )
        }
        return found
    }

    /// Reads it from a file.
    ///
    /// - Parameters:
    ///   - options: The source.
    ///   - stage: Who asks.
    /// - Returns: What is written there; nil for a file that was not left for good.
    /// - Throws: ``MigrationError``.
    package static func read(
        _ options: Options,
        _ stage: String
    ) throws(MigrationError) -> FinalHandover? {
        let source = try SourceFile.open(options.source, stage: stage)
        do throws(SourceError) {
            return try read(source)
        } catch {
            throw SourceFile.failure(error, path: options.source, stage: stage)
        }
    }

    /// Writes it down, in the caller's transaction; the first one stays.
    ///
    /// - Parameter connection: A connection that may write the source.
    /// - Throws: ``SourceError``.
    func write(_ connection: SourceConnection) throws(SourceError) {
        guard try Self.read(connection) == nil else { return }
        try connection.execute(
            """
            CREATE TABLE IF NOT EXISTS \(Self.table) \(Catalog.mark)
                (run_id TEXT, target TEXT, switched_at TEXT, at TEXT)
            """
        )
        try connection.prepare("INSERT INTO \(Self.table) VALUES (?, ?, ?, ?)").run([
            .string(run), .string(target), switchedAt.map { .string($0) } ?? .null, .string(at),
        ])
    }

    /// What happened, in a sentence.
    package var words: String {
        "the application was handed over for good at \(at): the point of no return is passed"
    }

    /// What that means for the file.
    package static let meaning =
        "PostgreSQL is the only side, and the SQLite file stays closed to writes"

    /// What can be done.
    package var remedy: String {
        "nothing is left to be done with this file: keep it as an archive. The application's data "
            + "is in \(target)"
    }

    /// The error of a verb that needs a way back or a run.
    ///
    /// - Parameters:
    ///   - stage: The verb.
    ///   - options: The source.
    ///   - code: Its code.
    /// - Returns: The error.
    func refusal(
        _ stage: String,
        _ options: Options,
        _ code: MigrationError.Code = .notLive
    ) -> MigrationError {
        MigrationError(
            code,
            words,
            place: .init(stage, side: .source, path: options.source),
            kept: .other(Self.meaning),
            remedy: remedy
        )
    }

    /// Refuses a file that was left for good.
    ///
    /// - Parameters:
    ///   - source: A connection to it.
    ///   - options: The source.
    ///   - stage: The verb.
    /// - Throws: ``MigrationError`` of code `notLive`.
    static func refuse(
        _ source: SourceConnection,
        _ options: Options,
        _ stage: String
    ) throws(MigrationError) {
        let found: FinalHandover?
        do throws(SourceError) {
            found = try read(source)
        } catch {
            throw SourceFile.failure(error, path: options.source, stage: stage)
        }
        if let found { throw found.refusal(stage, options) }
    }
}
