/// The types that people declare, and some that nobody should.
enum DeclaredTypes {
    /// The declarations of a column, as they are written behind its name.
    static let all: [String] = numbers + texts + times + others + odd

    private static let numbers = [
        "INTEGER", "INTEGER(4)", "INT", "INT UNSIGNED", "BIGINT", "LONG", "TINYINT", "SMALLINT",
        "MEDIUMINT", "UNSIGNED BIG INT", "INT2", "INT4", "INT8", "BOOLEAN", "BOOL", "BIT", "REAL",
        "FLOAT", "FLOAT8", "DOUBLE", "DOUBLE PRECISION", "NUMERIC", "NUMERIC(10,5)",
        "decimal(10,5)", "DECIMAL(10, 2)", "NUMBER", "MONEY", "SERIAL", "tinyint(1)",
    ]
    private static let texts = [
        "TEXT", "VARCHAR(255)", "VARCHAR(3)", "varchar", "CHAR(10)", "CHARACTER(20)", "NCHAR(55)",
        "NVARCHAR(100)", "NATIVE CHARACTER(70)", "VARYING CHARACTER(255)", "CLOB", "LONGTEXT",
        "STRING", "TEXT COLLATE NOCASE", "VARCHAR(255) COLLATE NOCASE", "TEXT COLLATE RTRIM",
        "CITEXT",
    ]
    private static let times = [
        "DATE", "TIME", "DATETIME", "datetime(6)", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE",
        "TIMESTAMP WITHOUT TIME ZONE", "TIMESTAMPTZ", "INTERVAL", "YEAR",
    ]
    private static let others = [
        "BLOB", "BYTEA", "BYTE[]", "BINARY(16)", "VARBINARY(255)", "JSON", "JSONB", "UUID", "GUID",
        "INET", "XML", "ENUM", "ANY", "TEXT[]", "POINT", "GEOMETRY", "OID",
    ]
    private static let odd = [
        "", "\"weird type\"", "NULL", "\"\"", "\"FLOATING POINT\"", "\"typ\u{e9} \u{1f600}\"",
        "\"CHARINT\"", "\"a]b\"", "\"; DROP TABLE x; --\"", "VARCHAR(-1)", "DECIMAL(+5, -2)",
    ]
}
