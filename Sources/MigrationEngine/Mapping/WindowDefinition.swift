/// What stands behind OVER: the rows that a window function looks at.
///
/// - SeeAlso: <https://www.sqlite.org/windowfunctions.html>
package struct WindowDefinition: Sendable, Equatable {
    /// The named window that it goes on from, or stands for.
    package var base: String?
    /// Whether it is nothing but that name, without parentheses.
    package var isReference = false
    /// PARTITION BY.
    package var partition: [SQLExpression] = []
    /// ORDER BY.
    package var order: [SelectStatement.Order] = []
    /// The frame, which both spell alike; empty when it is not said.
    package var frame = ""

    /// The expressions in it.
    var expressions: [SQLExpression] { partition + order.map(\.expression) }
}

extension ExpressionParser {
    /// Functions that work over a window only.
    static let windowFunctions: Set<String> = [
        "row_number", "rank", "dense_rank", "percent_rank", "cume_dist", "ntile", "lag", "lead",
        "first_value", "last_value", "nth_value",
    ]

    /// Reads `FILTER (WHERE …)`, if it is there.
    mutating func filter() throws(Refusal) -> SQLExpression? {
        guard cursor.sees("FILTER"), cursor.token(1)?.isSymbol("(") == true else { return nil }
        guard grammar.allowsQueries else { throw Refusal("it has an aggregate with FILTER") }
        cursor.advance()
        try expect("(")
        guard cursor.take("WHERE") else { throw notUnderstood }
        let condition = try parse(0)
        try expect(")")
        return condition
    }

    /// Reads OVER and its window, if it is there.
    mutating func over() throws(Refusal) -> WindowDefinition? {
        let next = cursor.token(1)
        guard cursor.sees("OVER"), next?.isSymbol("(") == true || next?.name != nil else {
            return nil
        }
        guard grammar.allowsQueries else { throw Refusal("it has a window function") }
        cursor.advance()
        guard cursor.seesSymbol("(") else {
            return WindowDefinition(base: try name(), isReference: true)
        }
        return try window()
    }

    /// Reads a window in parentheses.
    mutating func window() throws(Refusal) -> WindowDefinition {
        try expect("(")
        var window = WindowDefinition()
        let words = ["PARTITION", "ORDER", "ROWS", "RANGE", "GROUPS"]
        if cursor.current?.name != nil, !words.contains(where: { cursor.sees($0) }) {
            window.base = try name()
        }
        if cursor.take("PARTITION", "BY") { window.partition = try list() }
        if cursor.take("ORDER", "BY") { window.order = try orderTerms() }
        window.frame = try frame()
        try expect(")")
        return window
    }

    private mutating func frame() throws(Refusal) -> String {
        guard let unit = ["ROWS", "RANGE", "GROUPS"].first(where: { cursor.take($0) }) else {
            return ""
        }
        var frame = "\(unit) "
        if cursor.take("BETWEEN") {
            frame += "BETWEEN \(try bound(unit))"
            guard cursor.take("AND") else { throw notUnderstood }
            frame += " AND \(try bound(unit))"
        } else {
            frame += try bound(unit)
        }
        guard cursor.take("EXCLUDE") else { return frame }
        if cursor.take("NO", "OTHERS") { return frame + " EXCLUDE NO OTHERS" }
        if cursor.take("CURRENT", "ROW") { return frame + " EXCLUDE CURRENT ROW" }
        if cursor.take("GROUP") { return frame + " EXCLUDE GROUP" }
        guard cursor.take("TIES") else { throw notUnderstood }
        return frame + " EXCLUDE TIES"
    }

    private mutating func bound(_ unit: String) throws(Refusal) -> String {
        if cursor.take("CURRENT", "ROW") { return "CURRENT ROW" }
        var bound = "UNBOUNDED"
        if !cursor.take("UNBOUNDED") {
            guard case .integer(let count) = try parse(0), count >= 0, unit != "RANGE" else {
                throw Refusal("the frame of a window is bounded by something that is no constant")
            }
            bound = "\(count)"
        }
        if cursor.take("PRECEDING") { return "\(bound) PRECEDING" }
        guard cursor.take("FOLLOWING") else { throw notUnderstood }
        return "\(bound) FOLLOWING"
    }
}

extension ExpressionRenderer {
    private static let tied =
        "rows that a window's ORDER BY holds equal come in an order that neither fixes"

