import Foundation

/// How fast a server answers, measured without writing anything.
public struct TargetSpeed: Codable, Sendable, Equatable {
    /// The server, without a password.
    public var server: String
    /// Its version, 150018 for 15.18.
    public var version: Int
    /// The shortest time between a question and its answer.
    public var roundTripSeconds: Double
    /// The longest one.
    public var longestRoundTripSeconds: Double
    /// Bytes a second that one connection carries to the server.
    public var bytesPerSecond: Double

    /// Why the real server was not measured.
    package enum Absence: Error {
        /// None was named.
        case notNamed
        /// It could not be asked.
        case unreachable(String)
    }

    private static let questions = 20
    private static let pieces = 4
    private static let piece = 256 << 10

    /// Measures a server.
    ///
    /// - Parameter target: Its connection string.
    /// - Throws: ``MigrationError`` when it cannot be asked.
    init(_ target: String) throws(MigrationError) {
        let (connection, address) = try Target.connect(
            Options(source: "", target: target),
            stage: "rehearse",
            purpose: "rehearse"
        )
        do throws(TargetError) {
            try connection.execute("SET default_transaction_read_only = on")
            server = address.redacted
            version = connection.serverVersion
            var trips: [Double] = []
            for _ in 0..<Self.questions {
                trips.append(try Self.seconds(connection, "SELECT $1::int", .integer(1)))
            }
            trips.sort()
            roundTripSeconds = trips.first ?? 0
            longestRoundTripSeconds = trips.last ?? 0
            // A parameter goes the way that rows go, and leaves nothing behind.
            let bytes = TargetParameter.text(String(repeating: "x", count: Self.piece))
            var seconds = 0.0
            for _ in 0..<Self.pieces {
                seconds += try Self.seconds(connection, "SELECT length($1::text)", bytes)
            }
            bytesPerSecond = Double(Self.pieces * Self.piece) / max(seconds, 1e-6)
        } catch {
            throw TargetFailure.wrap(error, stage: "rehearse", address: address)
        }
    }

    /// Measures the real target, if one is named and answers.
    ///
    /// - Parameter options: The target.
    /// - Returns: The speed, or why there is none.
    static func ofReal(_ options: Options) -> Result<TargetSpeed, Absence> {
        let environment = ProcessInfo.processInfo.environment
        let isNamed =
            !options.target.isEmpty
            || ["PGHOST", "PGHOSTADDR", "PGSERVICE", "PGDATABASE"].contains {
                environment[$0] != nil
            }
        guard isNamed else { return .failure(.notNamed) }
        do throws(MigrationError) {
            return .success(try TargetSpeed(options.target))
        } catch {
            return .failure(.unreachable(error.message))
        }
    }

    private static func seconds(
        _ connection: TargetConnection,
        _ sql: String,
        _ parameter: TargetParameter
    ) throws(TargetError) -> Double {
        let started = ContinuousClock.now
        try connection.query(sql, [parameter])
        return started.duration(to: .now).seconds
    }
}
