import ArgumentParser
import MigrationEngine

extension SideChoice: ExpressibleByArgument {}

/// Which side a view reads.
struct SideOption: ParsableArguments {
    @Option(help: "The side to use: source, target, or live, where the application works now.")
    var side = SideChoice.live
}

/// Values of the databases as cells of a text table.
struct CellText {
    private let isASCII: Bool

    init(_ common: CommonOptions) { isASCII = common.ascii }

    /// The most characters of a cell: longer text would push the other columns out of sight.
    private static let widest = 40

    /// Text that cannot steer the terminal.
    ///
    /// - Parameter text: What is stored; nil is shown as a dash.
    /// - Returns: The cell.
    func text(_ text: String?) -> String {
        guard let text else { return "-" }
        let visible = printable(text)
        guard visible.count > Self.widest else { return visible }
        return visible.prefix(Self.widest - 3) + "..."
    }

    /// The whole text, safe to print.
    ///
    /// - Parameter text: Any text.
    /// - Returns: The text without control characters; ASCII only if that was asked for.
    func printable(_ text: String) -> String {
        let visible = SafeText.visible(text)
        guard isASCII else { return visible }
        return String(visible.map { $0.isASCII ? $0 : "?" })
    }

    /// A number.
    ///
    /// - Parameter number: The number; nil is shown as a dash.
    /// - Returns: The cell.
    func number(_ number: (some BinaryInteger)?) -> String { number.map { "\($0)" } ?? "-" }

    /// An amount with two decimals.
    ///
    /// - Parameter cents: The amount in cents; nil is shown as a dash.
    /// - Returns: The cell.
    func amount(_ cents: Int64?) -> String {
        guard let cents else { return "-" }
        let (whole, rest) = cents.magnitude.quotientAndRemainder(dividingBy: 100)
        return "\(cents < 0 ? "-" : "")\(whole).\(rest < 10 ? "0" : "")\(rest)"
    }

    /// How a list goes on.
    ///
    /// - Parameters:
    ///   - key: The key of the page; nil on the last one.
    ///   - isEmpty: Whether the page has no rows.
    /// - Returns: A line, or nothing.
    func continuation(_ key: String?, isEmpty: Bool) -> String {
        guard let key else { return isEmpty ? "\nnone found" : "" }
        let found = isEmpty ? "none found so far; " : ""
        return "\n\(found)more with --after \(printable(key))"
    }
}
