/// Whether a run of the target is one of this source.
enum RunIdentity: Equatable {
    /// It is.
    case own
    /// It is one of the same file, whose schema has changed since.
    case changedSchema
    /// It is one of another file.
    case other(path: String)
    /// It is this file's, by another path than the run knows; or there is no file at the path, and
    /// the run's is another.
    case displaced(SourcePlace, path: String, source: String)
    /// The source cannot be read, so nobody can tell.
    case unknown

    /// Compares a run with the source.
    ///
    /// - Parameters:
    ///   - run: The run.
    ///   - path: The source.
    init(_ run: RunState.Run, source path: String) {
        guard let source = try? SourceFile.open(path, stage: "status"),
            let fingerprint = try? SourceFile.fingerprint(source, path: path)
        else {
            let place = SourcePlace(absent: path, run)
            self = place.map { .displaced($0, path: run.sourcePath, source: path) } ?? .unknown
            return
        }
        if fingerprint == run.sourceFingerprint {
            self = .own
        } else if let place = try? SourcePlace(run, source, path), place != .known {
            self = .displaced(place, path: run.sourcePath, source: path)
        } else {
            let isSame = run.sourcePath == SourceFile.realPath(path)
            self = isSame ? .changedSchema : .other(path: run.sourcePath)
        }
    }

    /// What the operator should know; nil when the run is this source's.
    var note: String? {
        switch self {
        case .own, .unknown: nil
        case .changedSchema: "the source's schema has changed since the run"
        case .other(let path): "the target holds the run of another source: \(path)"
        case .displaced(let place, _, let source): place.words(source)
        }
    }
}
