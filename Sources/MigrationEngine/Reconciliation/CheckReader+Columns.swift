import Foundation

extension CheckReader {
    /// Dates that are none, or that lie before or behind what is plausible.
    func dates(
        _ columns: [Profile.Check.Column],
        earliest: String,
        daysAhead: Int
    ) throws(CheckFault) -> CheckReading {
        let last = StoredText.timestamp(now + Double(daysAhead) * 86_400).prefix(10)
        let first = TargetConnection.literal(earliest)
        var reading = CheckReading()
        for place in columns {
            // The other shape of the application does not have it.
            guard let table = session.shape.relation(place.table),
                let column = table.sql(place.name)
            else { continue }
            let name = "\(place.table).\(place.name)"
            reading.figures.append(CheckRow(key: name, value: "looked at"))
            let order = isSource ? "BINARY" : "\"C\""
            reading.add(
                try found(
                    """
                    SELECT d AS k, NULL AS v, COUNT(*) AS w FROM (
                        SELECT substr(t, 1, 10) AS d, t FROM (
                            SELECT CAST(\(column) AS TEXT) COLLATE \(order) AS t FROM \(table.sql)
                            WHERE \(column) IS NOT NULL) AS x
                        WHERE t <> '') AS y
                    WHERE t NOT LIKE '____-__-__%' OR d < \(first) OR d > '\(last)'
                        OR substr(d, 6, 2) NOT BETWEEN '01' AND '12'
                        OR substr(d, 9, 2) NOT BETWEEN '01' AND '31'
                    GROUP BY d
                    """,
                    prefix: "\(name) ",
                    tables: [place.table]
                )
            )
        }
        guard !reading.tables.isEmpty else { throw .obstacle(.lacks(Self.words(columns))) }
        return reading
    }

    /// Sums of columns, in whole units of the smallest decimal, with the values that are there.
    func sums(
        _ columns: [Profile.Check.Column],
        decimals: Int
    ) throws(CheckFault) -> CheckReading {
        var reading = CheckReading()
        for place in columns {
            guard let table = session.shape.relation(place.table),
                let column = table.sql(place.name)
            else { continue }
            let name = "\(place.table).\(place.name)"
            let (sum, values) = try sum(of: column, in: table.sql, decimals, name)
            reading.tables.insert(place.table)
            let total = CheckValue.decimal(sum, decimals: decimals)
            reading.figures.append(CheckRow(key: name, value: "\(total) in \(values)"))
        }
        guard !reading.figures.isEmpty else { throw .obstacle(.lacks(Self.words(columns))) }
        return reading
    }

    /// What a sum is split by, so that no part of it leaves 64 bits: the server's has no bound.
    private static let split: Int128 = 1_000_000_000

    /// An exact sum, and how many values it is of.
    private func sum(
        of column: String,
        in table: String,
        _ decimals: Int,
        _ name: String
    ) throws(CheckFault) -> (sum: String, values: String) {
        let fractions = CheckFault.obstacle(
            .failed("\(name) holds fractions: say in the profile how many decimals")
        )
        guard isSource else {
            let row =
                try rows(
                    "SELECT CAST(SUM(\(units(column, decimals))) AS TEXT), COUNT(\(column)) FROM \(table)"
                ).first ?? []
            let sum = CheckValue.plain((row.first ?? nil) ?? "0")
            guard Int128(sum) != nil else { throw fractions }
            return (sum, "\((row.last ?? nil) ?? "0") values")
        }
        let row =
            try rows(
                """
                SELECT SUM(u / \(Self.split)), SUM(u % \(Self.split)), COUNT(u), SUM(typeof(u) = 'real'),
                    SUM(u IS NULL AND v IS NOT NULL)
                FROM (SELECT \(units(column, decimals)) AS u, \(column) AS v FROM \(table))
                """
            ).first ?? []
        func number(_ place: Int) -> Int128 {
            row.indices.contains(place) ? row[place].flatMap { Int128($0) } ?? 0 : 0
        }
        guard number(3) == 0 else { throw fractions }
        let strange = number(4) == 0 ? "" : " and \(number(4)) that are no numbers"
        return ("\(number(0) * Self.split + number(1))", "\(number(2)) values\(strange)")
    }

    /// A value as a whole number: a sum of doubles would depend on the order of the rows.
    private func units(_ column: String, _ decimals: Int) -> String {
        let factor = "1" + String(repeating: "0", count: decimals)
        guard isSource else {
            guard decimals > 0 else { return column }
            return "round(CAST(CAST(\(column) AS text) AS numeric) * \(factor))"
        }
        guard decimals > 0 else {
            return "CASE WHEN typeof(\(column)) IN ('integer', 'real') THEN \(column) END"
        }
        return """
            CASE typeof(\(column)) WHEN 'integer' THEN \(column) * \(factor)
                ELSE CAST(round(CAST(\(column) AS REAL) * \(factor)) AS INTEGER) END
            """
    }

    private static func words(_ columns: [Profile.Check.Column]) -> String {
        "the columns \(columns.map { "\($0.table).\($0.name)" }.joined(separator: ", "))"
    }
}
