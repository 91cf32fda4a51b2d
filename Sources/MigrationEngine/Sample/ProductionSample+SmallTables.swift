extension ProductionSample {
    mutating func finish(_ random: inout SampleRandom) throws(SourceError) {
        try writeHistory(&random)
        try writeTransactions(&random)
        for (index, parameter) in SampleParameter.all.enumerated() {
            let changed = SampleParameter.changed(index)
            try parameters.insert([
                parameters.nextID(&random), .string(parameter.category), .string(parameter.name),
                .string(parameter.value), parameter.sku, parameter.notes,
                index % 11 == 5 ? .null : changed.stamp, changed.adding(days: -30).stamp,
            ])
        }
        try writeProducts(&random)
        try writeRuns(&random)
        try writeWorkflows(&random)
    }

    /// 52 complete weeks of each product, and the averages that follow from them.
    private mutating func writeHistory(_ random: inout SampleRandom) throws(SourceError) {
        // A Monday: the first day of the newest complete week.
        let newest = SampleMoment(2025, 10, 6)
        var sums = SampleProduct.all.map { _ in 0 }
        for week in (0..<52).reversed() {
            let start = newest.adding(days: -7 * week)
            let created = start.adding(days: 7, seconds: 3_907)
            for (index, product) in SampleProduct.all.enumerated() {
                let units = product.weekly / 2 + random.below(product.weekly + 1)
                sums[index] += units
                // One row was written by another program.
                let isForeign = week == 17 && index == 2
                try weekly.insert([
                    weekly.nextID(&random), start.date, start.adding(days: 6).date,
                    .text(product.sku), .int(units),
                    isForeign
                        ? created.stamp(separator: UInt8(ascii: "T"), suffix: ".481207")
                        : created.stamp,
                ])
            }
        }
        averages = sums.map { ($0 + 26) / 52 * 100 }
    }

    /// Eight bookings of each product; what the formula then gives is the current quantity.
    private mutating func writeTransactions(
        _ random: inout SampleRandom
    ) throws(SourceError) {
        for (index, product) in SampleProduct.all.enumerated() {
            // Before the baseline: already in the count.
            try book(index, "Receive", product.palletCount, on: -10 - index, &random)
            try book(index, "Repack", random.within(2...30), on: 6 + index, &random)
            try book(index, "Adjust Up", random.within(1...12), on: 9, &random)
            try book(index, "Adjust Down", random.within(1...9), on: 12, &random)
            let due = stock.receiptDue(index, pallets: 4)
            for part in 0..<4 {
                let share = part == 3 ? due - due / 4 * 3 : due / 4
                try book(index, "Receive", share, on: 2 + 6 * part + index % 3, &random)
            }
            let current = stock.current(index)
            try inventory.insert([
                inventory.nextID(&random), .text(product.sku), .string(product.name),
                .int(current), .int(averages[index]),
                .string(current == 0 ? "critical" : current < 50 ? "low" : "normal"), .int(50),
                SampleMoment.now.adding(seconds: -900).stamp,
            ])
        }
    }

    private mutating func book(
        _ product: Int,
        _ type: String,
        _ quantity: Int,
        on day: Int,
        _ random: inout SampleRandom
    ) throws(SourceError) {
        let moment = SampleMoment.baseline.adding(days: day, seconds: 51_000)
        let notes: SourceValue =
            random.percent(40) ? .string("dock 2 \u{2014} \(type)") : SampleCustomer.none(&random)
        try transactions.insert([
            transactions.nextID(&random), moment.date, .text(SampleProduct.all[product].sku),
            .int(quantity), .string(type), notes, moment.stamp,
        ])
        stock.book(product, type == "Adjust Down" ? -quantity : quantity, at: moment)
    }

    private func writeProducts(_ random: inout SampleRandom) throws(SourceError) {
        let start = SampleMoment(2025, 3, 3, hour: 9)
        for (index, bundle) in SampleBundle.all.enumerated() {
            let id = bundles.nextID(&random)
            let made = start.adding(seconds: index * 37)
            try bundles.insert([
                id, .string(bundle.sku), .string(bundle.name), .int(bundle.isActive ? 1 : 0),
                made.stamp, made.adding(days: index).stamp,
            ])
            for (position, component) in bundle.components.enumerated() {
                try components.insert([
                    components.nextID(&random), id,
                    .text(SampleProduct.all[component.product].sku), .int(component.pieces),
                    .int(position + 1), made.stamp,
                ])
            }
        }
        for product in SampleProduct.all {
            for (index, lot) in product.lots.enumerated() {
                let made = start.adding(days: index * 40)
                try lots.insert([
                    lots.nextID(&random), .text(product.sku), .text(lot),
                    .int(index == 0 ? 0 : 1), made.stamp, made.adding(days: 12).stamp,
                ])
            }
            let received = SampleMoment.baseline.adding(days: -20)
            try lotInventory.insert([
                lotInventory.nextID(&random), .text(product.sku),
                .text(product.lots.last ?? product.sku), .int(product.initial),
                .int(product.weekly > 300 ? -3 : 0), received.date, .string("active"),
                product.weekly < 10 ? .empty : .null, received.stamp, received.stamp,
            ])
        }
    }

    /// The tables of one row or a few, which the automation keeps up to date.
    private func writeRuns(_ random: inout SampleRandom) throws(SourceError) {
        let now = SampleMoment.now
        try kpis.insert([
            kpis.nextID(&random), now.date, .int(inbox.rows / 60), .int(shippedOrders.rows),
            .int(pending), .string("online"), .int(revenue), now.adding(seconds: -300).stamp,
        ])
        try metrics.insert([
            metrics.nextID(&random), .string("units_to_ship"), .int(waiting),
            now.adding(seconds: -120).stamp,
        ])
        // The shipper's own time has seven digits and no zone: US Pacific, seven hours behind.
        try watermarks.insert([
            watermarks.nextID(&random), .string("unified-shipstation-sync"),
            now.adding(seconds: -7 * 3_600 - 95)
                .stamp(separator: UInt8(ascii: "T"), suffix: ".4830000"),
            now.adding(seconds: -60).stamp,
        ])
        try watermarks.insert([
            watermarks.nextID(&random), .string("manual-order-sync"),
            now.adding(days: -1).stamp(separator: UInt8(ascii: "T"), suffix: "Z"),
            now.adding(days: -1).stamp,
        ])
    }

    private func writeWorkflows(_ random: inout SampleRandom) throws(SourceError) {
        let now = SampleMoment.now
        let runs: [(name: String, title: String, status: String, details: SourceValue)] = [
            ("weekly_reporter", "Weekly Reporter", "completed", .null),
            ("daily_shipment_processor", "Daily Shipment Processor", "running", .empty),
            (
                "manual_shipstation_sync", "Manual ShipStation Sync", "failed",
                .string("KeyError: 'orders' \u{2014} retried 3\u{d7}")
            ),
        ]
        for (index, run) in runs.enumerated() {
            let started = now.adding(days: -index, seconds: -4_200)
            try workflows.insert([
                workflows.nextID(&random), .string(run.name), .string(run.title),
                .string(run.status), started.stamp,
                run.status == "running" ? .null : .int(17 + 38 * index),
                run.status == "running" ? .null : .int(index * 260), run.details,
                .int(1), SampleMoment(2025, 8, 1).stamp, started.adding(seconds: 60).stamp,
            ])
        }
        for (index, toggle) in SampleWorkflows.toggles.enumerated() {
            try toggles.insert([
                .string(toggle.name), .int(toggle.enabled ? 1 : 0),
                now.adding(days: -3, seconds: index * 7).stamp, .string("admin"),
                toggle.enabled ? now.adding(seconds: -40 * (index + 1)).stamp : .null,
            ])
        }
    }
}
