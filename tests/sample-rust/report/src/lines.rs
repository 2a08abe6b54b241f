//! One line of a report.

use super::types::OrderId;
use shop::{legacy::Cash, order::Status};

/// An order in one line.
pub fn line(id: OrderId, status: Status, price: Cash) -> String {
    const FREE: shop::legacy::Cash = shop::legacy::Cash::ZERO;
    let price = if price == FREE { "free".to_owned() } else { price.to_string() };
    format!("#{} {:?} {}", id.0, status, price)
}
