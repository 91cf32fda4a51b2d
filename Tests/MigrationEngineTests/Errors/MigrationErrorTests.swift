import Foundation
import MigrationEngine
import Testing

/// Every kind of failure as a person and a script read it.
struct MigrationErrorTests {
    private typealias Cause = MigrationError.Cause

    @Test func `an error says what, where, what was kept, what next and why`() {
        let error = MigrationError(
            .targetRefusedRow,
            "a row does not fit: beyond 32 bits",
            place: .init(
                "copy",
                side: .source,
                path: "/data/ora.db",
                table: "orders_inbox",
                column: "total_amount",
                row: "rowid 48211"
            ),
            kept: .committed(rows: 480_000),
            remedy: "mend the row in the source",
            cause: .postgres(
                sqlState: "22003",
                message: "integer out of range",
                detail: "detail",
                hint: "hint"
            )
        )
        #expect(
            error.description == """
                error: a row does not fit: beyond 32 bits
                where: copy, source, /data/ora.db, table "orders_inbox", column "total_amount", \
                rowid 48211
                kept:  480000 rows are committed in the target; the source was not written
                next:  mend the row in the source
                cause: 22003 integer out of range; detail; hint
                """
        )
    }

    @Test func `an error without more to say leaves the lines out`() {
        let error = MigrationError(
            .usage,
            "no such verb",
            place: .init("start"),
            remedy: "see help"
        )
        #expect(
            error.description == """
                error: no such verb
                where: start
                kept:  nothing was written on either side
                next:  see help
                """
        )
    }

    @Test(arguments: [
        (MigrationError.Kept.untouched, "nothing was written on either side"),
        (.committed(rows: 7), "7 rows are committed in the target; the source was not written"),
        (.copied, "all rows are committed in the target; the source was not written"),
        (.other("as it was"), "as it was"),
    ])
    func `what was kept is a sentence`(kept: MigrationError.Kept, text: String) {
        #expect(kept.description == text)
    }

    @Test func `a cause is in the words of the system underneath`() {
        #expect(
            Cause.sqlite(code: 266, message: "disk I/O error").description
                == "SQLite 266: disk I/O error"
        )
        #expect(
            Cause.system(errno: ENOENT, call: "stat").description
                == "stat: No such file or directory (errno 2)"
        )
        #expect(
            Cause.postgres(sqlState: nil, message: "no route", detail: nil, hint: nil).description
                == "no route"
        )
        #expect(Cause.text("as is").description == "as is")
    }

    @Test func `JSON has the fields of the contract and null for no cause`() throws {
        let error = MigrationError(
            .sourceMissing,
            "there is no such file",
            place: .init("start", side: .source, path: "/x"),
            remedy: "give the file"
        )
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        #expect(
            String(decoding: try encoder.encode(error), as: UTF8.self) == """
                {"cause":null,"code":"source_missing","kept":"nothing was written on either side",\
                "message":"there is no such file","place":"start, source, /x",\
                "remedy":"give the file"}
                """
        )
    }

    /// Code and exit status: scripts rely on both, so a change has to be made here as well.
    static let contract: [(MigrationError.Code, String, Int32)] = [
        (.usage, "usage", 64), (.configuration, "configuration", 78),
        (.readOnly, "read_only", 64),
        (.sourceMissing, "source_missing", 66), (.sourceIsDirectory, "source_is_directory", 66),
        (.sourceNotDatabase, "source_not_database", 66),
        (.sourceUnreadable, "source_unreadable", 66), (.sourceLocked, "source_locked", 66),
        (.sourceCorrupt, "source_corrupt", 65), (.sourceEmpty, "source_empty", 66),
        (.sourceFailed, "source_failed", 66), (.sourceData, "source_data", 65),
        (.targetUnavailable, "target_unavailable", 69),
        (.targetAuthentication, "target_authentication", 69),
        (.targetPermission, "target_permission", 69), (.targetNotEmpty, "target_not_empty", 69),
        (.targetEncoding, "target_encoding", 69), (.targetDiskFull, "target_disk_full", 69),
        (.targetRefusedRow, "target_refused_row", 65), (.targetFailed, "target_failed", 69),
        (.poolExhausted, "pool_exhausted", 69), (.commitUnknown, "commit_unknown", 69),
        (.differentRun, "different_run", 78), (.runBusy, "run_busy", 78),
        (.notLive, "not_live", 78), (.sourceReplaced, "source_replaced", 65),
        (.schemaChanged, "schema_changed", 65),
        (.sourceRefusedRow, "source_refused_row", 65), (.gateClosed, "gate_closed", 1),
        (.hookFailed, "hook_failed", 1),
        (.fileFailed, "file_failed", 74),
        (.diskFull, "disk_full", 74), (.serverMissing, "server_missing", 69),
        (.serverFailed, "server_failed", 69), (.interrupted, "interrupted", 75),
        (.internal, "internal", 70),
    ]

    @Test func `every code has its name and its exit status`() {
        #expect(Self.contract.map(\.0) == MigrationError.Code.allCases)
        for (code, name, status) in Self.contract {
            let error = MigrationError(code, "x", place: .init("x"), remedy: "x")
            #expect(code.rawValue == name)
            #expect(error.exitStatus == status, "\(name)")
        }
    }
}
