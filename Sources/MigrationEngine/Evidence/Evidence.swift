/// What is known of a run, without a password and without a value of any row.
///
/// Read again without a change it is the same, byte for byte, so it can be told by its hash.
struct Evidence: Codable, Sendable {
    /// The form of this record.
    var version = 1
    var source: SourceSide?
    var target: TargetSide?
    var run: Run?
    var backup: BackupFile?
    var copy: Copy?
    var mapping: [Mapped] = []
    var quarantine: Quarantined?
    var verifications: [Journal.Comparison] = []
    var gates: [GateState] = []
    /// The gates as the newest switch found them when it began.
    var gatesAtSwitch: CheckReport?
    var gateWords: [Journal.GateWord] = []
    var switches: [Switched] = []
    var reverts: [Reverted] = []
    /// The business checks, each time that both sides were asked all of them.
    var reconciliations: [Reconciled] = []
    var steps: [Step] = []
    var actions: [Action] = []
    /// Parts that could not be read, with the reason.
    var unknown: [String] = []

    struct SourceSide: Codable, Sendable {
        var path: String
        var fingerprint: String
        @ExplicitNull var captureId: String?
    }

    struct TargetSide: Codable, Sendable {
        var address: String
        var fingerprint: String
        var serverVersion: String
        var schema: String
    }

    struct Run: Codable, Sendable {
        var id: String
        var mode: String
        var liveSide: String
        var sourceFingerprint: String
        @ExplicitNull var migratedInto: String?
        @ExplicitNull var targetFingerprint: String?
        @ExplicitNull var startedAt: String?
        @ExplicitNull var endedAt: String?
        @ExplicitNull var phase: String?
        /// When the point of no return was passed; nil before it.
        @ExplicitNull var finalAt: String?
    }

    struct BackupFile: Codable, Sendable {
        var path: String
        var sha256: String
        /// The SHA-256 of the file as it is now; nil when it is gone.
        @ExplicitNull var sha256Now: String?
        @ExplicitNull var sizeBytes: Int?
    }

    struct Copy: Codable, Sendable {
        var ok: Bool
        var seconds: Double
        var phases: [PhaseSeconds]
        var tables: [MigrateReport.Table]
        var conversions: [ConversionCount]
        var skipped: [SkippedTable]
        var verify: [Journal.VerifiedTable]
    }

    struct Mapped: Codable, Sendable {
        var table: String
        @ExplicitNull var target: String?
        @ExplicitNull var skip: String?
        var columns: [Column]

        struct Column: Codable, Sendable {
            var source: String
            @ExplicitNull var target: String?
            @ExplicitNull var type: String?
            var conversions: [String]
            @ExplicitNull var expression: String?
            @ExplicitNull var skip: String?
        }
    }

    struct Quarantined: Codable, Sendable {
        var groups: [QuarantinePage.Group]
        var decisions: [Decided]

        struct Decided: Codable, Sendable {
            var outcome: String
            var by: String
            @ExplicitNull var reason: String?
            var rows: Int
        }
    }

    /// A gate as it is now; its evidence holds ages, so it is left to `check`.
    struct GateState: Codable, Sendable {
        var name: String
        var title: String
        var kind: Gate.Kind
        var state: Gate.State
        @ExplicitNull var decision: Gate.Decision?
    }

    struct Switched: Codable, Sendable {
        var at: String
        var report: SwitchReport
    }

    struct Reverted: Codable, Sendable {
        var at: String
        var ok: Bool
        var replayedChanges: Int
        var writeFreezeSeconds: Double
        var steps: [SwitchReport.Step]
        var tables: [Table]

        struct Table: Codable, Sendable {
            var name: String
            var inserted: Int
            var updated: Int
            var deleted: Int
        }
    }

    struct Reconciled: Codable, Sendable {
        var at: String
        var ok: Bool
        var checks: [Check]

        struct Check: Codable, Sendable {
            var name: String
            var verdict: ReconciliationReport.Verdict
            @ExplicitNull var source: String?
            @ExplicitNull var target: String?
        }
    }

    struct Step: Codable, Sendable {
        var name: String
        var startedAt: String
        @ExplicitNull var seconds: Double?
        @ExplicitNull var outcome: String?
        @ExplicitNull var detail: String?
    }

    struct Action: Codable, Sendable {
        var at: String
        var who: String
        var action: String
        @ExplicitNull var before: String?
        @ExplicitNull var after: String?
    }
}
