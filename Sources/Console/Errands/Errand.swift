/// A verb of the command line that the engine does beside whatever runs, and answers with a text.
package enum Errand: String, CaseIterable, Sendable {
    case check
    case inspect
    case plan
    case backup
    case report

    /// What it is called in a sentence.
    var noun: String {
        switch self {
        case .check: "look at the gates"
        case .inspect: "census of the source"
        case .plan: "plan"
        case .backup: "backup"
        case .report: "report"
        }
    }

    /// The line in the help.
    var help: String {
        switch self {
        case .check: "every gate of the cutover with its evidence"
        case .inspect: "what the source declares, and what is really stored in it"
        case .plan: "what each table, column and constraint becomes, and why"
        case .backup: "a checked backup of the live source; says where it is"
        case .report: "writes the evidence of the run; says where it is"
        }
    }
}

/// What came of an errand, or what is to be typed elsewhere: a text to read and one to take along.
package struct Answer: Equatable, Sendable {
    /// What stands on the box.
    package var title: String
    /// What came of it in one line, for the log and the line of messages.
    package var summary: String
    /// The text, line by line.
    package var lines: [String]
    /// What goes into the clipboard.
    package var taken: String

    /// Makes an answer.
    ///
    /// - Parameters:
    ///   - title: What stands on the box.
    ///   - summary: What came of it in one line.
    ///   - lines: The text.
    ///   - taken: What goes into the clipboard.
    package init(title: String, summary: String, lines: [String], taken: String) {
        self.title = title
        self.summary = summary
        self.lines = lines
        self.taken = taken
    }
}

/// An errand that is under way.
struct RunningErrand: Equatable, Sendable {
    var errand: Errand
    var startedAt: Double
    var isCancelling = false
}

/// A verb of the command line that belongs into a shell: the console says the whole command.
enum ShellVerb: String, CaseIterable, Sendable {
    case clean
    case rehearse
    case advise
    case traffic
    case sample
    case server
    case demo
    case console

    /// The line in the help.
    var help: String {
        switch self {
        case .clean: "the command that removes everything of cutover's from both sides"
        case .rehearse: "the command for a timed rehearsal on a server of its own"
        case .advise: "the command that looks at how PostgreSQL is set up"
        case .traffic: "the command for simulated workers"
        case .sample: "the command that writes a synthetic database"
        case .server: "the command for the local server"
        case .demo: "the command for the demo"
        case .console: "the command that opens another console on this run"
        }
    }

    /// Why it is not done here.
    var reason: String {
        switch self {
        case .clean:
            "It removes the run that this console works on, so the console does not do it. Leave "
                + "the console first; the command asks for a phrase."
        case .rehearse:
            "It takes as long as the migration itself, on a server of its own, and its progress "
                + "belongs into a terminal of its own."
        case .advise, .traffic, .console: "It belongs into a terminal of its own."
        case .sample, .server, .demo: "It has nothing to do with this run."
        }
    }

    /// Whether it is about the two sides of this run.
    var concernsRun: Bool { ![.sample, .server, .demo].contains(self) }
}
