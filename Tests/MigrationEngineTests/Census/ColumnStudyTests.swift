import Testing

@testable import MigrationEngine

/// What the closer look keeps of a column, in pieces as in one.
struct ColumnStudyTests {
    private func study(_ texts: [String]) -> ColumnStudy {
        var study = ColumnStudy()
        for text in texts {
            Array(text.utf8).withUnsafeBytes { study.add(text: $0) }
        }
        return study
    }

    @Test func `a few values are counted exactly`() {
        var sketch = DistinctSketch()
        for _ in 0..<3 {
            for value in 0..<48 { sketch.add(hash: DistinctSketch.hash(Int64(value))) }
        }
        #expect(sketch.estimate == 48)
        #expect(sketch.isExact)
    }

    @Test(arguments: [100, 1_000, 20_000, 300_000])
    func `many values are estimated within 15 percent`(count: Int) {
        var sketch = DistinctSketch()
        for value in 0..<count { sketch.add(hash: DistinctSketch.hash(Int64(value))) }
        let error = Double(abs(sketch.estimate - count)) / Double(count)
        #expect(error < 0.15, "\(sketch.estimate) for \(count)")
    }

    @Test func `two pieces are estimated as one`() {
        var (whole, first, second) = (DistinctSketch(), DistinctSketch(), DistinctSketch())
        for value in 0..<5_000 {
            let hash = DistinctSketch.hash(Int64(value))
            whole.add(hash: hash)
            if value < 30 { first.add(hash: hash) } else { second.add(hash: hash) }
        }
        var merged = first
        merged.merge(second)
        #expect(merged.estimate == whole.estimate)
        second.merge(first)
        #expect(second.estimate == whole.estimate)
    }

    @Test func `a whole real is the integer, and a BLOB is no text`() {
        #expect(DistinctSketch.hash(5.0) == DistinctSketch.hash(Int64(5)))
        #expect(DistinctSketch.hash(-0.0) == DistinctSketch.hash(Int64(0)))
        #expect(DistinctSketch.hash(5.5) != DistinctSketch.hash(Int64(5)))
        let hashes = Array("abc".utf8).withUnsafeBytes { bytes in
            [true, false].map { DistinctSketch.hash(bytes, isText: $0) }
        }
        #expect(hashes[0] != hashes[1])
    }

    @Test func `texts have bounds, lengths and fractions`() {
        let texts = ["grün", "Zebra", "", "2024-01-01 00:00:00.250", "2024-01-01T00:00:00.5Z"]
        var found = study(Array(texts.prefix(2)))
        found.merge(study(Array(texts.dropFirst(2))))
        #expect(found.minimumText == [])
        #expect(found.maximumText == Array("grün".utf8))
        #expect(found.longestCharacters == 23)
        #expect(found.fractionDigits == [3: 1, 1: 1])
        #expect(found.counts[CloseShape.utcZ.rawValue] == 1)
        #expect(found.distinct.estimate == 5)
    }

    @Test func `seconds and milliseconds are told when all integers are such`() {
        var census = ColumnCensus()
        census.integers = 2
        (census.minimumInteger, census.maximumInteger) = (1_600_000_000, 1_700_000_000)
        #expect(ColumnStudy().shapes(with: census) == ["epoch_seconds": 2])
        census.minimumInteger = 12
        #expect(ColumnStudy().shapes(with: census).isEmpty)
        census.minimumInteger = 1_600_000_000_000
        census.maximumInteger = 1_700_000_000_000
        #expect(ColumnStudy().shapes(with: census) == ["epoch_milliseconds": 2])
        var reals = ColumnCensus()
        reals.reals = 1
        (reals.minimumReal, reals.maximumReal) = (2_460_000.5, 2_460_000.5)
        #expect(ColumnStudy().shapes(with: reals) == ["julian_day": 1])
    }
}
