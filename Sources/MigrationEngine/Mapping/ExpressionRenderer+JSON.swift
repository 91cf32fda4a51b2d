/// JSON in texts, where what SQLite gives has one type whatever is stored.
///
/// What `json_extract` gives is a number, a text or NULL by what is stored, which no column of
/// PostgreSQL is: so it is said only where it is compared with a constant or with NULL.
extension ExpressionRenderer {
    static let severalTypes = Refusal(
        "what it takes out of JSON is a number, a text or NULL by what is stored, and a column of "
            + "PostgreSQL has one type"
    )

    /// Renders a function about JSON.
    ///
    /// - Parameters:
    ///   - name: The function.
    ///   - arguments: Its arguments.
    /// - Returns: SQL; nil for functions that are not about JSON.
    /// - Throws: ``Refusal``.
    /// - SeeAlso: <https://www.sqlite.org/json1.html>
    mutating func json(
        _ name: String,
        _ arguments: [SQLExpression]
    ) throws(Refusal) -> Rendered? {
        switch (name, arguments.count) {
        case ("json_valid", 1):
            let document = try document(arguments[0], name)
            note("json_valid of NULL is NULL, as in SQLite since 3.45, and not 0 as before")
            return Rendered(
                sql: "\(try helper(.isJSON, name))(\(document.sql))",
                kind: .boolean,
                hasColumn: document.hasColumn
            )
        case ("json_type", 1...2):
            return Self.type(try part(arguments[0], arguments.element(at: 1), name))
        case ("json_array_length", 1...2):
            let part = try part(arguments[0], arguments.element(at: 1), name)
            return Rendered(
                sql: "CASE json_typeof(\(part)) WHEN 'array' THEN json_array_length(\(part)) "
                    + "ELSE CASE WHEN \(part) IS NOT NULL THEN 0 END END",
                kind: .integer,
                hasColumn: true
            )
        case ("json_extract", _): throw Self.severalTypes
        default: return nil
        }
    }

    /// Renders a comparison of something taken out of JSON with a constant.
    ///
    /// - Parameters:
    ///   - name: `=` or `<>`.
    ///   - left: The left side.
    ///   - right: The right side.
    /// - Returns: SQL of kind boolean; nil when nothing is taken out of JSON.
    /// - Throws: ``Refusal``.
    mutating func extracted(
        _ name: String,
        _ left: SQLExpression,
        _ right: SQLExpression
    ) throws(Refusal) -> Rendered? {
        if let part = try extracted(left) { return try Self.compared(name, part, right) }
        if let part = try extracted(right) { return try Self.compared(name, part, left) }
        return nil
    }

    /// The part of a document that an expression takes out as a value of SQL.
    ///
    /// - Parameter expression: Any expression.
    /// - Returns: SQL of type json; nil for all but `json_extract` and `->>`.
    /// - Throws: ``Refusal``.
    mutating func extracted(_ expression: SQLExpression) throws(Refusal) -> String? {
        switch expression {
        case .function("json_extract", let arguments) where arguments.count == 2:
            return try part(arguments[0], arguments[1], "json_extract")
        case .binary("->>", let document, .text(let label)) where !label.hasPrefix("$"):
            return try part(document, steps: [".\(label)"], "->>")
        case .binary("->>", let document, .integer(let place)):
            guard 0..<(1 << 31) ~= place else { throw Self.otherPath }
            return try part(document, steps: ["[\(place)"], "->>")
        case .binary("->>", let document, let path): return try part(document, path, "->>")
        default: return nil
        }
    }

