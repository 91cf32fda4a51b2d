/// A moment in PostgreSQL: SQL of type timestamp, and what must hold for it to be one.
struct Moment {
    /// SQL of type timestamp, UTC.
    var sql: String
    /// How tightly its outermost operator binds.
    var power = Rendered.Power.atom
    /// A condition without which SQLite gives NULL, nil when there is none.
    var condition: String?
    /// Whether it is the present moment, moved or not.
    var isNow = false
    /// Whether it was moved, and so may lie outside of the years that both print alike.
    var isMoved = false

    /// What must hold for it to be printed.
    var printable: String? {
        guard isMoved, !isNow else { return condition }
        let range =
            "\(power > .range ? sql : "(\(sql))") BETWEEN TIMESTAMP '0001-01-01' "
            + "AND TIMESTAMP '9999-12-31 23:59:59.999'"
        // In this order, so that nothing is moved that is no moment.
        return condition.map { "CASE WHEN \($0) THEN \(range) END" } ?? range
    }

    /// SQL for an operator to be put around.
    var operand: String { power > .product ? sql : "(\(sql))" }
}

extension ExpressionRenderer {
    /// What text has to look like to be read as a moment.
    private static let shape =
        #"^\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d(\.\d+)?)?)?$"#

    /// Renders a function of date and time over values.
    ///
    /// - Parameters:
    ///   - name: The function, in lower case.
    ///   - arguments: Its arguments.
    /// - Returns: SQL.
    /// - Throws: ``Refusal`` where the result would differ.
    /// - SeeAlso: <https://www.sqlite.org/lang_datefunc.html>
    mutating func date(
        _ name: String,
        _ arguments: [SQLExpression]
    ) throws(Refusal) -> Rendered {
        var rest = arguments[...]
        var format = ""
        if name == "strftime" {
            guard case .text(let text)? = rest.popFirst() else {
                throw Refusal("the format of strftime is not a constant")
            }
            format = text
        }
        let moment = try moment(rest)
        guard place != .constraint || !moment.isNow else {
            throw Refusal("its value changes with the time")
        }
        switch name {
        case "date": return formatted(moment, "YYYY-MM-DD")
        case "time": return formatted(moment, "HH24:MI:SS")
        case "datetime": return formatted(moment, "YYYY-MM-DD HH24:MI:SS")
        case "julianday": return julianDay(moment)
        case "unixepoch": return epoch(moment)
        default: return try strftime(format, moment)
        }
    }

    /// Renders a date, or date and time, as PostgreSQL's own type where that is wanted.
    ///
    /// - Parameters:
    ///   - expression: Any expression.
    ///   - kind: What it is compared with or stored into.
    /// - Returns: SQL of that kind; nil for other kinds, other expressions, and dates that may be
    ///   NULL because of how they are written.
    /// - Throws: ``Refusal``.
    mutating func native(
        _ expression: SQLExpression,
        _ kind: Rendered.Kind
    ) throws(Refusal) -> Rendered? {
        let found: (name: String, arguments: [SQLExpression])
        switch expression {
        case .function(let name, let arguments): found = (name, arguments)
        case .current("CURRENT_TIMESTAMP"): found = ("datetime", [])
        case .current("CURRENT_DATE"): found = ("date", [])
        default: return nil
        }
        guard
            (found.name == "date" && kind == .date)
                || (found.name == "datetime" && kind == .timestamp)
        else { return nil }
        let moment = try moment(found.arguments[...])
        guard moment.condition == nil, place != .constraint || !moment.isNow else { return nil }
        return kind == .date
            ? Rendered(sql: "(\(moment.sql))::date", kind: .date, power: .cast, hasColumn: true)
            : Rendered(
                sql: "date_trunc('second', \(moment.sql))",
                kind: .timestamp,
                hasColumn: true
            )
    }

