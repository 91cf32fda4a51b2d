import Foundation

/// The proof of a whole folder: convert, plan, tell.
struct CodeCheck {
    /// One file with what was proven of it.
    struct ProvenFile {
        let scanned: ScannedCode.File
        var report: CodeReport.File
        /// The edits of each variant of each statement.
        var edits: [[[Edit]]]
        /// What the converter said of each variant of each statement.
        let answers: [[ConvertedStatement]]
        /// Why the file cannot be fixed although a person has reviewed what is not known of it.
        var obstacles: [String] = []
    }

    /// Everything that was proven, and before what.
    struct Proven {
        let files: [ProvenFile]
        let target: String
        let schemaDigest: String
    }

    private struct Question: Encodable {
        let text: String
        let parameters: ScannedCode.Parameters
        let wantsKey: Bool
        let speaks: String?
        let keeps: Bool
        let names: [ScannedCode.Name]
    }

    private struct Questions: Encodable {
        let schema: CodeProof.Schema
        let statements: [Question]
    }

    private struct Answers: Decodable {
        let answers: [ConvertedStatement]
    }

    private let options: Options
    private let observer: Observer
    private let cancellation: Cancellation

    init(_ options: Options, _ observer: Observer, _ cancellation: Cancellation) {
        self.options = options
        self.observer = observer
        self.cancellation = cancellation
    }

    /// Proves every statement.
    ///
    /// - Parameters:
    ///   - scanned: What was read.
    ///   - reader: The reader, which also converts.
    ///   - meaning: What an earlier `fix` told.
    /// - Returns: The files in their order, and before what they were proven.
    /// - Throws: ``MigrationError``.
    func run(
        _ scanned: ScannedCode,
        _ reader: CodeReader,
        _ meaning: CodeMeaning
    ) throws(MigrationError) -> Proven {
        let python = try CodeTranspiler.python(observer, cancellation)
        let proof = try CodeProof(options, cancellation)
        let before = try proof.tables()
        let collations = CodeCollations(of: options.source, observer)
        let known = Set(before.tables.keys.map { $0.lowercased() })
        // Tables of the application's own first: what is written to them can be planned then.
        var makers = scanned.files
        for index in makers.indices {
            makers[index].statements.removeAll { statement in
                !statement.variants.contains { $0.text.uppercased().contains("CREATE") }
            }
        }
        let made = try convert(makers, collations.added(to: before), reader, python).joined()
            .joined()
        try proof.make(made.flatMap { $0.statements ?? [] }, known: known)
        let answers = try convert(
            scanned.files,
            collations.added(to: try proof.tables()),
            reader,
            python
        )
        var files: [ProvenFile] = []
        var last = ContinuousClock.now
        for (file, answers) in zip(scanned.files, answers) {
            try cancellation.check("code", kept: .other("no file was changed"))
            var told = answers
            for (place, statement) in file.statements.enumerated() {
                for (number, variant) in statement.variants.enumerated() {
                    told[place][number].notes = meaning.added(
                        to: answers[place][number].notes ?? [],
                        of: variant.text,
                        in: file.path
                    )
                }
            }
            files.append(try prove(file, told, proof))
            guard last.secondsToNow >= 1 else { continue }
            last = .now
            observer.tell("code", "proven: \(files.count) of \(scanned.files.count) files")
        }
        return Proven(files: files, target: try proof.target(), schemaDigest: before.digest)
    }

    /// The converter's answers, by file, statement and variant.
    private func convert(
        _ files: [ScannedCode.File],
        _ schema: CodeProof.Schema,
        _ reader: CodeReader,
        _ python: String
    ) throws(MigrationError) -> [[[ConvertedStatement]]] {
        let questions = files.flatMap { file in
            file.statements.flatMap { statement in
                statement.variants.map { variant in
                    Question(
                        text: variant.text,
                        parameters: statement.parameters,
                        wantsKey: statement.wantsKey,
                        speaks: file.speaks,
                        keeps: variant.keeps,
                        names: variant.names
                    )
                }
            }
        }
        guard !questions.isEmpty else { return files.map { _ in [] } }
        var rest = try reader.ask(
            Answers.self,
            ["convert"],
            with: python,
            given: Questions(schema: schema, statements: questions)
        ).answers[...]
        return files.map { file in
            file.statements.map { statement in
                defer { rest = rest.dropFirst(statement.variants.count) }
                return Array(rest.prefix(statement.variants.count))
            }
        }
    }

    private func prove(
        _ file: ScannedCode.File,
        _ answers: [[ConvertedStatement]],
        _ proof: CodeProof
    ) throws(MigrationError) -> ProvenFile {
        var proven = ProvenFile(
            scanned: file,
            report: .init(
                path: file.path,
                role: file.role,
                statements: [],
                findings: file.findings
            ),
            edits: answers.map { $0.map { $0.edits ?? [] } },
            answers: answers
        )
        for (statement, answers) in zip(file.statements, answers) {
            try cancellation.check("code", kept: .other("no file was changed"))
            var told = statement.reported()
            for (variant, answer) in zip(statement.variants, answers) {
                try judge(&told, variant, answer, proof)
            }
            if told.state == .read { told.state = .works }
            if [.dynamic, .unplanned].contains(told.state), statement.reviewed {
                let isWritten = answers.allSatisfy { $0.edits?.isEmpty != false }
                // What is still to be written otherwise holds up the check, the file is fixed.
                told.state = isWritten ? .reviewed : .converted
                if let obstacle = Self.obstacle(told, answers) { proven.obstacles.append(obstacle) }
            }
            proven.report.statements.append(told)
            proven.report.findings += Self.findings(told, answers, beside: file.findings)
        }
        proven.report.findings += Self.unknownValues(file, answers)
        proven.report.findings.sort { first, second in
            (first.line, first.column, first.rule) < (second.line, second.column, second.rule)
        }
        return proven
    }

