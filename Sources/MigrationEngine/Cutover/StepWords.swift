import Foundation

/// What each step of a cutover or a way back does, and where: for the log.
enum StepWords {
    /// The step in a sentence.
    ///
    /// - Parameters:
    ///   - step: The step's name.
    ///   - session: The run, which knows both sides.
    /// - Returns: What is done, with the side that it is done to.
    static func sentence(_ step: String, _ session: FollowSession) -> String {
        sentence(
            step,
            source: "SQLite \(URL(fileURLWithPath: session.options.source).lastPathComponent)",
            target: "PostgreSQL \(session.address.database)"
        )
    }

    /// The step in a sentence, by the names of both sides.
    static func sentence(_ step: String, source: String, target: String) -> String {
        switch step {
        case "following": "\(target) comes close to \(source) while writes pass"
        case "pausing": "the toggles in \(source) go off, and the last worker is waited for"
        case "fenced": "the writes of \(source) are blocked"
        case "drained": "the last changes of \(source) are applied to \(target)"
        case "verified": "the rows that changed are compared on both sides"
        case "switched": "\(target) takes the application's writes over"
        case "environment": "the variable in the environment file is switched to \(target)"
        case "hook": "the operator's command is run"
        case "canary": "one workflow is turned on in \(target)"
        case "canary-hook": "the operator's command looks at the first workflow"
        case "toggles": "each workflow gets its toggle back in \(target)"
        case "keys": "the foreign keys of \(target) are checked"
        case "closed-copy": "a copy of the closed \(source) is kept for the way back"
        case "reopened": "\(target) takes the application's writes again"
        case "target-closed": "the writes of \(target) are blocked"
        case "replayed": "the rows written on \(target) come back into \(source)"
        case "environment-back":
            "an environment file that the switch changed gets its earlier content back"
        case "handed-back": "\(target) is made to follow \(source) again"
        case "source-open": "\(source) takes the application's writes again"
        default: "a step of the cutover from \(source) to \(target)"
        }
    }
}
