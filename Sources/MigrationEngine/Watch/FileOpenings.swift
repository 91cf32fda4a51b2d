import Foundation

/// Notes each opening of a file for writing, however short, between two looks.
///
/// The kernel tells that a file was opened and closed again, and not by whom: so the processes are
/// looked through as soon as it tells, and one that is gone by then is only counted. Who opens a file
/// for reading only, as every look of ours does, is not counted.
/// - SeeAlso: <https://man7.org/linux/man-pages/man7/inotify.7.html>
///
/// It belongs to one thread.
final class FileOpenings {
    /// IN_OPEN and IN_CLOSE_WRITE.
    private static let opened: UInt32 = 0x20
    private static let written: UInt32 = 0x08
    /// IN_NONBLOCK and IN_CLOEXEC.
    private static let flags: Int32 = 0o4000 | 0o2000000
    /// The bytes of an event before its name.
    private static let head = 16

    private let path: String
    private let name: String
    private let descriptor: Int32
    private var holders: [FileHolders.Holder] = []
    private var count = 0

    /// Begins to note; where the kernel gives no place for it, nothing is noted.
    ///
    /// - Parameter path: The file.
    init(_ path: String) {
        self.path = path
        let file = URL(fileURLWithPath: SourceFile.realPath(path))
        name = file.lastPathComponent
        descriptor = inotify_init1(Self.flags)
        guard descriptor >= 0 else { return }
        inotify_add_watch(
            descriptor,
            file.deletingLastPathComponent().path,
            Self.opened | Self.written
        )
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Waits, and looks who opens the file meanwhile.
    ///
    /// - Parameter milliseconds: How long at the most.
    func wait(milliseconds: Int32) {
        var waited = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&waited, 1, milliseconds) > 0 else { return }
        guard read() else { return }
        for holder in FileHolders.of(path)
        where holder.verb == nil && !holders.contains(where: { $0.pid == holder.pid }) {
            holders.append(holder)
        }
    }

    /// What was noted since the last time.
    ///
    /// - Returns: The processes that were met, and how often the file was opened for writing.
    func take() -> (holders: [FileHolders.Holder], count: Int) {
        _ = read()
        defer { (holders, count) = ([], 0) }
        return (holders, count)
    }

    /// Reads what the kernel has told.
    ///
    /// - Returns: Whether the file was opened.
    private func read() -> Bool {
        guard descriptor >= 0 else { return false }
        var isOpened = false
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let length = Glibc.read(descriptor, &buffer, buffer.count)
            guard length > 0 else { return isOpened }
            var place = 0
            while place + Self.head <= length {
                let mask = Self.number(buffer, place + 4)
                let size = Int(Self.number(buffer, place + 12))
                let bytes = buffer[(place + Self.head)..<min(length, place + Self.head + size)]
                place += Self.head + size
                guard String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self) == name else {
                    continue
                }
                if mask & Self.written != 0 { count += 1 }
                if mask & Self.opened != 0 { isOpened = true }
            }
        }
    }

    private static func number(_ bytes: [UInt8], _ place: Int) -> UInt32 {
        bytes[place..<place + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }
}

// because its list belongs to one thread
@available(*, unavailable)
extension FileOpenings: Sendable {}
