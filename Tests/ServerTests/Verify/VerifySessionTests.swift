import TestSupport
import Testing

@testable import MigrationEngine

/// The sessions of a verification.
@Suite(.postgres, .database)
struct VerifySessionTests {
    @Test func `the sessions of a verification cannot write`() async throws {
        let folder = try TestFolder()
        let path = folder.file("shop.db")
        _ = try await sqlite3(path, "CREATE TABLE item (id INTEGER PRIMARY KEY);")
        let options = Options(source: path, target: TestDatabase.url)
        try await onThread {
            let tracker = ProgressTracker(Observer())
            let cancellation = Cancellation()
            let verification = Verification(
                options,
                Verification.Settings(),
                schema: "public",
                run: nil,
                tracker: tracker,
                cancellation: cancellation
            )
            let view = try SourceView(options, tracker, cancellation)
            let context = try VerifyContext(verification, view, .untouched)
            let (source, target) = try context.connect()
            #expect {
                try target.execute("CREATE TABLE written (id integer)")
            } throws: { error in
                (error as? TargetError)?.sqlState == "25006"
            }
            #expect {
                try source.execute("CREATE TABLE written (id integer)")
            } throws: { error in
                (error as? SourceError)?.primaryCode == 8
            }
        }
    }
}
