import Foundation
import TestSupport
import Testing

@testable import MigrationEngine

/// The file in which the application's switch is set.
struct EnvironmentFileTests {
    @Test(arguments: [
        ("", "USE_POSTGRES=true\n"),
        ("A=1\n", "A=1\nUSE_POSTGRES=true\n"),
        ("A=1", "A=1\nUSE_POSTGRES=true\n"),
        ("USE_POSTGRES=false\nB=2\n", "USE_POSTGRES=true\nB=2\n"),
        ("export USE_POSTGRES=false\n", "export USE_POSTGRES=true\n"),
        ("USE_POSTGRES=false\r\nB=2\r\n", "USE_POSTGRES=true\r\nB=2\r\n"),
        ("# USE_POSTGRES=false\n", "# USE_POSTGRES=false\nUSE_POSTGRES=true\n"),
        ("USE_POSTGRES_TOO=1\n", "USE_POSTGRES_TOO=1\nUSE_POSTGRES=true\n"),
        ("USE_POSTGRES=0\nUSE_POSTGRES=1\n", "USE_POSTGRES=true\nUSE_POSTGRES=true\n"),
    ])
    func `only the line of the variable changes`(_ before: String, _ after: String) {
        let switched = EnvironmentFile.switched(Data(before.utf8), "USE_POSTGRES", "true")
        #expect(String(decoding: switched, as: UTF8.self) == after)
    }

    @Test func `the earlier file comes back byte for byte, also after a second switch`() throws {
        let folder = try TestFolder()
        let directory = try RunDirectory(making: folder.file("run"))
        let path = folder.file(".env")
        let bytes = Data([0x41, 0x3d, 0xff, 0x0a, 0x00, 0x42])
        try bytes.write(to: URL(fileURLWithPath: path))
        chmod(path, 0o640)
        let file = EnvironmentFile(path, directory)
        try file.set("USE_POSTGRES", to: "true")
        try file.set("USE_POSTGRES", to: "true")
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) != bytes)
        try file.restore()
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == bytes)
        var status = stat()
        #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o640)
        try file.restore()
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == bytes)
    }

    @Test func `a file that was not there is gone again`() throws {
        let folder = try TestFolder()
        let directory = try RunDirectory(making: folder.file("run"))
        let path = folder.file(".env")
        let file = EnvironmentFile(path, directory)
        try file.set("USE_POSTGRES", to: "true")
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "USE_POSTGRES=true\n")
        try file.restore()
        #expect(access(path, F_OK) != 0)
    }
}
