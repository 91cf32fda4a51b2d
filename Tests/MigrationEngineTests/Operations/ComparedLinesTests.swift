import Testing

@testable import MigrationEngine

struct ComparedLinesTests {
    private typealias Entry = ComparedLines.Entry

    private func lines(
        _ source: [Entry],
        _ target: [Entry],
        waits: Bool = false,
        isBoth: Bool = true
    ) -> [SideComparison.Line] {
        var lines = ComparedLines(pending: PendingWrites(), isBoth: isBoth)
        lines.add("item", source, target, waits: waits)
        return lines.lines
    }

    @Test func `entries of one name are matched by their values before they differ`() {
        let found = lines(
            [.init(name: "a", value: "1"), .init(name: "a", value: "2")],
            [.init(name: "a", value: "2"), .init(name: "a", value: "3")]
        )
        #expect(found.map(\.verdict) == [.differs, .equal])
        #expect(found.first?.source == "1" && found.first?.target == "3")
    }

    @Test func `what one side alone has is said of that side`() {
        let found = lines(
            [.init(name: "a", value: "1"), .init(name: "b", value: "1")],
            [.init(name: "c", value: "1"), .init(name: "a", value: "1")]
        )
        #expect(found.map(\.name) == ["a", "b", "c"])
        #expect(found.map(\.verdict) == [.equal, .onlySource, .onlyTarget])
    }

    @Test func `what waits is no difference, and what is equal does not wait`() {
        let found = lines(
            [.init(name: "a", value: "1"), .init(name: "b", value: "1")],
            [.init(name: "b", value: "1")],
            waits: true
        )
        #expect(found.map(\.verdict) == [.waits, .equal])
    }

    @Test func `with one side nothing is claimed, not even that both are equal`() {
        let found = lines([.init(name: "a", value: "1")], [], isBoth: false)
        #expect(found.map(\.verdict) == [.unknown])
    }
}
