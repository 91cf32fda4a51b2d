import Foundation
import TestSupport
import Testing

/// Expects a refusal that says what, where, what was kept and what next.
func expectRefusal(
    _ run: CutoverRun,
    _ status: Int32,
    _ code: String,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(run.status == status, "\(run)", sourceLocation: sourceLocation)
    #expect(run.code == code, "\(run)", sourceLocation: sourceLocation)
    for field in ["message", "place", "kept", "remedy"] {
        let text = run.json["error"][field].string ?? ""
        #expect(!text.isEmpty, "\(field) of \(run)", sourceLocation: sourceLocation)
    }
}

/// Expects that a refused migration left neither a table nor a schema in the target, nor a backup.
func expectNothingDone(
    _ cutover: CutoverCommand,
    relations: String = "",
    sourceLocation: SourceLocation = #_sourceLocation
) async throws {
    let found = try await psql(
        cutover.target,
        """
        SELECT string_agg(n.nspname || '.' || c.relname, ',') FROM pg_class c
        JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND c.relkind = 'r';
        """
    )
    #expect(found == relations, sourceLocation: sourceLocation)
    let schemas = try await psql(
        cutover.target,
        "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'cutover%';"
    )
    #expect(schemas == "0", sourceLocation: sourceLocation)
    expectNoBackup(cutover, sourceLocation: sourceLocation)
}

/// Expects that no backup, whole or half, is left.
func expectNoBackup(
    _ cutover: CutoverCommand,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    let folder = cutover.source + ".cutover/backups"
    let left = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    #expect(left.isEmpty, sourceLocation: sourceLocation)
}
