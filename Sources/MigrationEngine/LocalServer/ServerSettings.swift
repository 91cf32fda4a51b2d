/// The settings of a local server, in the words of `postgresql.conf`.
///
/// Nothing is durable: a local server holds what can be made again. Without fsync the copy's speed
/// is that of the engine and the server, not of the machine's disk.
enum ServerSettings {
    /// The port, which on a Unix socket is only a part of its name.
    static let port = 5432

    /// The longest path of a socket folder.
    ///
    /// A socket's path has 108 bytes with its NUL (`sockaddr_un`), and `/.s.PGSQL.5432` follows.
    static let longestSocketFolder = 80

    static let text = """
        listen_addresses = ''
        port = \(port)
        unix_socket_permissions = 0700
        fsync = off
        full_page_writes = off
        synchronous_commit = off
        wal_level = minimal
        max_wal_senders = 0
        max_wal_size = 4GB
        shared_buffers = 128MB
        max_connections = 300
        timezone = 'UTC'
        log_timezone = 'UTC'
        """
}
