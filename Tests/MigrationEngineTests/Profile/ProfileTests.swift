import Foundation
import Testing

@testable import MigrationEngine

struct ProfileTests {
    private func failure(_ toml: String) -> MigrationError? {
        do throws(MigrationError) {
            _ = try Profile(toml: toml, path: "shop.toml")
            return nil
        } catch {
            return error
        }
    }

    @Test func `the built-in profiles can be read`() throws {
        for name in Profile.builtInNames {
            #expect(try Profile.load(name, catalog: nil).name == name)
        }
    }

    @Test func `ora knows both shapes of its database`() throws {
        let ora = try Profile.load("ora", catalog: nil)
        #expect(ora.orders.map(\.shape) == ["production", "plan"])
        #expect(ora.inventory.map(\.shape) == ["production", "plan"])
        #expect(ora.transactions.map(\.shape) == ["production", "plan"])
        #expect(ora.workflows.map(\.table) == ["workflow_controls"])
        #expect(ora.environment?.variable == "USE_POSTGRES")
        #expect(ora.orders[0].lines.map(\.kind) == ["ordered", "shipped"])
        #expect(ora.orders[1].items == .json("items_json"))
        #expect(ora.figures.map(\.name).contains("units_to_ship"))
    }

    @Test func `every figure of ora names the tables that its queries read`() throws {
        let ora = try Profile.load("ora", catalog: nil)
        for variant in ora.figures.flatMap(\.variants) {
            let named = Set(variant.needs.map { String($0.prefix { $0 != "." }) })
            let read = variant.sqlite.matches(of: /(?:FROM|JOIN)\s+(\w+)/).map { String($0.1) }
            #expect(!read.isEmpty && named.isSuperset(of: read), "\(variant.sqlite)")
        }
    }

    @Test func `auto takes ora for its two tables and generic for anything else`() throws {
        var catalog = Catalog()
        catalog.tables = [Catalog.Table(name: "workflow_controls")]
        #expect(try Profile.load("auto", catalog: catalog).name == "generic")
        catalog.tables.append(Catalog.Table(name: "Orders_Inbox"))
        #expect(try Profile.load("auto", catalog: catalog).name == "ora")
        #expect(try Profile.load("auto", catalog: nil).name == "generic")
    }

    @Test(arguments: [
        ("name = \"x\"\ncolour = 3\n", "colour", "line 2, column 1"),
        (
            "name = \"x\"\n\n[[workflows]]\ntable = \"t\"\nname = \"n\"\nenabled = \"e\"\n"
                + "  enabeld_by = \"b\"\n",
            "workflows.enabeld_by", "line 7, column 3"
        ),
        (
            "name = \"x\"\n[[figure]]\nname = \"a\"\n[[figure.variant]]\nsql = \"SELECT 1\"\n"
                + "[[figure]]\nname = \"b\"\n[[figure.variant]]\nsql = \"\"\"\nsqll = 1\n\"\"\"\n"
                + "sqll = \"SELECT 2\"\n",
            "figure.variant.sqll", "line 12, column 1"
        ),
        ("name = \"x\"\r\n[tabels]\r\n", "tabels", "line 2, column 1"),
    ])
    func `an unknown key is refused with its line`(
        toml: String,
        key: String,
        row: String
    ) throws {
        let error = try #require(failure(toml))
        #expect(error.code == .configuration)
        #expect(error.message.contains("unknown key \"\(key)\""))
        #expect(error.place.path == "shop.toml")
        #expect(error.place.row == row)
    }

    @Test func `text that is not TOML is refused with line and column`() throws {
        let error = try #require(failure("name = \"x\"\nsummary = \n"))
        #expect(error.code == .configuration)
        #expect(error.place.row?.hasPrefix("line 2, column ") == true)
    }

    @Test func `a value of another kind is refused with its line`() throws {
        let error = try #require(failure("name = \"x\"\nsummary = 3\n"))
        #expect(error.message == "the key \"summary\" of the profile must be text in quotes")
        #expect(error.place.row == "line 2, column 1")
    }

    @Test func `a missing key is named with the line of its table`() throws {
        let error = try #require(failure("name = \"x\"\n\n[[inventory]]\ntable = \"t\"\n"))
        #expect(error.message == "the profile needs the key \"inventory.sku\"")
        #expect(error.place.row == "line 3, column 1")
    }

    @Test func `a profile that is no file is refused`() {
        #expect {
            _ = try Profile.load("/nowhere/shop.toml", catalog: nil)
        } throws: { error in
            (error as? MigrationError)?.code == .configuration
        }
    }

    @Test func `a profile's own words and types are kept`() throws {
        let profile = try Profile(
            toml: """
                name = "shop"
                [parameters]
                key_customer = "Harbor Tea"
                [types]
                "orders.total" = "numeric"
                """,
            path: "shop.toml"
        )
        #expect(profile.parameters == ["key_customer": "Harbor Tea"])
        #expect(profile.types == ["orders.total": "numeric"])
    }

    @Test func `words in braces become quoted values`() {
        let sql = FigureSQL(
            parameters: ["who": "O'Neill {today}"],
            now: Date(timeIntervalSince1970: 1_760_000_000)
        )
        // 1760000000 is 2025-10-09 08:53:20 UTC.
        let filled = sql.fill("a {today} b {today-7d} c {now-2h} d {who} e")
        #expect(
            filled
                == .success(
                    "a '2025-10-09' b '2025-10-02' c '2025-10-09 06:53:20' d 'O''Neill {today}' e"
                )
        )
        #expect(sql.fill("x {nobody}") == .failure(.init(name: "nobody")))
    }
}
