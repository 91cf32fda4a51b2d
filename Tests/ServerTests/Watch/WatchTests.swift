import Foundation
import TestSupport
import Testing

/// The first hour: what a look finds, and what is kept of it.
@Suite(.postgres, .database, .timeLimit(.minutes(30)))
struct WatchTests {
    private func switched() async throws -> LiveSource { try await .switched() }

    /// One look, and one criterion of it.
    private func criterion(_ name: String, _ live: LiveSource) async throws -> JSON {
        let run = try await live.cutover("watch", "--duration", "0")
        let found = run.json["criteria"].list.first { $0["name"].string == name }
        let criterion = try #require(found, "\(run)")
        // An alarm is told by the status, too.
        #expect(criterion["state"].string != "bad" || run.status == 1, "\(run)")
        return criterion
    }

    private func requireBad(_ name: String, _ words: String, _ live: LiveSource) async throws {
        let found = try await criterion(name, live)
        #expect(found["state"].string == "bad", "\(found)")
        #expect(found["reason"].string?.contains(words) == true, "\(found)")
        #expect(found["remedy"].string?.isEmpty == false)
        #expect(found["bad_since"].string != nil)
    }

    @Test func `behind a switch nothing is bad, and what cannot be known says why`() async throws {
        let live = try await switched()
        let run = try await live.cutover("watch", "--duration", "0")
        for found in run.json["criteria"].list where found["name"].string != "probes" {
            #expect(found["state"].string != "bad", "\(found)")
        }
        #expect(run.json["live_side"].string == "target")
        let database = try await live.database()
        #expect(run.json["server"]["database"].string == database)
        #expect(run.json["server"]["system_identifier"].string != nil)
        let statements = try await criterion("statements", live)
        #expect(statements["reason"].string?.contains("pg_stat_statements") == true)
    }

    @Test func `a write past the fence is an alarm`() async throws {
        let live = try await switched()
        try await live.openFence("sync_watermark")
        try await requireBad("old_file", "sync_watermark", live)
        try await requireBad("live_side", "sync_watermark", live)
    }

    @Test func `a workflow that stands still, and its mark, are named`() async throws {
        let live = try await switched()
        _ = try await psql(
            live.cutover.target,
            """
            UPDATE workflow_controls SET last_run_at = now() AT TIME ZONE 'UTC' - interval '1 hour'
                WHERE workflow_name = 'xml-import';
            UPDATE sync_watermark SET last_sync_timestamp = '2025-10-15T04:58:25.4830000'
            """
        )
        try await requireBad("workflows", "xml-import: last run 60 min ago, every 300 s", live)
        try await requireBad("watermarks", "sync_watermark.last_sync_timestamp is from", live)
        // Who turned a workflow off knows that it stands still.
        _ = try await psql(
            live.cutover.target,
            """
            UPDATE workflow_controls SET enabled = false
                WHERE workflow_name IN ('xml-import', 'unified-shipstation-sync')
            """
        )
        #expect(try await criterion("workflows", live)["state"].string == "good")
        #expect(try await criterion("watermarks", live)["state"].string == "good")
    }

    @Test func `alarms begin and end once, in the journal and on standard error`() async throws {
        let live = try await switched()
        let set = "SELECT setval(pg_get_serial_sequence('orders_inbox', 'id'), "
        _ = try await psql(live.cutover.target, set + "1)")
        let program = try StartedProgram(
            BuiltProducts.cutover,
            live.cutover.arguments("watch", ["--interval", "1"]),
            environment: live.cutover.variables
        )
        #expect(try await eventually { program.words.contains("ALARM sequences") })
        _ = try await psql(live.cutover.target, set + "(SELECT max(id) FROM orders_inbox))")
        #expect(try await eventually { program.words.contains("no longer an alarm: sequences") })
        program.send(SIGINT)
        #expect(await program.end().status == 1)
        let journal = live.path + ".cutover/journal.db"
        let actions = try await sqlite3(
            journal,
            "SELECT action FROM action WHERE after LIKE 'sequences:%' ORDER BY id"
        )
        #expect(actions.split(separator: "\n") == ["watch.alarm", "watch.alarm.end"])
        #expect(try await sqlite3(journal, "SELECT count(*) >= 2 FROM watch") == "1")
    }

    @Test func `before a switch the server is watched and the rest is not known`() async throws {
        let live = try await LiveSource(try TestFolder(), orders: 30, isSigned: false)
        let found = try await criterion("old_file", live)
        #expect(found["state"].string == "unknown", "\(found)")
        let ids = try await criterion("sequences", live)
        #expect(ids["state"].string == "unknown", "\(ids)")
        #expect(ids["reason"].string?.contains("while SQLite gives the ids") == true)
        // The keys stand only behind the handover: none is no proof of anything.
        let references = try await criterion("references", live)
        #expect(references["state"].string == "unknown", "\(references)")
        #expect(try await criterion("server", live)["state"].string == "good")
    }
}
