/// The themes that are built into the binary.
public enum Themes {
    /// Names and TOML text of every built-in theme.
    public static let all: [(name: String, toml: [UInt8])] = [
        ("base", PackageResources.base_toml)
    ]
}
