/// What an error says of the row that the server refused.
extension TargetError {
    /// The row of a COPY that the error is about, from 1, as the server's context names it.
    var copyLine: Int? {
        guard let match = context?.firstMatch(of: /COPY .*?, line (\d+)/) else { return nil }
        return Int(match.1)
    }

    /// The reason for a row's quarantine: the server's words, without the row's values.
    var quarantineReason: String {
        guard let constraint else { return messageWithoutValues }
        // The server's words name the constraint and the table once more.
        return switch sqlState {
        case "23503": "breaks the foreign key \"\(constraint)\""
        case "23505": "breaks the unique key \"\(constraint)\""
        case "23514": "breaks the check \"\(constraint)\""
        case "23P01": "breaks the exclusion \"\(constraint)\""
        default: "breaks \"\(constraint)\": \(messageWithoutValues)"
        }
    }

    /// The column of a COPY that the error is about, as the server's context names it.
    var copyColumn: String? {
        context?.firstMatch(of: /COPY .*?, line \d+, column ([^:]+)/).map { String($0.1) }
    }
}
