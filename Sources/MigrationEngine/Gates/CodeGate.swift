import Foundation

/// The gate "the application's code speaks PostgreSQL": the last `code check` of its folder, as long
/// as the files and the target's tables are what they were then.
enum CodeGate {
    static func look(_ context: CheckContext) throws(MigrationError) -> GateFinding {
        let records = CodeRecord.all(in: context.directory)
        guard let folder = try Code.folder(context.options, records) else {
            // Nobody asked for it: a person's word, code_ready, is all there is.
            return .waiting(
                "no folder of the application's code is named, so nothing is known of its SQL",
                remedy: "cutover code check DIR; or name it with --code DIR, or in the profile "
                    + "under [code]"
            )
        }
        let shown = SafeText.visible(folder)
        let again = "cutover code check \(shown)"
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder),
            isFolder.boolValue
        else {
            return .closed(
                "there is no folder \(shown)",
                remedy: "correct --code DIR or the profile's [code] directory",
                for: "no folder"
            )
        }
        guard let record = records.first(where: { $0.folder == folder }) else {
            return .closed("the code in \(shown) was never checked", remedy: again, for: "never")
        }
        return try look(record, shown, again, context)
    }

    private static func look(
        _ record: CodeRecord,
        _ shown: String,
        _ again: String,
        _ context: CheckContext
    ) throws(MigrationError) -> GateFinding {
        let totals = record.totals
        guard totals.statements > 0 else {
            return .closed(
                "no SQL statement was found in \(shown) (\(GateWords.count(totals.files, "file")) "
                    + "looked at), so nothing is proven",
                remedy: "name the folder of the application's Python with --code DIR, or in the "
                    + "profile under [code]; then \(again)",
                for: "no statement"
            )
        }
        guard record.ok else { return left(totals, shown, again) }
        let schema = context.options.schema
        let (target, digest) = try context.onTarget { target throws(TargetError) in
            (
                try Target.fingerprint(target),
                try CodeProof.schema(target, named: schema).digest
            )
        }
        guard record.target == target, record.schema == schema else {
            return .closed(
                "the code in \(shown) was checked against another database or schema",
                remedy: again,
                for: "other target"
            )
        }
        guard record.schemaDigest == digest else {
            return .closed(
                "the target's tables are not those that \(shown) was checked against",
                remedy: again,
                for: "other tables"
            )
        }
        let holds = try record.files.holds(
            of: record.folder,
            reading: context.depth == .full,
            context.cancellation
        )
        guard holds else {
            return .closed(
                "files in \(shown) were changed since they were checked, \(record.at)",
                remedy: again,
                for: "changed since \(record.at)"
            )
        }
        let warnings =
            totals.warnings == 0
            ? "" : "; \(GateWords.count(totals.warnings, "warning")) for a person to read"
        let reviewed = totals.reviewed == 0 ? "" : ", \(totals.reviewed) reviewed by a person"
        return .open(
            "\(totals.prepared) of \(GateWords.count(totals.statements, "statement")) in \(shown) "
                + "proven on this target\(reviewed), \(record.at)\(warnings)"
        )
    }

    private static func left(
        _ totals: CodeReport.Totals,
        _ shown: String,
        _ again: String
    ) -> GateFinding {
        let counts = [
            (totals.failed, "refused"), (totals.converted, "still to be converted"),
            (totals.dynamic, "known only at run time"),
            (totals.unplanned, "that no server plans"),
        ]
        var parts = counts.filter { $0.0 > 0 }.map {
            "\(GateWords.count($0.0, "statement")) \($0.1)"
        }
        if totals.errors > 0 { parts.append(GateWords.count(totals.errors, "error")) }
        return .closed(
            "in \(shown): \(parts.joined(separator: ", ")); \(totals.prepared) of "
                + "\(totals.statements) statements proven",
            remedy: totals.converted > 0
                ? "cutover code fix and cutover code adapter, both with --write, then \(again)"
                : "\(again) names them",
            for: "\(totals.failed) \(totals.converted) \(totals.dynamic + totals.unplanned) "
                + "\(totals.errors)"
        )
    }
}
