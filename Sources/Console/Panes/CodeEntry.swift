import MigrationEngine

/// A row of the pane of the code: a file, one of its statements, or one of its findings.
struct CodeEntry {
    /// What stands in the row.
    enum Kind {
        case file
        case statement(CodeReport.Statement)
        case finding(CodeFinding)
    }

    /// What stays the same when rows come and go.
    let id: String
    let file: CodeReport.File
    let kind: Kind

    /// Where it stands: the file, and the line in it.
    var place: String { line.map { "\(name):\($0)" } ?? name }

    /// The line in the file; nil for the file itself.
    var line: Int? {
        switch kind {
        case .file: nil
        case .statement(let statement): statement.line
        case .finding(let finding): finding.line
        }
    }

    /// Whether something is left to do about it.
    var isProblem: Bool {
        switch kind {
        case .file:
            file.findings.contains { $0.severity == "error" }
                || file.statements.contains { $0.state != .works }
        case .statement(let statement): statement.state != .works
        case .finding(let finding): finding.severity == "error"
        }
    }

    /// The file's name without its folders.
    var name: String { file.path.split(separator: "/").last.map(String.init) ?? file.path }
}

extension CodeReport.File {
    /// What stands in the file, in the order of its lines.
    var ownEntries: [CodeEntry] {
        var own = statements.enumerated().map { number, statement in
            CodeEntry(id: "\(path)\0s\(number)", file: self, kind: .statement(statement))
        }
        own += findings.enumerated().map { number, finding in
            CodeEntry(id: "\(path)\0f\(number)", file: self, kind: .finding(finding))
        }
        // Of one line the statement comes before what was found in it.
        return own.enumerated().sorted {
            ($0.element.line ?? 0, $0.offset) < ($1.element.line ?? 0, $1.offset)
        }.map(\.element)
    }
}

extension CodeReport {
    /// The rows: each file, below it what stands in it in the order of its lines.
    ///
    /// - Parameter onlyProblems: Whether what is in order is left out.
    /// - Returns: The rows.
    func entries(onlyProblems: Bool) -> [CodeEntry] {
        var entries: [CodeEntry] = []
        for file in files {
            entries.append(CodeEntry(id: file.path, file: file, kind: .file))
            entries += file.ownEntries
        }
        return onlyProblems ? entries.filter(\.isProblem) : entries
    }
}
