/// Which of the two shapes a database has, and what the workers do in it.
struct TrafficShape: Sendable {
    let roles: [TrafficRole]
    /// The columns that identify rows; `id` where a table is not named.
    let keys: [String: String]
    /// Says that a worker ran, where the table of the toggles has a column for it.
    let heartbeat: [TrafficSQL]

    /// Finds the shape of a side.
    ///
    /// - Parameter place: The side.
    /// - Returns: The shape, and the largest id of an order.
    /// - Throws: ``MigrationError`` when the side cannot be opened or has neither shape.
    static func find(
        _ place: TrafficPlace
    ) throws(MigrationError) -> (shape: TrafficShape, base: Int) {
        let path: String
        switch place {
        case .source(let file):
            path = file
            _ = try SourceFile.open(file, stage: "traffic")
        case .target(let conninfo, _):
            path = try TargetAddress(conninfo).redacted
        }
        do throws(TrafficFailure) {
            let database = try TrafficDatabase(
                place,
                enforcesForeignKeys: false,
                name: "start"
            )
            let largest = try database.rows(
                TrafficSQL("SELECT max(id) AS id FROM orders_inbox"),
                [:]
            )
            let base = Int(largest.first?["id"]?.ledgerText ?? "") ?? 0
            return (TrafficShape(side: place.side, try has("total_items", database)), base)
        } catch {
            throw MigrationError(
                place.side == .source ? .sourceFailed : .targetFailed,
                "the workers cannot begin: this is not a database that they know",
                place: .init("traffic", side: place.side, path: path),
                remedy: "see the cause; cutover sample PATH writes one that the workers know",
                cause: error.cause
            )
        }
    }

    /// Tells whether the orders have a column.
    private static func has(
        _ column: String,
        _ database: TrafficDatabase
    ) throws(TrafficFailure) -> Bool {
        // Each shape by a column that only it has.
        for known in [column, "items_json"] {
            let query = TrafficSQL("SELECT o.\(known) FROM orders_inbox o LIMIT 1")
            do throws(TrafficFailure) {
                _ = try database.rows(query, [:])
                return known == column
            } catch {
                if known == "items_json" { throw error }
            }
        }
        return false
    }

    private init(side: Side, _ isProduction: Bool) {
        let all = isProduction ? ProductionTraffic.roles : PlanTraffic.roles
        keys = isProduction ? [:] : PlanTraffic.keys
        heartbeat = isProduction ? ProductionTraffic.heartbeat : []
        roles = all.map { role in
            TrafficRole(
                name: role.name,
                obeysToggle: role.obeysToggle,
                share: role.share,
                enforcesForeignKeys: role.enforcesForeignKeys,
                operations: role.operations.filter { side == .source || $0.isForBothSides }
            )
        }
    }
}
