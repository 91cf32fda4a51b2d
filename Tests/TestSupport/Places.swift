/// A number of places that tests in parallel take and give back, in the order in which they came.
actor Places {
    private var free: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    /// Makes the places.
    ///
    /// - Parameter count: How many there are, at least 1.
    init(_ count: Int) { free = count }

    /// Takes a place; waits until there is one.
    func enter() async {
        if free > 0 {
            free -= 1
        } else {
            await withCheckedContinuation { waiting.append($0) }
        }
    }

    /// Gives the place to the first who waits.
    func leave() {
        if waiting.isEmpty {
            free += 1
        } else {
            waiting.removeFirst().resume()
        }
    }
}
