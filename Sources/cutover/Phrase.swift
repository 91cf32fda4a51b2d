import ArgumentParser
import Foundation
import MigrationEngine

/// The typed phrase that guards what cannot be taken back.
enum Phrase {
    /// The phrase of an action: it names the target's database.
    ///
    /// - Parameters:
    ///   - action: The action, such as `clean` or `cut over`.
    ///   - options: The target.
    /// - Returns: The phrase.
    /// - Throws: ``MigrationError`` when the target's address cannot be read.
    static func of(_ action: String, _ options: Options) throws(MigrationError) -> String {
        "\(action) \(try TargetAddress(options.target).database)"
    }

    /// Asks for the phrase, or takes the one that was given.
    ///
    /// - Parameters:
    ///   - phrase: The phrase.
    ///   - given: What `--confirm` gave.
    ///   - common: The common options.
    /// - Throws: ``MigrationError`` of code `usage` when it is another one or nobody can be asked.
    static func require(
        _ phrase: String,
        given: String?,
        _ common: CommonOptions
    ) throws(MigrationError) {
        if let given {
            guard given == phrase else { throw refused(phrase, "--confirm gives another phrase") }
            return
        }
        guard isatty(STDIN_FILENO) == 1, !common.json else {
            throw refused(phrase, "nobody can be asked for the phrase")
        }
        Output.message("type \"\(phrase)\" to go on:")
        guard readLine() == phrase else { throw refused(phrase, "another phrase was typed") }
    }

    private static func refused(_ phrase: String, _ reason: String) -> MigrationError {
        MigrationError(
            .usage,
            "not confirmed: \(reason)",
            place: .init("start"),
            remedy: "give --confirm \"\(phrase)\""
        )
    }
}
