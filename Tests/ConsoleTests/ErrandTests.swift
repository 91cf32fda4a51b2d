import MigrationEngine
import Testing

@testable import Console
@testable import MigrationEngine

/// Verbs without a key: what the console does itself, and which command it names for the others.
@Suite struct ErrandTests {
    private func model() -> Model {
        var model = Samples.filled()
        model.identity.options = [
            CommandOption(name: "--source", value: "/srv/the data/ora.db"),
            CommandOption(name: "--target", value: "host=db user=ora"),
        ]
        return model
    }

    private func type(_ text: String, into model: inout Model) -> [Command] {
        _ = model.update(.key(.character(":")))
        for character in text { _ = model.update(.key(.character(character))) }
        return model.update(.key(.enter))
    }

    private func answer(_ model: Model) -> Answer? {
        guard case .answer(let answer, _) = model.overlay else { return nil }
        return answer
    }

    @Test(arguments: Errand.allCases)
    func `an errand is begun by its verb, and its answer opens`(errand: Errand) {
        var model = model()
        #expect(type(errand.rawValue, into: &model) == [.errand(errand)])
        #expect(model.log.last?.message == "\(errand.rawValue) was begun")
        #expect(Chrome.draw(model).text.contains("\(errand.rawValue) 00:00"))
        // One at a time.
        #expect(type(errand.rawValue, into: &model).isEmpty)
        #expect(model.notice?.text.contains("is under way; x stops it") == true)
        _ = model.update(.key(.escape))
        _ = model.update(.answered(errand, .success(Samples.answer)))
        #expect(answer(model) == Samples.answer)
        #expect(Chrome.draw(model).text.contains("/srv/ora.db.cutover/backups/1.db"))
        let taken = model.update(.key(.character("y")))
        #expect(taken == [.writeToTerminal(Clipboard.sequence(for: Samples.answer.taken) ?? "")])
        _ = model.update(.key(.enter))
        #expect(model.overlay == nil && model.errand == nil)
    }

    @Test func `no question gives way to an answer`() {
        var model = model()
        _ = type("backup", into: &model)
        _ = model.update(.key(.character("m")))
        let question = model.overlay
        _ = model.update(.answered(.backup, .success(Samples.answer)))
        #expect(model.overlay == question)
        #expect(model.notice?.text == Samples.answer.summary)
        #expect(model.log.last?.message == Samples.answer.summary)
    }

    @Test func `x stops the errand, and never instead of a cutover`() {
        var model = Samples.following()
        _ = type("backup", into: &model)
        #expect(model.update(.key(.character("x"))) == [.cancelErrand])
        #expect(model.operation?.kind == .follow && model.overlay == nil)
        _ = model.update(.answered(.backup, .failure(Samples.interrupted)))
        #expect(model.notice?.text.contains("the backup was stopped") == true)
        _ = type("backup", into: &model)
        let commands = model.begin(.cutOver)
        #expect(commands == [.cancelErrand, .cutOver])
        _ = model.update(.key(.character("x")))
        guard case .confirm(let question) = model.overlay else {
            Issue.record("x does not reach the cutover")
            return
        }
        #expect(question.consequence == .cancel)
    }

    @Test func `leaving waits for an errand`() {
        var model = model()
        _ = type("backup", into: &model)
        _ = model.update(.key(.character("q")))
        #expect(model.update(.key(.character("y"))) == [.cancelErrand])
        #expect(model.exit == nil)
        _ = model.update(.answered(.backup, .failure(Samples.interrupted)))
        #expect(model.exit != nil)
    }

