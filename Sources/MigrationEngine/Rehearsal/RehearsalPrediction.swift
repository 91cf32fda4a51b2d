import Foundation

/// What the runs say of the real night, as ranges with their reasons.
extension RehearsalReport {
    /// How far the real night may be from what was measured: another hour, other work on the
    /// machine, a disk that has to keep what is written.
    private static let doubt = 0.5
    /// What a moment on a busy machine adds to something short.
    private static let moment = 0.1

    /// Fills in the ranges.
    ///
    /// - Parameters:
    ///   - local: How fast the private server answers.
    ///   - real: How fast the real target answers, or why that is unknown.
    mutating func predict(
        local: TargetSpeed?,
        _ real: Result<TargetSpeed, TargetSpeed.Absence>
    ) {
        ok = !runs.isEmpty && runs.allSatisfy(\.ok)
        at = Date().formatted(.iso8601)
        predictedMigrateSeconds = Self.span(runs.map(\.migrateSeconds).filter { $0 > 0 })
        predictedCopySeconds = Self.span(runs.map(\.copySeconds).filter { $0 > 0 })
        predictedFreezeSeconds = Self.span(runs.filter(\.ok).map(\.writeFreezeSeconds))
        notes.append(
            "measured on a private server of this machine that keeps nothing on disk for good: "
                + "from the shortest run less a tenth to the longest run and half as much again"
        )
        if runs.contains(where: { $0.seconds > 0 }) { noteLoad() }
        switch real {
        case .success(let speed): widen(local, speed)
        case .failure(.notNamed):
            notes.append(
                "a remote server is slower: each of the questions in the write freeze waits for an "
                    + "answer; give --target to have it measured"
            )
        case .failure(.unreachable(let reason)):
            notes.append("the target was not measured, and is slower if it is remote: \(reason)")
        }
    }

    /// The range that runs of these lengths speak for; nil without a run.
    static func span(_ seconds: [Double]) -> Span? {
        guard let low = seconds.min(), let high = seconds.max() else { return nil }
        return Span(low: low * 0.9, high: high * (1 + doubt) + moment)
    }

    private mutating func noteLoad() {
        switch SimulatedLoad.Kind(rawValue: load) {
        case .workers:
            notes.append(
                String(
                    format: "simulated workers wrote, %.0f writes a second: more changes in the "
                        + "moment of the freeze make it longer",
                    trafficRate
                )
            )
        case .light:
            notes.append(
                "no simulated workers know this schema: single rows were written as they are, "
                    + "\(Int(trafficRate)) times a second, and nobody wrote on PostgreSQL"
            )
        case .some(.none), nil:
            notes.append(
                "nobody wrote: no simulated workers know this schema, and no table has rows that "
                    + "could be written as they are; the freeze will be longer"
            )
        }
    }

    /// Widens the ranges by what the real target takes longer than the private server.
    private mutating func widen(_ local: TargetSpeed?, _ real: TargetSpeed) {
        target = real
        let near = local?.roundTripSeconds ?? 0
        let more = (
            low: max(0, real.roundTripSeconds - near),
            high: max(0, real.longestRoundTripSeconds - near)
        )
        let trips = runs.filter(\.ok).map { Double($0.freezeRoundTrips) }
        predictedFreezeSeconds?.low += (trips.min() ?? 0) * more.low
        predictedFreezeSeconds?.high += (trips.max() ?? 0) * more.high
        // Rows of a table go through one connection after the other; at worst not side by side.
        let transfer = Double(sourceBytes) / max(1, real.bytesPerSecond)
        predictedCopySeconds?.high += transfer
        predictedMigrateSeconds?.high += 2 * transfer
        notes.append(
            String(
                format: "the target answers in %.1f to %.1f ms and takes %.1f MB/s from here: the "
                    + "freeze asks it %.0f times, which adds %.2f to %.2f s, and the copy up to "
                    + "%.0f s; both are in the ranges",
                real.roundTripSeconds * 1_000,
                real.longestRoundTripSeconds * 1_000,
                real.bytesPerSecond / 1e6,
                trips.max() ?? 0,
                (trips.min() ?? 0) * more.low,
                (trips.max() ?? 0) * more.high,
                transfer
            )
        )
    }
}
