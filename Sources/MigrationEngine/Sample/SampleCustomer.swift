/// An invented customer with an address.
struct SampleCustomer {
    /// What matters to the shipping rules.
    enum Region {
        case domestic
        case hawaii
        case canada
        case abroad
        /// The key customer, whose orders have a rule of their own.
        case key
    }

    let region: Region
    let name: SourceValue
    let email: SourceValue
    let company: SourceValue
    let street1: SourceValue
    let street2: SourceValue
    let city: SourceValue
    let state: SourceValue
    let postalCode: SourceValue
    let country: SourceValue
    let phone: SourceValue

    /// The nine columns of an address, in the order of `orders_inbox`.
    var address: [SourceValue] {
        [name, company, street1, street2, city, state, postalCode, country, phone]
    }

    init(_ random: inout SampleRandom) {
        let kind = random.weighted([86, 2, 5, 4, 3])
        region = [.domestic, .hawaii, .canada, .abroad, .key][kind]
        let place: SampleNames.Place
        switch region {
        case .hawaii: place = random.pick(SampleNames.hawaii)
        case .canada: place = random.pick(SampleNames.canada)
        case .abroad: place = random.pick(SampleNames.abroad)
        case .domestic, .key: place = random.pick(SampleNames.domestic)
        }
        let people = SampleNames.people[place.people] ?? SampleNames.english
        let given = random.pick(people.given)
        let family = random.pick(people.family)
        var full = SampleText()
        full.add(people.familyFirst ? family : given)
        full.add(people.familyFirst ? "" : " ")
        full.add(people.familyFirst ? given : family)
        name = full.value
        email = Self.email(&random)
        company =
            switch region {
            case .key: random.pick(SampleNames.keyCustomer)
            default: random.percent(30) ? random.pick(SampleNames.companies) : Self.none(&random)
            }
        var street = SampleText()
        street.add(number: random.within(1...9_899))
        street.add(" ")
        street.add(random.pick(SampleNames.streets))
        street1 = street.value
        street2 = random.percent(15) ? random.pick(SampleNames.suites) : Self.none(&random)
        city = place.city
        state = place.state
        var code = SampleText()
        code.add(place.postalPrefix)
        code.add(number: random.below(100), width: 2)
        postalCode = code.value
        country = region == .domestic ? random.pick(SampleNames.domesticCountry) : place.country
        // 555-0100 to 555-0199 are kept free for fiction.
        var number = SampleText()
        number.add("555-01")
        number.add(number: random.below(100), width: 2)
        phone = random.percent(60) ? number.value : Self.none(&random)
    }

    /// NULL or the empty text: both are in use for "none".
    static func none(_ random: inout SampleRandom) -> SourceValue {
        random.percent(60) ? .null : .empty
    }

    private static func email(_ random: inout SampleRandom) -> SourceValue {
        guard random.percent(85) else { return none(&random) }
        var text = SampleText()
        text.add("buyer")
        text.add(number: random.within(1_000...99_999))
        text.add(random.percent(70) ? "@example.com" : "@example.org")
        return text.value
    }
}