    private mutating func finished(
        _ sql: String,
        _ kind: Rendered.Kind,
        _ moment: Moment
    ) -> Rendered {
        if moment.isMoved, !moment.isNow {
            note("a computed date before the year 1 is NULL in PostgreSQL")
        }
        guard let condition = moment.printable else {
            return Rendered(sql: sql, kind: kind, power: .cast, hasColumn: !moment.isNow)
        }
        return Rendered(
            sql: "CASE WHEN \(condition) THEN \(sql) END",
            kind: kind,
            hasColumn: true
        )
    }

    private mutating func formatted(_ moment: Moment, _ template: String) -> Rendered {
        let sql =
            place == .constraint
            ? Self.immutable(moment, template)
            : "to_char(\(moment.sql), \(TargetName.literal(template)))"
        return finished(sql, .text, moment)
    }

    /// The text of a moment by functions that a constraint or an index may call.
    ///
    /// `to_char` is not one of them, because months have other names elsewhere.
    private static func immutable(_ moment: Moment, _ template: String) -> String {
        var pieces: [String] = []
        var text = ""
        var rest = Substring(template)
        scan: while let character = rest.first {
            for (name, field, width) in fields where rest.hasPrefix(name) {
                if !text.isEmpty { pieces.append(TargetName.literal(text)) }
                text = ""
                let number = "floor(extract(\(field) FROM \(moment.sql)))::integer::text"
                pieces.append("lpad(\(number), \(width), '0')")
                rest = rest.dropFirst(name.count)
                continue scan
            }
            // What is no field stands in quotes, letter by letter, or is no letter.
            if character != "\"" { text.append(character) }
            rest.removeFirst()
        }
        if !text.isEmpty { pieces.append(TargetName.literal(text)) }
        return "(\(pieces.joined(separator: " || ")))"
    }

    private static let fields = [
        ("YYYY", "year", 4), ("MM", "month", 2), ("DDD", "doy", 3), ("DD", "day", 2),
        ("HH24", "hour", 2), ("MI", "minute", 2), ("SS", "second", 2),
    ]

    /// SQLite counts in whole milliseconds.
    private mutating func julianDay(_ moment: Moment) -> Rendered {
        finished(
            "(round(extract(epoch FROM \(moment.sql)) * 1000) + 210866760000000)"
                + "::double precision / 86400000",
            .real,
            moment
        )
    }

    private mutating func epoch(_ moment: Moment) -> Rendered {
        finished("floor(extract(epoch FROM \(moment.sql)))::bigint", .integer, moment)
    }

    private mutating func strftime(_ format: String, _ moment: Moment) throws(Refusal) -> Rendered {
        if format == "%s" {
            var result = epoch(moment)
            result.sql = "\(result.inside(.cast))::text"
            result.kind = .text
            result.power = .cast
            result.isDigits = true
            return result
        }
        if format == "%w" {
            var result = finished("extract(dow FROM \(moment.sql))::integer::text", .text, moment)
            result.isDigits = true
            return result
        }
        guard let template = TimeOfDay.template(format), !format.contains("%f") || moment.isNow
        else {
            throw Refusal("the format \(format) of strftime has no counterpart")
        }
        var result = formatted(moment, template)
        result.isDigits = ["%Y", "%m", "%d", "%H", "%M", "%S", "%j"].contains(format)
        return result
    }

    // MARK: - Values of time

    private mutating func moment(_ arguments: ArraySlice<SQLExpression>) throws(Refusal) -> Moment {
        var rest = arguments
        guard let value = rest.popFirst() else { return Self.now }
        var modifiers: [String] = []
        for modifier in rest {
            guard case .text(let text) = modifier else {
                throw Refusal("a modifier of the date is not a constant")
            }
            modifiers.append(text.lowercasedASCII)
        }
        var moment: Moment
        if modifiers.first == "unixepoch" {
            modifiers.removeFirst()
            moment = try fromEpoch(value)
        } else {
            moment = try read(value)
        }
        for modifier in modifiers { try Self.modify(&moment, modifier) }
        return moment
    }

