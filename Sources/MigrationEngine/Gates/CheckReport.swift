/// What `check` found.
public struct CheckReport: Codable, Sendable, Equatable {
    /// Whether a switch may begin.
    public var ok: Bool
    /// Every gate, in the order in which they are told.
    public var gates: [Gate]
    /// The known troubles whose symptoms the target shows; they close no gate.
    public var findings: [AdviceReport.Finding]
    /// The troubles that could not be looked for, and why.
    public var unknown: [AdviceReport.Unknown]
    /// The duration.
    public var seconds: Double

    init(
        ok: Bool,
        gates: [Gate],
        findings: [AdviceReport.Finding],
        unknown: [AdviceReport.Unknown],
        seconds: Double
    ) {
        self.ok = ok
        self.gates = gates
        self.findings = findings
        self.unknown = unknown
        self.seconds = seconds
    }

    /// Reads a report; one that an earlier version wrote tells of no troubles.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        ok = try values.decode(Bool.self, forKey: .ok)
        gates = try values.decode([Gate].self, forKey: .gates)
        findings = try values.decodeIfPresent([AdviceReport.Finding].self, forKey: .findings) ?? []
        unknown = try values.decodeIfPresent([AdviceReport.Unknown].self, forKey: .unknown) ?? []
        seconds = try values.decode(Double.self, forKey: .seconds)
    }

    /// The operator's next step.
    public var next: String {
        let closed = gates.filter(\.blocks)
        // Behind the handover there is nothing to open, unless the file is not closed.
        if gates.count <= 2, closed.count == 1, let only = closed.first {
            return only.remedy ?? only.reason
        }
        if let unseen = UnseenGates.groups(of: gates).first { return unseen.obstacle.remedy }
        let machine = closed.filter { $0.kind == .machine }
        if let first = machine.first {
            let more = machine.count > 1 ? " (and \(machine.count - 1) more)" : ""
            return "open \(first.name) first: \(first.remedy ?? first.reason)\(more)"
        }
        if !closed.isEmpty {
            return "sign what persons decide: cutover check --sign NAME --by WHO; "
                + GateWords.list(closed.map(\.name))
        }
        return "cutover switch"
    }
}
