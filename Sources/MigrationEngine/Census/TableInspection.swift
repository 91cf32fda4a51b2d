/// Joins what was found about one table.
struct TableInspection {
    let table: Catalog.Table
    let target: TargetTable?
    let census: TableCensus
    let look: CloseLook
    /// The problems of columns, by their place in the catalog.
    let problems: [Int: [InspectReport.Problem]]

    /// What is stored in the table.
    ///
    /// - Parameter connection: A connection to the view.
    /// - Returns: Its part of the report.
    /// - Throws: ``SourceError`` for anything but damage.
    func report(_ connection: SourceConnection) throws(SourceError) -> InspectReport.Table {
        InspectReport.Table(
            name: table.name,
            rows: census.rows,
            columns: table.columns.indices.compactMap { place in
                guard place < census.columns.count, place < look.columns.count else { return nil }
                return column(place)
            },
            problems: try rowProblems(connection)
        )
    }

    private func rowProblems(
        _ connection: SourceConnection
    ) throws(SourceError) -> [InspectReport.Problem] {
        guard let target else { return [] }
        do throws(SourceError) {
            return try RowProblems(
                table: table,
                target: target,
                census: census,
                connection: connection
            ).found()
        } catch {
            // The damage itself is told apart.
            guard error.isDamage else { throw error }
            return []
        }
    }

    private func column(_ place: Int) -> InspectReport.Column {
        let (column, found, study) = (
            table.columns[place], census.columns[place], look.columns[place]
        )
        let digits = study.fractionDigits.map { (String($0.key), $0.value) }
        return InspectReport.Column(
            name: column.name,
            declaredType: column.declaredType,
            targetType: target?.columns.first { $0.sourceName.isExactly(column.name) }?.type.sql,
            notNull: column.isNotNull,
            storage: InspectReport.Storage(
                integer: found.integers,
                real: found.reals,
                text: found.texts,
                blob: found.blobs,
                null: found.nulls
            ),
            min: Self.bound(found.minimumInteger, found.minimumReal, study.minimumText, by: <),
            max: Self.bound(found.maximumInteger, found.maximumReal, study.maximumText, by: >),
            longestTextBytes: found.longestText,
            longestTextCharacters: study.longestCharacters,
            longestBlobBytes: study.longestBlob,
            distinct: min(study.distinct.estimate, found.values),
            shapes: study.shapes(with: found),
            fractionDigits: Dictionary(digits) { first, _ in first },
            problems: problems[place] ?? []
        )
    }

    /// The characters of a text that are shown: enough to see of what kind the texts are.
    private static let shownCharacters = 24

    private static func bound(
        _ integer: Int64?,
        _ real: Double?,
        _ text: [UInt8]?,
        by isFirst: (Double, Double) -> Bool
    ) -> InspectReport.Bound? {
        switch (integer, real) {
        case (let integer?, let real?):
            isFirst(real, Double(integer)) ? .real(real) : .integer(integer)
        case (let integer?, nil): .integer(integer)
        case (nil, let real?): .real(real)
        case (nil, nil): text.map { .text(shown($0)) }
        }
    }

    private static func shown(_ bytes: [UInt8]) -> String {
        let text = String(decoding: bytes, as: UTF8.self)
        let isWhole = bytes.count < ColumnStudy.textLimit && text.count <= shownCharacters
        return isWhole ? text : text.prefix(shownCharacters) + "…"
    }

    /// What is damaged of the table.
    ///
    /// - Parameter connection: A connection to the view.
    /// - Returns: The damage, nil when the table and its indexes are whole.
    /// - Throws: ``SourceError`` for anything but damage.
    func damage(
        _ connection: SourceConnection
    ) throws(SourceError) -> InspectReport.DamagedTable? {
        var messages = try IntegrityCheck.damage(of: table, connection)
        if let damage = look.damage, messages.isEmpty { messages = [damage] }
        guard !messages.isEmpty || !look.gaps.isEmpty else { return nil }
        return InspectReport.DamagedTable(
            name: table.name,
            rowsRead: census.rows,
            unreadable: look.gaps.map(\.description),
            messages: messages
        )
    }
}
