enum Mapping {
    static func schema(catalog: Catalog, census: Census, mode: String, schema: String)
        throws(MigrationError) -> TargetSchema { TargetSchema(mode: .derive, schema: schema) }
}
