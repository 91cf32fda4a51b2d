import Synchronization

/// Whoever writes the source while it is migrated: the workers of a shape that is known, else a
/// light load or nobody.
final class SimulatedLoad: Sendable {
    /// Who writes.
    enum Kind: String, Sendable {
        /// The workers of the shop, whose committed writes are looked for on both sides.
        case workers
        /// Rows of any table, written as they are.
        case light
        /// Nobody.
        case none
    }

    let kind: Kind
    private let traffic: Traffic?
    private let light: LightLoad?

    /// Looks who can write a source.
    ///
    /// - Parameters:
    ///   - path: The source.
    ///   - settings: How the workers write.
    ///   - allowsLightLoad: Whether a source that the workers do not know is written lightly.
    /// - Throws: ``MigrationError`` when the workers do not know it and nothing else is allowed.
    init(
        _ path: String,
        _ settings: Traffic.Settings,
        _ allowsLightLoad: Bool
    ) throws(MigrationError) {
        do throws(MigrationError) {
            traffic = try Traffic(source: path, settings: settings)
            light = nil
            kind = .workers
        } catch {
            guard allowsLightLoad else { throw error }
            traffic = nil
            light = try LightLoad(path, rate: settings.rate)
            kind = light == nil ? .none : .light
        }
    }

    /// Whether the workers know the source.
    var isKnown: Bool { traffic != nil }

    /// What was seen committed.
    var ledger: TrafficLedger { traffic?.ledger ?? TrafficLedger() }

    /// Writes that were seen committed.
    var committed: Int { traffic?.ledger.writes.count ?? light?.committed ?? 0 }

    func start() {
        traffic?.start()
        light?.start()
    }

    /// Ends the writes; harmless when they have ended.
    @discardableResult
    func stop() -> TrafficReport? {
        light?.stop()
        return traffic?.stop()
    }

    /// Committed rows that a side does not have as they were committed.
    func losses(in place: TrafficPlace) throws(MigrationError) -> [LedgerCheck.Loss] {
        guard let traffic else { return [] }
        return try LedgerCheck.losses(traffic.ledger, in: place)
    }
}

/// A light load on a database that nobody knows: rows of its tables are written as they are, so
/// that the log, the catch-up and the fence have something to do.
final class LightLoad: Sendable {
    private let path: String
    private let rate: Double
    /// Statements that write one row near a number, and the greatest number.
    private let writes: [(sql: String, last: Int64)]
    private let wish = TrafficStop(workers: 1)
    private let count = Atomic<Int>(0)
    private let thread = Mutex<Background<Void>?>(nil)

    /// Looks at the tables; nil when none has rows that can be written so.
    ///
    /// - Parameters:
    ///   - path: The source.
    ///   - rate: The writes a second.
    /// - Throws: ``MigrationError`` when the source cannot be read.
    init?(_ path: String, rate: Double) throws(MigrationError) {
        self.path = path
        self.rate = max(rate, 0.1)
        let source = try SourceFile.open(path, stage: "rehearse")
        do throws(SourceError) {
            writes = try Self.statements(source)
        } catch {
            throw SourceFile.failure(error, path: path, stage: "rehearse")
        }
        if writes.isEmpty { return nil }
    }

    /// Writes that were committed.
    var committed: Int { count.load(ordering: .relaxed) }

    func start() {
        thread.withLock { $0 = $0 ?? Background("light load") { [self] in work() } }
    }

    func stop() {
        wish.state()
        _ = try? thread.withLock { $0 }?.value()
    }

    private static func statements(
        _ source: SourceConnection
    ) throws(SourceError) -> [(sql: String, last: Int64)] {
        var found: [(sql: String, last: Int64)] = []
        for table in try CatalogReader.read(source).migratedTables {
            // By its rowid any row is found in a moment, whatever the key is.
            guard table.kind == .ordinary, let alias = table.rowidAlias,
                let column = table.columns.first(where: {
                    $0.name != alias && $0.generation == .none
                })
            else { continue }
            let quote = SourceConnection.quote
            let name = quote(table.storedName)
            let last = try source.integer("SELECT max(\(quote(alias))) FROM \(name)") ?? 0
            guard last > 0 else { continue }
            let write = """
                UPDATE \(name) SET \(quote(column.name)) = \(quote(column.name))
                WHERE \(quote(alias)) = (SELECT \(quote(alias)) FROM \(name)
                    WHERE \(quote(alias)) >= ? ORDER BY \(quote(alias)) LIMIT 1)
                """
            found.append((sql: write, last: last))
        }
        return found
    }

    private func work() {
        var random = SampleRandom(seed: 1)
        var due = ContinuousClock.now
        var connection: SourceConnection?
        while !wish.wait(until: due, worker: 0) {
            let started = ContinuousClock.now
            due = started + .seconds(1 / rate)
            do throws(SourceError) {
                let open: SourceConnection
                if let connection {
                    open = connection
                } else {
                    open = try SourceConnection(path: path, access: .readWrite)
                    connection = open
                }
                let chosen = writes[random.below(writes.count)]
                let near = Int64(random.below(Int(clamping: chosen.last))) + 1
                try open.prepare(chosen.sql).run([.integer(near)])
                count.add(open.changes, ordering: .relaxed)
            } catch {
                // Refused by the fence, or by the application's own triggers: the next one may do.
                due = .now + .milliseconds(50)
            }
            // Light: never more than half of the time, so that others come to write, too.
            due = max(due, .now + (.now - started))
        }
    }
}
