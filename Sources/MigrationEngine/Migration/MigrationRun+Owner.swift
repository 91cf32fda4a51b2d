/// A live run takes its source: another one cannot have it from then on.
extension MigrationRun {
    /// Takes the source for this run and installs the capture, in one transaction: of two that
    /// begin at once, one gets it.
    ///
    /// - Returns: The capture, and whether it was made now.
    /// - Throws: ``MigrationError``; of code `differentRun` when another run has the source.
    func takeSource() throws(MigrationError) -> (capture: Capture, isNew: Bool) {
        let owner = try onTarget("start") { [self] target throws(TargetError) in
            SourceOwner(
                run: identifier,
                address,
                targetID: try Target.fingerprint(target),
                options
            )
        }
        let gone = try goneOwner(owner)
        let source = try SourceFile.open(options.source, stage: "capture", access: .readWrite)
        let taken = try SourceTransaction(source, options.source, "capture", 10_000).run {
            connection throws(SourceError) -> Taken in
            if let conflict = try owner.conflict(connection, isGone: { $0 == gone }) {
                return .refused(conflict)
            }
            let (capture, isNew) = try Capture.install(connection)
            try owner.write(connection)
            return .taken(capture, isNew: isNew)
        }
        switch taken {
        case .refused(let conflict): throw conflict.failure(options, "start")
        case .taken(let capture, let isNew): return (capture, isNew)
        }
    }

    private enum Taken {
        case refused(SourceOwner.Conflict)
        case taken(Capture, isNew: Bool)
    }

    /// The owner whose database was dropped from this server: nobody can go on with its run.
    private func goneOwner(_ own: SourceOwner) throws(MigrationError) -> SourceOwner? {
        guard let found = try foundOwner() else { return nil }
        let isGone = try onTarget("start") { target throws(TargetError) in
            try found.isGone(from: target, own.targetID)
        }
        return isGone ? found : nil
    }

    private func foundOwner() throws(MigrationError) -> SourceOwner? {
        let source = try SourceFile.open(options.source, stage: "start")
        do throws(SourceError) {
            return try SourceOwner.read(source)
        } catch {
            throw SourceFile.failure(error, path: options.source, stage: "start")
        }
    }

    /// Refuses to go on with a run that does not have the source any more.
    ///
    /// - Parameter run: The run.
    /// - Throws: ``MigrationError`` of code `differentRun`.
    func requireOwned(by run: String) throws(MigrationError) {
        let source = try SourceFile.open(options.source, stage: "start")
        do {
            try SourceOwner.require(run, source, options, "start")
        } catch {
            throw FollowSession.wrap(error, options, address, "start")
        }
    }
}

extension FollowSession {
    /// The run of this session, as the owner of its source.
    ///
    /// - Returns: The owner.
    /// - Throws: ``MigrationError`` when the server is lost.
    func owner() throws(MigrationError) -> SourceOwner {
        do throws(TargetError) {
            return SourceOwner(
                run: run.id,
                address,
                targetID: try Target.fingerprint(target),
                options
            )
        } catch {
            throw wrap(error, "switch")
        }
    }
}
