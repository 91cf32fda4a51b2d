import Foundation

/// Whether a file stands where the run that it belongs to knows it: a run knows its source by path.
enum SourcePlace: Equatable {
    /// It does, or nothing says that it is the run's file.
    case known
    /// It is the run's file under another path; where the run knows it, it is not any more.
    case moved(from: String, run: String)
    /// It is the run's file by a second name, and the first one is there, too.
    case linked(to: String, run: String)
    /// There is no file, and the run's is another.
    case absent(known: String, run: String)

    /// Looks at a path that holds no file; nil when something is there, or it is the run's own.
    ///
    /// - Parameters:
    ///   - path: The path.
    ///   - run: The run of the target.
    init?(absent path: String, _ run: RunState.Run) {
        var status = stat()
        // A link that leads nowhere may lead to where the run's file was.
        guard lstat(path, &status) != 0, errno == ENOENT else { return nil }
        let place = URL(fileURLWithPath: path)
        let folder = SourceFile.realPath(place.deletingLastPathComponent().path)
        let resolved = URL(fileURLWithPath: folder).appendingPathComponent(place.lastPathComponent)
        guard !run.sourcePath.isEmpty, resolved.path != run.sourcePath else { return nil }
        self = .absent(known: run.sourcePath, run: run.id)
    }

    /// Compares a file's path with the one of a run.
    ///
    /// - Parameters:
    ///   - run: The run of the target.
    ///   - source: A connection to the file, which says whose it is.
    ///   - path: Its path.
    /// - Throws: ``SourceError``.
    init(
        _ run: RunState.Run,
        _ source: SourceConnection,
        _ path: String
    ) throws(SourceError) {
        let known = run.sourcePath
        guard SourceFile.realPath(path) != known, let here = FileIdentity(path) else {
            self = .known
            return
        }
        if let there = FileIdentity(known) {
            // A copy is another file: its own run's words say what is to be done with it.
            self = there == here ? .linked(to: known, run: run.id) : .known
        } else {
            let isOwn = try SourceOwner.read(source)?.run == run.id
            self = isOwn ? .moved(from: known, run: run.id) : .known
        }
    }

    /// What is wrong, in a sentence; nil when nothing is.
    func words(_ path: String) -> String? {
        let here = SafeText.visible(SourceFile.realPath(path))
        return switch self {
        case .known: nil
        case .moved(let path, let run):
            "the SQLite file was moved: run \(run) knows it as \(SafeText.visible(path)), and it "
                + "stands at \(here) now, where nothing goes on with it"
        case .linked(let path, let run):
            "\(here) is a second name (a hard link) of \(SafeText.visible(path)), which run \(run) "
                + "has: SQLite keeps its write-ahead log beside the name, so a file that is used by "
                + "two names can be damaged"
        case .absent(let known, let run):
            "there is no such file: \(here); this target belongs to run \(run) of "
                + SafeText.visible(known)
        }
    }

    /// What to do about it; nil when there is nothing to do.
    var remedy: String? {
        switch self {
        case .known: nil
        case .moved(let path, _):
            "stop what uses the file, then move it back to \(SafeText.visible(path)), with its "
                + "-wal and its folder .cutover; nothing is lost by that"
        case .linked(let path, _):
            "give it by its first name, --source \(SafeText.visible(path)), and see that the "
                + "application uses no other"
        case .absent(let known, _): "give --source \(SafeText.visible(known))"
        }
    }

    /// Refuses a file that the run does not know by this path.
    ///
    /// - Parameters:
    ///   - options: The source.
    ///   - stage: The verb.
    /// - Throws: ``MigrationError`` of code `configuration`.
    func require(_ options: Options, _ stage: String) throws(MigrationError) {
        guard let words = words(options.source), let remedy else { return }
        throw MigrationError(
            .configuration,
            words,
            place: .init(stage, side: .source, path: options.source),
            remedy: remedy
        )
    }
}
