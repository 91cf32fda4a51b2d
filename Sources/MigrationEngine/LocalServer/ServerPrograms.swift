import Foundation

/// The folder with PostgreSQL's server programs.
package struct ServerPrograms: Sendable, Equatable {
    /// The folder, for example `/usr/lib/postgresql/15/bin`.
    package let folder: String

    private static let needed = ["initdb", "pg_ctl", "postgres", "psql", "createdb", "dropdb"]

    /// Finds the programs.
    ///
    /// Looks at `$CUTOVER_PG_BIN` and nowhere else if that is set; otherwise asks `pg_config`,
    /// looks along `$PATH`, and last takes the newest of Debian's versions.
    ///
    /// - Parameter environment: The environment to look into.
    /// - Returns: The folder that has all of them.
    /// - Throws: ``MigrationError`` of code `serverMissing` when there is none.
    package static func find(
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(MigrationError) -> ServerPrograms {
        if let chosen = environment["CUTOVER_PG_BIN"], !chosen.isEmpty {
            guard isComplete(chosen) else {
                throw missing(
                    "the folder of $CUTOVER_PG_BIN has no PostgreSQL server programs",
                    path: chosen,
                    remedy: "point CUTOVER_PG_BIN to a folder with initdb, pg_ctl and postgres, "
                        + "or unset it and run `apt-get install postgresql`"
                )
            }
            return ServerPrograms(folder: chosen)
        }
        let path = (environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":").map(String.init)
        let candidates = configured(path) + path + packaged()
        guard let folder = candidates.first(where: isComplete) else {
            throw missing(
                "PostgreSQL's server programs (initdb, pg_ctl, postgres) are not installed",
                path: nil,
                remedy: "run `apt-get install postgresql`, or set CUTOVER_PG_BIN to their folder"
            )
        }
        return ServerPrograms(folder: folder)
    }

    /// One of the programs.
    ///
    /// - Parameter name: Its name.
    /// - Returns: Its path.
    package func path(_ name: String) -> String { "\(folder)/\(name)" }

    private static func isComplete(_ folder: String) -> Bool {
        folder.hasPrefix("/") && needed.allSatisfy { access("\(folder)/\($0)", X_OK) == 0 }
    }

    private static func configured(_ path: [String]) -> [String] {
        let own = ServerAccount(
            name: "",
            userID: geteuid(),
            groupID: getegid(),
            isOther: false
        )
        let programs = path.map { folder -> String in "\(folder)/pg_config" }
            .filter { access($0, X_OK) == 0 }
        guard let program = programs.first,
            let outcome = try? Program(path: program, account: own).run(["--bindir"]),
            outcome.succeeded
        else { return [] }
        return [outcome.output.trimmingBlanks()]
    }

    private static func packaged() -> [String] {
        let root = "/usr/lib/postgresql"
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        return versions.compactMap { Double($0) }.sorted(by: >).map { version in
            let whole = Int(version)
            return "\(root)/\(Double(whole) == version ? "\(whole)" : "\(version)")/bin"
        }
    }

    private static func missing(
        _ message: String,
        path: String?,
        remedy: String
    ) -> MigrationError {
        MigrationError(
            .serverMissing,
            message,
            place: .init("local server", path: path),
            remedy: remedy
        )
    }
}
