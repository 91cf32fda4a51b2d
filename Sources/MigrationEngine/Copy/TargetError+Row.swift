/// What an error says of the row that the server refused.
extension TargetError {
    /// The row of a COPY that the error is about, from 1, as the server's context names it.
    var copyLine: Int? {
        guard let match = context?.firstMatch(of: /COPY .*?, line (\d+)/) else { return nil }
        return Int(match.1)
    }

    /// The reason for a row's quarantine: the server's words, without the row's values.
    var quarantineReason: String {
        constraint.map { "breaks \"\($0)\": \(messageWithoutValues)" } ?? messageWithoutValues
    }

    /// The column of a COPY that the error is about, as the server's context names it.
    var copyColumn: String? {
        context?.firstMatch(of: /COPY .*?, line \d+, column ([^:]+)/).map { String($0.1) }
    }
}
