/// A SELECT of SQLite, as a tree.
///
/// - SeeAlso: <https://www.sqlite.org/lang_select.html>
package struct SelectStatement: Sendable, Equatable {
    /// `WITH name (columns) AS (query)`.
    package struct CommonTable: Sendable, Equatable {
        /// Its name.
        package var name: String
        /// Its columns, empty when they are not named.
        package var columns: [String]
        /// What it stands for.
        package var query: SelectStatement
    }

    /// One SELECT or VALUES, without WITH, ORDER BY and LIMIT.
    package struct Core: Sendable, Equatable {
        /// How it is put together with those before it, such as `UNION ALL`; empty for the first.
        package var operation = ""
        /// Whether equal rows are given once.
        package var isDistinct = false
        /// What it gives.
        package var columns: [ResultColumn] = []
        /// Where from.
        package var sources: [Source] = []
        /// The WHERE condition.
        package var condition: SQLExpression?
        /// What it groups by.
        package var grouping: [SQLExpression] = []
        /// The HAVING condition.
        package var having: SQLExpression?
        /// The windows that WINDOW names.
        package var windows: [NamedWindow] = []
        /// The rows of VALUES; then all of the above is empty.
        package var rows: [[SQLExpression]] = []
    }

    /// `WINDOW name AS (window)`.
    package struct NamedWindow: Sendable, Equatable {
        /// Its name.
        package var name: String
        /// What it stands for.
        package var window: WindowDefinition
    }

    /// One column of the result.
    package enum ResultColumn: Sendable, Equatable {
        /// `*`.
        case all
        /// `name.*`.
        case allOf(String)
        /// An expression, its alias, and how it is written.
        case expression(SQLExpression, alias: String?, text: String)
    }

    /// One entry of FROM.
    package struct Source: Sendable, Equatable {
        /// How it is joined to those before it: `CROSS`, `INNER`, `LEFT`, `RIGHT` or `FULL`.
        package var join: String
        /// Whether it is joined over all columns of one name.
        package var isNatural = false
        /// What it is.
        package var relation: Relation
        /// Its alias.
        package var alias: String?
        /// The ON condition.
        package var condition: SQLExpression?
        /// The columns of USING.
        package var using: [String] = []
    }

    /// What stands in FROM.
    package indirect enum Relation: Sendable, Equatable {
        case table(String)
        case query(SelectStatement)
    }

    /// One term of ORDER BY.
    package struct Order: Sendable, Equatable {
        /// What it orders by.
        package var expression: SQLExpression
        /// Whether the largest comes first.
        package var isDescending = false
        /// Whether NULLs come first, nil when it is not said.
        package var nullsFirst: Bool?
    }

    /// The common tables.
    package var commonTables: [CommonTable] = []
    /// The SELECTs and VALUES that it consists of.
    package var cores: [Core] = []
    /// ORDER BY.
    package var order: [Order] = []
    /// LIMIT.
    package var limit: SQLExpression?
    /// OFFSET.
    package var offset: SQLExpression?
}
