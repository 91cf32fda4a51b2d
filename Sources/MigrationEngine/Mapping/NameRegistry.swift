/// Names that are taken in one name space of the target.
struct NameRegistry {
    private var taken: NameSet = []

    /// Takes a name of the source.
    ///
    /// - Parameter name: The name as the source spells it.
    /// - Returns: The name, or, where it is too long, empty or taken, one made from it.
    mutating func take(_ name: String) -> String {
        let wanted = TargetName.fitted(name.isEmpty ? "unnamed" : name)
        if taken.insert(wanted) { return wanted }
        var attempt = 0
        while true {
            let other = TargetName.hashed(name, attempt: attempt)
            if taken.insert(other) { return other }
            attempt += 1
        }
    }

    /// Takes a name that is ours to choose.
    ///
    /// - Parameters:
    ///   - stem: What it is made from, such as the table and the columns.
    ///   - suffix: What it ends with, such as `_key`.
    /// - Returns: Stem and suffix, with a number where they are taken.
    mutating func make(_ stem: String, suffix: String) -> String {
        var number = 0
        while true {
            let ending = number == 0 ? suffix : "\(suffix)\(number)"
            let name = TargetName.fitted(stem, suffix: ending)
            if taken.insert(name) { return name }
            number += 1
        }
    }

    /// Takes a name that belongs to PostgreSQL.
    ///
    /// - Parameter name: The name.
    mutating func reserve(_ name: String) { taken.insert(name) }
}
