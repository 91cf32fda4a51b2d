import Testing

@testable import Console

@Suite struct WidthTests {
    @Test(arguments: [
        ("plain", "plain", 5),
        ("", "", 0),
        ("a\u{1B}[2Jb", "a␛[2Jb", 6),
        ("bell\u{7}", "bell␇", 5),
        ("nul\u{0}", "nul␀", 4),
        ("del\u{7F}", "del␡", 4),
        ("c1 \u{9B}31m", "c1 \u{FFFD}31m", 7),
        ("line\nbreak", "line␊break", 10),
        ("crlf\r\nx", "crlf␍␊x", 7),
        ("tab\tx", "tab␉x", 5),
        ("bidi \u{202E}abc\u{2066}", "bidi \u{FFFD}abc\u{FFFD}", 10),
        ("mark \u{200F}x\u{61C}", "mark \u{FFFD}x\u{FFFD}", 8),
        ("zero\u{200B}width", "zero\u{FFFD}width", 10),
        ("bom\u{FEFF}", "bom\u{FFFD}", 4),
        ("sep\u{2028}x", "sep\u{FFFD}x", 5),
        ("private \u{E000}", "private \u{FFFD}", 9),
        ("soft\u{AD}hyphen", "soft-hyphen", 11),
        ("no\u{A0}break", "no break", 8),
        ("客服", "客服", 4),
        ("ｗｉｄｅ", "ｗｉｄｅ", 8),
        ("한글", "한글", 4),
        ("e\u{301}t\u{E9}", "e\u{301}t\u{E9}", 3),
        ("\u{301}alone", "\u{FFFD}alone", 6),
        ("🚀", "🚀", 2),
        ("👨‍👩‍👧", "👨", 2),
        ("❤️", "❤", 1),
        ("👍🏽", "👍", 2),
        ("🇸🇪", "\u{FFFD}\u{FFFD}", 2),
        ("1️⃣", "1", 1),
        ("tag \u{E0041}", "tag ", 4),
        ("filler\u{3164}", "filler\u{FFFD}", 7),
    ])
    func `a text is shown safely and its cells are known`(
        text: String,
        shown: String,
        cells: Int
    ) {
        let safe = Width.safe(text)
        #expect(Array(safe.unicodeScalars) == Array(shown.unicodeScalars))
        #expect(Width.cells(text) == cells)
    }

    @Test func `a pile of marks is cut at four`() {
        let pile = "z" + String(repeating: "\u{301}", count: 40)
        #expect(Width.safe(pile).unicodeScalars.count == 5)
        #expect(Width.cells(pile) == 1)
    }

    @Test func `no control or invisible character survives`() {
        for value in UInt32(0)..<0x3000 {
            guard let scalar = Unicode.Scalar(value) else { continue }
            for shown in Width.safe(String(scalar)).unicodeScalars {
                switch shown.properties.generalCategory {
                case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse,
                    .unassigned:
                    Issue.record("U+\(String(value, radix: 16)) is shown as it is")
                default: break
                }
            }
        }
    }

    @Test(arguments: [
        ("abcdef", 6, "abcdef"), ("abcdef", 5, "abcd~"), ("abcdef", 1, "~"), ("abcdef", 0, ""),
        ("客服株", 5, "客服~"), ("客服株", 4, "客~"), ("客", 1, "~"),
    ])
    func `cutting never leaves half of a wide character`(
        text: String,
        width: Int,
        shown: String
    ) {
        #expect(Width.clip(text, to: width) == shown)
        #expect(Width.cells(Width.pad(text, to: width)) == width)
    }

    @Test func `padding stands on the side that is asked for`() {
        #expect(Width.pad("7", to: 3, .right) == "  7")
        #expect(Width.pad("7", to: 3) == "7  ")
    }
}
