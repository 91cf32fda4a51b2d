/// Where a cutover stands: a pure table of phases, without any input or output.
///
/// Each phase is either before the one commit that hands the application over, where going back
/// means that nothing happened, or behind it, where going back means bringing writes along.
package enum CutoverPhase: String, Sendable, Codable, CaseIterable {
    /// Nothing is copied.
    case prepared
    /// The copy is there and verified; the source's writes are logged.
    case copied
    /// The log is applied.
    case following
    /// The workflows' toggles are off; writes still pass and are followed.
    case pausing
    /// Writes are blocked in the source.
    case fenced
    /// The target holds the last change.
    case drained
    /// What changed is compared, and equal.
    case verified
    /// The target takes the application's writes and logs their keys.
    case switched
    /// Toggles are back; both sides are looked at.
    case watching
    /// There is no way back any more.
    case final

    /// The phase behind this one; nil for the last.
    package var next: CutoverPhase? {
        let all = Self.allCases
        guard let place = all.firstIndex(of: self), place + 1 < all.count else { return nil }
        return all[place + 1]
    }

    /// How one gets back.
    package enum WayBack: String, Sendable {
        /// There is nothing to take back, or nothing that can be.
        case none
        /// Drop the fence, restore the toggles: as if the cutover had never begun.
        case undo
        /// Block the target's writes, bring its changes into the source, then as ``undo``.
        case revert
    }

    /// How one gets back from this phase.
    package var wayBack: WayBack {
        switch self {
        case .prepared, .copied, .following, .final: .none
        case .pausing, .fenced, .drained, .verified: .undo
        case .switched, .watching: .revert
        }
    }

    /// The phase that going back leads to; nil where there is no way back.
    package var before: CutoverPhase? { wayBack == .none ? nil : .following }

    /// Whether the source takes the application's writes.
    package var sourceTakesWrites: Bool {
        switch self {
        case .prepared, .copied, .following, .pausing: true
        case .fenced, .drained, .verified, .switched, .watching, .final: false
        }
    }

    /// Whether the target takes the application's writes.
    package var targetTakesWrites: Bool {
        switch self {
        case .prepared, .copied, .following, .pausing, .fenced, .drained, .verified: false
        case .switched, .watching, .final: true
        }
    }

    /// Whether a step may follow this phase.
    ///
    /// - Parameter phase: The phase that would come.
    /// - Returns: True for the next phase and for the way back.
    package func leads(to phase: CutoverPhase) -> Bool { phase == next || phase == before }
}
