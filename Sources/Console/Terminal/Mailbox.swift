import CTerminal
import Synchronization

/// What other threads have to say to the console.
///
/// Anyone may post; only the main thread takes. Posting ends the wait of the main thread.
final class Mailbox: Sendable {
    private let messages = Mutex<[Message]>([])

    /// Leaves a message and wakes the console.
    func post(_ message: Message) {
        let isFirst = messages.withLock { waiting in
            // Only the newest progress matters: a fast engine must not make a slow screen slower.
            if case .progress = message, case .progress? = waiting.last {
                waiting.removeLast()
            }
            waiting.append(message)
            return waiting.count == 1
        }
        if isFirst { ct_wake() }
    }

    /// Takes everything that was posted.
    func take() -> [Message] {
        messages.withLock { waiting in
            defer { waiting.removeAll() }
            return waiting
        }
    }
}
