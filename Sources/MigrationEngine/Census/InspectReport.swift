/// What `inspect` found, in the shape of the command contract; <doc:Census> defines every word.
package struct InspectReport: Codable, Sendable, Equatable {
    /// The file.
    package var source: Source
    /// Whether the pages of the file are whole.
    package var integrity: Integrity
    /// Every table of the application.
    package var tables: [Table]
    /// Tables and columns that are not copied, with the reason.
    package var notMigrated: [NotMigrated]
    /// Names that PostgreSQL does not take as they are.
    package var names: [Name]
    /// Every foreign key, with the rows that break it.
    package var orphans: [Orphans]

    /// The file.
    package struct Source: Codable, Sendable, Equatable {
        package var path: String
        package var sizeBytes: Int
        package var journalMode: String
        package var fingerprint: String
        package var encoding: String
    }

    /// What `quick_check` says.
    package struct Integrity: Codable, Sendable, Equatable {
        /// Whether no page is damaged; values that break a declaration are no damage.
        package var ok: Bool
        /// The words of SQLite about the whole file, the first hundred.
        package var messages: [String]
        /// The tables that are hurt.
        package var tables: [DamagedTable]
    }

    /// A table with damaged pages, of its own or of its indexes.
    package struct DamagedTable: Codable, Sendable, Equatable {
        package var name: String
        package var rowsRead: Int
        /// The keys between which rows could not be read; empty when only an index is hurt.
        package var unreadable: [String]
        package var messages: [String]
    }

    /// A table.
    package struct Table: Codable, Sendable, Equatable {
        package var name: String
        package var rows: Int
        package var columns: [Column]
        /// What concerns a row as a whole.
        package var problems: [Problem]
    }

    /// A column.
    package struct Column: Codable, Sendable, Equatable {
        package var name: String
        package var declaredType: String
        package var targetType: String?
        package var notNull: Bool
        package var storage: Storage
        /// The smallest number; the smallest text where no number is stored.
        package var min: Bound?
        /// The largest number; the largest text where no number is stored.
        package var max: Bound?
        package var longestTextBytes: Int
        package var longestTextCharacters: Int
        package var longestBlobBytes: Int
        /// About how many values are different; exact below 49.
        package var distinct: Int
        package var shapes: [String: Int]
        /// How many times have a fraction of so many digits.
        package var fractionDigits: [String: Int]
        package var problems: [Problem]
    }

    /// Values by storage class.
    package struct Storage: Codable, Sendable, Equatable {
        package var integer: Int
        package var real: Int
        package var text: Int
        package var blob: Int
        package var null: Int
    }

    /// Values that need a decision.
    package struct Problem: Codable, Sendable, Equatable {
        package var kind: String
        package var rows: Int
        package var sampleKeys: [String]
        /// What becomes of the rows.
        package var outcome: Outcome
        /// What is wrong, in words.
        package var reason: String
        /// What to do about it.
        package var remedy: String
        /// The columns of the key, for a problem of a whole row.
        package var columns: [String]?
    }

    /// What becomes of rows with a problem.
    package enum Outcome: String, Codable, Sendable {
        /// They do not arrive, and are kept in quarantine.
        case quarantine
        /// They arrive as they are; the problem is for the application.
        case kept
        /// They arrive, and a declaration is changed for them.
        case changed
    }

    /// A table that is not copied, or a column as `table.column`.
    package struct NotMigrated: Codable, Sendable, Equatable {
        package var name: String
        package var kind: String
        package var reason: String
    }

    /// A name that changes, or that needs quotes in PostgreSQL.
    package struct Name: Codable, Sendable, Equatable {
        package var table: String
        package var column: String?
        package var source: String
        package var target: String
        package var isChanged: Bool
        package var reason: String
    }

    /// A foreign key and the rows without a parent.
    package struct Orphans: Codable, Sendable, Equatable {
        package var table: String
        package var references: String
        package var columns: [String]
        package var rows: Int
        package var sampleKeys: [String]
        /// What becomes of the rows: kept where the key itself is not carried over.
        package var outcome: Outcome
        /// Why it can be said in part only, or what is wrong with the key itself.
        package var note: String?
    }
}

extension InspectReport {
    /// A smallest or largest value: a JSON number where every reader of JSON gets the same number,
    /// else a string.
    package enum Bound: Codable, Sendable, Equatable {
        case integer(Int64)
        case real(Double)
        case text(String)

        /// The value for people.
        package var description: String {
            switch self {
            case .integer(let value): String(value)
            case .real(let value): value.description
            case .text(let text): text
            }
        }

        /// Reads a number or a string.
        ///
        /// - Parameter decoder: The decoder.
        /// - Throws: The decoder's error.
        package init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let integer = try? container.decode(Int64.self) {
                self = .integer(integer)
            } else if let real = try? container.decode(Double.self) {
                self = .real(real)
            } else {
                self = .text(try container.decode(String.self))
            }
        }

        /// Writes a number or a string.
        ///
        /// - Parameter encoder: The encoder.
        /// - Throws: The encoder's error.
        package func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            // Readers that keep numbers as doubles would change a greater one.
            case .integer(let value) where value.magnitude < 1 << 53: try container.encode(value)
            case .real(let value) where value.isFinite: try container.encode(value)
            case .integer, .real, .text: try container.encode(description)
            }
        }
    }
}
