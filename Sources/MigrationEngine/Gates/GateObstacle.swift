/// What keeps a gate from being looked at.
package struct GateObstacle: Sendable, Equatable {
    /// The kind of failure.
    package var code: MigrationError.Code
    /// What happened, with the error underneath.
    package var words: String
    /// What to do about it.
    package var remedy: String

    /// The obstacle that an error is.
    ///
    /// - Parameter error: Why the gate could not be looked at.
    package init(_ error: MigrationError) {
        code = error.code
        words = error.message + (error.cause.map { " (\($0))" } ?? "")
        remedy = error.remedy
    }
}

/// Gates that nobody could look at for one and the same cause, which is said once.
package struct UnseenGates: Sendable, Equatable {
    /// The gates, in the order in which they are told.
    package var gates: [Gate]
    /// What keeps them from being looked at.
    package var obstacle: GateObstacle

    /// The gates that have a cause in common with others.
    ///
    /// - Parameter gates: All gates.
    /// - Returns: A group for each cause that closes more than one of them.
    package static func groups(of gates: [Gate]) -> [UnseenGates] {
        var groups: [UnseenGates] = []
        for gate in gates where gate.blocks {
            guard let obstacle = gate.obstacle else { continue }
            if let place = groups.firstIndex(where: { $0.obstacle.isShared(with: obstacle) }) {
                groups[place].gates.append(gate)
            } else {
                groups.append(UnseenGates(gates: [gate], obstacle: obstacle))
            }
        }
        return groups.filter { $0.gates.count > 1 }
    }

    /// The gates that are told one by one.
    ///
    /// - Parameter gates: All gates.
    /// - Returns: Those that were looked at, and those whose obstacle is their own.
    package static func others(of gates: [Gate]) -> [Gate] {
        let unseen = Set(groups(of: gates).flatMap(\.gates).map(\.name))
        return gates.filter { !unseen.contains($0.name) }
    }

    /// How many gates there are, and why they cannot be looked at.
    ///
    /// - Parameter since: When PostgreSQL answered last, where that is known.
    /// - Returns: The words.
    package func words(since: String? = nil) -> String {
        guard obstacle.code == .targetUnavailable else {
            return "\(gates.count) gates cannot be looked at: \(obstacle.words)"
        }
        let silence = since.map { "has not answered since \($0)" } ?? "does not answer"
        return "\(gates.count) gates need PostgreSQL, which \(silence): \(obstacle.words)"
    }
}

extension GateObstacle {
    /// A server that is away is one cause, however each look at it ends.
    fileprivate func isShared(with other: GateObstacle) -> Bool {
        code == other.code && (code == .targetUnavailable || words == other.words)
    }
}
