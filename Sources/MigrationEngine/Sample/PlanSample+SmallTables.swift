extension PlanSample {
    mutating func finish(_ random: inout SampleRandom) throws(SourceError) {
        for (index, parameter) in SampleParameter.all.enumerated() {
            try parameters.insert([
                parameters.nextID(&random), .string(parameter.category), .string(parameter.name),
                .string(parameter.value), parameter.sku, parameter.notes,
                Self.shape(SampleParameter.changed(index), &random),
            ])
        }
        for (index, workflow) in SampleWorkflows.toggles.enumerated() {
            try workflows.insert([
                .string(workflow.name), .int(workflow.enabled ? 1 : 0),
                SampleMoment.now.adding(days: -3, seconds: index * 7).stamp, .string("admin"),
            ])
        }
        try writeProducts(&random)
        try writeStock(&random)
        try writeKPIs()
    }

    private func writeProducts(_ random: inout SampleRandom) throws(SourceError) {
        let start = SampleMoment(2025, 3, 3, hour: 9)
        for (index, bundle) in SampleBundle.all.enumerated() {
            let made = start.adding(seconds: index * 37)
            try bundles.insert([
                .string(bundle.sku), index % 9 == 8 ? .null : .string(bundle.name), made.stamp,
            ])
            for component in bundle.components {
                try components.insert([
                    components.nextID(&random), .string(bundle.sku),
                    .text(SampleProduct.all[component.product].sku), .int(component.pieces),
                    made.stamp,
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
        }
    }

    private mutating func writeStock(_ random: inout SampleRandom) throws(SourceError) {
        for (index, product) in SampleProduct.all.enumerated() {
            let due = stock.receiptDue(index, pallets: 2)
            try book(index, 0, due, at: SampleMoment.now.adding(days: -1), &random)
            try inventory.insert([
                .text(product.sku), .int(stock.current(index)), .int(50),
                SampleMoment.now.adding(seconds: -3_600).stamp,
            ])
        }
    }

    private func writeKPIs() throws(SourceError) {
        let metrics: [(String, SourceValue)] = [
            ("orders_total", .digits(inbox.rows)),
            ("shipments_sent", .digits(shippedOrders.rows)),
            ("pending_uploads", .digits(pending)),
            ("units_to_ship", .digits(waiting)),
            ("system_status", .string("online")),
            ("last_error", .null),
            ("banner", .empty),
        ]
        for (index, metric) in metrics.enumerated() {
            try kpis.insert([
                .string(metric.0), metric.1, SampleMoment.now.adding(seconds: index - 60).stamp,
            ])
        }
    }
}
