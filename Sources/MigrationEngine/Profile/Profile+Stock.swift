extension Profile {
    /// Something that happened to an order: rows of a table, each with its moment.
    package struct Event: Sendable, Equatable {
        /// What happened, in a word or two.
        package var kind: String
        /// The table.
        package var table: String
        /// The column that refers to the order.
        package var join: String
        /// The column of the order that it refers to.
        package var matches: String
        /// The column with the moment; a row without one tells of nothing.
        package var at: String
        /// Columns that tell more, in this order.
        package var text: [String]
    }

    /// A table with one lot of an article a row.
    package struct Lots: Sendable, Equatable, ProfileVariant {
        /// The shape it belongs to.
        package var shape: String
        /// The table.
        package var table: String
        /// The column with the article.
        package var sku: String
        /// The column with the lot.
        package var lot: String
        /// The column with the units that came.
        package var initial: String?
        /// The column with what was counted more or less.
        package var adjustment: String?
        /// The column with the day on which it came.
        package var received: String?
        /// The column with its status.
        package var status: String?

        var requiredColumns: [String] { [sku, lot] }
        var optionalColumns: [String] {
            [initial, adjustment, received, status].compactMap { $0 }
        }
    }

    /// What the stock of an article must come to: a sum of parts.
    package struct Formula: Sendable, Equatable {
        /// The shape it belongs to.
        package var shape: String
        /// The parts, in the order in which they are shown.
        package var parts: [Part]

        /// A number of units.
        package struct Part: Sendable, Equatable {
            /// What it counts.
            package var name: String
            /// Whether it is taken away.
            package var isSubtracted: Bool
            /// The query for it, with `{sku}` for the article.
            package var query: Figure.Variant
        }
    }

    static func event(_ table: ProfileTable) throws(MigrationError) -> Event {
        Event(
            kind: try table.requiredText("kind"),
            table: try table.requiredText("table"),
            join: try table.requiredText("join"),
            matches: try table.requiredText("matches"),
            at: try table.requiredText("at"),
            text: try table.texts("text")
        )
    }

    static func lots(_ table: ProfileTable) throws(MigrationError) -> Lots {
        Lots(
            shape: try table.text("shape") ?? "",
            table: try table.requiredText("table"),
            sku: try table.requiredText("sku"),
            lot: try table.requiredText("lot"),
            initial: try table.text("initial"),
            adjustment: try table.text("adjustment"),
            received: try table.text("received"),
            status: try table.text("status")
        )
    }

    static func formula(_ table: ProfileTable) throws(MigrationError) -> Formula {
        let shape = try table.text("shape") ?? ""
        let parts = try table.tables("part") { part throws(MigrationError) in
            let sign = try part.text("sign") ?? "+"
            guard sign == "+" || sign == "-" else { throw part.wrong("sign", "\"+\" or \"-\"") }
            return Formula.Part(
                name: try part.requiredText("name"),
                isSubtracted: sign == "-",
                query: try variant(part)
            )
        }
        guard !parts.isEmpty else { throw table.wrong("part", "given at least once") }
        return Formula(shape: shape, parts: parts)
    }

    static func useOfOneADay(_ table: ProfileTable) throws(MigrationError) -> Int64 {
        guard let use = try table.integer("use_of_one_a_day") else { return 1 }
        guard use > 0 else { throw table.wrong("use_of_one_a_day", "above zero") }
        return use
    }
}
