import MigrationEngine

extension Model {
    /// What the palette offers for a verb with options: what fits, and why something does not.
    func requestEntries(_ request: PaletteRequest) -> [PaletteEntry] {
        let verb = request.verb
        if let last = request.options.last {
            let names = verb.options.map(\.name)
            guard let option = verb.options.first(where: { $0.name == last.name }) else {
                // The option itself is still being typed.
                let fitting = names.filter { last.value == nil && $0.hasPrefix(last.name) }
                guard fitting.isEmpty else { return fitting.map { completion(request, $0) } }
                let known = names.map { "--\($0)" }.joined(separator: ", ")
                let words = known.isEmpty ? "no options" : known
                let refusal = "\(verb.rawValue) has no --\(last.name): \(words)"
                // The command may have it.
                return [entry(request, refusal: refusal)] + shellEntries(for: request.line)
            }
            return valueEntries(request, option.kind, typed: last.value ?? "")
        }
        guard let kind = verb.words else { return [entry(request)] }
        let own = valueEntries(request, kind, typed: request.words)
        // Behind the last word the options may begin.
        let isFree = request.words.isEmpty || (request.isOpen && kind != .toggle)
        return isFree ? verb.options.map { completion(request, $0.name) } + own : own
    }

    private func valueEntries(
        _ request: PaletteRequest,
        _ kind: PaletteRequest.Kind,
        typed: String
    ) -> [PaletteEntry] {
        let all = values(kind)
        let wanted = typed.lowercased()
        let fitting = all.filter { wanted.isEmpty || $0.lowercased().contains(wanted) }
            .sorted { $0.lowercased().hasPrefix(wanted) && !$1.lowercased().hasPrefix(wanted) }
        let entries = fitting.compactMap { PaletteRequest(request.line(ending: $0)) }
            .map { entry($0) }
        return entries.isEmpty ? [entry(request)] : entries
    }

    private func completion(_ request: PaletteRequest, _ option: String) -> PaletteEntry {
        var line = request
        if line.options.last.map({ $0.value == nil }) == true { line.options.removeLast() }
        return PaletteEntry(
            name: "\(line.line) --\(option)",
            help: request.verb.help,
            key: "",
            refusal: nil,
            effect: .complete("\(line.line) --\(option) ")
        )
    }

    private func entry(_ request: PaletteRequest, refusal: String? = nil) -> PaletteEntry {
        PaletteEntry(
            name: request.line,
            help: request.verb.help,
            key: "",
            refusal: refusal ?? whyNot(request),
            effect: .request(request)
        )
    }

    // MARK: - What there is

    /// The values that are known; none when any text will do, or nothing was read yet.
    private func values(_ kind: PaletteRequest.Kind) -> [String] {
        switch kind {
        case .comparedTable:
            return (compared ?? comparisonOfCopy)?.tables.map(\.name)
                ?? currentProgress?.tables.map(\.name) ?? browsedTables
        case .table: return browsedTables.isEmpty ? values(.comparedTable) : browsedTables
        case .status: return comparing.known
        case .level: return ["critical", "low", "normal"]
        case .side: return Side.allCases.map(\.rawValue)
        case .order: return orders.value?.rows.prefix(50).map(\.orderNumber) ?? []
        case .article: return inventory.value?.rows.prefix(200).map(\.sku) ?? []
        case .toggle:
            let rows = workflows.value?.workflows ?? []
            return rows.map { "\($0.enabled ? "disable" : "enable") \($0.name)" }
                + (toggleSets.value ?? []).map { "apply \($0.name)" }
        case .text: return []
        }
    }

    private var browsedTables: [String] {
        browsing.tables.value?.tables.map(\.name) ?? []
    }

    // MARK: - Why not

    /// Why a request is refused, in words; nil when it can be done.
    func whyNot(_ request: PaletteRequest) -> String? {
        for option in request.options {
            guard let known = request.verb.options.first(where: { $0.name == option.name }) else {
                return "\(request.verb.rawValue) has no --\(option.name)"
            }
            guard let value = option.value, !value.isEmpty else {
                return "--\(option.name) wants a value"
            }
            if let refusal = whyNot(value, known.kind, option.name) { return refusal }
        }
        let (verb, words) = (request.verb, request.words)
        if let kind = verb.words, !words.isEmpty,
            let refusal = whyNot(words, kind, verb.rawValue)
        {
            return refusal
        }
        let named = words.isEmpty ? request.value("table") : words
        switch verb {
        case .verify: return refusal(of: .verify)
        case .workflows: return refusal(of: .toggleWorkflow)
        case .rows: return named == nil ? "say which table" : nil
        case .order, .article: return named == nil ? "say which \(verb.rawValue)" : nil
        case .search:
            guard words.isEmpty else {
                return Actions.actions(in: pane).contains { $0.id == .filter }
                    ? nil : "there is no list in \(pane.title)"
            }
            return "say what is looked for"
        case .orders, .inventory: return nil
        }
    }

