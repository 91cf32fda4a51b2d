import Foundation
import MigrationEngine
import TestSupport
import Testing

/// What a watch cannot know is unknown, with what is missing and why, and no alarm.
@Suite(.postgres, .database, .timeLimit(.minutes(30)))
struct WatchBadInputTests {
    private func look(
        _ live: LiveSource,
        target: String? = nil,
        _ options: [String] = []
    ) async throws -> CutoverRun {
        var command = live.cutover
        command.target = target ?? command.target
        return try await command("watch", ["--duration", "0"] + options)
    }

    @Test func `a user without rights to statistics is told which figures are missing`()
        async throws
    {
        let live = try await LiveSource.switched()
        let target = live.cutover.target
        let database = try await live.database()
        let user = "watcher_\(database)"
        _ = try await psql(
            target,
            """
            CREATE ROLE \(user) LOGIN;
            GRANT USAGE ON SCHEMA public, cutover TO \(user);
            GRANT SELECT ON ALL TABLES IN SCHEMA public, cutover TO \(user);
            GRANT SELECT ON ALL SEQUENCES IN SCHEMA public, cutover TO \(user);
            """
        )
        let holder = try await HeldSession(target, "SELECT 1")
        let limited = target.replacing("user=postgres", with: "user=\(user)")
        let run = try await look(live, target: limited)
        holder.letGo()
        let criteria = run.json["criteria"]
        for name in ["long_transactions", "blocked_sessions"] {
            let found = criteria.named(name)
            #expect(found["state"].string == "unknown", "\(found)")
            #expect(found["reason"].string?.contains("of other users cannot be seen") == true)
            #expect(found["remedy"].string?.contains("pg_read_all_stats") == true)
        }
        #expect(criteria.named("sequences")["state"].string == "good", "\(run)")
        #expect(criteria.named("references")["state"].string == "good", "\(run)")
        #expect(criteria.named("server")["state"].string == "good", "\(run)")
        let bad = criteria.list.filter {
            $0["state"].string == "bad" && $0["name"].string != "probes"
        }
        #expect(bad.isEmpty, "\(bad)")
        _ = try await psql(target, "DROP OWNED BY \(user); DROP ROLE \(user)")
    }

    @Test func `a user who may read nothing gets words for each criterion, and no alarm`()
        async throws
    {
        let live = try await LiveSource.switched()
        let target = live.cutover.target
        let user = "nobody_\(try await live.database())"
        _ = try await psql(target, "CREATE ROLE \(user) LOGIN")
        let limited = target.replacing("user=postgres", with: "user=\(user)")
        let run = try await look(live, target: limited)
        let sequences = run.json["criteria"].named("sequences")
        #expect(sequences["state"].string == "unknown", "\(run)")
        #expect(sequences["reason"].string?.contains("may not read all of the target") == true)
        #expect(sequences["remedy"].string?.contains("GRANT SELECT") == true)
        #expect(run.json["criteria"].named("connections")["state"].string == "good", "\(run)")
        _ = try await psql(target, "DROP OWNED BY \(user); DROP ROLE \(user)")
    }

