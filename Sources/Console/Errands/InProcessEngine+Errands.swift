import Foundation
package import MigrationEngine

/// An option of the command line as it would be typed.
package struct CommandOption: Equatable, Sendable {
    /// For example `--source`.
    package var name: String
    /// What stands behind it.
    package var value: String

    /// Makes an option.
    ///
    /// - Parameters:
    ///   - name: The option.
    ///   - value: What stands behind it.
    package init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}

extension ConsoleEngine {
    /// Does an errand; an engine that knows of none refuses it.
    ///
    /// - Parameters:
    ///   - errand: What is wanted.
    ///   - observer: Who is told what is logged.
    ///   - cancellation: The wish to stop.
    /// - Returns: What came of it.
    /// - Throws: ``MigrationError``.
    package func answer(
        _ errand: Errand,
        observer: Observer,
        cancellation: Cancellation
    ) throws -> Answer {
        throw MigrationError(
            .usage,
            "\(errand.rawValue) is not possible here",
            place: .init("console"),
            remedy: "run cutover \(errand.rawValue) in a shell"
        )
    }

    /// How another process is told of the same run; nothing for an engine without options.
    package var commandOptions: [CommandOption] { [] }

    /// Whether the target is given with a password, which ``commandOptions`` leave out.
    package var hasPassword: Bool { false }
}

extension InProcessEngine {
    /// See ``ConsoleEngine``.
    package func answer(
        _ errand: Errand,
        observer: Observer,
        cancellation: Cancellation
    ) throws -> Answer {
        switch errand {
        case .check: try gatesAnswer()
        case .inspect: try inspectAnswer(observer, cancellation)
        case .plan: try planAnswer(observer, cancellation)
        case .backup: try backupAnswer(observer, cancellation)
        case .report: try reportAnswer(observer, cancellation)
        }
    }

    /// See ``ConsoleEngine``.
    package var commandOptions: [CommandOption] {
        var found = [CommandOption(name: "--source", value: absolute(options.source))]
        if let target {
            found.append(CommandOption(name: "--target", value: target.withoutPassword))
        }
        if options.profile != "auto" {
            let isFile = FileManager.default.fileExists(atPath: options.profile)
            let profile = isFile ? absolute(options.profile) : options.profile
            found.append(CommandOption(name: "--profile", value: profile))
        }
        if options.runDirectory != options.source + ".cutover" {
            found.append(CommandOption(name: "--run-dir", value: absolute(options.runDirectory)))
        }
        if options.schema != "public" {
            found.append(CommandOption(name: "--schema", value: options.schema))
        }
        return found
    }

    /// See ``ConsoleEngine``.
    package var hasPassword: Bool { target?.hasPassword == true }

    private var target: TargetAddress? { try? TargetAddress(options.target) }

    private func absolute(_ path: String) -> String { URL(fileURLWithPath: path).path }

    private func gatesAnswer() throws -> Answer {
        let gates = try gates()
        let closed = gates.count(where: \.blocks)
        let unseen = UnseenGates.groups(of: gates)
        let causes = unseen.flatMap { unseen in
            [unseen.words(), "  do: \(unseen.obstacle.remedy)"]
                + ["  " + unseen.gates.map(\.name).joined(separator: ", "), ""]
        }
        let lines =
            causes
            + UnseenGates.others(of: gates).flatMap { gate in
                ["\(gate.name): \(gate.state.rawValue)", "  \(gate.reason)"]
                    + (gate.isPassed ? [] : gate.remedy.map { ["  do: \($0)"] } ?? [])
            }
        let summary =
            closed == 0 ? "no gate is closed" : "\(Figures.rows(closed, "gate")) closed"
        let names = gates.filter(\.blocks).map(\.name).joined(separator: ", ")
        let why = unseen.first?.words() ?? (names.isEmpty ? nil : "\(summary): \(names)")
        return Answer(
            title: "The gates: \(summary)",
            summary: why ?? summary,
            lines: lines,
            taken: lines.joined(separator: "\n")
        )
    }

    private func inspectAnswer(
        _ observer: Observer,
        _ cancellation: Cancellation
    ) throws -> Answer {
        let report = try Inspector.run(options, observer: observer, cancellation: cancellation)
        let text = InspectText(report, ascii: false, width: 72).text
        let lines = text.components(separatedBy: "\n")
        return Answer(
            title: "Inspect",
            summary: lines.last ?? "",
            lines: lines,
            taken: text
        )
    }

    private func planAnswer(_ observer: Observer, _ cancellation: Cancellation) throws -> Answer {
        let schema = try Inspection.plan(
            options,
            mode: "auto",
            observer: observer,
            cancellation: cancellation
        )
        let text = PlanText.text(schema)
        let lines = text.components(separatedBy: "\n")
        return Answer(
            title: "Plan",
            summary: lines.prefix(2).joined(separator: ", "),
            lines: lines,
            taken: text
        )
    }

    private func backupAnswer(
        _ observer: Observer,
        _ cancellation: Cancellation
    ) throws -> Answer {
        let report = try Backup.run(options, observer: observer, cancellation: cancellation)
        let rows = report.tables.reduce(0) { $0 + $1.rows }
        let (path, counts) = (absolute(report.path), absolute(report.rowCountsPath))
        return Answer(
            title: "Backup made",
            summary: "backup made: \(path)",
            lines: [
                path,
                "",
                "size    \(Figures.bytes(report.sizeBytes)), \(Figures.rows(rows)) in "
                    + Figures.rows(report.tables.count, "table"),
                "sha256  \(report.sha256)",
                "counts  \(counts)",
                "schema  \(absolute(report.schemaPath))",
            ],
            taken: path
        )
    }

    private func reportAnswer(
        _ observer: Observer,
        _ cancellation: Cancellation
    ) throws -> Answer {
        let bundle = try EvidenceBundle.run(
            options,
            observer: observer,
            cancellation: cancellation
        )
        let files = bundle.files.map { absolute($0) }
        let written = files.isEmpty ? ["not written: the console is read-only"] : files
        let whole =
            bundle.isWhole
            ? [] : ["", "A part of the evidence could not be read; it is named below."]
        return Answer(
            title: files.isEmpty ? "Report" : "Report written",
            summary: files.first.map { "report written: \($0)" } ?? "the report was not written",
            lines: written + whole + [""] + bundle.text.components(separatedBy: "\n"),
            taken: files.isEmpty ? bundle.text : files.joined(separator: "\n")
        )
    }
}
