//! What was sold, in the 2018 edition.

pub mod lines;

use ::shop::legacy::types::{self, Order};
use shop::legacy::util;

/// A report of orders.
pub struct Report<'a> {
    orders: &'a [types::Order],
}

impl<'a> Report<'a> {
    /// Of these orders.
    pub fn new(orders: &'a [Order]) -> Self {
        Report { orders }
    }

    /// What they bring.
    ///
    /// ```
    /// # use shop_report::Report;
    /// let order = ::shop::legacy::types::Order::new(1);
    /// assert_eq!(Report::new(&[order]).income(), "0.00");
    /// ```
    pub fn income(&self) -> String {
        use shop::legacy::types::Priced;

        let cents = self.orders.iter().map(|order| order.price().as_cents());
        util::format_cents(cents.sum())
    }
}

/// Whether an order is done with.
pub fn is_done(order: &Order) -> bool {
    match order.status {
        types::Status::Paid => true,
        ::shop::legacy::types::Status::Open => false,
    }
}
