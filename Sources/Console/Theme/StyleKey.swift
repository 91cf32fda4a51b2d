/// What a piece of the screen means; a theme says how that looks.
///
/// Panes name a meaning and never a colour.
enum StyleKey: String, CaseIterable, Sendable {
    case text
    case textMuted = "text.muted"
    case textStrong = "text.strong"
    case header
    case headerProd = "header.env.prod"
    case headerStaging = "header.env.staging"
    case headerDev = "header.env.dev"
    case headerReadOnly = "header.readonly"
    case headerFrozen = "header.frozen"
    case tab
    case tabActive = "tab.active"
    case border
    case borderFocus = "border.focus"
    case title
    case row
    case rowAlternate = "row.alt"
    case rowSelected = "row.selected"
    case rowSelectedBlur = "row.selected.blur"
    case rowMarked = "row.marked"
    case columnHeader = "column.header"
    case columnSorted = "column.sorted"
    case statusOK = "status.ok"
    case statusWarn = "status.warn"
    case statusBad = "status.bad"
    case statusWait = "status.wait"
    case statusRun = "status.run"
    case statusSkip = "status.skip"
    case statusUnplanned = "status.unplanned"
    case sideSQLite = "side.sqlite"
    case sidePostgres = "side.postgres"
    case diffSame = "diff.same"
    case diffChanged = "diff.changed"
    case diffMissing = "diff.missing"
    case barDone = "bar.done"
    case barRest = "bar.rest"
    case spark
    case keyHint = "key.hint"
    case keyLabel = "key.label"
    case prompt
    case promptError = "prompt.error"
    case match
    case dialog
    case dialogDanger = "dialog.danger"
    case logInfo = "log.info"
    case logWarn = "log.warn"
    case logError = "log.error"
    case logAudit = "log.audit"
}
