import CPostgres
import Foundation
import Synchronization

/// One connection to PostgreSQL, for one thread.
package final class TargetConnection {
    let handle: OpaquePointer
    /// How often the server was asked and waited for.
    package internal(set) var roundTrips = 0 { didSet { noteTaken() } }
    /// When it was asked last, or given something to store, as long as the connection stood.
    private var askedAt = ContinuousClock.now
    /// Whether what it asks is ours: the simulated workers ask as the application does.
    private let isOurs: Bool
    /// Whether it only looks.
    private let isLooking: Bool
    /// What the statements of a look begin with: the server counts statements, and ours are none of
    /// the application's.
    static let mark = "/* cutover */ "
    /// How many transactions of this process any server committed: its counters hold these, too.
    static let committed = Atomic<Int>(0)
    /// How many transactions of this process any server rolled back.
    static let rolledBack = Atomic<Int>(0)

    /// A peer that is gone without a word is noticed within about a minute.
    private static let deadPeer = [
        "keepalives_idle": "30", "keepalives_interval": "10", "keepalives_count": "3",
        "tcp_user_timeout": "60000",
    ]

    /// Connects.
    ///
    /// - Parameters:
    ///   - address: Where to.
    ///   - purpose: What the connection is for; shown in `pg_stat_activity`.
    /// - Throws: ``TargetError`` when the server cannot be reached or refuses.
    package init(_ address: TargetAddress, purpose: String) throws(TargetError) {
        let settings = [
            "dbname": address.conninfo,
            "fallback_application_name": "cutover \(purpose)",
            "client_encoding": "UTF8",
            "connect_timeout": address.connectTimeoutSeconds,
        ]
        // `dbname` is expanded: it wins over what stands before it, and what stands after it wins
        // over what it says.
        let keys =
            Self.deadPeer.keys.sorted() + ["dbname"]
            + settings.keys.filter { $0 != "dbname" }.sorted()
        let opened = try Self.withCStrings(keys) {
            names throws(TargetError) -> OpaquePointer? in
            try Self.withCStrings(keys.map { settings[$0] ?? Self.deadPeer[$0] ?? "" }) {
                values throws(TargetError) -> OpaquePointer? in
                guard let patience = TargetPatience.current else {
                    return PQconnectdbParams(names, values, 1)
                }
                return try Self.open(names, values, patience)
            }
        }
        guard let opened, PQstatus(opened) == CONNECTION_OK else {
            let error = TargetError(connection: opened).whileConnecting()
            PQfinish(opened)
            throw error
        }
        handle = opened
        isOurs = !purpose.hasPrefix(TrafficDatabase.purpose)
        isLooking = ["operations", "status", "watch", "advise"].contains(purpose)
        // A session begins with a transaction of the server's own.
        if isOurs { Self.committed.wrappingAdd(1, ordering: .relaxed) }
        PQsetNoticeProcessor(opened, { _, _ in }, nil)
        // The session's own ways of writing values must not depend on the server's settings.
        try execute(
            """
            SET standard_conforming_strings = on; SET bytea_output = hex; SET DateStyle = ISO;
            SET IntervalStyle = postgres; SET extra_float_digits = 1; SET TimeZone = 'UTC';
            SET lock_timeout = 0;
            SET statement_timeout = '\(TargetPatience.current?.statementSeconds ?? 0)s';
            SET idle_in_transaction_session_timeout = 0; SET row_security = off
            """
        )
    }

    deinit { PQfinish(handle) }

    /// Runs statements that give no rows; several are separated by semicolons.
    ///
    /// - Parameter sql: The statements.
    /// - Throws: ``TargetError`` of the first that fails.
    package func execute(_ sql: String) throws(TargetError) {
        let sql = marked(sql)
        let result = try asking({ PQsendQuery(handle, sql) }, orWaiting: { PQexec(handle, sql) })
        defer { PQclear(result) }
        switch PQresultStatus(result) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: return
        default: throw TargetError(result: result, connection: handle)
        }
    }

    /// Runs one statement with parameters.
    ///
    /// - Parameters:
    ///   - sql: The statement, with `$1` and so on for values.
    ///   - parameters: The values; the server infers their types.
    /// - Returns: The rows as text, and the number of rows that were changed.
    /// - Throws: ``TargetError``.
    @discardableResult
    package func query(
        _ sql: String,
        _ parameters: [TargetParameter] = []
    ) throws(TargetError) -> TargetRows {
        var buffers: [[UInt8]?] = []
        var formats: [Int32] = []
        for parameter in parameters {
            switch parameter {
            case .null:
                buffers.append(nil)
                formats.append(0)
            case .text(let text):
                buffers.append(Array(text.utf8) + [0])
                formats.append(0)
            case .bytes(let bytes):
                buffers.append(bytes.isEmpty ? [0] : bytes)
                formats.append(1)
            }
        }
        let lengths = zip(buffers, parameters).map { buffer, parameter -> Int32 in
            if case .bytes(let bytes) = parameter { return Int32(bytes.count) }
            return Int32(buffer?.count ?? 0)
        }
        let sql = marked(sql)
        let count = Int32(parameters.count)
        let result = try Self.withPointers(buffers) {
            values throws(TargetError) -> OpaquePointer? in
            try asking(
                { PQsendQueryParams(handle, sql, count, nil, values, lengths, formats, 0) },
                orWaiting: { PQexecParams(handle, sql, count, nil, values, lengths, formats, 0) }
            )
        }
        defer { PQclear(result) }
        switch PQresultStatus(result) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK: return TargetRows(result)
        default: throw TargetError(result: result, connection: handle)
        }
    }

    private func marked(_ sql: String) -> String { isLooking ? Self.mark + sql : sql }

    /// Asks, and waits for the answer: with an end where this thread's patience has one.
    private func asking(
        _ send: () -> Int32,
        orWaiting exec: () -> OpaquePointer?
    ) throws(TargetError) -> OpaquePointer? {
        roundTrips += 1
        let result: OpaquePointer?
        if let patience = TargetPatience.current {
            let deadline = try patience.begin()
            result = try answer(send(), deadline, patience)
        } else {
            result = exec()
        }
        count(result)
        return result
    }

    /// Counts the transaction that ended with an answer, if one did.
    private func count(_ result: OpaquePointer?) {
        guard isOurs, let result, PQtransactionStatus(handle) == PQTRANS_IDLE else { return }
        let isDone = [PGRES_COMMAND_OK, PGRES_TUPLES_OK].contains(PQresultStatus(result))
        let isCommitted = isDone && strcmp(PQcmdStatus(result), "ROLLBACK") != 0
        if isCommitted {
            Self.committed.wrappingAdd(1, ordering: .relaxed)
        } else {
            Self.rolledBack.wrappingAdd(1, ordering: .relaxed)
        }
    }

    /// Runs work in a transaction: committed when it returns, rolled back when it throws.
    ///
    /// - Parameters:
    ///   - options: What stands after BEGIN, such as `ISOLATION LEVEL REPEATABLE READ`.
    ///   - work: The work.
    /// - Returns: What the work returns.
    /// - Throws: The error of the work, or of BEGIN or COMMIT.
    package func transaction<Result>(
        _ options: String = "",
        _ work: () throws -> Result
    ) throws -> Result {
        try execute("BEGIN \(options)")
        do {
            let result = try work()
            try execute("COMMIT")
            return result
        } catch {
            // The first error tells what happened; a failing rollback means a lost connection,
            // in which case the server rolls back by itself.
            try? execute("ROLLBACK")
            throw error
        }
    }

    /// For how many seconds the newest question has been put, whether it was answered or not.
    var secondsSinceAsked: Double { askedAt.secondsToNow }

    /// Notes that the server takes what is sent; a connection that is lost takes no ROLLBACK either.
    func noteTaken() { if PQstatus(handle) == CONNECTION_OK { askedAt = .now } }

    /// The version of the server as a number, 150018 for 15.18.
    package var serverVersion: Int { Int(PQserverVersion(handle)) }

    /// The name of the database.
    package var database: String { String(cString: PQdb(handle)) }

    /// The number of the server's process for this session.
    package var backendPID: Int32 { PQbackendPID(handle) }

    /// A way to end the connection from another thread, even one that hangs in the network.
    ///
    /// - Returns: The action; whatever waits for the server then fails as if it had gone.
    package func breaker() -> @Sendable () -> Void {
        let socket = SocketBreaker(PQsocket(handle))
        return { socket.shutDown() }
    }

    /// A way to stop the running statement from another thread.
    ///
    /// - Returns: The canceller; it is valid longer than the connection.
    package func canceller() -> TargetCanceller { TargetCanceller(PQgetCancel(handle)) }

    /// Quotes a name for SQL.
    ///
    /// - Parameter name: Any name.
    /// - Returns: The name in double quotes, with quotes inside doubled.
    package static func quote(_ name: String) -> String {
        "\"" + name.doubling(UInt8(ascii: "\"")) + "\""
    }

    /// Quotes text as a literal for SQL.
    ///
    /// - Parameter text: Any text.
    /// - Returns: The literal, right under `standard_conforming_strings = on`.
    package static func literal(_ text: String) -> String {
        "'" + text.doubling(UInt8(ascii: "'")) + "'"
    }

    private static func withCStrings<Result>(
        _ strings: [String],
        _ body: (UnsafePointer<UnsafePointer<CChar>?>) throws(TargetError) -> Result
    ) throws(TargetError) -> Result {
        try withPointers(strings.map { Array($0.utf8) + [0] }, body)
    }

    private static func withPointers<Result>(
        _ buffers: [[UInt8]?],
        _ body: (UnsafePointer<UnsafePointer<CChar>?>) throws(TargetError) -> Result
    ) throws(TargetError) -> Result {
        var copies: [UnsafeMutablePointer<CChar>?] = []
        for buffer in buffers {
            guard let buffer else {
                copies.append(nil)
                continue
            }
            let copy = UnsafeMutablePointer<CChar>.allocate(capacity: buffer.count)
            for (index, byte) in buffer.enumerated() {
                copy[index] = CChar(bitPattern: byte)
            }
            copies.append(copy)
        }
        defer {
            for copy in copies { copy?.deallocate() }
        }
        let pointers = copies.map { UnsafePointer($0) } + [nil]
        return try pointers.withUnsafeBufferPointer { buffer throws(TargetError) -> Result in
            guard let start = buffer.baseAddress else {
                preconditionFailure("the array of pointers ends with nil, so it is not empty")
            }
            return try body(start)
        }
    }
}

