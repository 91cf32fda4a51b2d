/// The tables and columns that one side has right now, as far as the views need them.
struct LiveShape: Equatable {
    /// What a column's values are compared as.
    enum Kind: Equatable {
        case integer
        case boolean
        case text
    }

    /// A column.
    struct Column: Equatable {
        var name: String
        var kind: Kind
        /// Its name in the source, where the mapping tells it.
        var source: String?
    }

    /// A table or view.
    struct Relation: Equatable {
        var name: String
        var columns: [Column]
        /// Columns that come first in an index.
        var indexed: Set<String> = []
        /// Its name in the source, where the mapping tells it.
        var source: String?

        /// Finds a column: by its name in the source, else by its own, without regard to case
        /// where none is exactly so.
        ///
        /// - Parameter name: The column in the profile.
        /// - Returns: The column, or nil.
        func column(_ name: String) -> Column? {
            let folded = name.lowercased()
            return columns.first { ($0.source ?? $0.name) == name }
                ?? columns.first { ($0.source ?? $0.name).lowercased() == folded }
                ?? columns.first { $0.name.lowercased() == folded }
        }

        /// The table's name in SQL.
        var sql: String { SourceConnection.quote(name) }

        /// A column's name in SQL.
        ///
        /// - Parameter name: The column in the profile; nil when the profile names none.
        /// - Returns: The quoted name, or nil when there is no such column.
        func sql(_ name: String?) -> String? {
            // Only columns that exist are quoted: SQLite takes an unknown "name" for text.
            // > https://www.sqlite.org/quirks.html#double_quoted_string_literals_are_accepted
            name.flatMap { column($0) }.map { SourceConnection.quote($0.name) }
        }
    }

    /// The tables and views.
    var relations: [Relation] = []

    /// Finds a table: by its name in the source, else by its own, without regard to case where
    /// none is exactly so.
    ///
    /// - Parameter name: The table in the profile.
    /// - Returns: The table, or nil.
    func relation(_ name: String) -> Relation? {
        let folded = name.lowercased()
        return relations.first { ($0.source ?? $0.name) == name }
            ?? relations.first { ($0.source ?? $0.name).lowercased() == folded }
            ?? relations.first { $0.name.lowercased() == folded }
    }

    /// Tells what is missing.
    ///
    /// - Parameter needs: Columns as `table.column`.
    /// - Returns: A phrase such as `table "workflows"`, or nil when all of it is there.
    func missing(_ needs: [String]) -> String? {
        for need in needs {
            let parts = need.split(separator: ".", maxSplits: 1).map(String.init)
            guard let table = parts.first else { continue }
            guard let relation = relation(table) else { return "the table \"\(table)\"" }
            if parts.count > 1, relation.column(parts[1]) == nil {
                return "the column \"\(parts[1])\" of \"\(table)\""
            }
        }
        return nil
    }

    /// Chooses the variant that fits best: all that it cannot do without, most of the rest.
    ///
    /// - Parameter variants: The profile's variants, in its order.
    /// - Returns: The variant with its table, or nil when none fits.
    func choose<Variant: ProfileVariant>(_ variants: [Variant]) -> (Variant, Relation)? {
        var best: (variant: Variant, relation: Relation, share: Double)?
        for variant in variants {
            guard let relation = relation(variant.table),
                variant.requiredColumns.allSatisfy({ relation.column($0) != nil })
            else { continue }
            let optional = variant.optionalColumns
            let found = optional.count { relation.column($0) != nil }
            let share = optional.isEmpty ? 1 : Double(found) / Double(optional.count)
            if share > best?.share ?? -1 { best = (variant, relation, share) }
        }
        return best.map { ($0.variant, $0.relation) }
    }
}
