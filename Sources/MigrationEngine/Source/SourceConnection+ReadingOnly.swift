import CSQLite

extension SourceConnection {
    /// Runs queries that somebody else wrote, such as a profile: whatever is more than reading rows
    /// is refused when it is compiled.
    ///
    /// The file is open for reading only anyway; this also keeps other files from being attached
    /// and settings from being changed.
    ///
    /// - Parameter work: The queries.
    /// - Returns: What the work returns.
    /// - Throws: What the work throws.
    /// - SeeAlso: <https://www.sqlite.org/c3ref/set_authorizer.html>
    package func readingOnly<Value, Failure: Error>(
        _ work: () throws(Failure) -> Value
    ) throws(Failure) -> Value {
        sqlite3_set_authorizer(
            handle,
            { _, action, _, name, _, _ in
                switch action {
                case SQLITE_SELECT, SQLITE_READ, SQLITE_RECURSIVE: return SQLITE_OK
                case SQLITE_FUNCTION:
                    let isLoader =
                        name.map { String(cString: $0).lowercased() } == "load_extension"
                    return isLoader ? SQLITE_DENY : SQLITE_OK
                default: return SQLITE_DENY
                }
            },
            nil
        )
        defer { sqlite3_set_authorizer(handle, nil, nil) }
        return try work()
    }
}
