/// A worker's memory of its toggle, read anew when it is too old, as the application does.
struct ToggleCache {
    private let name: String
    private let lifetime: Duration
    private var known: Bool?
    private var expires: ContinuousClock.Instant?

    private static let query = TrafficSQL(
        "SELECT enabled FROM workflow_controls WHERE workflow_name = :name"
    )

    /// Makes an empty memory.
    ///
    /// - Parameters:
    ///   - name: The workflow.
    ///   - lifetime: How long an answer holds, in the middle.
    init(_ name: String, lifetime: Duration) {
        self.name = name
        self.lifetime = lifetime
    }

    /// Tells whether the worker may begin a cycle.
    ///
    /// A missing row or an error leaves the last answer, and without one the worker is on: the
    /// application fails open too.
    ///
    /// - Parameters:
    ///   - database: The worker's connection; nil when it has none.
    ///   - random: Where the jitter comes from.
    /// - Returns: Whether the workflow is on.
    mutating func isOn(_ database: TrafficDatabase?, _ random: inout SampleRandom) -> Bool {
        let now = ContinuousClock.now
        if let expires, now < expires { return known ?? true }
        // 45 s +- 10 s, and in that proportion when it is shortened.
        expires = now + lifetime * (Double(random.within(35_000...55_000)) / 45_000)
        let rows = try? database?.rows(Self.query, ["name": .string(name)])
        if let value = rows?.first?["enabled"] {
            known = Self.isOn(value)
        }
        return known ?? true
    }

    private static func isOn(_ value: SourceValue) -> Bool {
        switch value {
        case .null: true
        case .integer(let integer): integer != 0
        case .real(let real): real != 0
        case .text(let bytes), .blob(let bytes):
            StoredText.isOn(String(decoding: bytes, as: UTF8.self))
        }
    }
}
