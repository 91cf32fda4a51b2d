import ArgumentParser
import Console
import Foundation
import MigrationEngine

/// The console's themes.
struct ThemeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "theme",
        abstract: "Lists, shows and checks the console's themes.",
        subcommands: [List.self, Show.self, Check.self],
        defaultSubcommand: List.self
    )

    /// Where themes are looked for.
    struct Place: ParsableArguments {
        @Option(help: "A folder of themes that go before the built-in ones.")
        var themesDir: String?

        var library: ThemeLibrary { ThemeLibrary(folder: themesDir) }
    }

    /// All themes with their line.
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists the themes.")

        @OptionGroup var place: Place
        @OptionGroup var common: CommonOptions

        func run() throws {
            struct Theme: Encodable {
                var name: String
                var about: String
                var appearance: String
                var contrast: Double
            }
            struct Report: Encodable { var themes: [Theme] }
            let library = place.library
            let themes = library.names.compactMap { name in
                // One that cannot be read is named by `theme check`.
                (try? ThemeSample(name, in: library)).map {
                    Theme(
                        name: name,
                        about: $0.about,
                        appearance: $0.appearance,
                        contrast: $0.contrast
                    )
                }
            }
            try Output(common).result(Report(themes: themes)) {
                var table = TextTable(["THEME", "GROUND", "ABOUT"])
                for theme in themes {
                    table.add([theme.name, theme.appearance, SafeText.visible(theme.about)])
                }
                return table.text
            }
        }
    }

    /// Every meaning of one theme.
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Shows what a theme looks like.")

        @Argument(help: "A theme's name or file.")
        var name: String
        @OptionGroup var place: Place
        @OptionGroup var common: CommonOptions

        func run() throws {
            let sample: ThemeSample
            do {
                sample = try ThemeSample(name, in: place.library)
            } catch {
                throw ThemeCommand.problem(error, name)
            }
            let variables = ProcessInfo.processInfo.environment
            let isColoured =
                isatty(STDOUT_FILENO) == 1 && !common.noColor
                && (variables["NO_COLOR"] ?? "").isEmpty && variables["TERM"] != "dumb"
            try Output(common).result(sample) {
                sample.lines(isColoured: isColoured).joined(separator: "\n")
            }
        }
    }

    /// Whether themes keep what they promise.
    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Checks themes: keys, contrast, colours for every kind of sight.",
            discussion: "Without a name all themes are checked. Exit status 1 when one has a fault."
        )

        @Argument(help: "A theme's name or file.")
        var name: String?
        @OptionGroup var place: Place
        @OptionGroup var common: CommonOptions

        func run() throws {
            struct Report: Encodable {
                var ok: Bool
                var themes: [ThemeCheck.Report]
            }
            let library = place.library
            let reports = (name.map { [$0] } ?? library.names).map {
                ThemeCheck.check($0, in: library)
            }
            let report = Report(ok: reports.allSatisfy(\.ok), themes: reports)
            try Output(common).result(report) {
                reports.map { report in
                    let lowest = report.lowestContrast.map {
                        String(format: ", lowest contrast %.1f", $0)
                    }
                    let head = "\(report.name): \(report.ok ? "good" : "faulty")\(lowest ?? "")"
                    let problems = report.problems.map { "  " + SafeText.visible($0) }
                    return ([head] + problems).joined(separator: "\n")
                }.joined(separator: "\n")
            }
            if !report.ok { throw ExitCode(1) }
        }
    }

    private static func problem(_ error: any Error, _ name: String) -> MigrationError {
        MigrationError(
            .configuration,
            ThemeCheck.words(error),
            place: .init("theme", path: name),
            remedy: "see the names with: cutover theme list"
        )
    }
}
