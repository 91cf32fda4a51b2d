import Foundation
import Synchronization

/// A line between a program and a PostgreSQL server that can be cut, stalled and delayed.
///
/// It listens on a Unix socket in a folder of its own, until ``end()``.
public final class ServerProxy: Sendable {
    /// How the line is.
    public enum Line: Sendable, Equatable {
        /// As if it were not there.
        case open
        /// Each piece of data comes so many milliseconds late.
        case delayed(milliseconds: Int32)
        /// Nothing comes through, and nobody is told.
        case stalled
        /// Nobody gets a connection; those that are there are cut.
        case refused
    }

    private struct State {
        var line = Line.open
        var generation = 0
        var connections = 0
        var bytes = 0
        var isEnded = false
    }

    /// MSG_NOSIGNAL: a peer that is gone is an error and not the end of the test.
    private static let noSignal: Int32 = 0x4000

    private let folder: TestFolder
    private let server: String
    private let listener: Int32
    private let state = Mutex(State())
    private let original: String

    /// Opens a line to a server.
    ///
    /// - Parameter url: An address of the server's Unix socket.
    /// - Throws: ``ProgramFailed`` when the address has no socket, or the system's error.
    public init(to url: String) throws {
        folder = try TestFolder()
        original = url
        let parts = URLComponents(string: url)?.queryItems ?? []
        guard let host = parts.first(where: { $0.name == "host" })?.value else {
            throw ProgramFailed(description: "no socket in \(url)")
        }
        let port = parts.first { $0.name == "port" }?.value ?? "5432"
        let name = ".s.PGSQL.\(port)"
        server = "\(host)/\(name)"
        chmod(folder.path, 0o755)
        listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        let path = folder.file(name)
        let bound = Self.withAddress(path) { bind(listener, $0, $1) }
        guard listener >= 0, bound == 0, listen(listener, 64) == 0 else {
            throw ProgramFailed(description: "cannot listen on \(path): \(errno)")
        }
        chmod(path, 0o777)
        Thread { [self] in accept() }.start()
    }

    /// The server's address by way of this line.
    public var url: String {
        var parts = URLComponents(string: original) ?? URLComponents()
        parts.queryItems = parts.queryItems?.map { item in
            item.name == "host" ? URLQueryItem(name: "host", value: folder.path) : item
        }
        return parts.string ?? original
    }

    /// The number of connections that are open.
    public var connections: Int { state.withLock { $0.connections } }

    /// The bytes that came through since the beginning.
    public var bytes: Int { state.withLock { $0.bytes } }

    /// Changes how the line is.
    ///
    /// - Parameter line: How it is from now on.
    public func set(_ line: Line) {
        state.withLock { $0.line = line }
        if line == .refused { cut() }
    }

    /// Cuts every connection that is open; new ones are taken.
    public func cut() { state.withLock { $0.generation += 1 } }

    /// Ends the line.
    public func end() {
        state.withLock { $0.isEnded = true }
        cut()
    }

    private func accept() {
        while !state.withLock({ $0.isEnded }) {
            guard Self.isReadable(listener) else { continue }
            let client = Glibc.accept(listener, nil, nil)
            guard client >= 0 else { continue }
            let upstream = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
            let isRefused = state.withLock { $0.line == .refused }
            guard !isRefused, Self.withAddress(server, { connect(upstream, $0, $1) }) == 0 else {
                close(client)
                close(upstream)
                continue
            }
            let generation = state.withLock { state in
                state.connections += 1
                return state.generation
            }
            Thread { [self] in
                pump(client, upstream, generation)
                close(client)
                close(upstream)
                state.withLock { $0.connections -= 1 }
            }.start()
        }
        close(listener)
    }

    /// Carries data both ways until one side ends or the line is cut.
    private func pump(_ client: Int32, _ upstream: Int32, _ generation: Int) {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let (line, isCut) = state.withLock { ($0.line, $0.generation != generation) }
            if isCut { return }
            if line == .stalled {
                Self.pause(5)
                continue
            }
            var waiting = [
                pollfd(fd: client, events: Int16(POLLIN), revents: 0),
                pollfd(fd: upstream, events: Int16(POLLIN), revents: 0),
            ]
            guard poll(&waiting, 2, 10) > 0 else { continue }
            for (from, to) in [(0, upstream), (1, client)] where waiting[from].revents != 0 {
                let count = read(waiting[from].fd, &buffer, buffer.count)
                guard count > 0 else { return }
                if case .delayed(let milliseconds) = line { Self.pause(milliseconds) }
                guard send(buffer[..<count], to) else { return }
                state.withLock { $0.bytes += count }
            }
        }
    }

    private func send(_ bytes: ArraySlice<UInt8>, _ to: Int32) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            let sent = rest.withUnsafeBytes {
                Glibc.send(to, $0.baseAddress, $0.count, Self.noSignal)
            }
            guard sent > 0 else { return false }
            rest = rest.dropFirst(sent)
        }
        return true
    }

    private static func pause(_ milliseconds: Int32) { poll(nil, 0, milliseconds) }

    private static func isReadable(_ file: Int32) -> Bool {
        var waiting = [pollfd(fd: file, events: Int16(POLLIN), revents: 0)]
        return poll(&waiting, 1, 20) > 0
    }

    private static func withAddress(
        _ path: String,
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { place in
            place.copyBytes(from: Array(path.utf8.prefix(place.count - 1)))
        }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}
