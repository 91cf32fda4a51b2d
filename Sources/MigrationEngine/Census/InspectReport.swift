/// What `inspect` found, in the shape of the command contract.
package struct InspectReport: Codable, Sendable, Equatable {
    /// The file.
    package var source: Source
    /// Every table of the application.
    package var tables: [Table]
    /// Every foreign key, with the rows that break it.
    package var orphans: [Orphans]

    /// The file.
    package struct Source: Codable, Sendable, Equatable {
        package var path: String
        package var sizeBytes: Int
        package var journalMode: String
        package var fingerprint: String
    }

    /// A table.
    package struct Table: Codable, Sendable, Equatable {
        package var name: String
        package var rows: Int
        package var columns: [Column]
    }

    /// A column.
    package struct Column: Codable, Sendable, Equatable {
        package var name: String
        package var declaredType: String
        package var notNull: Bool
        package var storage: Storage
        package var min: String?
        package var max: String?
        package var shapes: [String: Int]
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
    }

    /// A foreign key and the rows without a parent.
    package struct Orphans: Codable, Sendable, Equatable {
        package var table: String
        package var references: String
        package var columns: [String]
        package var rows: Int
    }
}
