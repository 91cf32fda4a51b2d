/// Says an expression of SQLite in PostgreSQL, with the same meaning or not at all.
///
/// SQLite decides at run time what a comparison means; PostgreSQL by type. The renderer knows the
/// types that the columns have in the target, and that every stored value fits them, so it can
/// tell where both agree. Where they do not it refuses with the reason.
struct ExpressionRenderer {
    /// A column that expressions may name.
    struct Column {
        /// Its SQL in the target.
        var sql: String
        /// Its type in the target.
        var type: TargetType
        /// Its affinity in the source, nil for what a query computed.
        var affinity: Catalog.Affinity?
        /// Its collation in the source.
        var collation: String?
        /// Whether it is text and all that is stored is a date, or date and time.
        var holdsMoments = false
    }

    /// Where the expression stands, which decides what is allowed in it.
    enum Place {
        /// A default: no columns, but the time of day and random values.
        case `default`
        /// A CHECK, an index, a generated column: columns, and nothing that changes by itself.
        case constraint
        /// A view: columns, and the time of day.
        case query
        /// A trigger: columns, the time of day and random values.
        case trigger
    }

    /// Columns by folded name, and by table and name, see ``ExpressionRenderer/key(_:_:)``.
    let columns: [String: Column]
    /// What queries inside of the expression can read.
    var relations = Relations()
    /// Names that several tables of a query have.
    var ambiguous: Set<String> = []
    /// What names stand for that are no columns: those that a query gives to its results.
    var aliases: [String: SQLExpression] = [:]
    /// Where the expression stands.
    let place: Place
    /// What is not quite the same, for the ledger.
    var notes: [String] = []

    /// Makes a renderer.
    ///
    /// - Parameters:
    ///   - columns: The columns that may be named, by folded name.
    ///   - place: Where the expression stands.
    init(columns: [String: Column], place: Place = .constraint) {
        self.columns = columns
        self.place = place
    }

    /// The key of a column that is named together with its table.
    ///
    /// - Parameters:
    ///   - table: The table or its alias.
    ///   - name: The column.
    /// - Returns: The key in ``columns``.
    static func key(_ table: String, _ name: String) -> String {
        "\(table.foldedName)\u{0}\(name.foldedName)"
    }

    /// Whether a name in double quotes is a column and not text.
    ///
    /// - Parameter name: The name.
    /// - Returns: True for a column.
    func hasColumn(_ name: String) -> Bool {
        let folded = name.foldedName
        return columns[folded] != nil || ambiguous.contains(folded) || aliases[folded] != nil
    }

    /// Remembers something that is not quite the same.
    ///
    /// - Parameter note: One line, lower case.
    mutating func note(_ note: String) {
        if !notes.contains(note) { notes.append(note) }
    }

    /// Renders an expression as a condition.
    ///
    /// - Parameter expression: The expression.
    /// - Returns: SQL of type boolean.
    /// - Throws: ``Refusal``.
    mutating func condition(_ expression: SQLExpression) throws(Refusal) -> Rendered {
        switch expression {
        case .integer(let value):
            return Rendered(sql: value == 0 ? "FALSE" : "TRUE", kind: .boolean)
        case .boolean(let value):
            return Rendered(sql: value ? "TRUE" : "FALSE", kind: .boolean)
        case .null: return Rendered(sql: "NULL::boolean", kind: .boolean, power: .cast)
        default: break
        }
        var result = try render(expression)
        switch result.kind {
        case .boolean: return result
        case .integer, .real, .numeric:
            result.sql = "\(result.inside(.comparison)) <> 0"
            return Rendered(
                sql: result.sql,
                kind: .boolean,
                power: .comparison,
                hasColumn: result.hasColumn
            )
        case .null: return Rendered(sql: "NULL::boolean", kind: .boolean, power: .cast)
        case .text, .bytea, .date, .timestamp, .other:
            throw Refusal("\(result.kind.rawValue) is taken for a condition")
        }
    }

    /// Renders an expression as a value, a truth value as 0 or 1.
    ///
    /// - Parameter expression: The expression.
    /// - Returns: SQL of any kind but boolean.
    /// - Throws: ``Refusal``.
    mutating func value(_ expression: SQLExpression) throws(Refusal) -> Rendered {
        let result = try render(expression)
        return result.kind == .boolean ? Self.number(result) : result
    }

