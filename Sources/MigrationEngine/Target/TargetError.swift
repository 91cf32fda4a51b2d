import CPostgres

/// An error of the PostgreSQL server or of libpq, with the fields that the server sends.
///
/// - SeeAlso: <https://www.postgresql.org/docs/current/protocol-error-fields.html>
package struct TargetError: Error, Sendable {
    /// The five characters that classify the error; nil when libpq itself reports it.
    package let sqlState: String?
    /// The primary message.
    package let message: String
    /// Facts about the error; can hold a row's values, so it is not shown unasked.
    package let detail: String?
    /// Advice.
    package let hint: String?
    /// Where it arose, for example the line and column of a COPY.
    package let context: String?
    /// The table that the error is about.
    package let table: String?
    /// The column that the error is about.
    package let column: String?
    /// The constraint that the error is about.
    package let constraint: String?

    /// Whether it arose while connecting, so that there was no connection to lose.
    package private(set) var isFromConnecting = false

    /// Whether the server did not answer at all within the time that is given to it.
    package private(set) var isSilent = false

    /// Makes the error of a server that does not answer.
    ///
    /// - Parameter seconds: For how long it has answered nothing.
    init(silentFor seconds: Int) {
        self.init(text: "the server answers nothing since \(seconds) s")
        isSilent = true
    }

    /// Marks an error as one of connecting.
    ///
    /// - Returns: The same error, marked.
    func whileConnecting() -> TargetError {
        var error = self
        error.isFromConnecting = true
        return error
    }

    /// The two first characters of the SQLSTATE.
    package var sqlStateClass: String { String(sqlState?.prefix(2) ?? "") }

    /// Whether other transactions were in the way, so that the same may succeed the next time.
    var isContention: Bool { ["40001", "40P01", "55P03"].contains(sqlState ?? "") }

    /// Whether there is no such table or column.
    /// - SeeAlso: <https://www.postgresql.org/docs/current/errcodes-appendix.html>
    var isAboutMissing: Bool { ["42P01", "42703"].contains(sqlState ?? "") }

    /// Whether the connection is gone.
    package var isConnectionLost: Bool {
        sqlState == nil || sqlStateClass == "08" || sqlState == "57P01" || sqlState == "57P02"
            || sqlState == "57P03"
    }

    /// Whether the error is about a value or a constraint, so that another row could pass.
    package var isAboutData: Bool { sqlStateClass == "22" || sqlStateClass == "23" }

    /// Whether the error is about one row, so that the others can be copied: its values, or its
    /// size (54000, a row wider than a page).
    package var isAboutRow: Bool {
        isAboutData || sqlState == "54000"
            // A row of 1 GiB and more; the server has no code of its own for it.
            || (sqlState == "XX000" && message.hasPrefix("invalid memory alloc request size"))
    }

    /// The message without the values of a row, which messages of class 22 quote behind a colon.
    package var messageWithoutValues: String {
        guard isAboutData, let quoted = message.firstRange(of: /:? ?("|0x)/),
            sqlStateClass == "22"
        else { return message }
        return String(message[..<quoted.lowerBound])
    }

    /// The error as the cause of a front-door error, without details that hold values.
    package var cause: MigrationError.Cause {
        .postgres(
            sqlState: sqlState,
            message: messageWithoutValues,
            detail: isAboutData ? nil : detail,
            hint: hint
        )
    }

    /// Names the column that an error is about, where the server did not.
    ///
    /// - Parameter column: The column.
    /// - Returns: The same error, with its column.
    func about(column: String) -> TargetError {
        TargetError(
            sqlState: sqlState,
            message: message,
            detail: detail,
            hint: hint,
            context: context,
            table: table,
            column: column,
            constraint: constraint
        )
    }

    /// Makes an error of libpq, which knows no SQLSTATE.
    ///
    /// - Parameter connection: The connection whose message is taken.
    init(connection: OpaquePointer?) {
        let text = connection.map { String(cString: PQerrorMessage($0)) } ?? "out of memory"
        self.init(text: text)
    }

    /// Makes an error without a SQLSTATE.
    ///
    /// - Parameter text: The message.
    init(text: String) {
        self.init(
            sqlState: nil,
            // libpq breaks its message into lines and indents them.
            message: text.split(whereSeparator: \.isNewline)
                .map { $0.drop { $0.isWhitespace } }.joined(separator: "; "),
            detail: nil,
            hint: nil,
            context: nil,
            table: nil,
            column: nil,
            constraint: nil
        )
    }

    private init(
        sqlState: String?,
        message: String,
        detail: String?,
        hint: String?,
        context: String?,
        table: String?,
        column: String?,
        constraint: String?
    ) {
        self.sqlState = sqlState
        self.message = message
        self.detail = detail
        self.hint = hint
        self.context = context
        self.table = table
        self.column = column
        self.constraint = constraint
    }

    /// Takes the fields out of a failed result, or the connection's message when there are none.
    ///
    /// - Parameters:
    ///   - result: The result; borrowed.
    ///   - connection: The connection that it came from.
    init(result: OpaquePointer?, connection: OpaquePointer) {
        func field(_ code: Int32) -> String? {
            PQresultErrorField(result, code).map { String(cString: $0) }
        }
        guard let state = field(cutover_diag_sqlstate) else {
            self.init(connection: connection)
            return
        }
        self.init(
            sqlState: state,
            message: field(cutover_diag_message) ?? "",
            detail: field(cutover_diag_detail),
            hint: field(cutover_diag_hint),
            context: field(cutover_diag_context),
            table: field(cutover_diag_table),
            column: field(cutover_diag_column),
            constraint: field(cutover_diag_constraint)
        )
    }
}
