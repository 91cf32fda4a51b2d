/// What an expression of SQLite says about the present moment.
///
/// - SeeAlso: <https://www.sqlite.org/lang_datefunc.html>
enum TimeOfDay: Equatable {
    /// Text `YYYY-MM-DD HH:MM:SS`, UTC.
    case second
    /// Text `YYYY-MM-DD`, UTC.
    case day
    /// Text in another form, as a template of `to_char`.
    case formatted(String)
    /// Whole seconds since 1970.
    case epoch

    /// Recognises an expression.
    ///
    /// - Parameter expression: The expression; nil when it is not about now, or in a way that has
    ///   no counterpart.
    init?(_ expression: SQLExpression) {
        switch expression {
        case .current("CURRENT_TIMESTAMP"), .function("datetime", []): self = .second
        case .current("CURRENT_DATE"), .function("date", []): self = .day
        case .current("CURRENT_TIME"), .function("time", []): self = .formatted("HH24:MI:SS")
        case .function("unixepoch", []): self = .epoch
        case .function("strftime", let arguments) where (1...2).contains(arguments.count):
            guard case .text(let format) = arguments[0] else { return nil }
            if arguments.count == 2, !Self.isNow(arguments[1]) { return nil }
            self.init(format: format)
        case .function(let name, let arguments) where arguments.count == 1:
            guard Self.isNow(arguments[0]) else { return nil }
            self.init(.function(name, []))
        default: return nil
        }
    }

    static func isNow(_ argument: SQLExpression) -> Bool {
        switch argument {
        case .text(let text), .doubleQuoted(let text): text.foldedName == "now"
        case .current("CURRENT_TIMESTAMP"): true
        default: false
        }
    }

    private init?(format: String) {
        switch format {
        case "%s": self = .epoch
        case "%Y-%m-%d %H:%M:%S": self = .second
        case "%Y-%m-%d": self = .day
        default:
            guard let template = Self.template(format) else { return nil }
            self = .formatted(template)
        }
    }

    static func template(_ format: String) -> String? {
        var template = ""
        var characters = Array(format)[...]
        while let character = characters.popFirst() {
            if character == "%" {
                guard let letter = characters.popFirst(), let part = parts[letter] else {
                    return nil
                }
                template += part
            } else if character.isLetter {
                template += "\"\(character)\""
            } else if character.isASCII, character != "\"", character != "\\" {
                template += String(character)
            } else {
                return nil
            }
        }
        return template
    }

    private static let parts: [Character: String] = [
        "Y": "YYYY", "m": "MM", "d": "DD", "H": "HH24", "M": "MI", "S": "SS", "f": "SS.MS",
        "j": "DDD",
    ]
}

extension ExpressionRenderer {
    static let clocks: Set<String> = [
        "date", "time", "datetime", "strftime", "julianday", "unixepoch",
    ]

    // SQLite's clock stands still during one statement, not during one transaction, and so does
    // this one; now() would give all rows of a transaction the same time.
    // > https://www.postgresql.org/docs/current/functions-datetime.html#FUNCTIONS-DATETIME-CURRENT
    private static let instant = "statement_timestamp()"
    private static let utc = "timezone('UTC', \(instant))"

    /// Renders the present moment in the form that SQLite gives it.
    ///
    /// - Parameter expression: `CURRENT_TIMESTAMP` or a function of date and time.
    /// - Returns: SQL of kind text, or integer for seconds since 1970.
    /// - Throws: ``Refusal``.
    mutating func time(_ expression: SQLExpression) throws(Refusal) -> Rendered {
        guard let moment = TimeOfDay(expression) else {
            if case .function(let name, let arguments) = expression {
                return try date(name, arguments)
            }
            throw Refusal("it computes with dates, which SQLite reads out of text")
        }
        guard place != .constraint else { throw Refusal("its value changes with the time") }
        switch moment {
        case .second: return Self.formatted("YYYY-MM-DD HH24:MI:SS")
        case .day: return Self.formatted("YYYY-MM-DD")
        case .formatted(let template): return Self.formatted(template)
        case .epoch:
            return Rendered(
                sql: "floor(extract(epoch FROM \(Self.instant)))::bigint",
                kind: .integer,
                power: .cast
            )
        }
    }

    private static func formatted(_ template: String) -> Rendered {
        Rendered(sql: "to_char(\(utc), \(TargetName.literal(template)))", kind: .text)
    }

    /// Renders the present moment for a column that holds dates or times as such.
    ///
    /// - Parameters:
    ///   - moment: The moment.
    ///   - type: The column's type.
    /// - Returns: SQL of that type, nil for other types.
    static func moment(_ moment: TimeOfDay, _ type: TargetType) -> Rendered? {
        switch (moment, type) {
        case (.second, .timestamp):
            Rendered(sql: "date_trunc('second', \(utc))", kind: .timestamp)
        case (.second, .timestamptz):
            Rendered(sql: "date_trunc('second', \(instant))", kind: .other)
        case (.day, .date): Rendered(sql: "\(utc)::date", kind: .date, power: .cast)
        case (.epoch, .text):
            Rendered(
                sql: "floor(extract(epoch FROM \(instant)))::bigint::text",
                kind: .text,
                power: .cast
            )
        default: nil
        }
    }
}
