/// What the source becomes: every table, column and constraint of the target, with its reason.
///
/// A value: the same catalog, census and options give the same DDL, byte for byte.
package struct TargetSchema: Sendable, Equatable {
    /// How the schema was made.
    package enum Mode: String, Sendable, Codable, CaseIterable {
        /// From the catalog and the census.
        case derive
        /// The migration plan's twelve tables.
        case plan
        /// By the application's own migrations, before the run.
        case existing
    }

    /// How it was made.
    package var mode: Mode
    /// The PostgreSQL schema that the tables stand in, `public` unless told otherwise.
    package var schema: String
    /// The tables, in the order of the source.
    package var tables: [TargetTable] = []
    /// Statements that run before the tables are made, such as an extension of the plan.
    package var preamble: [Statement] = []
    /// Views and triggers, made when all keys stand.
    package var additions: [Addition] = []
    /// Each decision, with its reason.
    package var decisions: [Decision] = []
    /// Tables and columns that the profile leaves out.
    package var skipped: [Skipped] = []

    /// Something that the profile leaves out.
    package struct Skipped: Sendable, Equatable {
        /// The table in the source.
        package var table: String
        /// The column, nil when it is the whole table.
        package var column: String?
        /// The operator's reason.
        package var reason: String
    }

    /// One statement of DDL and what it makes.
    package struct Statement: Sendable, Equatable {
        /// What it makes, for example `index idx_orders_date`.
        package var object: String
        /// The statement.
        package var sql: String
        /// Whether a refusal by the server is only recorded, because nothing depends on it.
        package var isOptional = false
    }

    /// What became of something in the source.
    package struct Decision: Sendable, Equatable {
        /// The four outcomes of the fidelity ledger.
        package enum Outcome: String, Sendable, Codable {
            case kept
            case translated
            case changed
            case dropped
        }

        /// The table, or the view or trigger when it belongs to none.
        package var table: String
        /// The column, when it is about one.
        package var column: String?
        /// What it is about, such as `type`, `primary key`, `check`, `default` or `index`.
        package var subject: String
        /// What it was in the source.
        package var source: String
        /// What it is in the target; empty when it was dropped.
        package var target: String
        /// The outcome.
        package var outcome: Outcome
        /// The reason, with the evidence from the census where there is some.
        package var reason: String
        /// What it makes in the target, as its statement calls it; nil when nothing can be tried.
        package var object: String?
        /// What the census counted; only for types.
        package var evidence: [String: Int]?
        /// How sure the choice is; only for types.
        package var confidence: Confidence?
    }

    /// How sure the choice of a type is.
    package enum Confidence: String, Sendable, Codable {
        /// Something is stored, and all of it fits what was declared.
        case high
        /// Nothing is stored, or nine of ten values decided, or all of them against the declaration.
        case medium
        /// Several kinds are stored.
        case low
    }
}

/// One table of the target.
package struct TargetTable: Sendable, Equatable {
    /// The table in the source.
    package var sourceName: String
    /// The table in the target.
    package var name: String
    /// The columns that hold data, in order; generated ones are computed by the server.
    package var columns: [TargetColumn]
    /// The columns of the primary key, by target name; empty without one.
    package var primaryKey: [String]
    /// The identity or serial column, by target name.
    package var identity: String?
    /// The highest id ever issued according to `sqlite_sequence`.
    package var sequenceFloor: Int64?
    /// `CREATE TABLE` with columns, defaults and NOT NULL, without keys.
    package var create: TargetSchema.Statement
    /// Primary key and unique constraints and unique indexes, made after the copy.
    package var keys: [UniqueKey]
    /// Other indexes.
    package var indexes: [TargetSchema.Statement]
    /// CHECK constraints.
    package var checks: [Check]
    /// Foreign keys.
    package var foreignKeys: [ForeignKey]

    /// A key that the server enforces, and what is needed to find rows that break it.
    package struct UniqueKey: Sendable, Equatable {
        /// The statement that makes it.
        package var statement: TargetSchema.Statement
        /// The key's columns or expressions as SQL of the target.
        package var expressions: [String]
        /// The WHERE expression of a partial unique index, as SQL of the target.
        package var predicate: String?
        /// Whether it is the primary key.
        package var isPrimary: Bool
    }

    /// A CHECK constraint.
    package struct Check: Sendable, Equatable {
        /// The statement that makes it.
        package var statement: TargetSchema.Statement
        /// The expression as SQL of the target.
        package var expression: String
    }

    /// A foreign key.
    package struct ForeignKey: Sendable, Equatable {
        /// The statement that makes it.
        package var statement: TargetSchema.Statement
        /// The child's columns, by target name.
        package var columns: [String]
        /// The parent table in the target.
        package var parentTable: String
        /// The parent's columns, by target name.
        package var parentColumns: [String]
        /// The parent's schema, where it can be another one than the child's.
        package var parentSchema: String?
    }
}

/// One column of the target that receives stored values.
package struct TargetColumn: Sendable, Equatable {
    /// The column in the source.
    package var sourceName: String
    /// The column in the target.
    package var name: String
    /// Its type.
    package var type: TargetType
    /// Whether NULL is refused.
    package var isNotNull: Bool
    /// What is done to its values, in this order.
    package var conversions: [Conversion] = []
    /// The expression of SQLite that is read in place of the stored value.
    package var expression: String?
    /// Whether a value that does not fit ends the run.
    package var stopsAtMisfit = false
}

/// The types of the target that the row encoder can write.
package enum TargetType: Sendable, Equatable, Hashable {
    case smallint
    case integer
    case bigint
    case boolean
    case doublePrecision
    case numeric
    case text
    /// At most this many characters.
    case varchar(Int)
    case bytea
    case date
    /// Without zone, to the microsecond.
    case timestamp
    /// Four bytes; only when the profile asks for it.
    case real
    /// An instant, to the microsecond.
    case timestamptz
    /// A time of day, to the microsecond.
    case time
    case uuid
    /// The text of a JSON value, as it is.
    case json
    /// A JSON value, not its text.
    case jsonb
    /// A decimal number of so many digits, so many of them behind the point.
    case decimal(precision: Int, scale: Int)
    /// So many characters, filled up with blanks by the server.
    case char(Int)

    /// The type as PostgreSQL spells it.
    package var sql: String {
        switch self {
        case .smallint: "smallint"
        case .integer: "integer"
        case .bigint: "bigint"
        case .boolean: "boolean"
        case .doublePrecision: "double precision"
        case .numeric: "numeric"
        case .text: "text"
        case .varchar(let length): "varchar(\(length))"
        case .bytea: "bytea"
        case .date: "date"
        case .timestamp: "timestamp"
        case .real: "real"
        case .timestamptz: "timestamptz"
        case .time: "time"
        case .uuid: "uuid"
        case .json: "json"
        case .jsonb: "jsonb"
        case .decimal(let precision, let scale): "numeric(\(precision),\(scale))"
        case .char(let length): "char(\(length))"
        }
    }
}
