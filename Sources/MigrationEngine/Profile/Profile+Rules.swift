extension Profile {
    /// Reads what a profile prescribes for tables and columns.
    ///
    /// - Parameters:
    ///   - root: The profile.
    ///   - types: The short form, types by `table.column`.
    /// - Returns: The rules.
    /// - Throws: ``MigrationError`` of code `configuration` with line and column.
    static func rules(
        _ root: ProfileTable,
        types: [String: String]
    ) throws(MigrationError) -> MappingRules {
        var rules = MappingRules()
        rules.tables = try root.tables("tables", tableRule)
        rules.columns = try root.tables("columns", columnRule)
        guard let table = try root.table("types") else { return rules }
        for (name, type) in types.sorted(by: { $0.key < $1.key }) {
            let parts = name.split(separator: ".", maxSplits: 1)
            guard parts.count == 2 else {
                throw table.wrong(name, "written as \"table.column\" = \"type\"")
            }
            var rule = ColumnRule(table: String(parts[0]), column: String(parts[1]))
            rule.type = try Self.type(type, name, table)
            rule.place = table.place(name)
            rules.columns.append(rule)
        }
        return rules
    }

    private static func tableRule(_ table: ProfileTable) throws(MigrationError) -> TableRule {
        var rule = TableRule(table: try table.requiredText("table"))
        rule.skip = try reason(table)
        rule.rename = try table.text("rename")
        rule.place = table.place("table")
        guard rule.skip != nil || rule.rename != nil else {
            throw table.wrong("table", "followed by skip or rename")
        }
        return rule
    }

    private static func columnRule(_ table: ProfileTable) throws(MigrationError) -> ColumnRule {
        var rule = ColumnRule(
            table: try table.requiredText("table"),
            column: try table.requiredText("column")
        )
        if let type = try table.text("type") { rule.type = try Self.type(type, "type", table) }
        rule.rename = try table.text("rename")
        for name in try table.texts("conversions") {
            guard let conversion = Conversion(rawValue: name) else {
                let known = Conversion.allCases.map(\.rawValue).joined(separator: ", ")
                throw table.wrong("conversions", "a list of these: \(known)")
            }
            rule.conversions.append(conversion)
        }
        switch try table.text("on_misfit") ?? "quarantine" {
        case "quarantine": break
        case "stop": rule.stopsAtMisfit = true
        default: throw table.wrong("on_misfit", "\"quarantine\" or \"stop\"")
        }
        rule.expression = try table.text("expression")
        rule.skip = try reason(table)
        rule.place = table.place("column")
        return rule
    }

    /// What is left out needs a reason, because a report names both.
    private static func reason(_ table: ProfileTable) throws(MigrationError) -> String? {
        let reason = try table.text("skip")
        guard reason?.allSatisfy(\.isWhitespace) != true else {
            throw table.wrong("skip", "the reason for which it is not copied")
        }
        return reason
    }

    private static func type(
        _ name: String,
        _ key: String,
        _ table: ProfileTable
    ) throws(MigrationError) -> TargetType {
        guard let type = TargetType(sql: name) else {
            throw table.wrong(key, "one of these types: \(TargetType.spellings)")
        }
        return type
    }
}
