/// Identities: the next id of the target must lie above every id that the source has issued.
extension FollowSession {
    /// A table whose ids the target gives out after the switch.
    struct Identity {
        var plan: TablePlan
        var column: String
        var sequence: String
        /// Gives the highest id that the source has issued.
        var query: String
    }

    /// Finds the identities of a run's tables.
    ///
    /// - Parameters:
    ///   - tables: The tables that are followed.
    ///   - target: A connection to the target.
    /// - Returns: The identities.
    /// - Throws: ``TargetError``.
    static func identities(
        of tables: [Int64: FollowedTable],
        _ target: TargetConnection
    ) throws(TargetError) -> [Int64: Identity] {
        var identities: [Int64: Identity] = [:]
        for (number, table) in tables {
            // The first part of a wide table gives the ids of them all.
            guard let plan = table.plans.first?.plan, let alias = plan.reader.table.rowidAlias,
                let column = plan.table.columns.first(where: { $0.sourceName == alias })
            else { continue }
            let found = try target.query(
                "SELECT pg_get_serial_sequence($1, $2)",
                [.text(plan.qualifiedName), .text(column.name)]
            ).first
            guard let found else { continue }
            let quote = SourceConnection.quote
            let name = plan.reader.table.storedName
            let issued =
                plan.reader.table.isAutoincrement
                ? """
                , coalesce((SELECT max(CAST(seq AS INTEGER)) FROM sqlite_sequence
                    WHERE name = \(TargetConnection.literal(name)) COLLATE NOCASE), 0)
                """ : ", 0"
            identities[number] = Identity(
                plan: plan,
                column: column.name,
                sequence: found,
                query: "SELECT max(coalesce((SELECT max(\(quote(alias))) FROM \(quote(name))), 0)"
                    + "\(issued))"
            )
        }
        return identities
    }

    /// Lets every identity go on above each id that the source has issued, also above those of rows
    /// in quarantine and of rows that are gone; never goes back.
    ///
    /// Not a part of any transaction, because sequences are not.
    ///
    /// - Throws: ``SourceError`` or ``TargetError``.
    func setIdentities() throws {
        let wishes = try identities.values.map { identity throws(SourceError) in
            let highest = try source.integer(identity.query) ?? 0
            let present =
                "SELECT max(\(TargetConnection.quote(identity.column))) "
                + "FROM \(identity.plan.qualifiedName)"
            return "(\(TargetConnection.literal(identity.sequence))::regclass, "
                + "greatest(\(highest), (\(present))))"
        }
        if !wishes.isEmpty {
            // In one question, because writes may be blocked meanwhile.
            try target.execute(
                """
                SELECT setval(name, highest, true)
                FROM (VALUES \(wishes.joined(separator: ",\n"))) AS wish(name, highest)
                WHERE highest >= 1 AND highest > coalesce(pg_sequence_last_value(name), 0)
                """
            )
        }
        hasStaleIdentities = false
    }
}
