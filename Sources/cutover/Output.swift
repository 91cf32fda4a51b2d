import Foundation
import MigrationEngine

/// The one place that writes results: standard output for the result, standard error for the rest.
struct Output {
    private let isJSON: Bool

    init(_ common: CommonOptions) { isJSON = common.json }

    init(isJSON: Bool) { self.isJSON = isJSON }

    /// Prints the result of a verb.
    ///
    /// - Parameters:
    ///   - value: The value for `--json`.
    ///   - text: The text for people; its last line needs no line break.
    /// - Throws: The encoder's error.
    func result(_ value: some Encodable, _ text: () -> String) throws {
        if isJSON {
            let json = String(decoding: try JSONEncoder.report.encode(value), as: UTF8.self)
            Self.write(SafeText.escaped(json: json) + "\n")
        } else {
            let text = text()
            Self.write(text.hasSuffix("\n") ? text : text + "\n")
        }
    }

    /// Prints a result that is JSON already.
    ///
    /// - Parameters:
    ///   - json: The JSON, harmless for a terminal.
    ///   - text: The text for people.
    func document(_ json: String, _ text: () -> String) {
        Self.write((isJSON ? json : text()) + "\n")
    }

    /// Prints an error: as JSON on standard output, or as text on standard error.
    ///
    /// - Parameter error: The error.
    func failure(_ error: MigrationError) {
        struct Envelope: Encodable { let error: MigrationError }
        if isJSON {
            try? result(Envelope(error: error)) { "" }
        } else {
            Self.message(error.description)
        }
    }

    /// Prints a line on standard error.
    ///
    /// - Parameter line: The line, without its end.
    static func message(_ line: String) {
        // A terminal that went away must not keep the caller from cleaning up.
        try? FileHandle.standardError.write(contentsOf: Data((line + "\n").utf8))
    }

    /// Writes a result as a whole; ends the process with 74 when it cannot be written, because who
    /// reads the result would take its absence for something else.
    private static func write(_ text: String) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { bytes in
                Foundation.write(STDOUT_FILENO, bytes.baseAddress, bytes.count)
            }
            if count >= 0 {
                bytes = bytes.dropFirst(count)
                continue
            }
            let number = errno
            switch number {
            case EINTR: continue
            case EAGAIN:
                // A terminal or pipe that somebody made non-blocking.
                var ready = pollfd(fd: STDOUT_FILENO, events: Int16(POLLOUT), revents: 0)
                poll(&ready, 1, -1)
            case EPIPE:
                // A reader that went away (`| head`) is no failure of ours.
                return
            default:
                message(
                    "error: the result could not be written to standard output: "
                        + "\(String(cString: strerror(number))); what was done is done, and "
                        + "cutover status says where it stands"
                )
                exit(EX_IOERR)
            }
        }
    }
}

/// Columns of text, aligned by the widest cell of each.
struct TextTable {
    private var rows: [[String]]
    private let rightAligned: Set<Int>

    /// Makes a table.
    ///
    /// - Parameters:
    ///   - header: The titles of the columns.
    ///   - rightAligned: The columns that hold numbers, from 0.
    init(_ header: [String], rightAligned: Set<Int> = []) {
        rows = [header]
        self.rightAligned = rightAligned
    }

    /// Adds a row.
    ///
    /// - Parameter cells: One text a column.
    mutating func add(_ cells: [String]) { rows.append(cells) }

    /// The table as lines.
    var text: String {
        let widths = rows.reduce(into: [Int](repeating: 0, count: rows[0].count)) { widths, row in
            for (column, cell) in row.enumerated() {
                widths[column] = max(widths[column], cell.count)
            }
        }
        return rows.map { row in
            row.enumerated().map { column, cell in
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                return rightAligned.contains(column) ? padding + cell : cell + padding
            }
            .joined(separator: "  ")
            .replacing(/[ ]+$/, with: "")
        }
        .joined(separator: "\n")
    }
}