    static func number(_ condition: Rendered) -> Rendered {
        Rendered(
            sql: "\(condition.inside(.cast))::integer",
            kind: .integer,
            power: .cast,
            hasColumn: condition.hasColumn
        )
    }

    /// Renders an expression.
    ///
    /// - Parameter expression: The expression.
    /// - Returns: SQL of any kind; a comparison is of kind boolean.
    /// - Throws: ``Refusal``.
    mutating func render(_ expression: SQLExpression) throws(Refusal) -> Rendered {
        switch expression {
        case .null, .integer, .real, .text, .blob, .boolean: return try literal(expression)
        case .current: return try time(expression)
        case .name(let name): return try column(name)
        case .doubleQuoted(let name):
            // > https://www.sqlite.org/quirks.html#double_quoted_string_literals_are_accepted
            return hasColumn(name) ? try column(name) : try literal(.text(name))
        case .unary(let name, let operand): return try unary(name, operand)
        case .binary(let name, let left, let right): return try binary(name, left, right)
        case .isNull(let operand, let negated): return try nullTest(operand, negated)
        case .between(let operand, let low, let high, let negated):
            return try between(operand, low, high, negated)
        case .inList(let operand, let elements, let negated):
            return try membership(operand, elements, negated)
        case .match(let name, let operand, let pattern, let escape, let negated):
            return try match(name, operand, pattern, escape, negated)
        case .conditional(let base, let branches, let otherwise):
            return try conditional(base, branches, otherwise)
        case .cast(let operand, let type): return try cast(operand, type)
        case .collate(let operand, let name):
            var result = try render(operand)
            result.collation = name == "BINARY" ? nil : name
            result.hasExplicitCollation = true
            return result
        case .function(let name, let arguments): return try function(name, arguments)
        case .member(let table, let name): return try member(table, name)
        case .aggregate(let name, let arguments, let isDistinct):
            return try aggregate(name, arguments, isDistinct)
        case .windowed(let call, let condition, let window):
            return try windowed(call, condition, window)
        case .query, .exists, .inQuery: return try query(expression)
        case .raise: throw Refusal("RAISE stands where PostgreSQL has no statement")
        }
    }

    mutating func column(_ name: String) throws(Refusal) -> Rendered {
        let folded = name.foldedName
        if ambiguous.contains(folded) {
            throw Refusal("several tables have a column \"\(name)\"")
        }
        guard let column = columns[folded] else {
            if let expression = aliases[folded] {
                var inside = self
                inside.aliases = [:]
                let result = try inside.render(expression)
                notes = inside.notes
                return result
            }
            throw Refusal("there is no column \"\(name)\" in the target")
        }
        return rendered(column)
    }

    private mutating func member(_ table: String, _ name: String) throws(Refusal) -> Rendered {
        if let column = columns[Self.key(table, name)] { return rendered(column) }
        guard place == .constraint else {
            throw Refusal("there is no column \"\(table).\(name)\" in the target")
        }
        return try column(name)
    }

    func rendered(_ column: Column) -> Rendered {
        Rendered(
            sql: column.sql,
            kind: .init(column.type),
            affinity: column.affinity,
            collation: column.collation?.uppercased() == "BINARY" ? nil : column.collation,
            hasColumn: true,
            isCollated: Rendered.Kind(column.type) == .text,
            holdsMoments: column.holdsMoments
        )
    }

    func literal(_ expression: SQLExpression) throws(Refusal) -> Rendered {
        switch expression {
        case .null: return Rendered(sql: "NULL", kind: .null, literal: expression)
        case .integer(let value):
            return Rendered(
                sql: "\(value)",
                kind: .integer,
                power: value < 0 ? .unary : .atom,
                literal: expression
            )
        case .boolean(let value):
            return Rendered(sql: value ? "1" : "0", kind: .integer, literal: expression)
        case .real(let value):
            return Rendered(
                sql: Self.spelled(value),
                kind: .real,
                power: value.sign == .minus ? .unary : .atom,
                literal: expression
            )
        case .text(let text):
            guard !text.unicodeScalars.contains("\0") else {
                throw Refusal("PostgreSQL's text holds no NUL")
            }
            return Rendered(
                sql: TargetName.literal(text),
                kind: .text,
                literal: expression
            )
        case .blob(let digits):
            return Rendered(
                sql: "'\\x\(digits.lowercased())'::bytea",
                kind: .bytea,
                power: .cast,
                literal: expression
            )
        default: throw Refusal("it is not a constant")
        }
    }

