import Synchronization

/// Work for several threads: each takes the next item until none is left or one failed.
package struct WorkQueue<Item: Sendable>: Sendable {
    private let items: [Item]
    private let jobs: Int
    private let name: String

    /// Prepares work.
    ///
    /// - Parameters:
    ///   - items: The items, the first ones first.
    ///   - jobs: The number of threads, at least one.
    ///   - name: The threads' name.
    package init(_ items: [Item], jobs: Int, name: String) {
        self.items = items
        self.jobs = max(1, min(jobs, items.count))
        self.name = name
    }

    /// Runs the work and waits for its end.
    ///
    /// - Parameter worker: Called once on each thread; makes what the thread needs, such as its
    ///   connections, and returns the function that does one item.
    /// - Throws: The first error of any thread, after all threads have stopped.
    package func run(
        _ worker:
            @escaping @Sendable () throws(MigrationError) -> (
                (Item) throws(MigrationError) -> Void
            )
    ) throws(MigrationError) {
        guard !items.isEmpty else { return }
        let shared = SharedQueue(items)
        let threads = (0..<jobs).map { number in
            Background("\(name) \(number + 1)") { () throws(MigrationError) in
                do throws(MigrationError) {
                    let work = try worker()
                    while let item = shared.take() { try work(item) }
                } catch {
                    shared.fail(error)
                }
            }
        }
        for thread in threads { try thread.value() }
        if let failure = shared.failure { throw failure }
    }
}

/// The items that are left, and the first error.
private final class SharedQueue<Item: Sendable>: Sendable {
    private let state: Mutex<(next: Int, failure: MigrationError?)>
    private let items: [Item]

    init(_ items: [Item]) {
        self.items = items
        state = Mutex((0, nil))
    }

    func take() -> Item? {
        state.withLock { state in
            guard state.failure == nil, state.next < items.count else { return nil }
            state.next += 1
            return items[state.next - 1]
        }
    }

    func fail(_ error: MigrationError) {
        state.withLock { if $0.failure == nil { $0.failure = error } }
    }

    var failure: MigrationError? { state.withLock { $0.failure } }
}

/// Results of several threads, each at the place of its item.
package final class SharedList<Element: Sendable>: Sendable {
    private let elements: Mutex<[Element?]>

    /// Makes places for results.
    ///
    /// - Parameter count: The number of places.
    package init(count: Int) { elements = Mutex(Array(repeating: nil, count: count)) }

    /// Puts a result in its place.
    ///
    /// - Parameters:
    ///   - index: The place.
    ///   - element: The result.
    package func set(_ index: Int, _ element: Element) {
        elements.withLock { $0[index] = element }
    }

    /// The results that are there, in order.
    package var values: [Element] { elements.withLock { $0.compactMap { $0 } } }
}

/// Results of several threads, each under a key.
final class SharedMap<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private let state = Mutex<[Key: Value]>([:])

    func set(_ key: Key, _ value: Value?) { state.withLock { $0[key] = value } }

    var values: [Key: Value] { state.withLock { $0 } }
}

/// A number that several threads count up.
package final class SharedCounter: Sendable {
    private let count = Atomic<Int>(0)

    /// Makes a counter at 0.
    package init() {}

    /// Counts up.
    ///
    /// - Parameter amount: By how much.
    /// - Returns: The new value.
    @discardableResult
    package func increment(by amount: Int = 1) -> Int {
        count.wrappingAdd(amount, ordering: .relaxed).newValue
    }

    /// The value.
    package var value: Int { count.load(ordering: .relaxed) }
}
