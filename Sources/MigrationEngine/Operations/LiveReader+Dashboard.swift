import Foundation

extension LiveReader {
    /// Reads the figures of the dashboard.
    ///
    /// A figure that cannot be read is unknown, with the reason. A dashboard that was costly to
    /// read is given again for ten times as long as it took, so that its reader does not weigh on
    /// the databases.
    ///
    /// - Parameter isFresh: Whether they are read in any case, by a reader that keeps them itself.
    /// - Returns: The figures, in the profile's order.
    /// - Throws: ``MigrationError``.
    package func dashboard(isFresh: Bool = false) throws(MigrationError) -> DashboardPage {
        if !isFresh, let last = lastDashboard, ContinuousClock.now < last.readAt + last.cost * 10 {
            return last.page
        }
        let start = ContinuousClock.now
        let page = try read("dashboard") { session throws(LiveFailure) in
            guard !session.profile.figures.isEmpty else {
                throw .front(
                    MigrationError(
                        .configuration,
                        "the profile \"\(session.profile.name)\" names no figures",
                        place: .init("dashboard", side: side),
                        remedy: "give --profile ora for an ORA database, or a profile file with "
                            + "[[figure]] tables"
                    )
                )
            }
            var figures: [DashboardFigure] = []
            for figure in session.profile.figures {
                figures.append(try FigureReader(session: session, now: Date()).read(figure))
            }
            return DashboardPage(side: side, figures: figures)
        }
        let end = ContinuousClock.now
        lastDashboard = (page, end, end - start)
        return page
    }
}

/// Reads one figure.
struct FigureReader {
    let session: LiveSession
    let now: Date

    /// Reads a figure.
    ///
    /// - Parameter figure: The figure in the profile.
    /// - Returns: Its value, or why it is unknown.
    /// - Throws: ``LiveFailure`` when the connection was lost.
    func read(_ figure: Profile.Figure) throws(LiveFailure) -> DashboardFigure {
        func unknown(_ note: String) -> DashboardFigure {
            DashboardFigure(name: figure.name, value: nil, note: note)
        }
        guard
            let variant = figure.variants.first(where: { session.shape.missing($0.needs) == nil })
        else {
            let missing = figure.variants.first.flatMap { session.shape.missing($0.needs) }
            return unknown(missing.map { "needs \($0)" } ?? "the profile has no query for it")
        }
        let template = session.connection.side == .source ? variant.sqlite : variant.postgres
        switch FigureSQL(parameters: session.profile.parameters, now: now).fill(template) {
        case .failure(let word): return unknown("needs \(word.name) under [parameters]")
        case .success(let sql):
            do throws(LiveFailure) {
                let sql = session.shape.named(variant.needs, in: sql)
                let rows = try session.connection.rows(sql, within: Profile.querySeconds)
                guard let value = rows.first?.first ?? nil else {
                    return unknown("no value is stored")
                }
                return DashboardFigure(name: figure.name, value: value, note: nil)
            } catch {
                if error.isConnectionLost { throw error }
                return unknown(Self.note(error))
            }
        }
    }

    private static func note(_ error: LiveFailure) -> String {
        switch error {
        case _ where error.isTooLate: "took longer than \(Int(Profile.querySeconds)) s"
        case .front(let error): error.message
        case .source(let error): "SQLite: \(SafeText.visible(error.message))"
        // A message about a value repeats the value.
        case .target(let error) where error.isAboutData:
            "a stored value is not what the figure counts"
        case .target(let error): "PostgreSQL: \(SafeText.visible(error.message))"
        }
    }
}

/// Fills the words in braces of a figure's query.
struct FigureSQL {
    let parameters: [String: String]
    let now: Date

    /// A word that nobody defined.
    struct UnknownWord: Error, Equatable {
        var name: String
    }

    /// Fills a query.
    ///
    /// - Parameter template: The query with words such as `{today-7d}` or `{key_customer}`.
    /// - Returns: The query, or the first word that has no meaning.
    func fill(_ template: String) -> Result<String, UnknownWord> {
        var filled = ""
        var rest = template[...]
        while let open = rest.firstIndex(of: "{") {
            filled += rest[..<open]
            let after = rest[rest.index(after: open)...]
            guard let close = after.firstIndex(of: "}") else { break }
            let word = String(after[..<close])
            guard let value = value(word) else { return .failure(UnknownWord(name: word)) }
            filled += TargetConnection.literal(value)
            rest = after[after.index(after: close)...]
        }
        return .success(filled + rest)
    }

    private func value(_ word: String) -> String? {
        if let parameter = parameters[word] { return parameter }
        guard let match = word.wholeMatch(of: /(today|now)(?:-([0-9]{1,6})([dh]))?/) else {
            return nil
        }
        let amount = match.2.flatMap { Double($0) } ?? 0
        let moment = now - amount * (match.3 == "h" ? 3_600 : 86_400)
        let stamp = StoredText.timestamp(moment)
        return match.1 == "today" ? String(stamp.prefix(10)) : stamp
    }
}

extension StoredText {
    /// Writes a moment as the application stores it: `YYYY-MM-DD HH:MM:SS`, UTC, without a zone.
    ///
    /// - Parameter moment: The moment.
    /// - Returns: The text.
    static func timestamp(_ moment: Date) -> String {
        moment.formatted(
            .iso8601.year().month().day().dateTimeSeparator(.space)
                .time(includingFractionalSeconds: false)
        )
    }
}
