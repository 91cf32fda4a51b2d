/// The characters that follow the beginning of a mouse event, until they are one.
///
/// > XTerm control sequences, "Mouse Tracking": SGR (1006) writes decimal numbers and `M` for a
/// > press, `m` for a release; the older form writes three characters, each 32 more than its value.
struct MouseSequence: Sendable {
    /// What a character did to the sequence.
    enum Step: Equatable, Sendable {
        case more
        /// The end; nil for an event that means nothing here, such as a release.
        case done(Pointer?)
        /// The character does not belong to a mouse event: it is a key.
        case broken
    }

    private static let wheel = 64
    /// Shift, Meta and Ctrl, which may be held.
    private static let modifiers = 4 | 8 | 16
    /// A column of five digits is on no screen.
    private static let largest = 99_999

    private let isOld: Bool
    private var numbers = [0]

    /// Begins a sequence.
    ///
    /// - Parameter isOld: Whether it is in the older form.
    init(isOld: Bool) {
        self.isOld = isOld
        if isOld { numbers = [] }
    }

    /// Takes the next character.
    ///
    /// - Parameter code: Its Unicode code point.
    /// - Returns: What became of the sequence.
    mutating func take(_ code: Int) -> Step {
        guard !isOld else {
            numbers.append(code - 32)
            return numbers.count < 3 ? .more : .done(pointer)
        }
        switch code {
        case 48...57:
            let number = (numbers.last ?? 0) * 10 + code - 48
            guard number <= Self.largest else { return .broken }
            numbers[numbers.count - 1] = number
            return .more
        case 59:
            guard numbers.count < 3 else { return .broken }
            numbers.append(0)
            return .more
        case 77: return numbers.count == 3 ? .done(pointer) : .broken
        case 109: return .done(nil)
        default: return .broken
        }
    }

    private var pointer: Pointer? {
        let (x, y) = (numbers[1] - 1, numbers[2] - 1)
        guard x >= 0, y >= 0 else { return nil }
        switch numbers[0] {
        case 0: return .click(x: x, y: y)
        case let code where code & ~Self.modifiers == Self.wheel: return .wheelUp
        case let code where code & ~Self.modifiers == Self.wheel + 1: return .wheelDown
        default: return nil
        }
    }
}
