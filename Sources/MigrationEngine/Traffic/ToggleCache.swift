/// A worker's memory of its toggle, read anew when it is too old, as the application does.
struct ToggleCache {
    private let name: String
    private let lifetime: Duration
    private var memory = ToggleMemory()

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
        if memory.holds(at: now) { return memory.known ?? true }
        let rows = try? database?.rows(Self.query, ["name": .string(name)])
        // Remembered, too, when nothing came: who cannot be asked is not asked all the time.
        let answer = rows?.first?["enabled"].map(Self.isOn) ?? memory.known ?? true
        let chance = Double(random.within(-10_000...10_000)) / 10_000
        memory.keep(answer, at: now, for: lifetime, chance: chance)
        return answer
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