    /// Takes the verdict on one variant into what is told of its statement: the worst one counts.
    private func judge(
        _ told: inout CodeReport.Statement,
        _ variant: ScannedCode.Variant,
        _ answer: ConvertedStatement,
        _ proof: CodeProof
    ) throws(MigrationError) {
        guard told.state != .failed, answer.state != "dynamic" else { return }
        guard answer.state == "converted", let parts = answer.statements else {
            told.state = .failed
            told.reason = answer.reason
            return
        }
        for part in parts {
            switch try proof.prove(part) {
            case .planned: continue
            case .unplanned(let message):
                guard told.state != .dynamic, told.state != .unplanned else { continue }
                told.state = .unplanned
                told.reason = message
            case .refused(let sqlState, let message):
                told.state = .failed
                told.reason = message
                told.sqlState = sqlState
                told.after = answer.driver
                return
            }
        }
        if told.state == .unplanned, answer.edits?.isEmpty == false { told.after = answer.driver }
        guard told.state != .dynamic, told.state != .unplanned, answer.edits?.isEmpty == false
        else { return }
        told.state = .converted
        // The first variant is the one that is shown.
        if told.after == nil { told.after = answer.driver }
    }

    /// What a person's word does not change: the file would speak PostgreSQL, this statement not.
    private static func obstacle(
        _ told: CodeReport.Statement,
        _ answers: [ConvertedStatement]
    ) -> String? {
        answers.first { $0.state == "dynamic" && $0.reason != nil }?.reason.map { word in
            "line \(told.line) is reviewed, and still has \(word), which only SQLite takes: a "
                + "statement with an unknown part is not converted, write it for PostgreSQL by "
                + "hand first"
        }
    }

    /// The rule that is told once a file.
    static let valueRule = "value-kind"

    /// One finding a file for the values whose kind the code does not show, where the kind decides.
    private static func unknownValues(
        _ file: ScannedCode.File,
        _ answers: [[ConvertedStatement]]
    ) -> [CodeFinding] {
        let met = zip(file.statements, answers).filter { _, answers in
            answers.contains { $0.notes?.contains { $0.rule == valueRule } == true }
        }.map(\.0)
        guard let first = met.first else { return [] }
        let lines = Set(met.map(\.line)).sorted().prefix(20).map(String.init)
        return [
            CodeFinding(
                line: first.line,
                column: first.column,
                rule: valueRule,
                severity: "warning",
                message: "the code does not show what kind of value "
                    + (met.count == 1 ? "a statement binds: " : "\(met.count) statements bind: ")
                    + "beside a column of text a number or a date object is an error there, beside "
                    + "one of numbers a truth value or an empty text; a fraction is rounded in a "
                    + "column of whole numbers "
                    + (lines.count == 1 ? "(line " : "(lines ") + lines.joined(separator: ", ")
                    + (met.count > 20 ? ", …)" : ")"),
                suggestion: "run what calls them on PostgreSQL; str(), int() or isoformat() where "
                    + "it is another kind"
            )
        ]
    }

    private static func findings(
        _ told: CodeReport.Statement,
        _ answers: [ConvertedStatement],
        beside found: [CodeFinding]
    ) -> [CodeFinding] {
        var result: [CodeFinding] = []
        func add(_ rule: String, _ severity: String, _ message: String, _ suggestion: String) {
            let finding = CodeFinding(
                line: told.line,
                column: told.column,
                rule: rule,
                severity: severity,
                message: message,
                suggestion: suggestion
            )
            if !result.contains(finding) { result.append(finding) }
        }
        let known = Set(found.map(\.rule))
        for note in answers.flatMap({ $0.notes ?? [] })
        where !known.contains(note.rule) && note.rule != valueRule {
            add(
                note.rule,
                "warning",
                note.message,
                note.suggestion ?? "`cutover code fix` writes it so"
            )
        }
        switch told.state {
        case .failed:
            add(
                "statement-fails",
                "error",
                told.reason ?? "PostgreSQL refuses this statement",
                "write it for PostgreSQL by hand"
            )
        case .dynamic:
            add(
                "dynamic",
                "warning",
                told.reason ?? "a part of this statement is not known before the program runs",
                "run the code that makes it on PostgreSQL once, then write # cutover: reviewed beside "
                    + "the call"
            )
        case .unplanned:
            add(
                "unplanned",
                "warning",
                told.reason ?? "no server plans a statement of this kind",
                "do as it says, then write # cutover: reviewed beside the call"
            )
        case .read, .works, .converted, .reviewed: break
        }
        return result
    }
}
