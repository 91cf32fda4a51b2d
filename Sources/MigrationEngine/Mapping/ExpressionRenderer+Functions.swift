extension ExpressionRenderer {
    /// Renders a call of a function.
    ///
    /// - Parameters:
    ///   - name: The function, in lower case.
    ///   - arguments: Its arguments.
    /// - Returns: SQL.
    /// - Throws: ``Refusal`` unless PostgreSQL has a function of exactly this meaning.
    mutating func function(
        _ name: String,
        _ arguments: [SQLExpression]
    ) throws(Refusal) -> Rendered {
        if let rendered = try json(name, arguments) { return rendered }
        if Self.clocks.contains(name) { return try time(.function(name, arguments)) }
        switch (name, arguments.count) {
        case ("coalesce", 2...), ("ifnull", 2): return try coalesce(arguments)
        case ("nullif", 2): return try nullif(arguments[0], arguments[1])
        case ("iif", 3):
            let branch = SQLExpression.Branch(when: arguments[0], then: arguments[1])
            return try render(.conditional(base: nil, [branch], otherwise: arguments[2]))
        case ("likely", 1), ("unlikely", 1): return try render(arguments[0])
        case ("length", 1): return try length(arguments[0])
        case ("typeof", 1): return try storageClass(arguments[0])
        case ("abs", 1): return try absolute(arguments[0])
        case ("lower", 1), ("upper", 1): return try folded(name, arguments[0])
        case ("hex", 1): return try hex(arguments[0])
        case ("randomblob", 1): return try randomBytes(arguments[0])
        case ("random", 0): return try random()
        case ("min", 2...), ("max", 2...): return try extreme(name, arguments)
        case ("round", 1...2): return try rounded(arguments)
        case ("unicode", 1):
            let inside = try text(try value(arguments[0]), name)
            return Rendered(
                sql: "nullif(ascii(\(inside.sql)), 0)",
                kind: .integer,
                hasColumn: inside.hasColumn
            )
        case ("printf", 1...), ("format", 1...): return try printf(name, arguments)
        case ("substr", 2...3), ("substring", 2...3): return try part(arguments)
        default: return try textFunction(name, arguments)
        }
    }

    private mutating func coalesce(_ arguments: [SQLExpression]) throws(Refusal) -> Rendered {
        let results = try unified(arguments)
        return Rendered(
            sql: "coalesce(\(results.map(\.sql).joined(separator: ", ")))",
            kind: Self.commonKind(results),
            hasColumn: results.contains(where: \.hasColumn),
            isCollated: results.contains(where: \.isCollated)
        )
    }

    private mutating func nullif(
        _ left: SQLExpression,
        _ right: SQLExpression
    ) throws(Refusal) -> Rendered {
        let (first, second) = try comparable(try value(left), try value(right))
        guard first.sql == (try value(left).sql) else {
            throw Refusal("nullif compares under a collation")
        }
        return Rendered(
            sql: "nullif(\(first.sql), \(second.sql))",
            kind: first.kind,
            hasColumn: first.hasColumn || second.hasColumn,
            isCollated: first.isCollated
        )
    }

    private mutating func length(_ argument: SQLExpression) throws(Refusal) -> Rendered {
        let inside = try value(argument)
        if inside.kind == .bytea {
            return Rendered(
                sql: "length(\(inside.sql))",
                kind: .integer,
                hasColumn: inside.hasColumn
            )
        }
        let measured = try text(inside, "length")
        return Rendered(
            sql: "length(\(measured.sql))",
            kind: .integer,
            hasColumn: measured.hasColumn
        )
    }

    /// A column of one type holds one storage class, so its name can be said.
    private mutating func storageClass(_ argument: SQLExpression) throws(Refusal) -> Rendered {
        let inside = try render(argument)
        let name: String
        switch (inside.kind, inside.affinity) {
        case (.integer, .some): name = "integer"
        case (.real, .some(.real)): name = "real"
        case (.text, .some): name = "text"
        case (.bytea, .some): name = "blob"
        default: throw Refusal("typeof asks how a value is stored, which has no counterpart")
        }
        return Rendered(
            sql: "CASE WHEN \(inside.inside(.identity)) IS NULL THEN 'null' ELSE '\(name)' END",
            kind: .text,
            hasColumn: inside.hasColumn
        )
    }

    private mutating func absolute(_ argument: SQLExpression) throws(Refusal) -> Rendered {
        let inside = try value(argument)
        guard inside.kind.isNumber else {
            throw Refusal("abs is applied to \(inside.kind.rawValue)")
        }
        return Rendered(
            sql: "abs(\(inside.sql))",
            kind: inside.kind,
            hasColumn: inside.hasColumn
        )
    }

    // MARK: - Text

    /// The text with the collation that makes `lower` and `upper` fold ASCII only, as SQLite does.
    private mutating func plain(
        _ argument: SQLExpression,
        _ user: String
    ) throws(Refusal) -> Rendered {
        var inside = try text(try value(argument), user)
        if !inside.isCollated, inside.kind != .null {
            inside.power = .other
            inside.sql = "\(inside.inside(.unary)) COLLATE \"C\""
        }
        return inside
    }

    private mutating func folded(
        _ name: String,
        _ argument: SQLExpression
    ) throws(Refusal) -> Rendered {
        if name == "lower", case .function("hex", let digits) = argument, digits.count == 1 {
            let bytes = try value(digits[0])
            if bytes.kind == .bytea {
                return Self.digits("encode(\(bytes.sql), 'hex')", of: bytes)
            }
        }
        let inside = try plain(argument, name)
        return Rendered(
            sql: "\(name)(\(inside.sql))",
            kind: .text,
            hasColumn: inside.hasColumn,
            isCollated: true
        )
    }

    private mutating func hex(_ argument: SQLExpression) throws(Refusal) -> Rendered {
        let inside = try value(argument)
        guard inside.kind == .bytea else {
            throw Refusal("hex is applied to \(inside.kind.rawValue)")
        }
        return Self.digits("upper(encode(\(inside.sql), 'hex'))", of: inside)
    }

    /// SQLite's hex of NULL is empty text, not NULL.
    private static func digits(_ sql: String, of bytes: Rendered) -> Rendered {
        Rendered(
            sql: bytes.hasColumn ? "coalesce(\(sql), '')" : sql,
            kind: .text,
            hasColumn: bytes.hasColumn
        )
    }

    /// Random bytes out of a random UUID, whose first six bytes are random all over.
    private mutating func randomBytes(_ argument: SQLExpression) throws(Refusal) -> Rendered {
        guard place == .default || place == .trigger, case .integer(let count) = argument else {
            throw Refusal("randomblob is random")
        }
        switch count {
        case 7...15, 17...64:
            let pieces = stride(from: Int64(0), to: count, by: 6).map { start in
                "substr(uuid_send(gen_random_uuid()), 1, \(min(6, count - start)))"
            }
            return Rendered(
                sql: pieces.joined(separator: " || "),
                kind: .bytea,
                power: .other
            )
        case 1...6:
            return Rendered(
                sql: "substr(uuid_send(gen_random_uuid()), 1, \(count))",
                kind: .bytea
            )
        case 16:
            note("122 of the 128 bits are random, because PostgreSQL makes them as a UUID")
            return Rendered(sql: "uuid_send(gen_random_uuid())", kind: .bytea)
        default: throw Refusal("PostgreSQL makes no \(count) random bytes without an extension")
        }
    }

    private mutating func part(_ arguments: [SQLExpression]) throws(Refusal) -> Rendered {
        let inside = try text(try value(arguments[0]), "substr")
        if case .integer(let start) = arguments[1], start < 0, start > -1 << 31 {
            guard arguments.count == 2 else {
                throw Refusal("substr counts a number of characters from the end")
            }
            return Rendered(
                sql: "right(\(inside.sql), \(-start))",
                kind: .text,
                hasColumn: inside.hasColumn,
                isCollated: inside.isCollated
            )
        }
        guard arguments[1].isNatural else {
            throw Refusal("substr counts from something that may be below 0")
        }
        var sql = "substr(\(inside.sql), \(try count(arguments[1]))"
        if arguments.count == 3 {
            if arguments[2].isNatural {
                sql += ", \(try count(arguments[2]))"
            } else if arguments[1] == .integer(1) {
                // What stands before the first character is nothing.
                sql += ", greatest(\(try count(arguments[2])), 0)"
            } else {
                throw Refusal("substr takes a number of characters that may be below 0")
            }
        }
        return Rendered(
            sql: sql + ")",
            kind: .text,
            hasColumn: inside.hasColumn,
            isCollated: inside.isCollated
        )
    }

    /// A number of characters, 32 bits wide as PostgreSQL's functions take it.
    private mutating func count(_ expression: SQLExpression) throws(Refusal) -> String {
        if case .integer(let number) = expression {
            guard number < 1 << 31 else { throw Refusal("substr counts beyond 31 bits") }
            return "\(number)"
        }
        let number = try value(expression)
        guard number.kind == .integer else {
            throw Refusal("substr counts by \(number.kind.rawValue)")
        }
        return "\(number.inside(.cast))::integer"
    }

    private mutating func textFunction(
        _ name: String,
        _ arguments: [SQLExpression]
    ) throws(Refusal) -> Rendered {
        guard let known = Self.textFunctions["\(name)/\(arguments.count)"] else {
            throw Refusal("PostgreSQL has no function with the meaning of \(name)")
        }
        var sides: [Rendered] = []
        for argument in arguments { sides.append(try text(try value(argument), name)) }
        return Rendered(
            sql: "\(known.name)(\(sides.map(\.sql).joined(separator: ", ")))",
            kind: known.kind,
            hasColumn: sides.contains(where: \.hasColumn),
            isCollated: known.kind == .text && sides.contains(where: \.isCollated)
        )
    }

    // Each was compared: what is trimmed, what an empty text gives, what NULL gives.
    private static let textFunctions: [String: (name: String, kind: Rendered.Kind)] = [
        "trim/1": ("btrim", .text), "trim/2": ("btrim", .text),
        "ltrim/1": ("ltrim", .text), "ltrim/2": ("ltrim", .text),
        "rtrim/1": ("rtrim", .text), "rtrim/2": ("rtrim", .text),
        "replace/3": ("replace", .text), "instr/2": ("strpos", .integer),
    ]

    // MARK: - Casts

    /// Renders CAST.
    ///
    /// - Parameters:
    ///   - operand: What is converted.
    ///   - type: The type as written.
    /// - Returns: SQL.
    /// - Throws: ``Refusal`` where SQLite reads as much of a text as looks like a number.
    mutating func cast(_ operand: SQLExpression, _ type: String) throws(Refusal) -> Rendered {
        let affinity = Catalog.Affinity(declaredType: type)
        if affinity == .integer || affinity == .numeric, case .function = operand,
            TimeOfDay(operand) == .epoch
        {
            return try time(.function("unixepoch", []))
        }
        let inside = try value(operand)
        var result: Rendered
        if inside.isDigits, affinity == .integer || affinity == .numeric {
            result = inside
            result.sql = "\(inside.inside(.cast))::bigint"
            result.kind = .integer
            result.power = .cast
            result.isDigits = false
        } else {
            result = try converted(inside, affinity)
        }
        result.affinity = affinity
        result.collation = inside.collation
        result.hasColumn = inside.hasColumn
        result.isCollated = inside.isCollated && result.kind == .text
        return result
    }

    private func converted(
        _ inside: Rendered,
        _ affinity: Catalog.Affinity
    ) throws(Refusal) -> Rendered {
        switch (affinity, inside.kind) {
        case (_, .null), (.integer, .integer), (.numeric, .integer), (.real, .real),
            (.text, .text), (.blob, .bytea), (.numeric, .real):
            return inside
        case (.integer, .real):
            return Rendered(
                sql: "trunc(\(inside.sql))::bigint",
                kind: .integer,
                power: .cast
            )
        case (.real, .integer):
            return Rendered(
                sql: "\(inside.inside(.cast))::double precision",
                kind: .real,
                power: .cast
            )
        case (.text, .integer): return try text(inside, "CAST")
        default:
            throw Refusal(
                "CAST turns \(inside.kind.rawValue) into \(affinity.rawValue) in a way of its own"
            )
        }
    }
}
