/// The themes that are built into the binary.
public enum Themes {
    /// Names and TOML text of every built-in theme, the standard one first.
    ///
    /// A file of this folder that is missing here is found by a test.
    public static let all: [(name: String, toml: [UInt8])] = [
        ("harbor-dark", PackageResources.harbor_dark_toml),
        ("harbor-light", PackageResources.harbor_light_toml),
        ("beacon-dark", PackageResources.beacon_dark_toml),
        ("beacon-light", PackageResources.beacon_light_toml),
        ("lantern-dark", PackageResources.lantern_dark_toml),
        ("lantern-light", PackageResources.lantern_light_toml),
        ("terminal-16", PackageResources.terminal_16_toml),
        ("mono", PackageResources.mono_toml),
        ("base", PackageResources.base_toml),
    ]
}