    /// A number as PostgreSQL reads it back: to the digit, whole numbers without rounding.
    private static func spelled(_ value: Double) -> String {
        if let whole = Int64(exactly: value) { return "\(whole).0" }
        return "\(value)"
    }

    private mutating func unary(
        _ name: String,
        _ operand: SQLExpression
    ) throws(Refusal) -> Rendered {
        if name == "NOT" {
            let inside = try condition(operand)
            return Rendered(
                sql: "NOT \(inside.inside(.not))",
                kind: .boolean,
                power: .not,
                hasColumn: inside.hasColumn
            )
        }
        var result = try value(operand)
        if name == "+" {
            // It takes affinity and collation away, nothing else.
            result.affinity = nil
            result.collation = nil
            return result
        }
        guard result.kind == .integer || (name == "-" && result.kind.isNumber) else {
            throw Refusal("\(name) is applied to \(result.kind.rawValue)")
        }
        if name == "-", result.kind == .integer { note(Self.overflow) }
        return Rendered(
            sql: name + result.inside(.unary),
            kind: result.kind,
            power: .unary,
            hasColumn: result.hasColumn
        )
    }

    static let overflow =
        "a result beyond 64 bits is an error in PostgreSQL and a real number in SQLite"

    private mutating func conditional(
        _ base: SQLExpression?,
        _ branches: [SQLExpression.Branch],
        _ otherwise: SQLExpression?
    ) throws(Refusal) -> Rendered {
        var whens: [String] = []
        for branch in branches {
            if let base {
                whens.append(try binary("=", base, branch.when).sql)
            } else {
                whens.append(try condition(branch.when).sql)
            }
        }
        let results = try unified(branches.map(\.then) + [otherwise ?? .null])
        var sql = "CASE"
        for (when, result) in zip(whens, results) { sql += " WHEN \(when) THEN \(result.sql)" }
        if otherwise != nil, let last = results.last { sql += " ELSE \(last.sql)" }
        return Rendered(
            sql: sql + " END",
            kind: Self.commonKind(results),
            hasColumn: results.contains(where: \.hasColumn),
            isCollated: results.contains(where: \.isCollated)
        )
    }

    static func commonKind(_ results: [Rendered]) -> Rendered.Kind {
        let kinds = results.map(\.kind).filter { $0 != .null }
        if kinds.contains(.real) { return .real }
        if kinds.contains(.numeric) { return .numeric }
        return kinds.first ?? .null
    }

    /// Renders several expressions as values of one kind.
    ///
    /// - Parameter expressions: The expressions, such as the results of a CASE.
    /// - Returns: Their SQL; constants take the form of the others.
    /// - Throws: ``Refusal`` when PostgreSQL would convert one to another's type.
    mutating func unified(_ expressions: [SQLExpression]) throws(Refusal) -> [Rendered] {
        var results: [Rendered] = []
        for expression in expressions { results.append(try render(expression)) }
        let kinds = Set(results.filter { $0.literal == nil && $0.kind != .null }.map(\.kind))
        if kinds == [.boolean], results.contains(where: { $0.affinity == nil && $0.literal == nil })
        {
            // Truth values that were computed are numbers for whoever reads them.
            results = results.map { $0.kind == .boolean ? Self.number($0) : $0 }
        }
        guard let model = results.first(where: { $0.literal == nil && $0.kind != .null }) else {
            return try sameKind(results)
        }
        for (place, result) in results.enumerated() where result.literal != nil {
            var bare = model
            bare.affinity = model.kind == .boolean ? model.affinity : nil
            results[place] = try adapted(result, to: bare)
        }
        return try sameKind(results)
    }

    private func sameKind(_ results: [Rendered]) throws(Refusal) -> [Rendered] {
        let kinds = Set(results.map(\.kind).filter { $0 != .null })
        guard kinds.count <= 1 || kinds.allSatisfy(\.isNumber) else {
            let names = kinds.map(\.rawValue).sorted().joined(separator: " and ")
            throw Refusal("its results are of kind \(names), which one type cannot hold")
        }
        return results
    }
}