    private static func compared(
        _ name: String,
        _ part: String,
        _ constant: SQLExpression
    ) throws(Refusal) -> Rendered {
        guard name == "=" || name == "<>" else {
            throw Refusal("it orders what it takes out of JSON, which SQLite does by its class")
        }
        let value = "(\(part) #>> '{}')"
        let isOther = name == "=" ? "FALSE" : "TRUE"
        let branches: String
        switch constant {
        case .text(let text) where !text.hasPrefix("{") && !text.hasPrefix("["):
            branches = "WHEN 'string' THEN \(value) \(name) \(TargetName.literal(text))"
        case .integer(let number) where number.magnitude < 1 << 53:
            branches =
                "WHEN 'number' THEN \(value)::numeric \(name) \(number) "
                + "WHEN 'boolean' THEN \(value)::boolean::integer \(name) \(number)"
        default: throw severalTypes
        }
        return Rendered(
            sql: "CASE coalesce(json_typeof(\(part)), 'null') WHEN 'null' THEN NULL::boolean "
                + "\(branches) ELSE \(isOther) END",
            kind: .boolean,
            hasColumn: true
        )
    }

    /// Says that something taken out of JSON is one of some constants.
    static func membership(
        _ part: String,
        _ elements: [SQLExpression],
        _ negated: Bool
    ) throws(Refusal) -> Rendered {
        var tests: [String] = []
        for element in elements { tests.append("(\(try compared("=", part, element).sql))") }
        let any = tests.joined(separator: " OR ")
        return Rendered(
            sql: negated ? "NOT (\(any))" : any,
            kind: .boolean,
            power: negated ? .not : .or,
            hasColumn: true
        )
    }

    private static func type(_ part: String) -> Rendered {
        Rendered(
            sql: "CASE json_typeof(\(part)) WHEN 'string' THEN 'text' "
                + "WHEN 'boolean' THEN \(part)::text "
                + "WHEN 'number' THEN CASE WHEN \(part)::text ~ '[.eE]' THEN 'real' "
                + "ELSE 'integer' END ELSE json_typeof(\(part)) END",
            kind: .text,
            hasColumn: true
        )
    }

    // MARK: - Documents and paths

    private mutating func document(
        _ expression: SQLExpression,
        _ name: String
    ) throws(Refusal) -> Rendered {
        let document = try value(expression)
        guard document.kind == .text else {
            throw Refusal("\(name) reads JSON out of \(document.kind.rawValue)")
        }
        return document
    }

    private mutating func part(
        _ document: SQLExpression,
        _ path: SQLExpression?,
        _ name: String
    ) throws(Refusal) -> String {
        guard let path else { return try part(document, steps: [], name) }
        guard case .text(let text) = path else {
            throw Refusal("the path of \(name) is not a constant")
        }
        return try part(document, steps: try Self.steps(text), name)
    }

    private mutating func part(
        _ document: SQLExpression,
        steps: [String],
        _ name: String
    ) throws(Refusal) -> String {
        let text = try self.document(document, name)
        let list = steps.map(TargetName.literal).joined(separator: ", ")
        return "\(try helper(.jsonAt, name))(\(text.sql), ARRAY[\(list)]::text[])"
    }

    private static let otherPath = Refusal("the path into the JSON has no counterpart")

    /// The steps of a path such as `$.a[3]`, each with the character that begins it.
    private static func steps(_ path: String) throws(Refusal) -> [String] {
        guard path.hasPrefix("$") else { throw otherPath }
        var rest = path.dropFirst()
        var steps: [String] = []
        while !rest.isEmpty {
            if let match = rest.prefixMatch(of: /\.(?:"([^"\\]+)"|([^.\["\\]+))/) {
                steps.append(".\(match.output.1 ?? match.output.2 ?? "")")
                rest = rest[match.range.upperBound...]
            } else if let match = rest.prefixMatch(of: /\[([0-9]{1,9})\]/) {
                steps.append("[\(match.output.1)")
                rest = rest[match.range.upperBound...]
            } else {
                throw otherPath
            }
        }
        return steps
    }

    private func helper(
        _ function: HelperFunction,
        _ name: String
    ) throws(Refusal) -> String {
        guard let schema = relations.schema else {
            throw Refusal("PostgreSQL has no function with the meaning of \(name)")
        }
        return function.qualified(schema)
    }
}
