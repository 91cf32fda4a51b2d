/// The words of which invented persons, companies and addresses are made.
enum SampleNames {
    /// Given and family names of one part of the world.
    struct People {
        let given: [[UInt8]]
        let family: [[UInt8]]
        var familyFirst = false
    }

    /// A city with what belongs to its address.
    struct Place {
        let city: SourceValue
        let state: SourceValue
        let postalPrefix: [UInt8]
        let country: SourceValue
        let people: String

        init(
            _ city: String,
            _ state: String,
            _ postal: String,
            _ country: String,
            people: String = "en"
        ) {
            self.city = .string(city)
            self.state = .string(state)
            postalPrefix = Array(postal.utf8)
            self.country = .string(country)
            self.people = people
        }
    }

    // "Zoe" is there twice, composed and decomposed: they look alike and must stay different.
    static let english = People(
        given: words(
            "Alma|Bram|Cleo|Dario|Edith|Fern|Gideon|Hazel|Ivo|June|Kit|Lena|Milo|Nora|Otis|Pearl|"
                + "Quinn|Ren\u{e9}e|Silas|Tess|Una|Vito|Wren|Zo\u{eb}|Zoe\u{308}|Jos\u{e9}"
        ),
        family: words(
            "Abbott-Lund|O'Brannigan|D'Arcangelo|Farrow|Gable|Hollis|Ingram|Jessop|Kestrel|Larkin|"
                + "Merriweather|Nu\u{f1}ez|Oakes|Pemberton|Quill|Rosewood|St. Clair|Thistle|"
                + "Underhill|Vance|Wexler|Yarrow|de la Pe\u{f1}a|McTavish"
        )
    )

    static let people: [String: People] = [
        "en": english,
        "de": People(
            given: words("J\u{fc}rgen|K\u{e4}the|S\u{f6}nke|Liesl|Bj\u{f6}rn|Gro\u{df}mut"),
            family: words("M\u{fc}hlenbrock|Sch\u{e4}fer|Wei\u{df}ling|\u{d6}hler|F\u{fc}rstenau")
        ),
        "fr": People(
            given: words("Ana\u{ef}s|Beno\u{ee}t|C\u{e9}line|Fran\u{e7}ois|No\u{eb}l"),
            family: words("L'\u{c9}cuyer|B\u{e9}langer|Desch\u{ea}nes|C\u{f4}t\u{e9}|Lef\u{e8}vre")
        ),
        "da": People(
            given: words("S\u{f8}ren|\u{c5}se|J\u{f8}rgen|Signe"),
            family: words("\u{d8}stergaard|K\u{e6}rgaard|N\u{f8}rreg\u{e5}rd")
        ),
        "pl": People(
            given: words("\u{141}ucja|Zbigniew|Ma\u{142}gorzata"),
            family: words("\u{17b}\u{f3}\u{142}kiewska|Wi\u{15b}niak|G\u{f3}ra-\u{106}wik")
        ),
        "ja": People(
            given: words("\u{82b1}\u{5b50}|\u{592a}\u{90ce}|\u{7f8e}\u{54b2}|\u{5065}\u{4e00}"),
            family: words("\u{6d77}\u{91ce}\u{8fba}|\u{677e}\u{6797}|\u{9ad8}\u{6a4b}\u{5ddd}"),
            familyFirst: true
        ),
        "ko": People(
            given: words("\u{c9c0}\u{c6b0}|\u{bbfc}\u{c11c}|\u{d558}\u{b298}"),
            family: words("\u{ae40}|\u{bc15}|\u{cd5c}"),
            familyFirst: true
        ),
    ]

    static let domestic = [
        Place("Portland", "OR", "972", "US"), Place("Austin", "TX", "787", "US"),
        Place("Coeur d'Alene", "ID", "838", "US"), Place("Duluth", "MN", "558", "US"),
        Place("Savannah", "GA", "314", "US"), Place("Ca\u{f1}on City", "CO", "812", "US"),
        Place("St. Paul", "MN", "551", "US"), Place("Providence", "RI", "029", "US"),
    ]
    static let hawaii = [
        Place("H\u{101}na", "HI", "967", "US"), Place("Kailua-Kona", "HI", "967", "US"),
    ]
    static let canada = [
        Place("Trois-Rivi\u{e8}res", "QC", "G9A 1", "CA", people: "fr"),
        Place("Moose Jaw", "SK", "S6H 2", "Canada"), Place("St. John's", "NL", "A1C 3", "CA"),
    ]
    static let abroad = [
        Place("L\u{fc}beck", "", "235", "DE", people: "de"),
        Place("Besan\u{e7}on", "", "250", "FR", people: "fr"),
        Place("Aarhus", "", "80", "DK", people: "da"),
        Place("\u{141}\u{f3}d\u{17a}", "", "90-0", "PL", people: "pl"),
        Place("\u{91d1}\u{6ca2}\u{5e02}", "\u{77f3}\u{5ddd}\u{770c}", "920-00", "JP", people: "ja"),
        Place("\u{c804}\u{c8fc}\u{c2dc}", "", "548", "KR", people: "ko"),
    ]
    static let domesticCountry = values("US|US|US|US|US|US|US|USA|United States")

    // An invented company, in two spellings and a third that differs only in case.
    static let keyCustomer = values(
        "Brightwater Dental|Brightwater Dental|Bright Water Dental|BRIGHTWATER DENTAL"
    )
    static let companies = values(
        "Molar & Sons|O'Hara's Smile Bar|Zahn\u{e4}rzte am Fleet GmbH|Clinique L'Sourire|"
            + "\u{7b11}\u{9854}\u{6b6f}\u{79d1}|Tandl\u{e6}gerne \u{c5}en|Three Canines, LLC|"
            + "100% Enamel|\"Quoted\" Dental|Back\\slash Labs|Gums; DROP & Co."
    )
    static let streets = words(
        "Cedar Hollow Rd|Juniper Ct|K\u{f6}nigsweg|Rue de l'\u{c9}glise|Old Mill Ln|"
            + "\u{4e2d}\u{592e}\u{901a}\u{308a}|Saint-Anne Ave|Peppermint Way|Route 9\u{bd}"
    )
    static let suites = values("Apt 3|Suite 200|c/o Reception|2nd floor \u{2013} rear|#14")

    static func words(_ list: String) -> [[UInt8]] {
        list.split(separator: "|").map { Array($0.utf8) }
    }

    static func values(_ list: String) -> [SourceValue] {
        list.split(separator: "|").map { .string(String($0)) }
    }
}
