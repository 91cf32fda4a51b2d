import Foundation

/// A JSON document as it was written, read without any type of the engine.
public enum JSON: Decodable, Sendable, Equatable {
    /// `null`, or something that is not there.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A number.
    case number(Double)
    /// A text.
    case string(String)
    /// A list.
    case array([JSON])
    /// An object.
    case object([String: JSON])

    /// Reads any JSON value.
    ///
    /// - Parameter decoder: The decoder.
    /// - Throws: The decoder's error.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([JSON].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: JSON].self))
        }
    }

    /// Reads a text that must hold exactly one JSON value.
    ///
    /// - Parameter text: The text.
    /// - Throws: `DecodingError` when it holds anything else.
    public init(_ text: String) throws {
        self = try JSONDecoder().decode(JSON.self, from: Data(text.utf8))
    }

    /// The value of a key.
    public subscript(_ key: String) -> JSON {
        guard case .object(let object) = self else { return .null }
        return object[key] ?? .null
    }

    /// An element of a list.
    public subscript(_ index: Int) -> JSON {
        guard case .array(let list) = self, list.indices.contains(index) else { return .null }
        return list[index]
    }

    /// The elements of a list.
    public var list: [JSON] {
        if case .array(let list) = self { list } else { [] }
    }

    /// The text.
    public var string: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// The number, when it is whole.
    public var int: Int? {
        if case .number(let value) = self { Int(exactly: value) } else { nil }
    }

    /// The number.
    public var double: Double? {
        if case .number(let value) = self { value } else { nil }
    }

    /// The truth value.
    public var bool: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    /// The element of a list whose `name` is the given one.
    ///
    /// - Parameter name: The name.
    /// - Returns: The element, or `null`.
    public func named(_ name: String) -> JSON {
        list.first { $0["name"].string == name } ?? .null
    }
}
