/// What the operator prescribes for tables and columns.
///
/// A value that comes from the profile; the mapping takes it as it takes catalog and census.
package struct MappingRules: Sendable, Equatable {
    /// Rules for tables.
    package var tables: [TableRule] = []
    /// Rules for columns.
    package var columns: [ColumnRule] = []

    /// Makes rules that prescribe nothing.
    package init() {}

    /// Whether nothing is prescribed.
    var isEmpty: Bool { tables.isEmpty && columns.isEmpty }

    /// Where a rule was written.
    package struct Place: Sendable, Equatable {
        /// The profile's file.
        var path = ""
        /// Line and column in it.
        var row: String?
    }

    /// The rule for a table.
    ///
    /// - Parameter name: The table, in any case.
    /// - Returns: The rule, nil without one.
    func table(_ name: String) -> TableRule? {
        guard !tables.isEmpty else { return nil }
        return tables.first { $0.table.foldedName == name.foldedName }
    }

    /// The rule for a column.
    ///
    /// - Parameters:
    ///   - column: The column, in any case.
    ///   - table: Its table.
    /// - Returns: The rule, nil without one.
    func column(_ column: String, of table: String) -> ColumnRule? {
        guard !columns.isEmpty else { return nil }
        return columns.first {
            $0.column.foldedName == column.foldedName && $0.table.foldedName == table.foldedName
        }
    }

    /// Whether a table is left out.
    ///
    /// - Parameter name: The table.
    /// - Returns: True when a rule says so.
    func skips(_ name: String) -> Bool { table(name)?.skip != nil }
}

/// What the operator prescribes for a table.
package struct TableRule: Sendable, Equatable {
    /// The table in the source.
    package var table: String
    /// The reason for which it is not copied.
    package var skip: String?
    /// Its name in the target.
    package var rename: String?
    /// Where it was written.
    package var place = MappingRules.Place()
}

/// What the operator prescribes for a column.
package struct ColumnRule: Sendable, Equatable {
    /// The table in the source.
    package var table: String
    /// The column in the source.
    package var column: String
    /// Its type in the target.
    package var type: TargetType?
    /// Its name in the target.
    package var rename: String?
    /// What is done to its values, in this order.
    package var conversions: [Conversion] = []
    /// Whether a value that does not fit ends the run.
    package var stopsAtMisfit = false
    /// The expression of SQLite that is read in place of the stored value.
    package var expression: String?
    /// The reason for which it is not copied.
    package var skip: String?
    /// Where it was written.
    package var place = MappingRules.Place()
}
