//! Orders, money and taxes of a small shop.
//!
//! [`order`], [`money`](mod@money) and [`pricing`] are the homes; [`legacy`] holds the paths of version 1.
//!
//! ```
//! # use shop::legacy::types::Priced;
//! use shop::legacy::types::{LineItem, Order};
//!
//! let mut order = Order::new(1);
//! order.add(LineItem::new("tea", shop::legacy::Cash::cents(250)));
//! assert_eq!(order.price(), shop::cash!(250));
//! ```

pub mod money;
pub mod order;
pub mod pricing;

#[deprecated(since = "2.0.0", note = "use `shop::order`, `shop::money` and `shop::pricing`")]
pub mod legacy;

/// An amount of money, in cents.
#[macro_export]
macro_rules! money {
    ($cents:expr) => {
        $crate::money::Money::cents($cents)
    };
}

/// The name of [`money!`] in version 1.
#[macro_export]
#[deprecated(since = "2.0.0", note = "use `shop::money!`")]
macro_rules! cash {
    ($cents:expr) => {
        $crate::money!($cents)
    };
}