    /// Renders a function over a window, or an aggregate of some of the rows.
    ///
    /// - Parameters:
    ///   - call: The call.
    ///   - condition: Which rows count; nil for all.
    ///   - window: The window; nil for an aggregate of a group.
    /// - Returns: SQL.
    /// - Throws: ``Refusal``.
    mutating func windowed(
        _ call: SQLExpression,
        _ condition: SQLExpression?,
        _ window: WindowDefinition?
    ) throws(Refusal) -> Rendered {
        var suffix = ""
        if let condition {
            suffix = " FILTER (WHERE \(try self.condition(condition).sql))"
        }
        if let window {
            suffix += " OVER " + (try over(window))
            if window.frame.hasPrefix("ROWS") { note(Self.tied) }
        }
        switch call {
        case .aggregate(let name, let arguments, let isDistinct):
            guard window == nil || !isDistinct else {
                throw Refusal("\(name)(DISTINCT …) stands over a window")
            }
            return try aggregate(name, arguments, isDistinct, suffix: suffix)
        case .function(let name, let arguments):
            guard condition == nil, window != nil else {
                throw Refusal("\(name) is no aggregate")
            }
            return try windowFunction(name, arguments, suffix)
        default: throw Refusal("it has a window function")
        }
    }

    /// Renders a window as it stands behind OVER or in WINDOW.
    ///
    /// - Parameter window: The window.
    /// - Returns: SQL.
    /// - Throws: ``Refusal``.
    mutating func over(_ window: WindowDefinition) throws(Refusal) -> String {
        let base = window.base.map { TargetName.quote($0.foldedName) }
        if window.isReference, let base { return base }
        var parts = [base].compactMap { $0 }
        if !window.partition.isEmpty {
            var terms: [String] = []
            for expression in window.partition {
                terms.append(try windowKey(expression).sql)
            }
            parts.append("PARTITION BY " + terms.joined(separator: ", "))
        }
        if !window.order.isEmpty {
            var terms: [String] = []
            for term in window.order {
                let nullsFirst = term.nullsFirst ?? !term.isDescending
                terms.append(
                    try windowKey(term.expression).inside(.other)
                        + (term.isDescending ? " DESC" : "") + " NULLS "
                        + (nullsFirst ? "FIRST" : "LAST")
                )
            }
            parts.append("ORDER BY " + terms.joined(separator: ", "))
        }
        if !window.frame.isEmpty { parts.append(window.frame) }
        return "(\(parts.joined(separator: " ")))"
    }

    /// What rows are put together or ordered by.
    private mutating func windowKey(_ expression: SQLExpression) throws(Refusal) -> Rendered {
        var key = try value(expression)
        guard key.literal == nil else { throw Refusal("a window is made over a constant") }
        if let collation = key.collation { key = try Self.key(key, collation) }
        return Self.collated(key)
    }

    private mutating func windowFunction(
        _ name: String,
        _ arguments: [SQLExpression],
        _ suffix: String
    ) throws(Refusal) -> Rendered {
        func call(_ list: String, _ kind: Rendered.Kind) -> Rendered {
            Rendered(sql: "\(name)(\(list))\(suffix)", kind: kind, power: .cast, hasColumn: true)
        }
        switch (name, arguments.count) {
        case ("row_number", 0):
            note(Self.tied)
            return call("", .integer)
        case ("rank", 0), ("dense_rank", 0): return call("", .integer)
        case ("percent_rank", 0), ("cume_dist", 0): return call("", .real)
        case ("ntile", 1):
            guard case .integer(1...2_147_483_647) = arguments[0] else { break }
            note(Self.tied)
            return call(try render(arguments[0]).sql, .integer)
        case ("lag", 1...3), ("lead", 1...3), ("first_value", 1), ("last_value", 1),
            ("nth_value", 2):
            var offset = ""
            if let second = arguments.element(at: 1) {
                guard case .integer(let count) = second, count <= 2_147_483_647,
                    count >= (name == "nth_value" ? 1 : 0)
                else { break }
                offset = ", \(count)"
            }
            let values = [arguments[0]] + arguments.dropFirst(2)
            note(Self.tied)
            let results = try unified(values).map {
                $0.kind == .boolean ? Self.number($0) : $0
            }
            guard results[0].literal == nil, Set(results.map(\.kind)).count == 1 else {
                throw Refusal("\(name) gives a constant, or values of several kinds")
            }
            let list = results[0].sql + offset + results.dropFirst().map { ", \($0.sql)" }.joined()
            var result = call(list, results[0].kind)
            result.isCollated = results[0].isCollated
            result.collation = results[0].collation
            return result
        default: break
        }
        throw Refusal("the window function \(name) counts by something that is no constant")
    }
}
