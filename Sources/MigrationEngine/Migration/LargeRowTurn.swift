import Dispatch

/// The turn of one thread at large rows, so that the process holds one of them at a time.
///
/// SQLite reads a row into memory as a whole. Rows below the size are read by all threads at once.
final class LargeRowTurn {
    /// Bytes from which on a row is large.
    static let size = 4 << 20

    private static let turns = DispatchSemaphore(value: 1)
    private var isTaken = false

    /// Waits for the turn; it is given back by ``end()``, or when the object goes.
    func take() {
        guard !isTaken else { return }
        Self.turns.wait()
        isTaken = true
    }

    /// Takes the turn for a row of a size, if that is large.
    ///
    /// - Parameter size: The bytes of the largest row that is to be read.
    convenience init(for size: Int) {
        self.init()
        if size >= Self.size { take() }
    }

    init() {}

    deinit { end() }

    /// Gives the turn back.
    func end() {
        if isTaken { Self.turns.signal() }
        isTaken = false
    }
}

extension SourceConnection {
    /// Reads rows: first as if there were no large one, and from the start again, in turn with all
    /// other threads, when there is.
    ///
    /// - Parameter read: Reads; a second call must not add to what the first one found.
    /// - Returns: What was read.
    /// - Throws: ``SourceError``.
    func takingTurns<Value>(
        _ read: () throws(SourceError) -> Value
    ) throws(SourceError) -> Value {
        defer { limitValues(to: nil) }
        do throws(SourceError) {
            limitValues(to: LargeRowTurn.size)
            return try read()
        } catch {
            guard error.isTooBig else { throw error }
        }
        let turn = LargeRowTurn()
        turn.take()
        defer { turn.end() }
        limitValues(to: nil)
        return try read()
    }
}
