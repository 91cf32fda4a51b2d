extension TableTrial {
    /// Compares what stands there with what its statement makes, on an empty table like this one.
    ///
    /// An index of the right name can be one of other columns, without its WHERE, or of another
    /// collation: no insert tells, and every query is answered, only slowly.
    ///
    /// - Parameter index: The statement that made it.
    /// - Returns: What came of it.
    /// - Throws: ``TargetError``.
    func definition(of index: TargetSchema.Statement) throws(TargetError) -> Ledger.Probe {
        guard let own = Self.name(index.object, "index "),
            let (create, rest) = Self.split(index.sql, at: " ON \(name) (")
        else { return .init(state: .held, evidence: "it is there and valid") }
        let words = create.uppercased().hasPrefix("CREATE UNIQUE ") ? "UNIQUE INDEX" : "INDEX"
        return try attempt { () throws(TargetError) in
            try target.execute("CREATE TEMPORARY TABLE cutover_tried (LIKE \(name))")
            try target.execute(
                "CREATE \(words) cutover_tried_index ON pg_temp.cutover_tried (\(rest)"
            )
            let rows = try target.query(
                """
                SELECT i.indisunique, i.indnkeyatts, i.indkey::text, i.indcollation::text,
                    i.indclass::text, i.indoption::text, pg_get_expr(i.indexprs, i.indrelid),
                    pg_get_expr(i.indpred, i.indrelid)
                FROM pg_index i
                WHERE i.indexrelid IN (format('%I.%I', $1::text, $2::text)::regclass,
                    'pg_temp.cutover_tried_index'::regclass)
                """,
                [.text(schema), .text(own)]
            ).rows
            guard rows.count == 2, rows[0] == rows[1] else {
                return .init(
                    state: .failed,
                    evidence: "an index of that name is there, and it is another one"
                )
            }
            let traits = [
                rows[0][6].map { _ in "over its expressions" },
                rows[0][7].map { _ in "over the rows of its WHERE only" },
            ].compactMap { $0 }
            let more = traits.isEmpty ? "" : ", " + traits.joined(separator: ", ")
            return .init(state: .held, evidence: "it is there and valid" + more)
        }
    }

    /// Adds to what came of a constraint whether the rows that are there keep it as well.
    ///
    /// - Parameters:
    ///   - probe: What came of the trial with a new row.
    ///   - constraint: The constraint; nil for one without a name.
    /// - Returns: The same, saying so when older rows were never looked at.
    /// - Throws: ``TargetError``.
    func validated(
        _ probe: Ledger.Probe,
        _ constraint: String?
    ) throws(TargetError) -> Ledger.Probe {
        guard probe.state == .held, let constraint else { return probe }
        let found = try target.query(
            "SELECT convalidated FROM pg_constraint WHERE conrelid = $1::regclass AND conname = $2",
            [.text(name), .text(constraint)]
        )
        guard found.first == "f" else { return probe }
        return .init(
            state: .held,
            evidence: probe.evidence
                + "; rows that were there before are not held to it (NOT VALID)"
        )
    }

    private static func split(_ text: String, at middle: String) -> (Substring, Substring)? {
        text.firstRange(of: middle).map { (text[..<$0.lowerBound], text[$0.upperBound...]) }
    }
}
