import Foundation
import Synchronization

/// Signals that ask for an orderly end: none is lost from the moment on at which they are watched.
///
/// A handler writes a byte into a pipe, and a thread reads it: a dispatch source starts to listen
/// some time after it was asked to, and what comes in between is gone.
/// - SeeAlso: <https://man7.org/linux/man-pages/man7/signal-safety.7.html>
final class StopSignals: Sendable {
    /// Where the handler writes; a signal handler can only reach what is global.
    private static let wake = Atomic<Int32>(-1)
    private static let numbers = [SIGINT, SIGTERM, SIGHUP, SIGQUIT]
    private let writer: Int32

    /// Starts to watch; one at a time.
    ///
    /// - Parameter wish: Is called on another thread for each signal, with its number.
    init(_ wish: @escaping @Sendable (Int32) -> Void) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else {
            // Without a pipe a signal ends the process at once, as it would without us.
            writer = -1
            return
        }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let reader = ends[0]
        writer = ends[1]
        Self.wake.store(writer, ordering: .releasing)
        for number in Self.numbers {
            var action = sigaction()
            action.__sigaction_handler.sa_handler = { number in
                let earlier = errno
                var byte = UInt8(truncatingIfNeeded: number)
                _ = write(StopSignals.wake.load(ordering: .acquiring), &byte, 1)
                errno = earlier
            }
            action.sa_flags = SA_RESTART
            sigaction(number, &action, nil)
        }
        let thread = Thread {
            // Whoever started us may have had them blocked; one thread that takes them is enough.
            var wanted = sigset_t()
            sigemptyset(&wanted)
            for number in Self.numbers { sigaddset(&wanted, number) }
            pthread_sigmask(SIG_UNBLOCK, &wanted, nil)
            var byte: UInt8 = 0
            while true {
                let count = read(reader, &byte, 1)
                if count == 1, byte == 0 { break }
                if count == 1 { wish(Int32(byte)) } else if count == 0 || errno != EINTR { break }
            }
            close(reader)
        }
        thread.name = "signals"
        thread.start()
    }

    /// Stops to watch; what comes from now on is ignored, because the work is done.
    func end() {
        guard writer >= 0 else { return }
        for number in Self.numbers { signal(number, SIG_IGN) }
        // Left open: a handler that runs just now must not write into another file of its number.
        var byte: UInt8 = 0
        _ = write(writer, &byte, 1)
    }
}
