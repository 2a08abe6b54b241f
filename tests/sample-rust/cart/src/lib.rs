//! A cart collects what becomes an [`Order`](shop::legacy::types::Order).
//!
//! ```
//! use shop::legacy::{types::Priced, Cash};
//! use shop_cart::Cart;
//!
//! let mut cart = Cart::default();
//! cart.put("tea", Cash::cents(250));
//! assert_eq!(cart.order(7).price(), Cash::cents(250));
//! ```

mod discount;
pub mod receipt;

use shop::legacy::{
    tax, // what is added
    types::{LineItem as Line, Order, Priced as _},
    util::format_cents,
};
use shop::money;

pub use shop::legacy::types::OrderId;
/// The price of a cart.
pub use shop::legacy::Cash as Price;

pub use crate::discount::Discount;

/// What a customer has chosen.
#[derive(Clone, Debug, Default)]
pub struct Cart {
    lines: Vec<Line>,
}

impl Cart {
    /// Adds goods.
    pub fn put(&mut self, name: &str, price: money::Money) {
        self.lines.push(Line::new(name, price));
    }

    /// The order of all that is in the cart.
    pub fn order(self, id: u32) -> Order {
        let mut order = Order::new(id);
        for line in self.lines {
            order.add(line);
        }
        order
    }

    /// The total with tax, as text.
    pub fn total(&self, region: tax::Region) -> String {
        let order = self.clone().order(0);
        format_cents(tax::with_tax(&order, region).as_cents())
    }

    /// Whether nothing is to be paid.
    pub fn is_free(&self) -> bool {
        self.lines.iter().all(|line| line.price() == shop::legacy::Cash::ZERO)
    }
}

#[cfg(feature = "audit")]
pub mod audit {
    //! Who wants to know it all.

    #[cfg(not(windows))]
    use shop::legacy::types as orders;
    #[cfg(windows)]
    use shop::order as orders;

    /// One line an order.
    pub fn trail(orders: &[orders::Order]) -> Vec<String> {
        orders.iter().map(|order| format!("{:?}", order.id)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shop::legacy::tax::Region::{self, *};

    #[test]
    fn totals_have_tax() {
        let mut cart = Cart::default();
        cart.put("tea", Price::cents(1000));
        assert_eq!(cart.total(Home), "12.00");
        assert_eq!(cart.total(Region::Abroad), "10.00");
        assert!(!cart.is_free());
    }
}
