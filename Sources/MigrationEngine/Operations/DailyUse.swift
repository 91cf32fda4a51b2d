import Foundation

/// How many units of an article leave a day.
enum DailyUse {
    /// How long a mean over days stays as it was read.
    static let lasts = Duration.seconds(300)

    /// For how many days a stock lasts, as the application counts it.
    ///
    /// - Parameters:
    ///   - onHand: The units on hand.
    ///   - use: The units that leave a day.
    /// - Returns: The days, rounded; nil when either is not known or nothing leaves.
    static func daysLeft(_ onHand: Int64?, _ use: Double?) -> Int? {
        guard let onHand, let use, use > 0 else { return nil }
        return Int(exactly: (Double(max(0, onHand)) / use).rounded())
    }
}

extension LiveReader {
    /// Reads how many units of each article leave a day, where no column of the stock tells it.
    ///
    /// - Parameters:
    ///   - session: What is read.
    ///   - view: The stock.
    ///   - relation: Its table.
    /// - Returns: The units by article; none when they are not known.
    /// - Throws: ``LiveFailure`` when the connection was lost.
    func dailyUse(
        _ session: LiveSession,
        _ view: Profile.Inventory,
        _ relation: LiveShape.Relation
    ) throws(LiveFailure) -> [String: Double] {
        guard relation.sql(view.use) == nil,
            let query = session.profile.dailyUse.first(where: {
                session.shape.missing($0.needs) == nil
            })
        else { return [:] }
        if let lastUse, ContinuousClock.now < lastUse.readAt + DailyUse.lasts {
            return lastUse.use
        }
        var use: [String: Double] = [:]
        for row in try session.optionalRows(query, [:]) ?? [] where row.count > 1 {
            guard let sku = row[0], let units = row[1].flatMap({ Double($0) }) else { continue }
            use[sku] = units
        }
        lastUse = (use, ContinuousClock.now)
        return use
    }
}

extension LiveSession {
    /// Runs a query of the profile that the views can do without.
    ///
    /// - Parameters:
    ///   - query: The query.
    ///   - words: What its words in braces mean, beside the profile's parameters.
    /// - Returns: The rows; nil when it cannot be run on this side.
    /// - Throws: ``LiveFailure`` when the connection was lost.
    func optionalRows(
        _ query: Profile.Figure.Variant,
        _ words: [String: String]
    ) throws(LiveFailure) -> [[String?]]? {
        guard shape.missing(query.needs) == nil else { return nil }
        let parameters = profile.parameters.merging(words) { _, own in own }
        let template = connection.side == .source ? query.sqlite : query.postgres
        guard case .success(let sql) = FigureSQL(parameters: parameters, now: Date()).fill(template)
        else { return nil }
        do throws(LiveFailure) {
            return try connection.rows(
                shape.named(query.needs, in: sql),
                within: Profile.querySeconds
            )
        } catch {
            if error.isConnectionLost { throw error }
            return nil
        }
    }
}
