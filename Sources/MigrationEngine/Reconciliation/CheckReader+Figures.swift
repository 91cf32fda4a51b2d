import Foundation

extension CheckReader {
    /// The most articles whose stock is looked at.
    private static let mostArticles = 5_000

    /// The stock of each article, and what came and went.
    func formula() throws(CheckFault) -> CheckReading {
        guard let (view, relation) = session.shape.choose(session.profile.inventory),
            let sku = relation.sql(view.sku), let onHand = relation.sql(view.onHand)
        else { throw .obstacle(.lacks("the stock that [[inventory]] of the profile names")) }
        guard !session.profile.formulas.isEmpty else {
            throw .obstacle(.lacks("a [[formula]] in the profile"))
        }
        let articles = try rows(
            "SELECT CAST(\(sku) AS TEXT), CAST(\(onHand) AS TEXT) FROM \(relation.sql) "
                + "ORDER BY 1 LIMIT \(Self.mostArticles + 1)"
        )
        guard articles.count <= Self.mostArticles else {
            throw .obstacle(.failed("more than \(Self.mostArticles) articles"))
        }
        var reading = CheckReading(tables: [view.table])
        for article in articles {
            guard let sku = article[0] else { continue }
            var facts = SideArticle()
            do throws(LiveFailure) {
                facts.parts = try live.parts(session, sku)
            } catch {
                throw .live(error)
            }
            for part in facts.parts { reading.tables.formUnion(part.tables) }
            let comes = facts.formula.map { "\($0)" } ?? "?"
            let stock = article[1] ?? "?"
            let row = CheckRow(key: "sku \(sku)", value: "\(stock) on hand, comes to \(comes)")
            reading.figures.append(row)
            guard comes == "?" || CheckValue.plain(stock) != comes else { continue }
            reading.found.append(row)
            reading.foundRows += 1
        }
        return reading
    }

    /// The stored level of each article, against its stock.
    func levels() throws(CheckFault) -> CheckReading {
        guard let (view, relation) = session.shape.choose(session.profile.inventory) else {
            throw .obstacle(.lacks("the stock that [[inventory]] of the profile names"))
        }
        guard let level = relation.sql(view.level), let onHand = relation.sql(view.onHand),
            let sku = relation.sql(view.sku)
        else { throw .obstacle(.lacks("a column with the alert level in \"\(view.table)\"")) }
        let derived = """
            CASE WHEN \(onHand) <= \(view.criticalAt) THEN 'critical'
                WHEN \(onHand) < \(view.lowBelow) THEN 'low' ELSE 'normal' END
            """
        return try found(
            """
            SELECT CAST(\(sku) AS TEXT) AS k, \(level) || ' at ' || CAST(\(onHand) AS TEXT)
                || ' on hand, must be ' || \(derived) AS v, 1 AS w
            FROM \(relation.sql) WHERE \(level) <> \(derived)
            """,
            prefix: "sku ",
            tables: [view.table]
        )
    }

    /// Figures of the dashboard.
    func figures(_ names: [String]) throws(CheckFault) -> CheckReading {
        let all = session.profile.figures
        let wanted = names.isEmpty ? all.map(\.name) : names
        let reader = FigureReader(session: session, now: now)
        var reading = CheckReading()
        for name in wanted {
            guard let figure = all.first(where: { $0.name == name }) else {
                throw .obstacle(.lacks("a figure \"\(name)\" in the profile"))
            }
            guard
                let variant = figure.variants.first(where: {
                    session.shape.missing($0.needs) == nil
                })
            else { continue }
            reading.tables.formUnion(variant.needs.map { String($0.prefix { $0 != "." }) })
            do throws(LiveFailure) {
                let read = try reader.read(figure)
                // Without its word in the profile a figure is shown nowhere.
                guard read.note?.hasSuffix("under [parameters]") != true else { continue }
                reading.figures.append(
                    CheckRow(key: name, value: read.value ?? "unknown: \(read.note ?? "")")
                )
            } catch {
                throw .live(error)
            }
        }
        guard !reading.figures.isEmpty else {
            throw .obstacle(.lacks("what these figures of the dashboard need"))
        }
        return reading
    }

    /// Tables without a row.
    func notEmpty(_ tables: [String]) throws(CheckFault) -> CheckReading {
        var reading = CheckReading()
        for table in tables {
            // The other shape of the application does not have it.
            guard let relation = session.shape.relation(table) else {
                reading.absent.append(table)
                continue
            }
            reading.tables.insert(table)
            let isEmpty = try rows("SELECT 1 FROM \(relation.sql) LIMIT 1").isEmpty
            reading.figures.append(CheckRow(key: table, value: isEmpty ? "EMPTY" : "has rows"))
            guard isEmpty else { continue }
            reading.found.append(CheckRow(key: table, value: "no row"))
            reading.foundRows += 1
        }
        guard !reading.figures.isEmpty else {
            throw .obstacle(.lacks("the tables \(tables.joined(separator: ", "))"))
        }
        return reading
    }

    /// A query of the profile.
    func query(
        _ variants: [Profile.Figure.Variant],
        _ expectation: Profile.Check.Expectation
    ) throws(CheckFault) -> CheckReading {
        guard let variant = variants.first(where: { session.shape.missing($0.needs) == nil })
        else {
            let missing = variants.first.flatMap { session.shape.missing($0.needs) }
            throw .obstacle(.lacks(missing ?? "what it needs"))
        }
        let template = isSource ? variant.sqlite : variant.postgres
        let filled: String
        switch FigureSQL(parameters: session.profile.parameters, now: now).fill(template) {
        case .failure(let word):
            throw .obstacle(.lacks("the word {\(word.name)} under [parameters]"))
        case .success(let sql): filled = sql
        }
        let sql = session.shape.named(variant.needs, in: filled)
            .replacing(/[\s;]+$/, with: "")
        let count = expectation == .equal ? "1" : "COUNT(*) OVER ()"
        let rows = try foreignRows(
            "SELECT q.*, \(count) FROM (\n\(sql)\n) AS q LIMIT \(CheckReading.most + 1)"
        )
        var reading = CheckReading(
            tables: Set(variant.needs.map { String($0.prefix { $0 != "." }) })
        )
        let lines = rows.prefix(CheckReading.most).map { row in
            row.count > 2
                ? CheckRow(
                    key: CheckValue.cell(row[0]),
                    value: row[1..<(row.count - 1)].map(CheckValue.cell).joined(separator: " | ")
                )
                : expectation == .equal
                    ? CheckRow(key: "", value: CheckValue.cell(row[0]))
                    : CheckRow(key: CheckValue.cell(row[0]))
        }
        guard expectation == .equal else {
            reading.found = lines
            reading.foundRows = rows.first.flatMap { $0.last ?? nil }.flatMap { Int64($0) } ?? 0
            return reading
        }
        guard rows.count <= CheckReading.most else {
            throw .obstacle(.failed("gives more than \(CheckReading.most) rows"))
        }
        reading.figures = lines
        return reading
    }
}
