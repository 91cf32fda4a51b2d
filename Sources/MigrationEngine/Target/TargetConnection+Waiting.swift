import CPostgres
import Glibc

/// Connecting and asking with an end, whatever the server does: see ``TargetPatience``.
extension TargetConnection {
    /// Connects within a patience.
    ///
    /// - Parameters:
    ///   - names: The parameters, ending with nil.
    ///   - values: Their values.
    ///   - patience: How long is waited.
    /// - Returns: The connection, in whatever state; nil without memory.
    /// - Throws: ``TargetError`` when the server is silent.
    static func open(
        _ names: UnsafePointer<UnsafePointer<CChar>?>,
        _ values: UnsafePointer<UnsafePointer<CChar>?>,
        _ patience: TargetPatience
    ) throws(TargetError) -> OpaquePointer? {
        let deadline = try patience.begin()
        guard let opened = PQconnectStartParams(names, values, 1) else { return nil }
        // libpq wants to be told first that the socket can be written.
        var wanted = PGRES_POLLING_WRITING
        while PQstatus(opened) != CONNECTION_BAD {
            let isReady = wait(
                for: PQsocket(opened),
                wanted == PGRES_POLLING_READING ? POLLIN : POLLOUT
            )
            if isReady {
                wanted = PQconnectPoll(opened)
                // A server that refuses has answered, too; one that is gone answers by its system.
                if wanted == PGRES_POLLING_OK || wanted == PGRES_POLLING_FAILED { break }
            }
            do throws(TargetError) {
                try patience.check(deadline)
            } catch {
                PQfinish(opened)
                throw error
            }
        }
        patience.end()
        return opened
    }

    /// Waits for the answer to what was sent.
    ///
    /// - Parameters:
    ///   - isSent: Whether it could be sent.
    ///   - deadline: Until when is waited.
    ///   - patience: How long is waited, and the wish to stop.
    /// - Returns: The last result, as of `PQexec`; nil when the connection is lost.
    /// - Throws: ``TargetError`` when the server is silent; then the connection is lost.
    func answer(
        _ isSent: Int32,
        _ deadline: ContinuousClock.Instant,
        _ patience: TargetPatience
    ) throws(TargetError) -> OpaquePointer? {
        guard isSent == 1 else { return nil }
        var last: OpaquePointer?
        while true {
            while PQisBusy(handle) == 1 {
                if Self.wait(for: PQsocket(handle), POLLIN), PQconsumeInput(handle) == 0 {
                    PQclear(last)
                    return nil
                }
                do throws(TargetError) {
                    try patience.check(deadline)
                } catch {
                    PQclear(last)
                    // An answer that comes late would be taken for one to the next question.
                    breaker()()
                    throw error
                }
            }
            guard let result = PQgetResult(handle) else { break }
            PQclear(last)
            last = result
        }
        patience.end()
        return last
    }

    /// What stops the running statement from another thread.
    ///
    /// - Returns: The action; nothing is to be done where the waiting itself hears the wish.
    func stopper() -> @Sendable () -> Void {
        guard TargetPatience.current == nil else { return {} }
        return canceller().cancel
    }

    /// Waits until a socket is ready, for as long as nobody has to look for a wish to stop.
    private static func wait(for socket: Int32, _ events: Int32) -> Bool {
        var waited = pollfd(fd: socket, events: Int16(events), revents: 0)
        return poll(&waited, 1, TargetPatience.pace) > 0
    }
}
