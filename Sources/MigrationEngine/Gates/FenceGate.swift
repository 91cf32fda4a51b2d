/// The one condition behind the handover: the source is still the file that was closed, and closed.
enum FenceGate {
    /// The question; asked only when the target is live.
    static let question = GateQuestion(
        "source_fence",
        "the SQLite file is the one that was closed at the switch, and closed",
        isOverridable: false
    ) { context throws(MigrationError) in try look(context) }

    static func look(_ context: CheckContext) throws(MigrationError) -> GateFinding {
        let (run, position) = (try context.run(), try context.position())
        let fenced = try context.onTarget { target throws(TargetError) in
            try FencedSource(context.options, run, position, target)
        }
        let status = fenced.look().status
        guard !status.isSound else {
            return .open("closed at the switch of \(fenced.handovers.last?.at ?? "")")
        }
        return .closed(
            status.reason ?? "the file cannot be looked at",
            remedy: status.remedy ?? fenced.wayBack
        )
    }
}
