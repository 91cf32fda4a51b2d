import Foundation

extension Code {
    private struct Order: Encodable {
        struct File: Encodable {
            let pathBytes: String
            let digest: String
            let statements: [Statement]
        }
        struct Statement: Encodable {
            let variants: [Variant]
        }
        struct Variant: Encodable {
            let spans: [[Int]?]
            let edits: [Edit]
        }
        struct Adapter: Encodable {
            let package: String
            let layers: [String]
        }
        let files: [File]
        let adapter: Adapter
        let write: Bool
        let backup: String
    }

    private struct Done: Decodable {
        let files: [CodeFixReport.File]
    }

    /// Brings the code of a folder over, file by file: whole, or not at all.
    ///
    /// - Parameters:
    ///   - folder: The application's folder.
    ///   - options: The target, and the folder of the run, which keeps the files as they were.
    ///   - write: Whether files are written; without it the report has what would change.
    ///   - observer: Is told of the work.
    ///   - cancellation: Stops it before the first file is written.
    /// - Returns: What became of each file.
    /// - Throws: ``MigrationError``.
    public static func fix(
        _ folder: String,
        _ options: Options,
        write: Bool,
        observer: Observer,
        cancellation: Cancellation
    ) throws(MigrationError) -> CodeFixReport {
        if write { try options.requireWritable("fixing the code") }
        let writing = write ? try CodeWriting(absolute(folder)) : nil
        let reader = try CodeReader(cancellation, observer)
        let scanned = try read(folder, reader)
        let proven = try CodeCheck(options, observer, cancellation)
            .run(scanned, reader, CodeMeaning(of: folder, options)).files
        var refused: [CodeFixReport.File] = []
        var orders: [Order.File] = []
        for file in proven {
            if let reason = file.scanned.unreadReason {
                refused.append(.init(path: file.scanned.path, state: "refused", reason: reason))
                continue
            }
            guard file.scanned.kind == "python", file.report.role.isEmpty else { continue }
            if let reason = obstacle(file) {
                refused.append(.init(path: file.scanned.path, state: "refused", reason: reason))
            } else if let order = order(file) {
                orders.append(order)
            }
        }
        if write {
            // Before the first file is written: a stop behind it leaves nothing untold.
            try CodeMeaning.keep(proven, of: folder, options)
        }
        let backup = write ? try backupFolder(options) : ""
        let order = Order(
            files: orders,
            adapter: .init(package: package(scanned), layers: scanned.layers),
            write: write,
            backup: backup
        )
        do throws(MigrationError) {
            let done = try reader.ask(Done.self, ["fix", absolute(folder)], given: order)
            let files = (refused + done.files).filter { $0.state != "unchanged" }
                .sorted { $0.path < $1.path }
            let isChanged = write && files.contains { $0.state == "fixed" }
            // Asking for nothing to be kept leaves no empty folder behind.
            if write, !isChanged { try? FileManager.default.removeItem(atPath: backup) }
            let totals =
                isChanged
                ? try self.totals(folder, options, reader, observer, cancellation)
                : CodeReport(proven.map(\.report), readFiles: scanned.readFiles, seconds: 0).totals
            return CodeFixReport(
                ok: !files.contains { $0.state == "refused" },
                written: write,
                backup: isChanged ? backup : nil,
                files: files,
                totals: totals
            )
        } catch {
            throw writing?.telling(error, backup) ?? error
        }
    }

    /// The sums of what stands in the files now.
    private static func totals(
        _ folder: String,
        _ options: Options,
        _ reader: CodeReader,
        _ observer: Observer,
        _ cancellation: Cancellation
    ) throws(MigrationError) -> CodeReport.Totals {
        let scanned = try read(folder, reader)
        let proven = try CodeCheck(options, observer, cancellation)
            .run(scanned, reader, CodeMeaning(of: folder, options))
        return CodeReport(proven.files.map(\.report), readFiles: scanned.readFiles, seconds: 0)
            .totals
    }

    /// How many reasons a refused file is told with.
    private static let fewReasons = 8

    /// Why a file must stay as it is; nil when every statement of it is proven.
    private static func obstacle(_ file: CodeCheck.ProvenFile) -> String? {
        let reasons =
            file.report.statements.compactMap { statement -> String? in
                switch statement.state {
                case .works, .converted, .reviewed: return nil
                case .failed, .dynamic, .unplanned, .read:
                    let reason = statement.reason ?? "not proven"
                    return "line \(statement.line) is \(statement.state.rawValue): \(reason)"
                }
            } + file.obstacles
        guard !reasons.isEmpty else { return nil }
        let more = reasons.count - fewReasons
        return reasons.prefix(fewReasons).joined(separator: "; ")
            + (more > 0 ? "; and \(more) more" : "")
    }

    private static func order(_ file: CodeCheck.ProvenFile) -> Order.File? {
        guard let pathBytes = file.scanned.pathBytes, let digest = file.scanned.digest else {
            return nil
        }
        let statements = zip(file.scanned.statements, file.edits).map { statement, edits in
            Order.Statement(
                variants: zip(statement.variants, edits).map {
                    Order.Variant(spans: $0.spans, edits: $1)
                }
            )
        }
        return Order.File(pathBytes: pathBytes, digest: digest, statements: statements)
    }

    /// The package in which the SQLite layer stands, and the adapter beside it.
    static func package(_ scanned: ScannedCode) -> String {
        layerFolder(scanned).split(separator: "/").joined(separator: ".")
    }

    /// The folder of the SQLite layer below the application's; empty for the folder itself.
    static func layerFolder(_ scanned: ScannedCode) -> String {
        guard let layer = scanned.files.first(where: { $0.role == "sqlite-layer" }),
            let slash = layer.path.lastIndex(of: "/")
        else { return "" }
        return String(layer.path[..<slash])
    }

    private static func backupFolder(_ options: Options) throws(MigrationError) -> String {
        let run = try RunDirectory(making: options.runDirectory)
        let moment = Date.now.formatted(
            .iso8601.year().month().day().time(includingFractionalSeconds: false)
                .timeSeparator(.omitted).dateSeparator(.omitted)
        )
        let folder = "\(run.backups)/code-\(moment)-\(UUID().uuidString.prefix(8).lowercased())"
        guard mkdir(folder, 0o700) == 0 else {
            throw MigrationError(
                .fileFailed,
                "the folder for the files as they were cannot be made",
                place: .init("code", path: folder),
                remedy: "make the folder of the run writable, or give another with --run-dir DIR",
                cause: .system(errno: errno, call: "mkdir")
            )
        }
        return folder
    }
}

extension CodeFixReport.File {
    init(path: String, state: String, reason: String) {
        self.init(path: path, state: state, reason: reason, diff: "")
    }
}
