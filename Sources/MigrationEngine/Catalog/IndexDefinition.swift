/// What a `CREATE INDEX` text says beyond what the pragmas tell.
struct IndexDefinition: Equatable {
    /// The columns and expressions as written, without collation and order.
    var elements: [String] = []
    /// The WHERE expression as written.
    var predicate: String?

    /// Reads a `CREATE INDEX` text.
    ///
    /// - Parameter sql: The text; nil when it is not understood.
    init?(parsing sql: String) {
        var cursor = TokenCursor(sql)
        guard cursor.take("CREATE") else { return nil }
        _ = cursor.take("UNIQUE")
        guard cursor.take("INDEX") else { return nil }
        _ = cursor.take("IF", "NOT", "EXISTS")
        guard cursor.takeName() != nil else { return nil }
        if cursor.takeSymbol("."), cursor.takeName() == nil { return nil }
        guard cursor.take("ON"), cursor.takeName() != nil,
            let list = cursor.takeParenthesised()
        else { return nil }
        elements = Self.elements(of: list)
        if cursor.take("WHERE") {
            let start = cursor.index
            while !cursor.isAtEnd, !cursor.seesSymbol(";") { cursor.advance() }
            predicate = cursor.text(start..<cursor.index)
        }
    }

    private static func elements(of list: String) -> [String] {
        var elements: [String] = []
        var cursor = TokenCursor(list)
        while !cursor.isAtEnd {
            let start = cursor.index
            cursor.skip { $0.isSymbol(",") }
            let end = cursor.index
            elements.append(cursor.text(start..<endOfExpression(start, end, &cursor)))
            guard cursor.takeSymbol(",") else { break }
        }
        return elements
    }

    private static func endOfExpression(
        _ start: Int,
        _ end: Int,
        _ cursor: inout TokenCursor
    ) -> Int {
        cursor.rewind(to: start)
        defer { cursor.rewind(to: end) }
        func token(_ place: Int) -> SQLToken? { cursor.token(place - start) }
        var end = end
        if end - start > 2, token(end - 2)?.isKeyword("NULLS") == true { end -= 2 }
        if let last = token(end - 1), last.isKeyword("ASC") || last.isKeyword("DESC") { end -= 1 }
        if end - start > 2, token(end - 2)?.isKeyword("COLLATE") == true { end -= 2 }
        return end
    }
}