// because libpq allows one thread at a time on a connection
// > https://www.postgresql.org/docs/current/libpq-threading.html
@available(*, unavailable)
extension TargetConnection: Sendable {}

/// A value for a statement with parameters.
package enum TargetParameter: Sendable {
    case null
    case text(String)
    /// Bytes for a parameter of type `bytea`.
    case bytes([UInt8])

    /// An integer, written as text.
    ///
    /// - Parameter value: The integer.
    /// - Returns: The parameter.
    package static func integer(_ value: some BinaryInteger) -> TargetParameter {
        .text(String(value))
    }

    /// A text or NULL.
    ///
    /// - Parameter value: The text, or nil.
    /// - Returns: The parameter.
    package static func optional(_ value: String?) -> TargetParameter {
        value.map { .text($0) } ?? .null
    }
}

/// The rows of a small result, as text.
package struct TargetRows: Sendable {
    /// The names of the columns.
    package let columns: [String]
    /// The rows; nil stands for NULL.
    package let rows: [[String?]]
    /// The number of rows that the statement changed or returned.
    package let affected: Int

    init(_ result: OpaquePointer?) {
        let width = PQnfields(result)
        columns = (0..<width).map { String(cString: PQfname(result, $0)) }
        rows = (0..<PQntuples(result)).map { row in
            (0..<width).map { column in
                PQgetisnull(result, row, column) == 1
                    ? nil : String(cString: PQgetvalue(result, row, column))
            }
        }
        affected = Int(String(cString: PQcmdTuples(result))) ?? 0
    }

    /// The first value of the first row.
    package var first: String? { rows.first?.first ?? nil }

    /// The first value of the first row as an integer.
    package var integer: Int64? { first.flatMap { Int64($0) } }
}

