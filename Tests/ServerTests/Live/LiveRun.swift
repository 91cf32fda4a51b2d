import Foundation
import MigrationEngine
import TestSupport
import Testing

/// A live run between a source of a test and its database.
struct LiveRun {
    let folder: TestFolder
    var cutover: CutoverCommand
    /// Options of each command.
    var options: [String] = []

    /// Makes the source.
    init(_ script: String, batch: Int? = nil, target: String = TestDatabase.url) async throws {
        folder = try TestFolder()
        let source = folder.file("shop.db")
        cutover = CutoverCommand(source: source, target: target)
        cutover.environment["CUTOVER_BATCH_CHANGES"] = batch.map(String.init)
        try await write(script)
    }

    /// Lets the application write, and whoever fails says why.
    func write(_ script: String) async throws {
        let source = cutover.source
        try await onThread {
            try SourceConnection(path: source, access: .create).execute(script)
        }
    }

    /// Copies what is there.
    @discardableResult
    func migrate(_ more: String...) async throws -> CutoverRun {
        let given = ["--live", "--jobs", "2", "--max-quarantined", "1000"] + options + more
        let run = try await cutover("migrate", given)
        try #require(run.status == 0, "\(run)")
        return run
    }

    /// Follows until nothing waits.
    @discardableResult
    func follow(_ more: String...) async throws -> CutoverRun {
        let run = try await cutover(
            "follow",
            ["--until-lag-below", "1", "--duration", "1500"] + options + more
        )
        try #require(run.status == 0, "\(run)")
        #expect(run.json["lag"]["rows"].int == 0, "\(run)")
        return run
    }

    /// Starts to follow, and returns when the claim is taken and the first changes can come.
    func startFollowing(_ more: String...) async throws -> StartedProgram {
        let program = try StartedProgram(
            BuiltProducts.cutover,
            cutover.arguments("follow", options + more),
            environment: cutover.variables
        )
        let url = cutover.target
        let isThere = try await eventually {
            try await psql(
                url,
                "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'cutover follow' "
                    + "AND datname = current_database() AND query LIKE 'SELECT verified_seq%'"
            ) != "0"
        }
        try #require(isThere, "\(program.pid)")
        return program
    }

    /// Asks a program to end, and waits for it.
    func stop(_ program: StartedProgram) async throws -> CutoverRun {
        program.send(SIGTERM)
        return CutoverRun(await program.end())
    }

    /// Compares both sides, with the engine's verification and, without rows in quarantine, with
    /// the shells.
    func requireEqual() async throws {
        let run = try await cutover("verify", options)
        try #require(run.status == 0, "\(run)")
        guard options.isEmpty else { return }
        let kept = try await psql(cutover.target, "SELECT count(*) FROM cutover.quarantine")
        if kept == "0" {
            let check = try await IndependentCheck(source: cutover.source, target: cutover.target)
            #expect(check.target == check.source.filter { !$0.key.hasPrefix("_cutover_") })
        }
        try await requireAccounted()
    }

    /// P1: each row of the source is in the target or in quarantine.
    func requireAccounted() async throws {
        let pairs = try await psql(
            cutover.target,
            "SELECT table_name || chr(9) || target_name FROM cutover.mapping ORDER BY 1"
        ).split(separator: "\n").map { $0.split(separator: "\t").map(String.init) }
        for pair in pairs where pair.count == 2 {
            let name = SourceConnection.quote(pair[0])
            let rows = try await sqlite3(cutover.source, "SELECT count(*) FROM \(name)")
            let found = try await psql(
                cutover.target,
                "SELECT (SELECT count(*) FROM \(TargetNames.quoted(pair[1]))) + (SELECT count(*) "
                    + "FROM cutover.quarantine WHERE table_name = \(TargetNames.literal(pair[0])))"
            )
            #expect(found == rows, "\(pair[0])")
        }
    }

    /// What the target holds, as one text.
    func digest() async throws -> String {
        let tables = try await psql(
            cutover.target,
            "SELECT format('%I', relname) FROM pg_class WHERE relkind = 'r' "
                + "AND relnamespace = 'public'::regnamespace ORDER BY 1"
        ).split(separator: "\n")
        var digest = ""
        for table in tables {
            digest +=
                try await psql(
                    cutover.target,
                    "SELECT '\(table.replacing("'", with: "''"))', count(*), "
                        + "md5(string_agg(t::text, E'\\n' ORDER BY t::text)) FROM \(table) t"
                ) + "\n"
        }
        return try await digest
            + psql(
                cutover.target,
                "SELECT table_name, key_text, column_name, reason FROM cutover.quarantine "
                    + "ORDER BY table_name, key_bytes"
            )
    }
}

/// Names and texts in SQL of the target.
enum TargetNames {
    static func quoted(_ name: String) -> String {
        "\"" + name.replacing("\"", with: "\"\"") + "\""
    }

    static func literal(_ text: String) -> String {
        "'" + text.replacing("'", with: "''") + "'"
    }
}