    @Test func `a table of the profile that is missing is unknown, and the rest is looked at`()
        async throws
    {
        let live = try await LiveSource.switched()
        _ = try await psql(
            live.cutover.target,
            """
            ALTER TABLE sync_watermark RENAME COLUMN last_sync_timestamp TO last_sync;
            ALTER TABLE orders_inbox RENAME COLUMN order_number TO order_no;
            """
        )
        let run = try await look(live)
        let criteria = run.json["criteria"]
        let watermarks = criteria.named("watermarks")
        #expect(watermarks["state"].string == "unknown", "\(watermarks)")
        #expect(
            watermarks["reason"].string
                == "the target does not have sync_watermark.last_sync_timestamp"
        )
        let orders = criteria.named("new_orders")
        #expect(orders["state"].string == "unknown", "\(orders)")
        #expect(orders["reason"].string?.contains("order_number") == true, "\(orders)")
        #expect(criteria.named("workflows")["state"].string == "good", "\(run)")
        #expect(criteria.named("sequences")["state"].string == "good", "\(run)")
        _ = try await psql(live.cutover.target, "DROP TABLE workflow_controls")
        let second = try await look(live).json["criteria"]
        #expect(second.named("workflows")["state"].string == "unknown")
        #expect(second.named("references")["state"].string == "good")
    }

    @Test func `a time in the future is a wrong clock and never a worker that works`() async throws
    {
        let live = try await LiveSource.switched()
        _ = try await psql(
            live.cutover.target,
            """
            UPDATE workflow_controls SET last_run_at = now() AT TIME ZONE 'UTC' + interval '2 hours'
                WHERE workflow_name = 'xml-import';
            UPDATE sync_watermark SET last_sync_timestamp =
                to_char(now() AT TIME ZONE 'UTC' + interval '1 day', 'YYYY-MM-DD"T"HH24:MI:SS');
            """
        )
        let criteria = try await look(live).json["criteria"]
        for name in ["workflows", "watermarks"] {
            let found = criteria.named(name)
            #expect(found["state"].string == "bad", "\(found)")
            #expect(found["reason"].string?.contains("s in the future") == true, "\(found)")
        }
        #expect(criteria.named("clocks")["state"].string == "good", "\(criteria.named("clocks"))")
    }

    @Test func `a mark without a zone is read in the one that the profile says`() async throws {
        let live = try await LiveSource.switched()
        _ = try await psql(
            live.cutover.target,
            """
            UPDATE sync_watermark SET last_sync_timestamp =
                to_char(now() AT TIME ZONE 'Etc/GMT+8', 'YYYY-MM-DD"T"HH24:MI:SS.US') || '0'
            """
        )
        let mark = "[[watermarks]]\ntable = \"sync_watermark\"\ncolumn = \"last_sync_timestamp\"\n"
        let plain = try await look(live, ["--profile", try live.profile(mark)])
        let asUTC = plain.json["criteria"].named("watermarks")
        #expect(asUTC["state"].string == "bad", "\(asUTC)")
        #expect(asUTC["reason"].string?.contains("8 h ago") == true, "\(asUTC)")
        let zoned = try await look(
            live,
            ["--profile", try live.profile(mark + "zone = \"Etc/GMT+8\"")]
        )
        let found = zoned.json["criteria"].named("watermarks")
        #expect(found["state"].string == "good", "\(found)")
        let wrong = try await look(
            live,
            ["--profile", try live.profile(mark + "zone = \"Nowhere\"")]
        )
        let unknown = wrong.json["criteria"].named("watermarks")
        #expect(unknown["state"].string == "unknown", "\(unknown)")
        #expect(unknown["reason"].string?.contains("Nowhere") == true, "\(unknown)")
    }

    @Test func `a workflow without an interval is not called good`() async throws {
        let live = try await LiveSource.switched()
        let target = live.cutover.target
        let more = "[intervals]\nxml-import = 300"
        let some = try await look(live, ["--profile", try live.profile(more)])
        let words = some.json["criteria"].named("workflows")["reason"].string
        #expect(words?.contains("no interval in the profile: ") == true, "\(some)")
        _ = try await psql(
            target,
            """
            UPDATE workflow_controls SET last_run_at = NULL WHERE workflow_name = 'xml-import';
            UPDATE sync_watermark SET last_sync_timestamp = 'soon';
            """
        )
        let found = try await look(live).json["criteria"]
        let never = found.named("workflows")
        #expect(never["state"].string == "bad", "\(never)")
        #expect(never["reason"].string?.contains("xml-import: never ran") == true, "\(never)")
        #expect(never["value"].double == nil, "\(never)")
        let mark = found.named("watermarks")
        #expect(mark["reason"].string?.contains("is no time: soon") == true, "\(mark)")
        _ = try await psql(
            target,
            "DELETE FROM workflow_controls WHERE workflow_name = 'xml-import'"
        )
        let gone = try await look(live).json["criteria"].named("workflows")
        #expect(gone["reason"].string?.contains("no toggle any more") == true, "\(gone)")
    }

    @Test func `a schema without the run is refused, and a missing right is named`() async throws {
        let live = try await LiveSource.switched()
        let target = live.cutover.target
        let wrong = try await look(live, ["--schema", "nope"])
        #expect(wrong.status == 78 && wrong.code == "configuration", "\(wrong)")
        #expect(wrong.json["error"]["remedy"].string?.contains("--schema public") == true)
        let user = "reader_\(try await live.database())"
        _ = try await psql(
            target,
            """
            CREATE ROLE \(user) LOGIN;
            GRANT USAGE ON SCHEMA public, cutover TO \(user);
            GRANT SELECT ON ALL TABLES IN SCHEMA public, cutover TO \(user);
            REVOKE SELECT ON orders_inbox FROM \(user);
            """
        )
        let limited = target.replacing("user=postgres", with: "user=\(user)")
        let orders = try await look(live, target: limited).json["criteria"].named("new_orders")
        #expect(
            orders["remedy"].string?.contains("GRANT SELECT ON orders_inbox TO \(user)") == true,
            "\(orders)"
        )
        _ = try await psql(target, "DROP OWNED BY \(user); DROP ROLE \(user)")
    }

    @Test func `a profile whose limits are no numbers is refused with its line`() async throws {
        let live = try await LiveSource(try TestFolder(), orders: 5, isSigned: false)
        let profile = try live.profile("[watch]\npool = 0")
        let run = try await look(live, ["--profile", profile])
        #expect(run.status == 78, "\(run)")
        #expect(run.code == "configuration", "\(run)")
        #expect(run.json["error"]["message"].string?.contains("pool") == true, "\(run)")
        let mark = "[[watermarks]]\ntable = \"a\"\ncolumn = \"b\"\nseconds = 0"
        let zero = try await look(live, ["--profile", try live.profile(mark)])
        #expect(zero.status == 78 && zero.code == "configuration", "\(zero)")
    }
}
