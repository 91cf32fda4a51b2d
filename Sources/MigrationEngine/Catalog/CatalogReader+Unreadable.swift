/// Generated columns that only the application can compute.
extension CatalogReader {
    /// Leaves out virtual columns whose expression calls a function of the application.
    ///
    /// Everything else of the table can be read. Columns that name such a column fall with it, and
    /// so do keys over it; a foreign key SQLite could not check either.
    ///
    /// - Parameter table: The table; its columns and keys are read already.
    func leaveOutUnreadable(_ table: inout Catalog.Table) {
        var lost: NameSet = []
        for column in table.columns where column.generation == .virtual {
            guard let function = unknownFunction(of: column, table) else { continue }
            lost.insert(column.name.foldedName)
            table.losses.append(
                Catalog.Loss(
                    column: column.name,
                    subject: "generated column",
                    text: "AS (\(column.generationExpression ?? ""))",
                    reason: "its values cannot be read here: the function \(function)() is the "
                        + "application's own"
                )
            )
        }
        guard !lost.isEmpty else { return }
        table.columns.removeAll { lost.contains($0.name.foldedName) }
        func isLost(_ names: [String]) -> Bool { names.contains { lost.contains($0.foldedName) } }
        for unique in table.uniques where isLost(unique.columns.compactMap(\.name)) {
            let list = unique.columns.compactMap(\.name).joined(separator: ", ")
            table.losses.append(Self.loss("unique", "UNIQUE (\(list))"))
        }
        table.uniques.removeAll { isLost($0.columns.compactMap(\.name)) }
        for key in table.foreignKeys where isLost(key.columns) {
            let list = key.columns.joined(separator: ", ")
            let text = "FOREIGN KEY (\(list)) REFERENCES \(key.parentTable)"
            table.losses.append(Self.loss("foreign key", text))
        }
        table.foreignKeys.removeAll { isLost($0.columns) }
    }

    private static func loss(_ subject: String, _ text: String) -> Catalog.Loss {
        Catalog.Loss(subject: subject, text: text, reason: "its column cannot be read here")
    }

    private func unknownFunction(
        of column: Catalog.Column,
        _ table: Catalog.Table
    ) -> String? {
        let quote = SourceConnection.quote
        do throws(SourceError) {
            _ = try connection.prepare(
                "SELECT \(quote(column.name)) FROM main.\(quote(table.name))"
            )
            return nil
        } catch {
            return error.unknownFunction
        }
    }
}
