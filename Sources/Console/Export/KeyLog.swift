import Foundation

/// Which keys were pressed and what they did, as a file that an operator can send to whoever helps.
///
/// What is typed as text never comes in: not a phrase, not a name or a reason, not a search, not a
/// line of the palette, and nothing that was pasted. Of such a key only that there was one is told.
final class KeyLog {
    private let file: FileHandle

    /// Begins a file that is not there yet, and that only its owner can read.
    ///
    /// - Parameters:
    ///   - path: Where.
    ///   - now: Seconds since 1970.
    /// - Throws: When the file cannot be made.
    init(path: String, now: Double) throws {
        let path = NSString(string: path).expandingTildeInPath
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw CocoaError(.fileWriteUnknown) }
        file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        let since = Figures.moment(now)
        let header = "# cutover console, keys since \(since); typed text is left out\n"
        try file.write(contentsOf: Data(header.utf8))
    }

    /// Adds what came from the terminal.
    ///
    /// - Parameters:
    ///   - event: What came.
    ///   - model: The console before it.
    /// - Throws: When the file cannot be written.
    func add(_ event: ScreenEvent, in model: Model) throws {
        guard let words = Self.words(event, in: model) else { return }
        let time = Figures.thousandths(model.now)
        let place = "\(model.pane.title)\(model.overlayName.map { " > \($0)" } ?? "")"
        try file.write(contentsOf: Data("\(time)\t\(place)\t\(words)\n".utf8))
    }

    /// A line about an event; nil for one that nobody caused.
    ///
    /// - Parameters:
    ///   - event: What came.
    ///   - model: The console before it.
    /// - Returns: The key and what it does there.
    static func words(_ event: ScreenEvent, in model: Model) -> String? {
        switch event {
        case .wake: return nil
        case .closed: return "the terminal is gone"
        case .signal(let number): return "signal \(number)"
        case .resized(let size): return "size \(size.columns)x\(size.rows)"
        case .pointer(.click(let x, let y)): return "click \(x),\(y)"
        case .pointer(.wheelUp): return "wheel up"
        case .pointer(.wheelDown): return "wheel down"
        case .key(let key):
            if case .character = key, model.isText { return "text" }
            guard !model.isText, model.overlay == nil,
                let action = model.keymap.action(for: key, in: model.pane)
            else { return key.label }
            let refused = action.refusal(in: model).map { " refused: \($0)" } ?? ""
            return "\(key.label)\t\(action.id.name)\(refused)"
        }
    }
}

extension Model {
    /// Whether a character that comes now is a part of a text.
    fileprivate var isText: Bool {
        if isPasting || prompt != nil { return true }
        switch overlay {
        case .palette: return true
        case .confirm(let question): return question.kind != .yesNo
        case .wizard(let wizard): return wizard.entry != nil || wizard.page == .phrase
        case .help(_, _, let search): return search?.isTyped == true
        case .decision: return true
        case .themes, .columns, .running, .outcome, .answer, nil: return false
        }
    }

    /// What lies over the pane, in a word.
    fileprivate var overlayName: String? {
        switch overlay {
        case nil: prompt == nil ? nil : "prompt"
        case .help: "help"
        case .confirm(let question): "question \(question.title)"
        case .palette: "palette"
        case .themes: "themes"
        case .columns: "columns"
        case .wizard(let wizard): "wizard page \(wizard.page.rawValue)"
        case .running: "steps"
        case .outcome: "outcome"
        case .answer: "answer"
        case .decision: "decision"
        }
    }
}
