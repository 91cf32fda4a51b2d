import Foundation
import TestSupport
import Testing

/// A watch that runs beside a test: what it has said, look by look.
struct WatchRun {
    let program: StartedProgram

    /// Begins to watch, a look a second, and waits for the first one.
    init(_ live: LiveSource, target: String? = nil, _ options: [String] = []) async throws {
        var command = live.cutover
        command.target = target ?? command.target
        let program = try StartedProgram(
            BuiltProducts.cutover,
            command.arguments("watch", ["--interval", "1"] + options),
            environment: command.variables
        )
        self.program = program
        try #require(
            await eventually { program.output.contains("\n") || program.isGone },
            "\(program.words)"
        )
        try #require(!program.isGone, "\(program.words)")
    }

    /// All looks, the newest last.
    var looks: [JSON] {
        program.output.split(separator: "\n").compactMap { try? JSON(String($0)) }
    }

    /// Waits until a criterion is bad, in words that hold all of some.
    ///
    /// - Parameters:
    ///   - name: The criterion.
    ///   - words: What its reason must hold.
    ///   - count: How many looks there were when the fault was there; it is red in one of the two
    ///     behind them, for one may have been under way.
    /// - Returns: The criterion.
    /// - Throws: An expectation's error when it is not.
    @discardableResult
    func requireAlarm(
        _ name: String,
        _ words: [String],
        after count: Int
    ) async throws -> JSON {
        let looks = try await looks(until: "bad", name, after: count)
        let bad = looks.firstIndex { $0["criteria"].named(name)["state"].string == "bad" }
        let place = try #require(bad, "\(name): \(program.words)")
        #expect(place <= count + 1, "red only in look \(place), the fault came behind \(count)")
        let found = looks[place]["criteria"].named(name)
        for word in words {
            #expect(found["reason"].string?.contains(word) == true, "\(found)")
        }
        #expect(found["remedy"].string?.isEmpty == false, "\(found)")
        #expect(found["bad_since"].string != nil, "\(found)")
        #expect(looks[place]["ok"].bool == false)
        return found
    }

    /// Waits until a criterion is good again.
    func requireEnd(of name: String) async throws {
        _ = try await looks(until: "good", name, after: looks.count)
    }

    /// Waits for a look behind some in which a criterion is in a state.
    ///
    /// - Parameters:
    ///   - state: The state.
    ///   - name: The criterion.
    ///   - count: How many looks do not count.
    /// - Returns: The looks so far.
    /// - Throws: An expectation's error when it never comes.
    func looks(until state: String, _ name: String, after count: Int) async throws -> [JSON] {
        let found = try await eventually {
            program.isGone
                || looks.dropFirst(count).contains {
                    $0["criteria"].named(name)["state"].string == state
                }
        }
        try #require(found && !program.isGone, "\(name): \(looks.last ?? .null) \(program.words)")
        return looks
    }

    /// Stops it.
    ///
    /// - Returns: Its exit status.
    @discardableResult
    func stop() async -> Int32 {
        program.send(SIGINT)
        return await program.end().status
    }
}

extension LiveSource {
    /// What a healthy application has done a moment ago.
    static let work = """
        UPDATE workflow_controls SET last_run_at = now() AT TIME ZONE 'UTC';
        UPDATE workflows SET status = 'completed';
        UPDATE sync_watermark SET last_sync_timestamp =
            to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS');
        """

    /// A run behind the switch, with an application that works.
    static func switched(target: String? = nil) async throws -> LiveSource {
        let live = try await LiveSource(try TestFolder(), orders: 30, target: target)
        let flipped = try await live.flip()
        try #require(flipped.status == 0, "\(flipped)")
        _ = try await psql(live.cutover.target, work)
        return live
    }

    /// A profile that extends the application's own.
    func profile(_ lines: String) throws -> String {
        let path = folder.file("profile.toml")
        try "name = \"watched\"\nextends = \"ora\"\n\(lines)\n"
            .write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }
}
