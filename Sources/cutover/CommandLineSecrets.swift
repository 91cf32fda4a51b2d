import Foundation

/// Keeps passwords that were given on the command line out of the process list.
enum CommandLineSecrets {
    /// Overwrites the password of every connection string in the process's own arguments.
    ///
    /// The list of processes shows the memory that the kernel filled at the start; Swift's copy of
    /// the arguments stays as it was.
    static func hide() {
        _ = CommandLine.arguments
        for index in 0..<Int(CommandLine.argc) {
            guard let argument = CommandLine.unsafeArgv[index] else { continue }
            for range in secretRanges(in: String(cString: argument)) {
                for offset in range { argument[offset] = CChar(bitPattern: UInt8(ascii: "x")) }
            }
        }
    }

    /// Hides the passwords in a text that repeats arguments.
    ///
    /// - Parameter text: What the parser says of a command line that it does not understand.
    /// - Returns: The text with an x for each byte of a password.
    static func redacted(_ text: String) -> String {
        var bytes = Array(text.utf8)
        for offset in secretRanges(in: text).joined() { bytes[offset] = UInt8(ascii: "x") }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Finds the passwords in an argument.
    ///
    /// - Parameter argument: A connection URI or `key=value` pairs, or anything else.
    /// - Returns: The byte ranges of passwords.
    static func secretRanges(in argument: String) -> [Range<Int>] {
        let inURI = /:\/\/[^:\/@]*:([^\/]*)@/
        let asKey = /password\s*=\s*('(?:[^'\\]|\\.)*'|[^\s&]*)/
        func bytes(_ text: Substring) -> Range<Int> {
            let start = argument.utf8.distance(
                from: argument.utf8.startIndex,
                to: text.startIndex
            )
            return start..<start + text.utf8.count
        }
        return argument.matches(of: inURI).map { bytes($0.1) }
            + argument.matches(of: asKey).map { bytes($0.1) }
    }
}
