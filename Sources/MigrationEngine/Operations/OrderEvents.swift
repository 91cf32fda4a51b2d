/// Something that happened to an order, as the database tells it.
public struct OrderEvent: Codable, Sendable, Equatable {
    /// The moment as stored.
    public var at: String
    /// What happened, for example `shipped`.
    public var kind: String
    /// What more is stored of it.
    @ExplicitNull public var text: String?
}

/// What one side knows of an order.
struct SideOrder {
    /// The profile's description of orders that this side fits.
    var view: Profile.Orders
    /// The order as the list shows it; nil when this side does not have it.
    var row: OrderRow?
    /// The value of the key by which the list is read.
    var key: String?
    /// What was ordered, then what was shipped.
    var items: [OrderItem] = []
    /// What happened to it, with the table that tells it.
    var events: [(table: String, event: OrderEvent)] = []
}

extension LiveReader {
    /// Reads everything that the database knows of an order.
    ///
    /// - Parameter number: The order's number.
    /// - Returns: The order; without a row when there is none of this number.
    /// - Throws: ``MigrationError``.
    func order(_ number: String) throws(MigrationError) -> SideOrder {
        try read("orders") { session throws(LiveFailure) in
            let (view, relation) = try session.choose(session.profile.orders, "orders")
            let row = try OrdersQuery(
                session: session,
                view: view,
                relation: relation,
                search: number,
                status: nil
            ).exact()?.row
            let query = ItemsQuery(session: session, view: view, relation: relation)
            var order = SideOrder(view: view, row: row)
            order.key = try query.order(view.key, number: number)
            try session.connection.snapshot { () throws(LiveFailure) in
                for lines in view.lines {
                    // A side without the table has no such items; the other one shows its own.
                    if case .table(let name, _, _) = lines.place,
                        session.shape.relation(name) == nil
                    {
                        continue
                    }
                    order.items += try query.items(lines, of: number)
                }
                for event in view.history {
                    order.events += try query.events(event, of: number).map { (event.table, $0) }
                }
            }
            return order
        }
    }

    /// Reads what happened to an order, in the order of time.
    ///
    /// - Parameter orderNumber: The order's number.
    /// - Returns: Its history; empty when the profile does not say where it is.
    /// - Throws: ``MigrationError``.
    package func orderEvents(orderNumber: String) throws(MigrationError) -> [OrderEvent] {
        try order(orderNumber).events.map(\.event)
            .sorted { StoredMoment.plain($0.at) < StoredMoment.plain($1.at) }
    }
}

extension ItemsQuery {
    /// The most rows of one kind in an order's history.
    private static let mostEvents = 200

    /// Reads what one table tells of an order.
    ///
    /// - Parameters:
    ///   - event: Where it is.
    ///   - number: The order's number.
    /// - Returns: What happened; nothing when this side does not have the table.
    /// - Throws: ``LiveFailure``.
    func events(
        _ event: Profile.Event,
        of number: String
    ) throws(LiveFailure) -> [OrderEvent] {
        guard let table = session.shape.relation(event.table), let at = table.sql(event.at),
            let joined = table.column(event.join),
            let reference = event.matches == view.number
                ? number : try order(event.matches, number: number),
            let value = LiveValue(reference, as: joined.kind)
        else { return [] }
        let columns = [at] + event.text.compactMap { table.sql($0) }
        let rows = try session.connection.rows(
            """
            SELECT \(columns.joined(separator: ", ")) FROM \(table.sql)
            WHERE \(SourceConnection.quote(joined.name)) = ? AND \(at) IS NOT NULL
            ORDER BY 1 LIMIT \(Self.mostEvents)
            """,
            [value]
        )
        return rows.map { row in
            let text = row.dropFirst().compactMap { $0 }.filter { !$0.isEmpty }
            return OrderEvent(
                at: row[0] ?? "",
                kind: event.kind,
                text: text.isEmpty ? nil : text.joined(separator: " ")
            )
        }
    }
}

/// Moments as either side writes them.
enum StoredMoment {
    /// The same text for the same moment: days, seconds and zones are written in several ways.
    ///
    /// - Parameter text: A date, or a date with a time of day, in UTC.
    /// - Returns: The text without what the sides write differently; any other text as it is.
    static func plain(_ text: String) -> String {
        guard
            let match = text.wholeMatch(
                of: /([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[ T]([0-9:]+)(\.[0-9]+)?(?:Z|\+00(?::?00)?)?)?/
            )
        else { return text }
        let clock = match.2.map(String.init) ?? "00:00"
        let seconds = clock.count == 5 ? clock + ":00" : clock
        let fraction = (match.3.map(String.init) ?? "").replacing(/\.?0+$/, with: "")
        let time = seconds + fraction
        return time == "00:00:00" ? String(match.1) : "\(match.1) \(time)"
    }
}
