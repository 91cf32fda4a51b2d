import Testing

@testable import Console

@Suite struct FrameTests {
    @Test func `a wide character takes two cells, and half of it never stays`() {
        var frame = Frame(size: Size(columns: 6, rows: 1))
        frame.put("a客b", x: 0, y: 0)
        #expect(frame.text == "a客b")
        frame.put("x", x: 2, y: 0)
        #expect(frame.text == "a xb")
        frame.put("客", x: 5, y: 0)
        #expect(frame.row(0).allSatisfy { $0.width == 1 })
    }

    @Test func `nothing is put outside the frame`() {
        var frame = Frame(size: Size(columns: 3, rows: 1))
        frame.put("abcdef", x: 0, y: 0)
        frame.put("up", x: 0, y: -1)
        frame.put("down", x: 0, y: 1)
        frame.fill(Rect(x: -2, y: -2, width: 20, height: 20), .text, with: ".")
        #expect(frame.text == "...")
    }

    @Test func `a hostile value reaches the cells only as its stand-in`() {
        var frame = Frame(size: Size(columns: 20, rows: 1))
        frame.put("x\u{1B}]0;owned\u{7}\u{9B}2J", x: 0, y: 0)
        let scalars = frame.cells.flatMap { Array($0.text.unicodeScalars) }
        #expect(scalars.allSatisfy { $0.properties.generalCategory != .control })
        #expect(frame.text.hasPrefix("x␛]0;owned␇"))
    }

    @Test func `a terminal without UTF-8 gets ASCII`() {
        var frame = Frame(size: Size(columns: 6, rows: 1))
        frame.put("é客→", x: 0, y: 0)
        #expect(frame.ascii.text == "????")
    }

    @Test(arguments: [
        (0, "0"), (999, "999"), (1_000, "1,000"), (-12_345, "-12,345"), (1_234_567, "1,234,567"),
    ])
    func `counts have their thousands apart`(number: Int, text: String) {
        #expect(Figures.count(number) == text)
    }

    @Test func `times, shares and amounts are written one way`() {
        #expect(Figures.duration(0.4) == "00:00")
        #expect(Figures.duration(61) == "01:01")
        #expect(Figures.duration(3_661) == "1:01:01")
        #expect(Figures.duration(.infinity) == "-")
        #expect(Figures.clock(Samples.now) == "14:02:07")
        #expect(Figures.moment(Samples.now) == "2025-10-14 14:02:07Z")
        #expect(Figures.rate(999_999.4) == "999,999")
        #expect(Figures.rate(999_999.6) == "1.0M")
        #expect(Figures.rate(12_340_000) == "12.3M")
        #expect(Figures.percent(0.999) == "99%")
        #expect(Figures.percent(1) == "100%")
        #expect(Figures.amount(120_810) == "1,208.10")
        #expect(Figures.amount(-5) == "-0.05")
        #expect(Figures.bytes(999) == "999 B")
        #expect(Figures.bytes(34_560_000) == "34.6 MB")
        #expect(Figures.took(0.44) == "0.4 s")
        #expect(Figures.took(75) == "01:15")
    }
}
