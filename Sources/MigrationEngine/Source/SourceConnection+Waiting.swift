import CSQLite
import Foundation

extension SourceConnection {
    /// Waits for a writer's lock by asking often.
    ///
    /// SQLite's own handler asks ten times a second after a while. A writer that commits without end
    /// in rollback mode leaves pauses of a few milliseconds, which that misses for seconds.
    ///
    /// - Parameter limit: How long to wait.
    func waitForPauses(milliseconds limit: Int) {
        sqlite3_busy_handler(
            handle,
            { limit, asked in
                // 1 to 4 ms in turn, so that no rhythm of the writer is met at the same place.
                let waited = Int(asked) * 5 / 2
                guard waited < Int(bitPattern: limit) else { return 0 }
                usleep(UInt32(1 + asked % 4) * 1_000)
                return 1
            },
            UnsafeMutableRawPointer(bitPattern: limit)
        )
    }
}
