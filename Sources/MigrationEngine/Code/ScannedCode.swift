/// What the reader answers of a folder.
struct ScannedCode: Decodable, Sendable {
    /// One file.
    struct File: Decodable, Sendable {
        let path: String
        let pathBytes: String?
        let kind: String
        let role: String
        let speaks: String?
        let digest: String?
        var statements: [Statement]
        var findings: [CodeFinding]
    }

    /// One call that runs SQL, with every text that it can run.
    struct Statement: Decodable, Sendable {
        let line: Int
        let column: Int
        let call: String
        let verb: String
        let wantsKey: Bool
        let reviewed: Bool
        let parameters: Parameters
        let variants: [Variant]
    }

    /// What a call binds: the kinds of value, in order or by name.
    struct Parameters: Codable, Sendable {
        let style: String
        let shapes: Shapes
    }

    /// Kinds of value.
    enum Shapes: Codable, Sendable {
        case inOrder([String])
        case named([String: String])

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let list = try? container.decode([String].self) {
                self = .inOrder(list)
            } else {
                self = .named(try container.decode([String: String].self))
            }
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .inOrder(let list): try container.encode(list)
            case .named(let table): try container.encode(table)
            }
        }
    }

    /// One text, with the place of each of its characters in the file.
    struct Variant: Decodable, Sendable {
        let text: String
        let spans: [[Int]?]
        let holes: [Hole]
        /// Whether whoever binds the values takes the placeholders as they stand.
        let keeps: Bool
        /// The columns that get the name which SQLite makes up for them.
        let names: [Name]
    }

    /// A column of a result: where it stands in the text, how it has its name, and the name.
    struct Name: Codable, Sendable {
        let start: Int
        let end: Int
        let kind: String
        let name: String

        init(from decoder: any Decoder) throws {
            var container = try decoder.unkeyedContainer()
            start = try container.decode(Int.self)
            end = try container.decode(Int.self)
            kind = try container.decode(String.self)
            name = try container.decode(String.self)
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.unkeyedContainer()
            try container.encode(start)
            try container.encode(end)
            try container.encode(kind)
            try container.encode(name)
        }
    }

    /// A part of a text that is known only when the program runs.
    struct Hole: Decodable, Sendable {
        let source: String
        let line: Int
    }

    var files: [File]
    let layers: [String]
    /// Whether the layer's rows, or without one anybody's, have names; else they are tuples.
    let namedRows: Bool
    let readFiles: Int
    let fingerprint: CodeFingerprint
}

/// What the converter answers of one statement.
struct ConvertedStatement: Decodable, Sendable {
    /// One statement of a text, and how it is proven.
    struct Part: Decodable, Sendable {
        let sql: String
        let how: String
        let table: String
        /// The tables that it refers to, which what is made for a proof leaves out.
        var needs: [String]?
        /// Why it is not made or not planned, and what to do then.
        var reason: String?
        /// Whether what is not made fails on the server, too.
        var certain: Bool?
        /// What is wrong with the key of its ON CONFLICT, as far as the tables tell.
        var arbiter: String?
    }

    /// What a reader of the findings should know of the conversion.
    struct Note: Codable, Sendable, Equatable {
        let rule: String
        let message: String
        /// What a person can do; nil where `fix` does it.
        let suggestion: String?
    }

    let state: String
    let reason: String?
    let driver: String?
    let statements: [Part]?
    let edits: [Edit]?
    var notes: [Note]?
}

/// One edit in a statement's text: from, to, and what comes there.
struct Edit: Codable, Sendable {
    let start: Int
    let end: Int
    let text: String

    init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        start = try container.decode(Int.self)
        end = try container.decode(Int.self)
        text = try container.decode(String.self)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        try container.encode(start)
        try container.encode(end)
        try container.encode(text)
    }
}
