/// Which side the application works on.
package enum LiveSide {
    /// Answers which side is live now.
    ///
    /// - Parameter options: The two sides and the folder of the run.
    /// - Returns: The side.
    /// - Throws: ``MigrationError`` when it cannot be told.
    package static func current(_ options: Options) throws(MigrationError) -> Side {
        let source = try SourceFile.open(options.source, stage: "status")
        do throws(SourceError) {
            // Until the source is closed for good, nobody else can be the one that takes writes.
            // Unless it is not the file any more that was closed: then the journal remembers.
            guard try SourceFence.isForGood(source) || isRemembered(options) else { return .source }
            if try FinalHandover.read(source) != nil { return .target }
        } catch {
            throw SourceFile.failure(error, path: options.source, stage: "status")
        }
        let (target, address) = try Target.connectToLook(options, stage: "status")
        do throws(TargetError) {
            guard let run = try RunState.newestRun(target, in: options.schema),
                let position = try RunState.position(of: run.id, target)
            else { return .source }
            return position.liveSide
        } catch {
            throw LockHolders.naming(
                TargetFailure.wrap(error, stage: "status", address: address),
                options
            )
        }
    }
}

extension LiveSide {
    /// Whether the journal has seen a handover that was not taken back.
    static func isRemembered(_ options: Options) -> Bool {
        let directory = RunDirectory(existing: options.runDirectory)
        guard let run = (try? Journal.newestRun(in: directory)) ?? nil else { return false }
        return CutoverPhase(rawValue: run.phase)?.targetTakesWrites == true
    }
}

/// A side as the operator names it.
package enum SideChoice: String, Sendable, CaseIterable {
    case source
    case target
    case live

    /// Answers which side is meant.
    ///
    /// - Parameter options: The two sides and the folder of the run.
    /// - Returns: The side.
    /// - Throws: ``MigrationError`` when the live side cannot be told.
    package func side(_ options: Options) throws(MigrationError) -> Side {
        switch self {
        case .source: .source
        case .target: .target
        case .live: try LiveSide.current(options)
        }
    }
}
