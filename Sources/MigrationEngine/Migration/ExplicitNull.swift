/// A value that reports write as `null` when it is unknown, instead of leaving its key out.
///
/// Readers of a report may rely on the key.
@propertyWrapper
public struct ExplicitNull<Wrapped: Codable & Sendable & Equatable>: Codable, Sendable, Equatable {
    /// The value; nil when unknown.
    public var wrappedValue: Wrapped?

    /// Wraps a value.
    ///
    /// - Parameter wrappedValue: The value; nil when unknown.
    public init(wrappedValue: Wrapped?) { self.wrappedValue = wrappedValue }

    /// Reads a value or `null`.
    ///
    /// - Parameter decoder: The decoder.
    /// - Throws: The decoder's error.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        wrappedValue = container.decodeNil() ? nil : try container.decode(Wrapped.self)
    }

    /// Writes the value or `null`.
    ///
    /// - Parameter encoder: The encoder.
    /// - Throws: The encoder's error.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if let wrappedValue {
            try container.encode(wrappedValue)
        } else {
            try container.encodeNil()
        }
    }
}