    /// Why a value is none of those that there are.
    private func whyNot(
        _ value: String,
        _ kind: PaletteRequest.Kind,
        _ name: String
    ) -> String? {
        let all = values(kind)
        switch kind {
        case .text, .order, .article: return nil
        case .toggle:
            let parts = value.split(separator: " ", maxSplits: 1).map(String.init)
            guard parts.count == 2, ["enable", "disable", "save", "apply"].contains(parts[0])
            else {
                if value == "save" { return "type the name of the set" }
                return "say enable or disable and the workflow, or save or apply and the set"
            }
            if parts[0] == "save" { return nil }
            if parts[0] == "apply" { return whyNotApplied(parts[1]) }
            guard let row = workflows.value?.workflows.first(where: { $0.name == parts[1] }) else {
                return workflows.value == nil
                    ? "the workflows were not read yet; \(key(.show(.workflows))) reads them"
                    : "no workflow is called \"\(parts[1])\""
            }
            return row.enabled == (parts[0] == "enable")
                ? "\(row.name) is \(row.enabled ? "on" : "off") already" : nil
        default:
            guard !all.isEmpty, !all.contains(value) else { return nil }
            let most = all.prefix(6).joined(separator: ", ") + (all.count > 6 ? ", ..." : "")
            return "there is no \(name) \"\(value)\"; there are: \(most)"
        }
    }

    /// Why an action of some pane is refused, wherever the operator is.
    func refusal(of id: Action.ID) -> String? {
        guard let action = Actions.all.first(where: { $0.id == id }) else { return nil }
        // Which row is selected has no say: the request names it.
        if id == .toggleWorkflow {
            if action.changesSomething, isReadOnly { return action.refusal(in: self) }
            return whyToggled
        }
        return action.refusal(in: self)
    }

    // MARK: - Doing it

    /// Does what was asked for; it is looked at again whether it can be done.
    mutating func perform(_ request: PaletteRequest) -> [Command] {
        if let refusal = whyNot(request) {
            notify(refusal, .promptError)
            return []
        }
        let words = request.words
        let named = words.isEmpty ? request.value("table") : words
        switch request.verb {
        case .verify: return compareSides(table: named)
        case .orders:
            return showList(.orders, request, limit: request.value("status"))
        case .inventory:
            return showList(.inventory, request, limit: request.value("level"))
        case .rows: return open(named ?? "", in: .tables, on: request.value("side"))
        case .order: return open(words, in: .orders, on: nil)
        case .article: return open(words, in: .inventory, on: nil)
        case .workflows:
            let parts = words.split(separator: " ", maxSplits: 1).map(String.init)
            guard parts.count == 2 else { return [] }
            let commands = show(.workflows)
            switch parts[0] {
            case "save": return commands + save(set: parts[1])
            case "apply": askToApply(parts[1])
            default: askToSwitch(parts[1], isEnabled: parts[0] == "enable")
            }
            return commands
        case .search: return applyFilter(words)
        }
    }

    /// Shows a list that the database limits.
    private mutating func showList(
        _ pane: PaneID,
        _ request: PaletteRequest,
        limit: String?
    ) -> [Command] {
        // A side that was looked at in another list says nothing of this one.
        turn(to: request.value("side") ?? identity.liveSide.rawValue)
        _ = show(pane)
        detail = nil
        list = ListState(marks: list.marks)
        list.filter = request.value("search") ?? request.words
        comparing.statuses[pane] = limit
        forgetRows(of: pane)
        return reload()
    }

    /// Opens something by its name, as Enter does on its row.
    private mutating func open(_ name: String, in pane: PaneID, on side: String?) -> [Command] {
        turn(to: side)
        let shown = show(pane)
        detail = nil
        list.selected = name
        keepSelection()
        return shown + open(name)
    }

    private mutating func turn(to name: String?) {
        guard let name, let wanted = Side(rawValue: name), wanted != side else { return }
        side = wanted
        forgetMarks()
        forgetRows(of: .orders)
        forgetRows(of: .inventory)
        browsing.tables.reset()
    }
}
