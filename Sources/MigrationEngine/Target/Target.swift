/// The target as a whole: connecting, identity, and whether a migration may begin.
package enum Target {
    /// Connects to the target of a command.
    ///
    /// - Parameters:
    ///   - options: The options.
    ///   - stage: The stage that connects.
    ///   - purpose: What the connection is for.
    /// - Returns: The connection and its address.
    /// - Throws: ``MigrationError``.
    package static func connect(
        _ options: Options,
        stage: String,
        purpose: String = "engine"
    ) throws(MigrationError) -> (TargetConnection, TargetAddress) {
        let address = try TargetAddress(options.target)
        do throws(TargetError) {
            return (try TargetConnection(address, purpose: purpose), address)
        } catch {
            throw TargetFailure.wrap(error, stage: stage, address: address)
        }
    }

    /// Connects to look only: nobody waits long for a table that another session holds.
    ///
    /// - Parameters:
    ///   - options: The target.
    ///   - stage: Who looks, for the error.
    /// - Returns: The connection and its address.
    /// - Throws: ``MigrationError`` when the server cannot be reached.
    package static func connectToLook(
        _ options: Options,
        stage: String
    ) throws(MigrationError) -> (TargetConnection, TargetAddress) {
        let (target, address) = try connect(options, stage: stage, purpose: "status")
        do throws(TargetError) {
            try target.execute("SET lock_timeout = '3s'")
        } catch {
            throw TargetFailure.wrap(error, stage: stage, address: address)
        }
        return (target, address)
    }

    /// What identifies a database: the cluster's identifier and the database's name.
    ///
    /// - Parameter connection: A connection.
    /// - Returns: The fingerprint.
    /// - Throws: ``TargetError``.
    package static func fingerprint(
        _ connection: TargetConnection
    ) throws(TargetError) -> String {
        // The identifier may be hidden from ordinary users; the database's oid is not.
        let allowed = try connection.query(
            "SELECT has_function_privilege('pg_catalog.pg_control_system()', 'EXECUTE')"
        )
        let cluster =
            allowed.first == "t"
            ? try connection.query("SELECT system_identifier FROM pg_control_system()").first
            : nil
        let database = try connection.query(
            "SELECT oid || '/' || datname FROM pg_database WHERE datname = current_database()"
        )
        return "\(cluster ?? "unknown")/\(database.first ?? "")"
    }

    /// Checks that a migration may begin: encoding, rights.
    ///
    /// - Parameters:
    ///   - connection: A connection.
    ///   - address: Its address.
    ///   - schema: The schema that receives the tables.
    /// - Throws: ``MigrationError``.
    package static func checkSuitable(
        _ connection: TargetConnection,
        _ address: TargetAddress,
        schema: String
    ) throws(MigrationError) {
        let rows: TargetRows
        do throws(TargetError) {
            rows = try connection.query(
                """
                SELECT current_setting('server_encoding'),
                    has_database_privilege(current_database(), 'CREATE'),
                    coalesce((SELECT has_schema_privilege(oid, 'CREATE')
                        FROM pg_namespace WHERE nspname = $1), true),
                    current_setting('server_version_num')::int
                """,
                [.text(schema)]
            )
        } catch {
            throw TargetFailure.wrap(error, stage: "start", address: address)
        }
        guard let row = rows.rows.first else { return }
        let place = MigrationError.Place("start", side: .target, path: address.redacted)
        guard row[0] == "UTF8" else {
            throw MigrationError(
                .targetEncoding,
                "the target's encoding is \(row[0] ?? "unknown"), and it must be UTF8",
                place: place,
                remedy: "create it anew: \(address.createdb("", "-E UTF8 -T template0"))"
            )
        }
        guard row[1] == "t", row[2] == "t" else {
            throw MigrationError(
                .targetPermission,
                "user \"\(address.user)\" may not create \(row[1] == "t" ? "tables" : "schemas")",
                place: place,
                remedy: row[1] == "t"
                    ? "as the owner: GRANT CREATE ON SCHEMA \(schema) TO \(address.user)"
                    : "as the owner: GRANT CREATE ON DATABASE \(address.database) "
                        + "TO \(address.user)"
            )
        }
        guard let version = row[3].flatMap({ Int($0) }), version >= 130_000 else {
            throw MigrationError(
                .configuration,
                "the server is older than PostgreSQL 13",
                place: place,
                remedy: "give a server of version 13 or newer"
            )
        }
    }

    /// The relations that stand in a schema, which must be empty before a first run.
    ///
    /// - Parameters:
    ///   - schema: The schema.
    ///   - connection: A connection.
    /// - Returns: The names, in order.
    /// - Throws: ``TargetError``.
    package static func relations(
        in schema: String,
        _ connection: TargetConnection
    ) throws(TargetError) -> [String] {
        try connection.query(
            """
            SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = $1 AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
                AND NOT EXISTS (SELECT FROM pg_depend d
                    WHERE d.objid = c.oid AND d.deptype = 'e')
            ORDER BY c.relname COLLATE "C"
            """,
            [.text(schema)]
        ).rows.compactMap { $0[0] }
    }
}
