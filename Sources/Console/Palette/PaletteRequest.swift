import MigrationEngine

/// A verb of the command line with its options, typed into the palette.
struct PaletteRequest: Equatable, Sendable {
    /// What can be asked for with options or a name behind it.
    enum Verb: String, CaseIterable, Sendable {
        case verify
        case orders
        case order
        case inventory
        case article
        case rows
        case workflows
        case search

        /// The line beside the word.
        var help: String {
            switch self {
            case .verify: "verify --table NAME: compare one table"
            case .orders: "orders --status S --search TEXT --side target: the list, limited"
            case .order: "order NUMBER: one order on both sides"
            case .inventory: "inventory --level L --search TEXT --side target: the list, limited"
            case .article: "article SKU: one article on both sides"
            case .rows: "rows TABLE --side target: a table row by row"
            case .workflows: "workflows enable NAME, disable NAME, save SET, apply SET; asks first"
            case .search: "search TEXT: look for it in this list"
            }
        }

        /// The options, and what their values are.
        var options: [(name: String, kind: Kind)] {
            switch self {
            case .verify: [("table", .comparedTable)]
            case .orders: [("status", .status), ("search", .text), ("side", .side)]
            case .inventory: [("level", .level), ("search", .text), ("side", .side)]
            case .rows: [("table", .table), ("side", .side)]
            case .order, .article, .workflows, .search: []
            }
        }

        /// What the words before the first option are; nil takes none.
        var words: Kind? {
            switch self {
            case .verify: .comparedTable
            case .orders, .inventory, .search: .text
            case .order: .order
            case .article: .article
            case .rows: .table
            case .workflows: .toggle
            }
        }
    }

    /// What a value names.
    enum Kind: Sendable {
        case comparedTable
        case table
        case status
        case level
        case side
        case order
        case article
        /// `enable` or `disable`, and a workflow; `save` or `apply`, and a set.
        case toggle
        case text
    }

    var verb: Verb
    /// The words before the first option.
    var words = ""
    /// The options in the order in which they were typed; nil while a value is missing.
    var options: [(name: String, value: String?)] = []
    /// Whether the line ends with a blank, so that a new word begins.
    var isOpen = false

    /// Reads a line; nil when its first word is not a verb, or has no blank behind it.
    ///
    /// - Parameter line: What was typed.
    init?(_ line: String) {
        guard let blank = line.firstIndex(of: " "),
            let verb = Verb(rawValue: String(line[..<blank]))
        else { return nil }
        self.verb = verb
        isOpen = line.hasSuffix(" ")
        for word in line[blank...].split(separator: " ") {
            if word.hasPrefix("--") {
                let parts = word.dropFirst(2).split(
                    separator: "=",
                    maxSplits: 1,
                    omittingEmptySubsequences: false
                )
                options.append((String(parts[0]), parts.count > 1 ? String(parts[1]) : nil))
            } else if let last = options.indices.last {
                // A name may have blanks; the next option ends it.
                options[last].value = (options[last].value.map { "\($0) " } ?? "") + word
            } else {
                words += words.isEmpty ? String(word) : " \(word)"
            }
        }
    }

    static func == (left: PaletteRequest, right: PaletteRequest) -> Bool {
        left.verb == right.verb && left.words == right.words && left.isOpen == right.isOpen
            && left.options.map(\.name) == right.options.map(\.name)
            && left.options.map(\.value) == right.options.map(\.value)
    }

    /// The value of an option, or the words for the first one.
    ///
    /// - Parameter name: The option.
    /// - Returns: The value, or nil.
    func value(_ name: String) -> String? {
        options.last { $0.name == name }?.value
    }

    /// The line, with the last value replaced.
    ///
    /// - Parameter value: What the last option is given; the words when there is no option.
    /// - Returns: The line.
    func line(ending value: String) -> String {
        var request = self
        if let last = request.options.indices.last {
            request.options[last].value = value
        } else {
            request.words = value
        }
        return request.line
    }

    /// The line as it would be typed.
    var line: String {
        let given = options.map { "--\($0.name)" + ($0.value.map { " \($0)" } ?? "") }
        return ([verb.rawValue] + [words].filter { !$0.isEmpty } + given).joined(separator: " ")
    }
}
