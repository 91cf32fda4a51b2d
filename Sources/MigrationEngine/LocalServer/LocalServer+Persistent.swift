extension LocalServer {
    /// How a persistent server stands.
    package struct Status: Sendable, Encodable {
        /// Whether it runs.
        package let running: Bool
        /// Whether this command changed that.
        package let changed: Bool
        /// Its folder.
        package let data: String
        /// Its log.
        package let log: String
        /// The address of its database `postgres`, while it runs.
        package let url: String?
        /// The process of the server, while it runs.
        package let pid: Int32?
        /// What the operator should know of the choice of the folder.
        package let note: String?
    }

    /// Starts a server that stays, or finds it running.
    ///
    /// - Parameter data: Its folder; nil for the default one.
    /// - Returns: The server, accepting connections.
    /// - Throws: ``MigrationError`` of code `serverMissing`, `serverFailed`, `fileFailed` or
    ///   `configuration`.
    package static func start(data: String? = nil) throws(MigrationError) -> LocalServer {
        let place = try ServerFolder(chosen: data)
        _ = try place.start()
        return LocalServer(persistent: place, socketFolder: place.socketFolder)
    }

    /// Starts a server that stays, or finds it running, and says which.
    ///
    /// - Parameter data: Its folder; nil for the default one.
    /// - Returns: How it stands.
    /// - Throws: ``MigrationError`` as ``start(data:)``.
    package static func started(data: String?) throws(MigrationError) -> Status {
        let place = try ServerFolder(chosen: data)
        let changed = try place.start()
        return status(of: place, changed: changed)
    }

    /// Stops a server that stays; a stopped one is no error.
    ///
    /// - Parameter data: Its folder; nil for the default one.
    /// - Returns: How it stands; `changed` says whether it ran.
    /// - Throws: ``MigrationError`` of code `serverMissing` or `serverFailed`.
    package static func stopped(data: String?) throws(MigrationError) -> Status {
        let place = try ServerFolder(chosen: data)
        let changed = try place.stop()
        return status(of: place, changed: changed)
    }

    /// How a server that stays stands.
    ///
    /// - Parameter data: Its folder; nil for the default one.
    /// - Returns: How it stands.
    /// - Throws: ``MigrationError`` of code `serverMissing`.
    package static func status(data: String?) throws(MigrationError) -> Status {
        status(of: try ServerFolder(chosen: data), changed: false)
    }

    private static func status(of place: ServerFolder, changed: Bool) -> Status {
        let pid = place.runningProcess
        return Status(
            running: pid != nil,
            changed: changed,
            data: place.path,
            log: place.log,
            url: pid == nil
                ? nil
                : LocalServer(persistent: place, socketFolder: place.socketFolder).url(),
            pid: pid,
            note: place.note
        )
    }
}
