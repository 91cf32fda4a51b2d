import Foundation

extension Profile {
    /// The names of the profiles that are built in.
    package static let builtInNames = ["ora", "generic"]

    /// Loads a profile.
    ///
    /// - Parameters:
    ///   - name: `auto`, a built-in profile's name, or the path of a TOML file.
    ///   - catalog: What the source contains; `auto` decides by it.
    /// - Returns: The profile.
    /// - Throws: ``MigrationError`` of code `configuration` with line and column.
    package static func load(
        _ name: String,
        catalog: Catalog?
    ) throws(MigrationError) -> Profile {
        try load(name, tables: catalog?.tables.map(\.name) ?? [])
    }

    /// Loads a profile by the tables of a database.
    ///
    /// - Parameters:
    ///   - name: `auto`, a built-in profile's name, or the path of a TOML file.
    ///   - tables: The tables of the database.
    /// - Returns: The profile.
    /// - Throws: ``MigrationError`` of code `configuration`.
    static func load(_ name: String, tables: [String]) throws(MigrationError) -> Profile {
        switch name {
        case "auto": try load(isORA(tables) ? "ora" : "generic", tables: tables)
        case "ora": try ProfileMemory.shared.profile(ora, path: "ora")
        case "generic": try ProfileMemory.shared.profile(generic, path: "generic")
        default:
            try ProfileMemory.shared.profile(try contents(of: name), path: name)
                .extended(name, tables: tables)
        }
    }

    /// Fills what this profile does not say with the built-in one that it names.
    private func extended(_ path: String, tables: [String]) throws(MigrationError) -> Profile {
        guard let base else { return self }
        guard base == "auto" || Self.builtInNames.contains(base) else {
            throw MigrationError(
                .configuration,
                "the profile extends \"\(base)\", which is not built in",
                place: .init("profile", path: path),
                remedy: "extend auto, ora or generic"
            )
        }
        let other = try Self.load(base, tables: tables)
        var result = self
        if workflows.isEmpty { result.workflows = other.workflows }
        if watermarks.isEmpty { result.watermarks = other.watermarks }
        if jobs.isEmpty { result.jobs = other.jobs }
        result.intervals = other.intervals.merging(intervals) { _, own in own }
        result.scripts = other.scripts.merging(scripts) { _, own in own }
        if orders.isEmpty { result.orders = other.orders }
        if inventory.isEmpty { result.inventory = other.inventory }
        if transactions.isEmpty { result.transactions = other.transactions }
        if lots.isEmpty { result.lots = other.lots }
        if formulas.isEmpty { result.formulas = other.formulas }
        if dailyUse.isEmpty { result.dailyUse = other.dailyUse }
        if figures.isEmpty { result.figures = other.figures }
        if environment == nil { result.environment = other.environment }
        let own = Set(gates.map(\.name))
        result.gates = other.gates.filter { !own.contains($0.name) } + gates
        let ownChecks = Set(checks.map(\.name))
        result.checks = other.checks.filter { !ownChecks.contains($0.name) } + checks
        result.parameters = other.parameters.merging(parameters) { _, own in own }
        return result
    }

    /// Whether tables are those of ORA, in either shape.
    ///
    /// - Parameter tables: The tables of a database.
    /// - Returns: Whether the two tables are there without which the profile shows nothing.
    static func isORA(_ tables: [String]) -> Bool {
        let names = Set(tables.map { $0.lowercased() })
        return names.isSuperset(of: ["workflow_controls", "orders_inbox"])
    }

    private static let ora = String(decoding: PackageResources.ora_toml, as: UTF8.self)
    private static let generic = String(decoding: PackageResources.generic_toml, as: UTF8.self)

    private static func contents(of path: String) throws(MigrationError) -> String {
        func refuse(_ message: String, cause: MigrationError.Cause?) -> MigrationError {
            MigrationError(
                .configuration,
                message,
                place: .init("profile", path: path),
                remedy: "give --profile auto, a built-in name (ora, generic) or a readable file",
                cause: cause
            )
        }
        let bytes: Data
        do {
            bytes = try Data(contentsOf: URL(filePath: path))
        } catch {
            throw refuse(
                "the profile is neither built in nor a readable file",
                cause: .text("\((error as NSError).localizedDescription)")
            )
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw refuse("the profile's file is not UTF-8 text", cause: nil)
        }
        return text
    }
}
