import MigrationEngine

/// What to do next, by keys where one of them does it.
extension Model {
    /// What to do about an error.
    ///
    /// - Parameter error: The error.
    /// - Returns: The key that goes on with what the operator stopped, else the error's own remedy.
    func remedy(of error: MigrationError) -> String {
        guard error.code == .interrupted, let stoppedCopy, !isReadOnly else { return error.remedy }
        return "\(key(stoppedCopy)) goes on with the copy where it stopped"
    }

    /// What to do behind a copy that is not followed; nil while something runs.
    var nextBehindCopy: String? {
        guard report != nil, operation == nil, phase == nil, failure == nil else { return nil }
        if quarantinedRows > 0 { return "\(key(.show(.quarantine))) shows the rows in quarantine" }
        guard let verification else { return "\(key(.verify)) compares every cell" }
        return verification.ok
            ? "both sides are equal; what is written from now on is not followed"
            : "\(key(.show(.verify))) shows what differs"
    }
}
