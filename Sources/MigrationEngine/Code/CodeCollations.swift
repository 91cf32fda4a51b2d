/// Which columns of the source are compared without regard to capitals, or to blanks at the end.
///
/// The target compares every text byte by byte, so a statement that compares such a column means
/// something else there, and nothing of the target shows it.
struct CodeCollations {
    /// By the table's and the column's name in small letters.
    private var names: [String: [String: String]] = [:]

    /// Reads the source, when there is one.
    ///
    /// - Parameters:
    ///   - path: The source.
    ///   - observer: Is told when it cannot be read.
    init(of path: String, _ observer: Observer) {
        do {
            let connection = try SourceFile.open(path, stage: "code")
            for table in try CatalogReader.read(connection).tables {
                for column in table.columns {
                    guard let name = column.collation?.uppercased(), name != "BINARY" else {
                        continue
                    }
                    names[table.name.lowercased(), default: [:]][column.name.lowercased()] = name
                }
            }
        } catch {
            observer.tell(
                "code",
                "the source \(path) cannot be read: whether its columns pass over capitals (NOCASE) "
                    + "is not known; name it with --source"
            )
        }
    }

    /// Adds what the source says to what the target has.
    ///
    /// - Parameter schema: The target's tables.
    /// - Returns: The same with the source's collations.
    func added(to schema: CodeProof.Schema) -> CodeProof.Schema {
        var schema = schema
        for (table, columns) in schema.tables {
            guard let known = names[table.lowercased()] else { continue }
            for column in columns.columns.keys {
                schema.tables[table]?.columns[column]?.collation = known[column.lowercased()]
            }
        }
        return schema
    }
}
