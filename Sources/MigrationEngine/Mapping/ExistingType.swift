/// How values reach a column that the application's migrations made.
package enum ExistingType: Sendable, Equatable {
    /// The row encoder writes the type, strictly and straight into the table.
    case direct(TargetType)
    /// The server reads the value's text, after a check that it takes it as it stands.
    case cast(Cast)

    /// A type that the server reads from text.
    package struct Cast: Sendable, Equatable {
        /// The type as SQL writes it.
        var type: String
        /// A condition on the text `{}`, by which the server would store exactly that value.
        ///
        /// The server's input is lenient: it rounds, cuts blanks, and takes `tomorrow` for a day.
        var condition: String?
        /// Why a value that does not meet the condition does not fit.
        var reason: String
        /// Whether 16 bytes are taken as their hexadecimal digits.
        var takesBytes = false
        /// Whether the server's text form of a value is the text that it was read from.
        var keepsText = false
    }

    /// Chooses.
    ///
    /// - Parameter column: The column of the target.
    init(_ column: ExistingCatalog.Column) {
        let limit = column.modifier
        guard column.isBuiltIn else {
            self = .cast(
                Cast(
                    type: column.type,
                    condition: Self.same(column),
                    reason: Self.other,
                    keepsText: true
                )
            )
            return
        }
        switch column.base {
        case "int2": self = .direct(.smallint)
        case "int4": self = .direct(.integer)
        case "int8": self = .direct(.bigint)
        case "bool": self = .direct(.boolean)
        case "float8": self = .direct(.doublePrecision)
        case "numeric" where limit < 0: self = .direct(.numeric)
        case "text": self = .direct(.text)
        case "varchar": self = .direct(limit < 0 ? .text : .varchar(limit - 4))
        case "bytea": self = .direct(.bytea)
        case "date": self = .direct(.date)
        case "timestamp" where limit < 0 || limit == 6: self = .direct(.timestamp)
        default: self = .cast(Self.strict(column))
        }
    }

    /// The type of the wire: text for what the server reads itself.
    var wire: TargetType {
        if case .direct(let type) = self { type } else { .text }
    }

    private static let other = "the server would store another text"
    private static let day = #"^\d{4}-\d\d-\d\d"#
    private static let clock = #"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6}0*)?)?"#
    private static let number = #"^-?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$"#

    /// The types whose text the server reads more freely than it may here.
    private static func strict(_ column: ExistingCatalog.Column) -> Cast {
        let type = column.type
        switch column.base {
        case "timestamptz":
            return Cast(
                type: type,
                condition: "{} ~ '\(day)([ T]\(clock) ?(Z|[-+]\\d\\d(:?\\d\\d)?)?)?$' "
                    + "AND {}::timestamptz = {}::\(type)",
                reason: "not a date and time that \(type) holds to the digit"
            )
        case "timestamp":
            return Cast(
                type: type,
                condition: "{} ~ '\(day)([ T]\(clock)(Z|[-+]00:?00)?)?$' "
                    + "AND {}::timestamp = {}::\(type)",
                reason: "not a date and time that \(type) holds to the digit"
            )
        case "time":
            return Cast(
                type: type,
                condition: "{} ~ '^\(clock)$' AND {}::time = {}::\(type)",
                reason: "not a time of day that \(type) holds to the digit"
            )
        case "numeric":
            return Cast(
                type: type,
                condition: "{} ~ '\(number)' AND {} !~ '^-[0.]+([eE]|$)' "
                    + "AND {}::numeric = {}::\(type)",
                reason: "not a number that \(type) holds to the digit"
            )
        case "float4":
            return Cast(
                type: type,
                condition: "{} ~ '\(number)' AND {}::float4::float8 = {}::float8",
                reason: "not a number that real holds to the digit"
            )
        case "bpchar":
            let length = max(1, column.modifier - 4)
            return Cast(
                type: type,
                condition: "length({}) <= \(length) AND {} !~ ' $'",
                reason:
                    "longer than \(type) or with blanks at its end, which \(type) does not keep",
                keepsText: true
            )
        case "uuid":
            return Cast(
                type: type,
                condition: "{} ~* '^([0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$'",
                reason: "not a UUID",
                takesBytes: true
            )
        case "json", "jsonb", "xml":
            return Cast(type: type, condition: nil, reason: "")
        default:
            return Cast(type: type, condition: same(column), reason: other, keepsText: true)
        }
    }

    /// That the value comes back as it was written; nil where the type keeps every spelling.
    private static func same(_ column: ExistingCatalog.Column) -> String? {
        column.isEnumeration || column.base == "citext"
            ? nil : "format('%s', {}::\(column.type)) = {}"
    }
}
