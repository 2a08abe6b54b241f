//! Less to pay.

use shop::legacy as old;

/// An amount off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Discount(old::Cash);

impl Discount {
    /// So much off.
    pub fn new(amount: old::Cash) -> Self {
        Discount(amount)
    }

    /// What is left to pay for the goods.
    pub fn of<P>(self, goods: &P) -> old::Cash
    where
        P: old::types::Priced,
    {
        let left = <P as old::types::Priced>::price(goods).as_cents();
        old::Cash::cents(left.saturating_sub(self.0.as_cents()))
    }
}

#[cfg(test)]
mod tests {
    use super::Discount;

    #[test]
    fn never_pays_the_customer() {
        use shop::legacy::{types::LineItem, Cash};

        let tea = LineItem::new("tea", Cash::cents(100));
        assert_eq!(Discount::new(shop::cash!(300)).of(&tea), Cash::ZERO);
    }
}
