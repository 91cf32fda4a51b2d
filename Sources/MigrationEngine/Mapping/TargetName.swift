/// Names in the target: quoting, and spellings that PostgreSQL would cut or confuse.
package enum TargetName {
    /// PostgreSQL cuts longer names without an error (`NAMEDATALEN` − 1).
    ///
    /// - SeeAlso: <https://www.postgresql.org/docs/current/limits.html>
    static let maximumBytes = 63

    /// Quotes a name where PostgreSQL needs it.
    ///
    /// - Parameter name: Any name.
    /// - Returns: The name itself when it is lower case and no keyword, else in double quotes.
    package static func quote(_ name: String) -> String {
        var isSafe = !name.isEmpty && !keywords.contains(name)
        for (place, byte) in name.utf8.enumerated() {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"): continue
            case UInt8(ascii: "0")...UInt8(ascii: "9"): isSafe = isSafe && place > 0
            default: isSafe = false
            }
        }
        return isSafe ? name : "\"" + name.doubling(UInt8(ascii: "\"")) + "\""
    }

    /// Quotes a name with its schema.
    ///
    /// - Parameters:
    ///   - name: The name.
    ///   - schema: The schema.
    /// - Returns: Both, with a dot between.
    package static func qualified(_ name: String, _ schema: String) -> String {
        "\(quote(schema)).\(quote(name))"
    }

    /// Quotes text as a literal.
    ///
    /// - Parameter text: Any text without NUL.
    /// - Returns: The literal, whatever `standard_conforming_strings` says.
    package static func literal(_ text: String) -> String {
        let doubled = text.doubling(UInt8(ascii: "'"))
        guard text.utf8.contains(UInt8(ascii: "\\")) else { return "'\(doubled)'" }
        return "E'" + doubled.doubling(UInt8(ascii: "\\")) + "'"
    }

    /// Shortens a name to what PostgreSQL keeps.
    ///
    /// - Parameters:
    ///   - name: The name.
    ///   - suffix: What must stay at its end.
    /// - Returns: The name with its suffix; a hash of the whole in place of what was cut.
    static func fitted(_ name: String, suffix: String = "") -> String {
        guard name.utf8.count + suffix.utf8.count > maximumBytes else { return name + suffix }
        return hashed(name, suffix: suffix)
    }

    /// Makes a name different from itself in a way that is the same at each run.
    ///
    /// - Parameters:
    ///   - name: The name.
    ///   - suffix: What must stay at its end.
    ///   - attempt: 0, and more when an earlier result was taken, too.
    /// - Returns: The beginning of the name, a hash of all of it, the suffix.
    static func hashed(_ name: String, suffix: String = "", attempt: Int = 0) -> String {
        let tail = "_" + hash(name + suffix, attempt) + suffix
        var head = ""
        for scalar in name.unicodeScalars {
            let next = head + String(scalar)
            guard next.utf8.count + tail.utf8.count <= maximumBytes else { break }
            head = next
        }
        return head + tail
    }

    /// FNV-1a over the bytes, as eight hexadecimal digits.
    static func hash(_ name: String, _ attempt: Int) -> String {
        var hash: UInt32 = 2_166_136_261
        for byte in Array(name.utf8) + Array(repeating: 0, count: attempt) {
            hash = (hash ^ UInt32(byte)) &* 16_777_619
        }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }

    /// Columns that every table of PostgreSQL has already.
    ///
    /// - SeeAlso: <https://www.postgresql.org/docs/current/ddl-system-columns.html>
    static let systemColumns: Set<String> = ["tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"]

    // All keywords of PostgreSQL 15 to 18 that are not free everywhere.
    // > https://www.postgresql.org/docs/current/sql-keywords-appendix.html
    private static let keywords: Set<String> = Set(
        """
        all analyse analyze and any array as asc asymmetric authorization between bigint binary \
        bit boolean both case cast char character check coalesce collate collation column \
        concurrently constraint create cross current_catalog current_date current_role \
        current_schema current_time current_timestamp current_user dec decimal default \
        deferrable desc distinct do else end except exists extract false fetch float for \
        foreign freeze from full grant greatest group grouping having ilike in initially inner \
        inout int integer intersect interval into is isnull join json json_array \
        json_arrayagg json_exists json_object json_objectagg json_query json_scalar \
        json_serialize json_table json_value lateral leading least left like limit localtime \
        localtimestamp merge_action national natural nchar none normalize not notnull null \
        nullif numeric offset on only or order out outer overlaps overlay placing position \
        precision primary real references returning right row select session_user setof \
        similar smallint some substring symmetric system_user table tablesample then time \
        timestamp to trailing treat trim true union unique user using values varchar variadic \
        verbose when where window with xmlattributes xmlconcat xmlelement xmlexists xmlforest \
        xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable
        """.split(separator: " ").map(String.init)
    )
}
