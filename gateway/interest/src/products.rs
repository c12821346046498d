//! The products of a ledger, and how they are written.

use crate::product::Product;
use crate::raw_product::{ProductError, RawProducts};

/// The products that accounts may have, by name. They are written in TOML:
///
/// ```
/// use longmen_interest::Products;
///
/// let products = Products::parse(r#"
///     [[product]]
///     name = "活期"
///     kind = "deposit"            # or "loan"
///     settles = "quarterly 20"    # "monthly 20", "yearly 12-20", "maturity", "close"
///     accrues = "daily"           # "month-end", "settlement"
///     reversals = "value-date"    # this, where it is not said; "accounting-date"
///     # pay_to = "2241"           # another account; else interest goes into the account itself
///
///     [product.accounts]          # what the postings need, and nothing else
///     expense = "6411"            # 利息支出, of a deposit
///     payable = "2231"            # 应付利息, of a deposit
///     receivable = "1132"         # 应收利息, of an overdraft or a loan
///     income = "6011"             # 利息收入, of an overdraft or a loan
///
///     [product.interest]
///     day_count = "ACT/360"       # "ACT/365F", "ACT/ACT ISDA", "30/360 US", "30E/360"
///     base = "exact"              # this, where it is not said; "whole-units": 元以下角分不计息
///     balance = "daily"           # this, where it is not said; "average": tiers by the period's average
///     tiering = "slices"          # 分段; "whole": 靠档. Said where a row has tiers, and only there
///     rounding = "half-up"        # this, where it is not said; "half-even"
///     remainder = "clear"         # this, where it is not said; "carry": what rounds to nothing goes on
///
///     [[product.interest.rates]]
///     currency = "CNY"
///     from = "2024-01-01"
///     rate = "0.20%"              # a year's; "0.05%/day", "4‰/month"
///
///     [[product.interest.rates]]
///     currency = "CNY"
///     from = "2024-07-01"
///     tiers = [{ from = "0", rate = "0.20%" }, { from = "10000", rate = "0.50%" }]
///
///     [product.overdraft]         # of a deposit; without it nothing is charged. Keys as of interest, and
///     day_count = "ACT/365F"
///     minimum = { CNY = "1.00" }  # for a period that has any; of an overdraft or a loan
///
///     [[product.overdraft.rates]]
///     currency = "CNY"
///     from = "2024-01-01"
///     rate = "0.05%/day"
/// "#).unwrap();
/// assert_eq!(products.get("活期").unwrap().name(), "活期");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Products {
    products: Vec<Product>,
}

impl Products {
    /// Reads products from TOML.
    ///
    /// # Errors
    /// [`ProductError`], which names the product and the key.
    pub fn parse(toml: &str) -> Result<Products, ProductError> {
        let mut products: Vec<Product> = Vec::new();
        for raw in toml::from_str::<RawProducts>(toml)?.product {
            let product = raw.checked()?;
            if products.iter().any(|other| other.name == product.name) {
                return Err(ProductError::key(&product.name, "name", "there are two of it"));
            }
            products.push(product);
        }
        Ok(Products { products })
    }

    /// The product of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Product> {
        self.products.iter().find(|product| &*product.name == name)
    }

    /// All, as they are written.
    pub fn all(&self) -> impl Iterator<Item = &Product> {
        self.products.iter()
    }
}
