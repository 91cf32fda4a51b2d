/// A function that translated expressions call where PostgreSQL has none of that meaning.
///
/// It stands in the schema of the tables, so that a dump takes it along, and only where something
/// calls it.
enum HelperFunction: String, CaseIterable {
    /// Whether a text is JSON, as `json_valid` tells; PostgreSQL has a test from version 16 on.
    case isJSON = "cutover_is_json"
    /// The part of a JSON text at a path; of keys given twice the first, as SQLite takes it.
    case jsonAt = "cutover_json_at"

    /// Its name in SQL.
    ///
    /// - Parameter schema: The schema that it stands in.
    /// - Returns: The name.
    func qualified(_ schema: String) -> String { TargetName.qualified(rawValue, schema) }

    /// The functions that statements call.
    ///
    /// - Parameter target: A schema, all of it derived.
    /// - Returns: Those that have to be made.
    static func called(in target: TargetSchema) -> [HelperFunction] {
        let texts = target.statements.map(\.sql)
        return allCases.filter { function in
            let name = function.qualified(target.schema) + "("
            return texts.contains { $0.contains(name) }
        }
    }

    /// What makes it.
    ///
    /// - Parameter schema: The schema.
    /// - Returns: The statement.
    func statement(_ schema: String) -> TargetSchema.Statement {
        .init(
            object: "function \(rawValue)",
            sql: "CREATE OR REPLACE FUNCTION \(qualified(schema))\(definition)"
        )
    }

    private var definition: String {
        switch self {
        case .isJSON:
            // EXCEPTION begins a subtransaction, which PostgreSQL refuses in parallel work.
            """
            (document text) RETURNS boolean LANGUAGE plpgsql
            IMMUTABLE STRICT PARALLEL UNSAFE SET search_path = pg_catalog AS $cutover$
            BEGIN
                PERFORM document::json;
                RETURN true;
            EXCEPTION WHEN invalid_text_representation THEN
                RETURN false;
            END
            $cutover$
            """
        case .jsonAt:
            """
            (document text, path text[]) RETURNS json LANGUAGE plpgsql
            IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog AS $cutover$
            DECLARE
                found json := document::json;
                step text;
            BEGIN
                FOREACH step IN ARRAY path LOOP
                    IF left(step, 1) = '.' THEN
                        IF json_typeof(found) <> 'object' THEN RETURN NULL; END IF;
                        found := (SELECT e.value FROM json_each(found) WITH ORDINALITY
                            AS e (key, value, place) WHERE e.key = substr(step, 2)
                            ORDER BY e.place LIMIT 1);
                    ELSE
                        IF json_typeof(found) <> 'array' THEN RETURN NULL; END IF;
                        found := found -> substr(step, 2)::integer;
                    END IF;
                    IF found IS NULL THEN RETURN NULL; END IF;
                END LOOP;
                RETURN found;
            END
            $cutover$
            """
        }
    }
}
