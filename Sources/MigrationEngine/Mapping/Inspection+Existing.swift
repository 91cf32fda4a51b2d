extension Inspection {
    /// What the source becomes in tables that stand in the target already; asks the target.
    ///
    /// - Parameter options: The target and the schema of its tables.
    /// - Returns: The target's schema as it stands, with every decision; what cannot be matched is
    ///   a decision about `refused`.
    /// - Throws: ``MigrationError`` when the target cannot be read.
    package func existingSchema(_ options: Options) throws(MigrationError) -> TargetSchema {
        try rules.checkExisting()
        let (target, address) = try Target.connect(options, stage: "plan", purpose: "plan")
        do throws(TargetError) {
            let existing = try ExistingCatalog(target, schema: options.schema)
            let mapping = ExistingMapping(catalog, existing, census: census, rules: rules)
            var schema = mapping.target
            for (table, rows) in mapping.filled {
                schema.decisions.append(
                    TargetSchema.Decision(
                        table: table,
                        column: nil,
                        subject: "refused",
                        source: "",
                        target: table,
                        outcome: .dropped,
                        reason: "the target's table holds \(rows) rows already"
                    )
                )
            }
            for right in mapping.missingRights {
                schema.decisions.append(
                    TargetSchema.Decision(
                        table: options.schema,
                        column: nil,
                        subject: "refused",
                        source: "",
                        target: "",
                        outcome: .dropped,
                        reason: "user \"\(address.user)\" lacks \(right)"
                    )
                )
            }
            return schema
        } catch {
            throw TargetFailure.wrap(error, stage: "plan", address: address)
        }
    }
}
