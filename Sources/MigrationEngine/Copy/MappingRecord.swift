import Foundation

/// What a run did with a table's columns, kept in the target: `verify` reads the source by it, and
/// an unfinished run goes on by nothing else.
struct MappingRecord: Codable, Equatable, Sendable {
    /// Why the table is not copied; nil when it is.
    var skip: String?
    /// The columns in the order of the copy, skipped ones at the end.
    var columns: [Column] = []

    /// A column.
    struct Column: Codable, Equatable, Sendable {
        var source: String
        var target: String?
        var type: String?
        var conversions: [Conversion] = []
        var expression: String?
        var skip: String?
    }

    /// Records a table that is not copied.
    ///
    /// - Parameter skip: The reason.
    init(skip: String) { self.skip = skip }

    /// Records a table.
    ///
    /// - Parameters:
    ///   - table: The table.
    ///   - mapped: The schema that it belongs to.
    init(_ table: TargetTable, _ mapped: TargetSchema) {
        columns = table.columns.map { column in
            Column(
                source: column.sourceName,
                target: column.name,
                type: column.type.sql,
                conversions: column.conversions,
                expression: column.expression
            )
        }
        columns += mapped.skipped.filter { $0.table.isExactly(table.sourceName) }.compactMap {
            skipped in
            skipped.column.map { Column(source: $0, skip: skipped.reason) }
        }
    }

    /// Reads a record.
    ///
    /// - Parameter json: The record; nil for one that an earlier version did not write.
    init?(json: String) {
        guard let record = try? JSONDecoder().decode(Self.self, from: Data(json.utf8)) else {
            return nil
        }
        self = record
    }

    /// The record as JSON.
    var json: String {
        (try? JSONEncoder().encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }

    /// Tells the first difference from what another mapping does with the same table.
    ///
    /// - Parameter other: The other mapping.
    /// - Returns: The column and both mappings in words; nil when both are the same.
    func difference(from other: MappingRecord) -> (column: String?, text: String)? {
        if (skip == nil) != (other.skip == nil) {
            return (nil, skip == nil ? "is now skipped" : "is no longer skipped")
        }
        let known = NameTable(columns.map { ($0.source, $0) })
        for column in other.columns {
            guard let before = known[column.source] else { return (column.source, "is new") }
            guard before.isSame(column) else {
                return (column.source, "is now \(column.words) and was \(before.words)")
            }
        }
        let now = NameSet(other.columns.map(\.source))
        return columns.first { !now.contains($0.source) }.map { ($0.source, "is gone") }
    }
}

extension MappingRecord.Column {
    /// The reason for leaving it out may be said in other words.
    fileprivate func isSame(_ other: Self) -> Bool {
        var other = other
        if skip != nil, other.skip != nil { other.skip = skip }
        return self == other
    }

    fileprivate var words: String {
        if skip != nil { return "skipped" }
        var words = "\(type ?? "") named \"\(target ?? "")\""
        if !conversions.isEmpty {
            words += " with \(conversions.map(\.rawValue).joined(separator: ", "))"
        }
        return words + (expression == nil ? "" : " read by an expression")
    }
}
