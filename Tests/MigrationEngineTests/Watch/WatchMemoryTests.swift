import Synchronization
import Testing

@testable import MigrationEngine

/// What a watch keeps from one look to the next stays small.
struct WatchMemoryTests {
    @Test func `a profile is parsed once, and again when its text is another one`() throws {
        let memory = ProfileMemory()
        let read = Mutex(0)
        func profile(_ text: String) throws -> Profile {
            try memory.profile(text, path: "shop.toml") { text, path throws(MigrationError) in
                read.withLock { $0 += 1 }
                return try Profile(toml: text, path: path)
            }
        }
        for _ in 0..<100 { #expect(try profile("name = \"one\"").name == "one") }
        #expect(read.withLock { $0 } == 1)
        #expect(try profile("name = \"two\"").name == "two")
        #expect(try profile("name = \"one\"").name == "one")
        #expect(read.withLock { $0 } == 2)
        // What is wrong is told each time, and many texts are not kept for good.
        for _ in 0..<2 { #expect(migrationError { _ = try profile("[") }?.code == .configuration) }
        for number in 0..<40 { _ = try profile("name = \"n\(number)\"") }
        #expect(try profile("name = \"one\"").name == "one")
        #expect(read.withLock { $0 } == 45)
    }

    @Test func `a counter is compared with what it was ten minutes ago, and no older one is kept`()
    {
        var window = WatchWindow<Int>()
        #expect(window.oldest(adding: 1, at: 0) == (1, 0))
        #expect(window.oldest(adding: 2, at: 10) == (1, 10))
        #expect(window.oldest(adding: 3, at: 60) == (1, 60))
        #expect(window.oldest(adding: 4, at: 599) == (1, 599))
        // The newest of those that are old enough stands for the begin of the window.
        #expect(window.oldest(adding: 5, at: 661) == (3, 601))
        var regular = WatchWindow<Int>()
        for second in stride(from: 0, through: 90_000, by: 10) {
            let (value, ago) = regular.oldest(adding: second, at: Double(second))
            #expect(value == second - Int(ago))
            #expect(ago <= 660)
        }
    }

    @Test func `a history keeps the last looks only`() {
        var history = WatchHistory()
        for look in 0..<200 {
            history.add(["probes": .init(state: .good, value: Double(look))])
        }
        let points = history.points(of: "probes")
        #expect(points.count == WatchHistory.length)
        #expect(points.last?.value == 199)
        #expect(history.points(of: "nothing").isEmpty)
    }
}
