package import MigrationEngine

/// What the console reads of both sides at once.
package protocol ComparingEngine: Sendable {
    /// An order as both sides have it.
    ///
    /// - Parameter number: The order's number.
    /// - Returns: Its lines.
    /// - Throws: ``MigrationError`` when neither side can be read.
    func comparedOrder(_ number: String) throws -> SideComparison

    /// An article as both sides have it.
    ///
    /// - Parameter sku: The article.
    /// - Returns: Its lines.
    /// - Throws: ``MigrationError`` when neither side can be read.
    func comparedArticle(_ sku: String) throws -> SideComparison

    /// The units on hand of articles on both sides.
    ///
    /// - Parameter skus: The articles.
    /// - Returns: The units.
    /// - Throws: ``MigrationError`` when neither side can be read.
    func comparedStock(_ skus: [String]) throws -> StockComparison
}

extension InProcessEngine {
    /// See ``ComparingEngine``.
    package func comparedOrder(_ number: String) throws -> SideComparison {
        try comparing { both throws(MigrationError) in try both.order(number) }
    }

    /// See ``ComparingEngine``.
    package func comparedArticle(_ sku: String) throws -> SideComparison {
        try comparing { both throws(MigrationError) in try both.article(sku) }
    }

    /// See ``ComparingEngine``.
    package func comparedStock(_ skus: [String]) throws -> StockComparison {
        try comparing { both throws(MigrationError) in try both.stock(skus) }
    }
}
