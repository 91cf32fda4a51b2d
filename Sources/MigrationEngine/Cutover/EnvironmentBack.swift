import Foundation

/// The environment files of a way back: each variable that the switch has set says again what it
/// said before, wherever the folder of the run is now.
struct EnvironmentBack {
    private let session: FollowSession

    init(_ session: FollowSession) { self.session = session }

    /// What came of it.
    struct Outcome {
        /// What the operator should know.
        var notes: [String] = []
        /// Whether nothing is left to be done by hand.
        var isWhole = true
    }

    /// Refuses, before anything is done, a file that could not be put back.
    ///
    /// - Parameters:
    ///   - variable: What was switched.
    ///   - isForced: Whether the way back is gone all the same.
    /// - Throws: ``MigrationError`` of code `fileFailed`.
    func require(_ variable: SwitchedVariable, isForced: Bool) throws(MigrationError) {
        // A file that is gone is told; there is nothing to mend about it.
        guard !isForced, access(variable.path, F_OK) == 0 else { return }
        _ = try file(variable).check(for: variable.variable)
    }

    /// Puts every file back; harmless when it is done.
    ///
    /// What fails is told, because it must keep nobody from the side to which every row came back.
    ///
    /// - Returns: What the operator should know.
    /// - Throws: ``TargetError``.
    func perform() throws(TargetError) -> Outcome {
        guard let variables = try SwitchedVariable.all(of: session.run.id, session.target) else {
            return Outcome(
                notes: [
                    "nobody noted whether the switch changed an environment file: see to it that "
                        + "the application is told to work on SQLite again"
                ],
                isWhole: false
            )
        }
        var outcome = Outcome()
        for variable in variables {
            let path = SafeText.visible(variable.path)
            do throws(MigrationError) {
                switch try file(variable).restore(variable) {
                case .done:
                    outcome.notes.append(
                        "\(variable.variable) in \(path) is as before the switch; the file as it "
                            + "was found is kept: \(file(variable).found)"
                    )
                case .unchanged: break
                case .gone:
                    outcome.notes.append(
                        "the environment file \(path) is gone: see to it that the application is "
                            + "told to work on SQLite, \(before(variable))"
                    )
                    outcome.isWhole = false
                }
            } catch {
                outcome.notes.append(
                    "\(error.message): it may still say \(variable.variable)=\(variable.value); "
                        + "mend it by hand, \(before(variable))"
                )
                outcome.isWhole = false
            }
        }
        return outcome
    }

    private func file(_ variable: SwitchedVariable) -> EnvironmentFile {
        EnvironmentFile(variable.path, session.directory)
    }

    /// What the file said before; a value that may be a secret is not shown.
    private func before(_ variable: SwitchedVariable) -> String {
        guard let line = variable.lines.last else {
            return "it had no line \(variable.variable)= before the switch"
        }
        let text = EnvironmentChange.shown(String(decoding: line, as: UTF8.self))
        return "before the switch it said \(SafeText.visible(text))"
    }
}
