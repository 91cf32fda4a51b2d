// swift-tools-version: 6.2

import PackageDescription

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

let package = Package(
    name: "cutover",
    products: [
        .executable(name: "cutover", targets: ["cutover"]),
        .library(name: "MigrationEngine", targets: ["MigrationEngine"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", exact: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/LebJe/TOMLKit", exact: "0.6.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", exact: "1.0.2"),
    ],
    targets: [
        .systemLibrary(
            name: "CSQLite",
            pkgConfig: "sqlite3",
            providers: [.apt(["libsqlite3-dev"])]
        ),
        .systemLibrary(
            name: "CPostgres",
            pkgConfig: "libpq",
            providers: [.apt(["libpq-dev"])]
        ),
        .target(
            name: "CTerminal",
            cSettings: [
                .define("NCURSES_WIDECHAR", to: "1"),
                .define("_XOPEN_SOURCE", to: "700"),
                .define("_DEFAULT_SOURCE"),
            ],
            linkerSettings: [.linkedLibrary("ncursesw"), .linkedLibrary("tinfo")]
        ),
        .target(
            name: "MigrationEngine",
            dependencies: [
                "CSQLite",
                "CPostgres",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "TOMLKit", package: "TOMLKit"),
            ],
            resources: [
                .embedInCode("Code/Adapter/database_settings.py"),
                .embedInCode("Code/Adapter/pg_utils.py"),
                .embedInCode("Code/Python/candidates.py"),
                .embedInCode("Code/Python/closing.py"),
                .embedInCode("Code/Python/collations.py"),
                .embedInCode("Code/Python/constants.py"),
                .embedInCode("Code/Python/convert.py"),
                .embedInCode("Code/Python/differs.py"),
                .embedInCode("Code/Python/drivers.py"),
                .embedInCode("Code/Python/files.py"),
                .embedInCode("Code/Python/fingerprint.py"),
                .embedInCode("Code/Python/fix.py"),
                .embedInCode("Code/Python/forwards.py"),
                .embedInCode("Code/Python/keys.py"),
                .embedInCode("Code/Python/kinds.py"),
                .embedInCode("Code/Python/layers.py"),
                .embedInCode("Code/Python/literals.py"),
                .embedInCode("Code/Python/made.py"),
                .embedInCode("Code/Python/merge.py"),
                .embedInCode("Code/Python/moments.py"),
                .embedInCode("Code/Python/names.py"),
                .embedInCode("Code/Python/paths.py"),
                .embedInCode("Code/Python/refusal.py"),
                .embedInCode("Code/Python/reviews.py"),
                .embedInCode("Code/Python/rewrite.py"),
                .embedInCode("Code/Python/rows.py"),
                .embedInCode("Code/Python/rules.py"),
                .embedInCode("Code/Python/scan.py"),
                .embedInCode("Code/Python/schema.py"),
                .embedInCode("Code/Python/scopes.py"),
                .embedInCode("Code/Python/shapes.py"),
                .embedInCode("Code/Python/sqltext.py"),
                .embedInCode("Code/Python/start.py"),
                .embedInCode("Code/Python/statements.py"),
                .embedInCode("Code/Python/texts.py"),
                .embedInCode("Code/Python/unplanned.py"),
                .embedInCode("Code/Python/usage.py"),
                .embedInCode("Profile/generic.toml"),
                .embedInCode("Profile/ora.toml"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "Themes",
            path: "Themes",
            resources: [
                .embedInCode("base.toml"),
                .embedInCode("beacon-dark.toml"),
                .embedInCode("beacon-light.toml"),
                .embedInCode("harbor-dark.toml"),
                .embedInCode("harbor-light.toml"),
                .embedInCode("lantern-dark.toml"),
                .embedInCode("lantern-light.toml"),
                .embedInCode("mono.toml"),
                .embedInCode("terminal-16.toml"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "Console",
            dependencies: [
                "MigrationEngine",
                "CTerminal",
                "Themes",
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "TOMLKit", package: "TOMLKit"),
            ],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "cutover",
            dependencies: [
                "MigrationEngine",
                "Console",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "TestSupport",
            dependencies: [
                "MigrationEngine",
                .product(name: "Subprocess", package: "swift-subprocess"),
            ],
            path: "Tests/TestSupport",
            swiftSettings: strict
        ),
        .testTarget(
            name: "MigrationEngineTests",
            dependencies: ["MigrationEngine", "TestSupport"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "ConsoleTests",
            dependencies: ["Console", "MigrationEngine", "Themes", "TestSupport"],
            exclude: ["Goldens"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "ServerTests",
            dependencies: ["MigrationEngine", "TestSupport", "cutover"],
            exclude: ["RealWorld/Databases"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "TerminalTests",
            dependencies: ["Console", "TestSupport", "cutover"],
            swiftSettings: strict
        ),
    ],
    swiftLanguageModes: [.v6]
)
