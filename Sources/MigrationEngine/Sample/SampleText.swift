/// Text in the making, as bytes, because a million rows are made of it.
struct SampleText {
    private(set) var bytes: [UInt8] = []

    init() { bytes.reserveCapacity(32) }

    var value: SourceValue { .text(bytes) }

    mutating func add(byte: UInt8) { bytes.append(byte) }

    mutating func add(_ text: String) { bytes.append(contentsOf: text.utf8) }

    mutating func add(_ text: [UInt8]) { bytes.append(contentsOf: text) }

    /// Adds a number of at least so many digits.
    mutating func add(number: Int, width: Int = 1) {
        let start = bytes.count
        var rest = number
        var digits = 0
        while rest > 0 || digits < width {
            bytes.append(UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
            digits += 1
        }
        bytes[start...].reverse()
    }

    mutating func add(date moment: SampleMoment) {
        let (year, month, day) = moment.civil
        add(number: year, width: 4)
        add(byte: UInt8(ascii: "-"))
        add(number: month, width: 2)
        add(byte: UInt8(ascii: "-"))
        add(number: day, width: 2)
    }
}

extension SourceValue {
    static func int(_ number: Int) -> SourceValue { .integer(Int64(number)) }

    /// A number kept as text.
    static func digits(_ number: Int, width: Int = 1) -> SourceValue {
        var text = SampleText()
        text.add(number: number, width: width)
        return text.value
    }

    /// The empty text, which like NULL stands for "none".
    static let empty = SourceValue.text([])
}
