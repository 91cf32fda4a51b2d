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
            let name = "\(place.table).\(place.name)"
            guard let table = session.shape.relation(place.table),
                let column = table.sql(place.name)
            else {
                reading.absent.append(name)
                continue
            }
            reading.figures.append(CheckRow(key: name, value: "looked at"))
            let order = isSource ? "BINARY" : "\"C\""
            reading.add(
                try found(
                    """
                    SELECT d AS k, NULL AS v, COUNT(*) AS w FROM (
                        SELECT substr(t, 1, 10) AS d, substr(t, 11, 1) AS next FROM (
                            SELECT CAST(\(column) AS TEXT) COLLATE \(order) AS t FROM \(table.sql)
                            WHERE \(column) IS NOT NULL) AS x
                        WHERE t <> '') AS y
                    WHERE d < \(first) OR d > '\(last)' OR next NOT IN ('', ' ', 'T')
                        OR \(isNoDay)
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

    /// The condition that a text `d` of ten characters names no day of the calendar.
    private var isNoDay: String {
        guard !isSource else {
            return
                "d NOT GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]' OR date(d, '+0 days') IS NOT d"
        }
        // The server takes no month with a thirteenth number, so the form is looked at first.
        return """
            CASE WHEN d < '0001' OR d !~ '^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$'
                THEN TRUE
                ELSE CAST(substr(d, 9, 2) AS integer) > EXTRACT(day FROM make_date(
                    CAST(substr(d, 1, 4) AS integer), CAST(substr(d, 6, 2) AS integer), 1)
                    + interval '1 month - 1 day') END
            """
    }

    /// Sums of columns, in whole units of the smallest decimal, with the values that are there.
    func sums(
        _ columns: [Profile.Check.Column],
        decimals: Int
    ) throws(CheckFault) -> CheckReading {
        var reading = CheckReading()
        for place in columns {
            let name = "\(place.table).\(place.name)"
            guard let table = session.shape.relation(place.table),
                let column = table.sql(place.name)
            else {
                reading.absent.append(name)
                continue
            }
            let sum =
                try isSource
                ? sourceSum(of: column, in: table.sql, decimals, name)
                : targetSum(of: column, in: table.sql, decimals, name)
            reading.tables.insert(place.table)
            let total = CheckValue.decimal(sum.units, decimals: decimals)
            let strange = sum.strange == "0" ? "" : " and \(sum.strange) that are no numbers"
            let words = "\(total) in \(sum.values) values\(strange)"
            reading.figures.append(CheckRow(key: name, value: words))
        }
        guard !reading.figures.isEmpty else { throw .obstacle(.lacks(Self.words(columns))) }
        return reading
    }

    /// An exact sum, in whole units of the smallest decimal.
    private struct ExactSum {
        var units: String
        /// How many numbers it is of.
        var values: String
        /// How many values are none.
        var strange: String
    }

    /// What a sum is split by, so that no part of it leaves 64 bits: the server's has no bound.
    private static let split: Int128 = 1_000_000_000

    private static func factor(_ decimals: Int) -> String {
        "1" + String(repeating: "0", count: decimals)
    }

    /// A sum of doubles would depend on the order of the rows, so whole units are added.
    private func sourceSum(
        of column: String,
        in table: String,
        _ decimals: Int,
        _ name: String
    ) throws(CheckFault) -> ExactSum {
        let factor = Self.factor(decimals)
        let row =
            try rows(
                """
                SELECT SUM(i / \(Self.split)), SUM(i % \(Self.split)), COUNT(i),
                    SUM(r / \(Self.split)), SUM(r % \(Self.split)), COUNT(r),
                    SUM(typeof(v) = 'real' AND r IS NULL),
                    SUM(r IS NOT NULL AND abs(v * \(factor) - r) > 1e-9 + abs(r) * 1e-14),
                    SUM(typeof(v) IN ('text', 'blob'))
                FROM (SELECT v, CASE typeof(v) WHEN 'integer' THEN v END AS i,
                        CASE WHEN typeof(v) = 'real' AND abs(v) < 9e15 / \(factor)
                            THEN CAST(round(v * \(factor)) AS INTEGER) END AS r
                    FROM (SELECT \(column) AS v FROM \(table)))
                """
            ).first ?? []
        func number(_ place: Int) -> Int128 {
            row.indices.contains(place) ? row[place].flatMap { Int128($0) } ?? 0 : 0
        }
        guard number(6) == 0 else { throw Self.immense(name) }
        guard number(7) == 0 else { throw Self.finer(name, decimals) }
        let whole = number(0) * Self.split + number(1)
        let (scaled, isTooLarge) = whole.multipliedReportingOverflow(by: Int128(factor) ?? 1)
        guard !isTooLarge else { throw Self.immense(name) }
        return ExactSum(
            units: "\(scaled + number(3) * Self.split + number(4))",
            values: "\(number(2) + number(5))",
            strange: "\(number(8))"
        )
    }

    private func targetSum(
        of column: String,
        in table: String,
        _ decimals: Int,
        _ name: String
    ) throws(CheckFault) -> ExactSum {
        let factor = Self.factor(decimals)
        // By way of its text, so that a double counts as what it is written as.
        let row =
            try rows(
                """
                SELECT CAST(SUM(round(x * \(factor))) AS TEXT), COUNT(x),
                    COUNT(*) FILTER (WHERE x * \(factor) <> round(x * \(factor))), COUNT(v)
                FROM (SELECT v, CASE WHEN pg_typeof(v)::text NOT IN
                        ('text', 'character varying', 'character')
                        THEN CAST(CAST(v AS text) AS numeric) END AS x
                    FROM (SELECT \(column) AS v FROM \(table)) AS a) AS b
                """
            ).first ?? []
        func text(_ place: Int) -> String {
            row.indices.contains(place) ? row[place] ?? "0" : "0"
        }
        guard text(2) == "0" else { throw Self.finer(name, decimals) }
        let units = CheckValue.plain(text(0))
        guard Int128(units) != nil else { throw Self.immense(name) }
        let strange = (Int(text(3)) ?? 0) - (Int(text(1)) ?? 0)
        return ExactSum(units: units, values: text(1), strange: "\(strange)")
    }

    private static func finer(_ name: String, _ decimals: Int) -> CheckFault {
        .obstacle(
            .failed(
                "\(name) has values with more than "
                    + "\(GateWords.count(decimals, "decimal")): say in the profile how many"
            )
        )
    }

    private static func immense(_ name: String) -> CheckFault {
        .obstacle(
            .failed(
                "\(name) has an infinite value, or one beyond all exact numbers; cutover inspect "
                    + "names the largest"
            )
        )
    }

    private static func words(_ columns: [Profile.Check.Column]) -> String {
        "the columns \(columns.map { "\($0.table).\($0.name)" }.joined(separator: ", "))"
    }
}