    @Test func `a verb for a shell is told as the whole command, without the password`() throws {
        var model = model()
        model.identity.hasPassword = true
        #expect(type("rehearse", into: &model).isEmpty)
        let rehearse = try #require(answer(model))
        #expect(
            rehearse.taken
                == "cutover --source '/srv/the data/ora.db' --target 'host=db user=ora' rehearse"
        )
        #expect(rehearse.lines.contains { $0.contains("PGPASSWORD") })
        #expect(
            model.update(.key(.character("y")))
                == [.writeToTerminal(Clipboard.sequence(for: rehearse.taken) ?? "")]
        )
        _ = model.update(.key(.escape))
        _ = type("clean --final", into: &model)
        #expect(answer(model)?.taken.hasSuffix(" clean --final") == true)
        #expect(answer(model)?.lines.first?.contains("the run that this console works on") == true)
    }

    @Test func `a line with more than the keys can do is told as a command`() {
        var model = model()
        _ = type("quarantine accept 12 --reason test", into: &model)
        #expect(answer(model)?.taken.hasSuffix(" quarantine accept 12 --reason test") == true)
        _ = model.update(.key(.escape))
        // What is typed goes before what this console was opened on.
        _ = type("code check /srv/app --target other", into: &model)
        #expect(answer(model)?.taken.contains("host=db") == false)
        _ = model.update(.key(.escape))
        _ = type("server start", into: &model)
        #expect(answer(model)?.taken == "cutover server start")
        #expect(
            model.paletteEntries(for: "verify --counts-only").map(\.effect).last
                == .shell("verify --counts-only")
        )
        #expect(model.paletteEntries(for: "nobody knows").isEmpty)
    }

    @Test func `a typed line becomes a command that a shell reads as it was typed`() throws {
        var model = model()
        _ = type("quarantine accept 3 --reason a;touch pwned $(touch pwned) *", into: &model)
        #expect(
            answer(model)?.taken.hasSuffix(
                " quarantine accept 3 --reason 'a;touch' pwned '$(touch' 'pwned)' '*'"
            ) == true
        )
        _ = model.update(.key(.escape))
        _ = type("quarantine accept 3 --reason 'it \"is\"' \"o'clock\" a\\ b", into: &model)
        #expect(
            answer(model)?.taken.hasSuffix(
                " quarantine accept 3 --reason 'it \"is\"' 'o'\\''clock' 'a b'"
            ) == true
        )
        _ = model.update(.key(.escape))
        _ = type("quarantine accept 3 --reason 'open", into: &model)
        #expect(answer(model) == nil && model.notice?.text.contains("quote") == true)
    }

    @Test(arguments: [
        "postgres://u:hunter2@h/d", "--target=postgresql://u:hunter2@h:5/d",
        "'host=h password=hunter2 dbname=d'", "http://u:hunter2@h/",
    ])
    func `a typed password is in no answer, and that it is left out is true`(word: String) throws {
        var model = model()
        _ = type("clean \(word.hasPrefix("--") ? "" : "--target ")\(word)", into: &model)
        let told = try #require(answer(model))
        let text = told.lines.joined() + told.taken + told.summary + told.title
        #expect(!text.contains("hunter2"), "\(text)")
        #expect(told.lines.contains { $0.contains("The password is left out") })
        // Words about passwords are words.
        _ = model.update(.key(.escape))
        _ = type("quarantine accept 3 --reason 'the password changed'", into: &model)
        #expect(answer(model)?.taken.hasSuffix(" --reason 'the password changed'") == true)
    }

    @Test func `a live copy is begun by its verb with the option`() {
        let model = Samples.empty()
        let first = model.paletteEntries(for: "migrate --live").first
        #expect(first?.effect == .action(.migrateLive))
    }

    @Test func `a read-only console makes no backup`() {
        var model = model()
        model.identity.isReadOnly = true
        #expect(type("backup", into: &model).isEmpty)
        #expect(model.notice?.text.contains("read-only") == true)
    }

    @Test(arguments: [
        ("postgresql://ora:se%20cret@db:5433/prod", "dbname=prod host=db port=5433 user=ora"),
        ("host=db password='se cret' dbname=prod", "dbname=prod host=db"),
        (
            "postgresql://db/prod?password=secret&sslmode=require",
            "dbname=prod host=db sslmode=require"
        ),
        ("postgresql://ora@db/prod?sslmode=require", "postgresql://ora@db/prod?sslmode=require"),
        ("host='a b' dbname='it''s' password=x", nil),
    ])
    func `the target is told without any password`(given: String, shown: String?) throws {
        guard let shown else {
            #expect(throws: MigrationError.self) { try TargetAddress(given) }
            return
        }
        let address = try TargetAddress(given)
        #expect(address.withoutPassword == shown)
        #expect(try TargetAddress(address.withoutPassword).database == "prod")
    }
}
