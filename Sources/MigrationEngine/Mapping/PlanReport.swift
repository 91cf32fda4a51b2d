/// The mapping as `plan` reports it.
package struct PlanReport: Sendable, Codable, Equatable {
    /// A table.
    package struct Table: Sendable, Codable, Equatable {
        /// Its name in the source.
        package var name: String
        /// Its name in the target.
        package var target: String
        /// Its columns that hold data.
        package var columns: [Column]
    }

    /// A column.
    package struct Column: Sendable, Codable, Equatable {
        /// Its name in the source.
        package var name: String
        /// The declared type as written.
        package var declaredType: String
        /// The type in the target.
        package var targetType: String
        /// The reason for it.
        package var reason: String

        private enum CodingKeys: String, CodingKey {
            case name
            case declaredType = "declared_type"
            case targetType = "target_type"
            case reason
        }
    }

    /// A decision.
    package struct Decision: Sendable, Codable, Equatable {
        /// The table, view or trigger.
        package var table: String
        /// The column, when it is about one.
        package var column: String?
        /// What it is about.
        package var subject: String
        /// What it was.
        package var source: String
        /// What it is.
        package var target: String
        /// The outcome.
        package var outcome: TargetSchema.Decision.Outcome
        /// The reason.
        package var reason: String
        /// What the census counted; only for types.
        package var evidence: [String: Int]?
        /// How sure the choice is; only for types.
        package var confidence: TargetSchema.Confidence?
    }

    /// How the schema was made.
    package var mode: TargetSchema.Mode
    /// The PostgreSQL schema.
    package var schema: String
    /// The tables.
    package var tables: [Table]
    /// The decisions.
    package var decisions: [Decision]
    /// The script.
    package var ddl: String

    /// Makes the report.
    ///
    /// - Parameter target: The target's schema.
    package init(_ target: TargetSchema) {
        mode = target.mode
        schema = target.schema
        decisions = target.decisions.map {
            Decision(
                table: $0.table,
                column: $0.column,
                subject: $0.subject,
                source: $0.source,
                target: $0.target,
                outcome: $0.outcome,
                reason: $0.reason,
                evidence: $0.evidence,
                confidence: $0.confidence
            )
        }
        ddl = target.ddl
        tables = target.tables.map { table in
            let types = target.decisions.filter {
                table.sourceName.isExactly($0.table) && $0.subject == "type"
            }
            let columns = table.columns.map { column in
                let decision = types.first { column.sourceName.isExactly($0.column) }
                return Column(
                    name: column.sourceName,
                    declaredType: decision?.source ?? "",
                    targetType: column.type.sql,
                    reason: decision?.reason ?? ""
                )
            }
            return Table(name: table.sourceName, target: table.name, columns: columns)
        }
    }
}
