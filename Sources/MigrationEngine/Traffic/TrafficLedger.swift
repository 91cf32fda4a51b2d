import Foundation
import Synchronization

/// What the simulated application saw committed, in the order of the commits.
///
/// One ledger can serve several runs, so that a row written on the source and later on the target
/// has one last state.
package final class TrafficLedger: Sendable {
    private struct State {
        var writes: [CommittedWrite] = []
        var file: FileHandle?
        var failure: String?
    }

    private let isKept: Bool
    private let state: Mutex<State>
    private let sequence = Atomic<Int>(0)

    /// Makes a ledger.
    ///
    /// - Parameters:
    ///   - path: A file to which each write is added as a line of JSON; nil for none.
    ///   - isKept: Whether the writes stay in memory too; false for runs of many hours.
    /// - Throws: ``MigrationError`` of code `fileFailed`.
    package init(path: String?, isKept: Bool = true) throws(MigrationError) {
        self.isKept = isKept
        state = Mutex(State())
        guard let path else { return }
        let number = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard number >= 0 else {
            throw MigrationError(
                .fileFailed,
                "the ledger cannot be written",
                place: .init("traffic", path: path),
                remedy: "give a file in a folder that you may write to with --ledger FILE",
                cause: .system(errno: errno, call: "open")
            )
        }
        let file = FileHandle(fileDescriptor: number, closeOnDealloc: true)
        state.withLock { $0.file = file }
    }

    /// Makes a ledger in memory.
    package init() {
        isKept = true
        state = Mutex(State())
    }

    /// The writes so far, in the order of their commits.
    package var writes: [CommittedWrite] {
        state.withLock { $0.writes }.sorted { $0.sequence < $1.sequence }
    }

    /// Why the file could not be written, when it could not.
    package var failure: String? { state.withLock { $0.failure } }

    /// The last committed state of each row.
    package var lastStates: [CommittedWrite.Key: CommittedWrite] {
        Dictionary(writes.map { ($0.key, $0) }) { _, later in later }
    }

    /// The next place in the order.
    ///
    /// - Returns: A number above all that were given before.
    func next() -> Int { sequence.add(1, ordering: .sequentiallyConsistent).newValue }

    /// Adds what a transaction wrote, after its COMMIT returned.
    ///
    /// - Parameter writes: The rows.
    func add(_ writes: [CommittedWrite]) {
        state.withLock { state in
            if isKept { state.writes += writes }
            guard let file = state.file else { return }
            var lines = Data()
            do {
                for write in writes { lines += try JSONEncoder.report.encode(write) + [10] }
                try file.write(contentsOf: lines)
            } catch {
                state.failure = "\(error)"
                state.file = nil
            }
        }
    }
}
