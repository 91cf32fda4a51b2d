extension Profile {
    /// Reads the conditions of a cutover that a profile adds.
    ///
    /// - Parameter root: The profile.
    /// - Returns: The conditions.
    /// - Throws: ``MigrationError`` of code `configuration` for a name that is taken or not one.
    static func gates(_ root: ProfileTable) throws(MigrationError) -> [OwnGate] {
        var taken = GateTable.names
        return try root.tables("gates") { table throws(MigrationError) in
            let name = try table.requiredText("name")
            guard name.wholeMatch(of: /[a-z][a-z0-9_]{0,62}/) != nil else {
                throw table.wrong("name", "small letters, digits and underscores")
            }
            guard taken.insert(name).inserted else {
                throw table.wrong("name", "a name that no other gate has")
            }
            return OwnGate(
                name: name,
                title: try table.requiredText("title"),
                remedy: try table.text("remedy"),
                seconds: try seconds(table),
                variants: try table.tables("variant") { variant throws(MigrationError) in
                    OwnGate.Variant(
                        needs: try variant.texts("needs"),
                        sql: try variant.requiredText("sql")
                    )
                }
            )
        }
    }

    /// How long the query of a condition may take.
    private static func seconds(_ table: ProfileTable) throws(MigrationError) -> Double {
        guard let seconds = try table.integer("seconds") else { return querySeconds }
        guard (1...3_600).contains(seconds) else {
            throw table.wrong("seconds", "an integer from 1 to 3600")
        }
        return Double(seconds)
    }
}
