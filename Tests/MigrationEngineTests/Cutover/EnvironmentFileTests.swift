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

    /// Switches the variable twice, as a switch that was killed does.
    private func switched(
        _ path: String,
        in folder: TestFolder
    ) throws -> (
        EnvironmentFile, SwitchedVariable
    ) {
        let directory = try RunDirectory(making: folder.file("run"))
        let file = EnvironmentFile(path, directory)
        let earlier = try file.earlier("USE_POSTGRES", switchedTo: "true")
        try file.set("USE_POSTGRES", to: "true")
        try file.set("USE_POSTGRES", to: "true", isFirst: false)
        return (file, earlier)
    }

    @Test func `the earlier file comes back byte for byte, also after a second switch`() throws {
        let folder = try TestFolder()
        let path = folder.file(".env")
        let bytes = Data([0x41, 0x3d, 0xff, 0x0a, 0x00, 0x42])
        try bytes.write(to: URL(fileURLWithPath: path))
        chmod(path, 0o640)
        let (file, earlier) = try switched(path, in: folder)
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) != bytes)
        #expect(try Data(contentsOf: URL(fileURLWithPath: file.kept)) == bytes)
        #expect(try file.restore(earlier) == .done)
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == bytes)
        var status = stat()
        #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o640)
        #expect(try file.restore(earlier) == .unchanged)
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == bytes)
    }

    @Test(arguments: [
        ("A=1\n", "A=1\nNEW=2\n"),
        ("USE_POSTGRES=false\nB=2\n", "USE_POSTGRES=false\nB=2\nNEW=2\n"),
        ("export USE_POSTGRES='no' # why\r\n", "export USE_POSTGRES='no' # why\r\nNEW=2\n"),
        ("USE_POSTGRES=0\nUSE_POSTGRES=1\n", "USE_POSTGRES=0\nUSE_POSTGRES=1\nNEW=2\n"),
        ("", "NEW=2\n"),
    ])
    func `what was added since the switch stays when the variable goes back`(
        _ before: String,
        _ after: String
    ) throws {
        let folder = try TestFolder()
        let path = folder.file(".env")
        try before.write(toFile: path, atomically: true, encoding: .utf8)
        let (file, earlier) = try switched(path, in: folder)
        let added = try String(contentsOfFile: path, encoding: .utf8) + "NEW=2\n"
        try added.write(toFile: path, atomically: true, encoding: .utf8)
        #expect(try file.restore(earlier) == .done)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == after)
        #expect(try String(contentsOfFile: file.found, encoding: .utf8) == added)
    }

    @Test func `lines that somebody took out come in again, a lost run folder or not`() throws {
        let folder = try TestFolder()
        let path = folder.file(".env")
        try "USE_POSTGRES=false\nB=2\n".write(toFile: path, atomically: true, encoding: .utf8)
        let (_, earlier) = try switched(path, in: folder)
        try "B=2\n".write(toFile: path, atomically: true, encoding: .utf8)
        let elsewhere = EnvironmentFile(path, try RunDirectory(making: folder.file("other")))
        #expect(try elsewhere.restore(earlier) == .done)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "B=2\nUSE_POSTGRES=false\n")
    }

    @Test func `a file that was not there is gone again, unless more was written into it`() throws {
        let folder = try TestFolder()
        let path = folder.file(".env")
        let (file, earlier) = try switched(path, in: folder)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "USE_POSTGRES=true\n")
        #expect(try file.restore(earlier) == .done)
        #expect(access(path, F_OK) != 0)
        try "USE_POSTGRES=true\nA=1\n".write(toFile: path, atomically: true, encoding: .utf8)
        #expect(try file.restore(earlier) == .done)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "A=1\n")
    }
}
