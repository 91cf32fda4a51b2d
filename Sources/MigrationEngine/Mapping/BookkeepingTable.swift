/// The tables in which migration tools write down which of their steps a database has seen.
///
/// They tell of the database that they stand in: the target's own rows are right, the source's are
/// not.
enum BookkeepingTable {
    private static let names: Set<String> = [
        "django_migrations", "schema_migrations", "ar_internal_metadata", "alembic_version",
        "_prisma_migrations", "flyway_schema_history", "databasechangelog",
        "databasechangeloglock", "knex_migrations", "knex_migrations_lock", "sequelizemeta",
        "__efmigrationshistory", "goose_db_version", "__drizzle_migrations",
    ]

    /// Whether a table is one.
    static func isOne(_ name: String) -> Bool { names.contains(name.foldedName) }
}