/// Ends a connection's socket from any thread.
private final class SocketBreaker: Sendable {
    // A descriptor of our own: libpq's may be closed and given to another file by then.
    private let descriptor: Int32

    init(_ socket: Int32) { descriptor = socket < 0 ? -1 : dup(socket) }

    deinit { if descriptor >= 0 { close(descriptor) } }

    func shutDown() { if descriptor >= 0 { shutdown(descriptor, Int32(SHUT_RDWR)) } }
}

/// Stops a running statement from any thread.
package final class TargetCanceller: @unchecked Sendable {
    // @unchecked because PQcancel may be called from any thread.
    // > https://www.postgresql.org/docs/current/libpq-cancel.html
    private let handle: OpaquePointer?

    init(_ handle: OpaquePointer?) { self.handle = handle }

    deinit { PQfreeCancel(handle) }

    /// How long a server is waited for that does not take the wish, in seconds.
    private static let patience = 2

    /// Asks the server to stop what the connection is doing; does not wait for one that halts.
    package func cancel() {
        let end = DispatchSemaphore(value: 0)
        // It is waited for, so that what is asked next is not stopped in its place.
        Thread { [self] in
            var message = [CChar](repeating: 0, count: 256)
            PQcancel(handle, &message, Int32(message.count))
            end.signal()
        }.start()
        _ = end.wait(timeout: .now() + .seconds(Self.patience))
    }
}
