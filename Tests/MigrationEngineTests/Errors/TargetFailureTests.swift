import Testing

@testable import MigrationEngine

/// What the server says, turned into what the operator has to do.
struct TargetFailureTests {
    private func wrap(_ text: String) throws -> MigrationError {
        TargetFailure.wrap(
            TargetError(text: text).whileConnecting(),
            stage: "start",
            address: try TargetAddress("postgresql://u:hush@db.example:5433/shop")
        )
    }

    @Test func `a connection that was there is lost, not unreachable`() throws {
        let error = TargetFailure.wrap(
            TargetError(text: "server closed the connection unexpectedly"),
            stage: "copy",
            address: try TargetAddress("postgresql://u@db.example:5433/shop"),
            kept: .committed(rows: 7)
        )
        #expect(error.code == .targetUnavailable)
        #expect(error.message == "the connection to the server was lost")
    }

    @Test func `a server that does not answer`() throws {
        #expect(
            try wrap("connection to server at \"db.example\" failed:\n\tConnection refused\n")
                .description == """
                    error: the server cannot be reached
                    where: start, target, postgresql://u@db.example:5433/shop
                    kept:  nothing was written on either side
                    next:  start the server (cutover server start gives a private one) or correct \
                    --target; then run the same command again
                    cause: connection to server at "db.example" failed:; Connection refused
                    """
        )
    }

    @Test(arguments: [
        "FATAL:  password authentication failed for user \"u\"",
        "connection failed: fe_sendauth: no password supplied",
    ])
    func `a password that is refused`(words: String) throws {
        #expect(
            try wrap(words).description == """
                error: the server refuses the user or the password
                where: start, target, postgresql://u@db.example:5433/shop
                kept:  nothing was written on either side
                next:  check the user and the password in --target, DATABASE_URL or ~/.pgpass
                cause: \(words)
                """
        )
    }

    @Test func `a database that is not there`() throws {
        let error = try wrap("FATAL:  database \"shop\" does not exist")
        #expect(error.code == .targetUnavailable)
        #expect(error.message == "the server has no database \"shop\"")
        #expect(error.remedy == "create it: createdb -h db.example -p 5433 -U u shop")
    }

    @Test(arguments: [
        "postgresql://u:hush@db.example:5433/shop", "postgresql://u@h/d?password=hush",
        "host=h user=u password=hush dbname=d", "host=h password='hu sh' user=u",
    ])
    func `an address shows no password`(conninfo: String) throws {
        let address = try TargetAddress(conninfo)
        #expect(!address.redacted.contains("hu"))
        #expect(address.user == "u")
    }

    @Test func `an address that cannot be read is not repeated`() {
        let error = #expect(throws: MigrationError.self) {
            try TargetAddress("postgresql://u:hush@[half")
        }
        #expect(error?.code == .configuration)
        #expect(error?.description.contains("hush") == false)
        #expect(
            error?.description == """
                error: the target is not a connection string that libpq understands
                where: start, target
                kept:  nothing was written on either side
                next:  give --target as postgresql://USER@HOST:PORT/DATABASE
                """
        )
    }
}

/// What SQLite says, turned into what the operator has to do.
struct SourceFailureTests {
    @Test(arguments: [
        (Int32(26), MigrationError.Code.sourceNotDatabase), (5, .sourceLocked), (6, .sourceLocked),
        (261, .sourceLocked), (11, .sourceCorrupt), (267, .sourceCorrupt), (522, .sourceCorrupt),
        (14, .sourceUnreadable), (3, .sourceUnreadable), (13, .diskFull), (9, .interrupted),
        (1, .sourceFailed),
    ])
    func `a result code has its error, with a remedy`(code: Int32, expected: MigrationError.Code) {
        let error = SourceFile.failure(
            SourceError(resultCode: code, message: "words", sql: "SELECT secret"),
            path: "/data/ora.db",
            stage: "backup"
        )
        #expect(error.code == expected)
        #expect(!error.remedy.isEmpty)
        #expect(error.cause == .sqlite(code: code, message: "words"))
        #expect(!error.description.contains("SELECT secret"))
    }

    @Test func `a damaged source as a whole text`() {
        let error = SourceFile.failure(
            SourceError(resultCode: 11, message: "database disk image is malformed", sql: nil),
            path: "/data/ora.db",
            stage: "copy",
            table: "orders",
            kept: .copied
        )
        #expect(
            error.description == """
                error: the source is damaged: SQLite cannot read a page
                where: copy, source, /data/ora.db, table "orders"
                kept:  all rows are committed in the target; the source was not written
                next:  cutover inspect shows what can be read; restore a backup, or recover into \
                a new file: sqlite3 /data/ora.db .recover | sqlite3 NEW.db
                cause: SQLite 11: database disk image is malformed
                """
        )
    }
}
