import Foundation

extension MigrationError: CustomStringConvertible {
    /// The error as the terminal, the log and the reports print it.
    public var description: String {
        var lines = [
            "error: \(message)",
            "where: \(place)",
            "kept:  \(kept)",
            "next:  \(remedy)",
        ]
        if let cause {
            lines.append("cause: \(cause)")
        }
        return lines.joined(separator: "\n")
    }
}

extension MigrationError.Place: CustomStringConvertible {
    /// The parts that are known, from the stage down to the row.
    public var description: String {
        var parts = [stage]
        if let side { parts.append(side.rawValue) }
        if let path { parts.append(path) }
        if let table { parts.append("table \"\(table)\"") }
        if let column { parts.append("column \"\(column)\"") }
        if let row { parts.append(row) }
        return parts.joined(separator: ", ")
    }
}

extension MigrationError.Kept: CustomStringConvertible {
    /// A sentence for the operator.
    public var description: String {
        switch self {
        case .untouched: "nothing was written on either side"
        case .committed(let rows):
            "\(rows) rows are committed in the target; the source was not written"
        case .copied: "all rows are committed in the target; the source was not written"
        case .other(let text): text
        }
    }
}

extension MigrationError.Cause: CustomStringConvertible {
    /// The words of the system underneath.
    public var description: String {
        switch self {
        case .sqlite(let code, let message): "SQLite \(code): \(message)"
        case .system(let errno, let call):
            "\(call): \(String(cString: strerror(errno))) (errno \(errno))"
        case .postgres(let sqlState, let message, let detail, let hint):
            ([sqlState.map { "\($0) \(message)" } ?? message] + [detail, hint].compactMap { $0 })
                .joined(separator: "; ")
        case .text(let text): text
        }
    }
}

extension MigrationError: Encodable {
    private enum Key: String, CodingKey {
        case code
        case message
        case place
        case kept
        case remedy
        case cause
    }

    /// Encodes the error in the shape of the command contract.
    ///
    /// - Parameter encoder: The encoder.
    /// - Throws: The encoder's error.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(code.rawValue, forKey: .code)
        try container.encode(message, forKey: .message)
        try container.encode(place.description, forKey: .place)
        try container.encode(kept.description, forKey: .kept)
        try container.encode(remedy, forKey: .remedy)
        try container.encode(cause?.description, forKey: .cause)
    }
}

extension MigrationError {
    /// The exit status of the process: who must act, in the numbers of sysexits.
    public var exitStatus: Int32 {
        switch code {
        case .usage, .readOnly: 64
        case .sourceData, .sourceCorrupt, .targetRefusedRow, .sourceReplaced, .schemaChanged,
            .sourceRefusedRow:
            65
        case .sourceMissing, .sourceIsDirectory, .sourceNotDatabase, .sourceUnreadable,
            .sourceLocked, .sourceEmpty, .sourceFailed:
            66
        case .targetUnavailable, .targetAuthentication, .targetPermission, .targetNotEmpty,
            .targetEncoding, .targetDiskFull, .targetFailed, .poolExhausted, .commitUnknown,
            .serverMissing, .serverFailed:
            69
        case .gateClosed, .hookFailed: 1
        case .internal: 70
        case .fileFailed, .diskFull: 74
        case .interrupted: 75
        case .configuration, .differentRun, .runBusy, .notLive: 78
        }
    }
}
