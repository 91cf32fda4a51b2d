extension Profile {
    /// Something that must hold of the business, on each side and alike on both.
    package struct Check: Sendable, Equatable {
        /// Its name; the same name once more is the same check for another shape.
        package var name: String
        /// What holds when it is good.
        package var title: String
        /// What is asked.
        package var kind: Kind
        /// When it holds.
        package var expectation: Expectation
        /// What it means when it does not hold; nil leaves the words of its kind.
        package var meaning: String?
        /// What to do then; nil leaves the words of its kind.
        package var remedy: String?
        /// How many seconds one side may take for it.
        package var seconds: Double

        /// When a check holds.
        package enum Expectation: String, Sendable, CaseIterable {
            /// Nothing may be found, on either side.
            case none
            /// What is found must be the same on both sides: it may be older than the move.
            case asSource = "as_source"
            /// The figures must be the same on both sides.
            case equal
        }

        /// A column of a table.
        package struct Column: Sendable, Equatable {
            /// The table.
            package var table: String
            /// The column.
            package var name: String
        }

        /// Rows that belong to a row of another table.
        package struct Counted: Sendable, Equatable {
            /// Their column that refers to the other table.
            package var rows: Column
            /// The column of the other table that it refers to.
            package var matches: String
            /// Their column that is summed; nil counts the rows.
            package var sum: String?
        }

        /// What is asked.
        package enum Kind: Sendable, Equatable {
            /// Rows without the parent that they refer to.
            case orphans(child: Column, parent: Column)
            /// Parents to which no row refers.
            case childless(parent: Column, child: Column)
            /// The same for every foreign key of the database.
            case everyOrphan
            case everyChildless
            /// A number that a row states, against the rows that belong to it.
            case declared(Column, key: String, Counted)
            /// Two sums of rows that belong to one row, where there are rows for both.
            case agreeing(table: String, key: String, Counted, Counted)
            /// The stock of each article, against what came and went.
            case formula
            /// The stored alert level of each article, against its stock.
            case levels
            /// Figures of the dashboard; none named are all.
            case figures([String])
            /// Tables that must hold at least one row.
            case notEmpty([String])
            /// Dates that are none, or outside of what is plausible.
            case dates([Column], earliest: String, daysAhead: Int)
            /// Sums of columns, in units of the smallest decimal.
            case sums([Column], decimals: Int)
            /// A query of the profile.
            case sql([Figure.Variant])

            /// Its name in a profile.
            package var name: String {
                switch self {
                case .orphans, .everyOrphan: "orphans"
                case .childless, .everyChildless: "childless"
                case .declared: "declared"
                case .agreeing: "agreeing"
                case .formula: "formula"
                case .levels: "levels"
                case .figures: "figures"
                case .notEmpty: "not_empty"
                case .dates: "dates"
                case .sums: "sums"
                case .sql: "sql"
                }
            }

            /// When it holds, unless the profile says otherwise.
            var expectation: Expectation {
                switch self {
                case .childless, .everyChildless: .asSource
                case .figures, .sums: .equal
                default: .none
                }
            }
        }
    }

    /// The kinds that a profile can name.
    private static let kinds = [
        "orphans", "childless", "declared", "agreeing", "formula", "levels", "figures",
        "not_empty", "dates", "sums", "sql",
    ]

    /// Reads the checks of a profile.
    ///
    /// - Parameter root: The profile.
    /// - Returns: The checks.
    /// - Throws: ``MigrationError`` of code `configuration` with line and column.
    static func checks(_ root: ProfileTable) throws(MigrationError) -> [Check] {
        try root.tables("checks") { table throws(MigrationError) in
            let name = try table.requiredText("name")
            guard name.wholeMatch(of: /[a-z][a-z0-9_]{0,62}/) != nil else {
                throw table.wrong("name", "small letters, digits and underscores")
            }
            let kind = try kind(table)
            var expectation = kind.expectation
            if let text = try table.text("expect") {
                guard let given = Check.Expectation(rawValue: text) else {
                    throw table.wrong("expect", "\"none\", \"as_source\" or \"equal\"")
                }
                expectation = given
            }
            let seconds = try table.integer("seconds") ?? 60
            guard (1...3_600).contains(seconds) else {
                throw table.wrong("seconds", "an integer from 1 to 3600")
            }
            return Check(
                name: name,
                title: try table.requiredText("title"),
                kind: kind,
                expectation: expectation,
                meaning: try table.text("meaning"),
                remedy: try table.text("remedy"),
                seconds: Double(seconds)
            )
        }
    }

    private static func kind(_ table: ProfileTable) throws(MigrationError) -> Check.Kind {
        switch try table.requiredText("kind") {
        case "orphans":
            .orphans(child: try column("child", table), parent: try column("parent", table))
        case "childless":
            .childless(parent: try column("parent", table), child: try column("child", table))
        case "declared":
            .declared(
                try column("declared", table),
                key: try table.requiredText("key"),
                try counted(table)
            )
        case "agreeing": try agreeing(table)
        case "formula": .formula
        case "levels": .levels
        case "figures": .figures(try table.texts("figures"))
        case "not_empty": .notEmpty(try listed("tables", table))
        case "dates":
            .dates(
                try columns(table),
                earliest: try table.text("earliest") ?? "1970-01-01",
                daysAhead: Int(clamping: try table.integer("days_ahead") ?? 1)
            )
        case "sums":
            .sums(try columns(table), decimals: try decimals(table))
        case "sql": .sql(try queries(table))
        default: throw table.wrong("kind", "one of \(kinds.joined(separator: ", "))")
        }
    }

    private static func agreeing(_ table: ProfileTable) throws(MigrationError) -> Check.Kind {
        let sides = try table.tables("side", counted)
        guard sides.count == 2 else { throw table.wrong("side", "given twice") }
        return .agreeing(
            table: try table.requiredText("table"),
            key: try table.requiredText("key"),
            sides[0],
            sides[1]
        )
    }

    private static func counted(_ table: ProfileTable) throws(MigrationError) -> Check.Counted {
        Check.Counted(
            rows: try column("rows", table),
            matches: try table.requiredText("matches"),
            sum: try table.text("sum")
        )
    }

    private static func decimals(_ table: ProfileTable) throws(MigrationError) -> Int {
        let decimals = try table.integer("decimals") ?? 0
        guard (0...9).contains(decimals) else {
            throw table.wrong("decimals", "an integer from 0 to 9")
        }
        return Int(decimals)
    }

    /// The queries of a check: one or, for a database of several shapes, several.
    private static func queries(
        _ table: ProfileTable
    ) throws(MigrationError) -> [Figure.Variant] {
        let variants = try table.tables("variant", query)
        guard variants.isEmpty else { return variants }
        return [try query(table)]
    }

    private static func query(_ table: ProfileTable) throws(MigrationError) -> Figure.Variant {
        let sql = try table.requiredText("sql")
        let other = try table.text("sql_postgresql") ?? sql
        for (key, text) in [("sql", sql), ("sql_postgresql", other)] {
            let first = text.drop(while: \.isWhitespace).prefix { $0.isLetter }.lowercased()
            guard ["select", "with", "values"].contains(first) else {
                throw table.wrong(key, "a query: SELECT, WITH or VALUES")
            }
        }
        return Figure.Variant(needs: try table.texts("needs"), sqlite: sql, postgres: other)
    }

    private static func listed(
        _ key: String,
        _ table: ProfileTable
    ) throws(MigrationError) -> [String] {
        let names = try table.texts(key)
        guard !names.isEmpty else { throw table.wrong(key, "a list of at least one") }
        return names
    }

    private static func columns(_ table: ProfileTable) throws(MigrationError) -> [Check.Column] {
        var columns: [Check.Column] = []
        for text in try listed("columns", table) {
            guard let column = Check.Column(text) else {
                throw table.wrong("columns", "a list of \"table.column\"")
            }
            columns.append(column)
        }
        return columns
    }

    private static func column(
        _ key: String,
        _ table: ProfileTable
    ) throws(MigrationError) -> Check.Column {
        guard let column = Check.Column(try table.requiredText(key)) else {
            throw table.wrong(key, "written as \"table.column\"")
        }
        return column
    }
}

extension Profile.Check.Column {
    /// Reads `table.column`.
    init?(_ text: String) {
        let parts = text.split(separator: ".", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { return nil }
        self.init(table: parts[0], name: parts[1])
    }
}