    private static var now: Moment {
        Moment(sql: "timezone('UTC', statement_timestamp())", isNow: true)
    }

    private mutating func read(_ value: SQLExpression) throws(Refusal) -> Moment {
        if TimeOfDay.isNow(value) { return Self.now }
        if case .function(let name, let arguments) = value, name == "date" || name == "datetime" {
            var inside = try moment(arguments[...])
            inside.sql = "date_trunc('\(name == "date" ? "day" : "second")', \(inside.sql))"
            inside.power = .atom
            return inside
        }
        let rendered = try render(value)
        switch rendered.kind {
        case .timestamp: return Moment(sql: rendered.sql, power: rendered.power)
        case .date: return Moment(sql: "\(rendered.inside(.cast))::timestamp", power: .cast)
        case .text where rendered.holdsMoments && place != .constraint:
            note(
                "texts that are no YYYY-MM-DD or YYYY-MM-DD HH:MM:SS, of which there are none, give NULL"
            )
            return Moment(
                sql: "\(rendered.inside(.cast))::timestamp",
                power: .cast,
                condition: "\(rendered.inside(.other)) ~ \(TargetName.literal(Self.shape))"
            )
        case .text:
            if case .text(let text)? = rendered.literal,
                DateShape.isDate(text) || DateShape.isTimestamp(text)
            {
                return Moment(sql: "TIMESTAMP '\(text)'")
            }
        default: break
        }
        throw Refusal("it computes with dates, which SQLite reads out of \(rendered.kind.rawValue)")
    }

    /// Seconds since 1970 of the years 1 to 9999, all that both print alike.
    private mutating func fromEpoch(_ value: SQLExpression) throws(Refusal) -> Moment {
        let seconds = try self.value(value)
        guard seconds.kind == .integer else {
            throw Refusal("it takes \(seconds.kind.rawValue) for seconds since 1970")
        }
        let operand = seconds.inside(.range)
        return Moment(
            sql: "timezone('UTC', to_timestamp(\(seconds.sql)))",
            condition: "\(operand) BETWEEN -62135596800 AND 253402300799"
        )
    }

    private static func modify(_ moment: inout Moment, _ modifier: String) throws(Refusal) {
        let words = modifier.split(separator: " ").map(String.init)
        switch words.first {
        case "start" where words.count == 3 && words[1] == "of":
            guard ["day", "month", "year"].contains(words[2]) else { break }
            moment.sql = "date_trunc('\(words[2])', \(moment.sql))"
            moment.power = .atom
            return
        case "weekday" where words.count == 2:
            guard let day = Int(words[1]), 0...6 ~= day else { break }
            let days = "(\(day + 7) - extract(dow FROM \(moment.sql))::integer) % 7"
            moment.sql = "\(moment.operand) + (\(days)) * interval '1 day'"
            moment.power = .sum
            moment.isMoved = true
            return
        case "utc" where moment.isNow, "subsec", "localtime", "utc":
            throw Refusal("it depends on the time zone of the machine, or on its clock's precision")
        case let first? where words.count == 2:
            guard let count = Int(first), abs(count) < 1_000_000 else { break }
            let unit = words[1].hasSuffix("s") ? String(words[1].dropLast()) : words[1]
            switch unit {
            case "day", "hour", "minute", "second":
                moment.sql = "\(moment.operand) + interval '\(count) \(unit)'"
                moment.power = .sum
                moment.isMoved = true
                return
            case "month", "year":
                // SQLite counts days that the month does not have into the next one.
                let months = unit == "year" ? count * 12 : count
                let first = "date_trunc('month', \(moment.sql))"
                moment.sql =
                    "\(first) + interval '\(months) month' + (\(moment.operand) - \(first))"
                moment.power = .sum
                moment.isMoved = true
                return
            default: break
            }
        default: break
        }
        throw Refusal("the modifier '\(modifier)' of a date has no counterpart")
    }
}
