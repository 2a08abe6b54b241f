//! What is added to a price.

pub mod tax {
    //! Taxes.

    use super::super::legacy::types::Priced;
    use crate::{legacy::Cash, money::format_cents};

    /// Where the goods go.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Region {
        /// Here.
        Home,
        /// Elsewhere.
        Abroad,
    }

    /// The tax, in percent.
    pub const fn rate(region: Region) -> u64 {
        match region {
            Region::Home => 20,
            Region::Abroad => 0,
        }
    }

    /// The price with tax.
    pub fn with_tax<P: Priced + ?Sized>(goods: &P, region: Region) -> Cash {
        let cents = goods.price().as_cents();
        Cash::cents(cents + cents * rate(region) / 100)
    }

    /// The tax as text.
    pub fn describe(goods: &dyn crate::legacy::types::Priced, region: Region) -> String {
        let tax = with_tax(goods, region).as_cents() - goods.price().as_cents();
        format_cents(tax)
    }
}
