//! What the printer gets.

use shop::legacy::types::*;

macro_rules! line {
    ($name:expr, $price:expr) => {
        format!("{:<12}{:>8}", $name, ::shop::legacy::util::format_cents($price.as_cents()))
    };
}

/// The lines of a receipt. Amounts are [`shop::legacy::Cash`].
pub fn print(items: &[LineItem], status: Status) -> Vec<String> {
    let mut lines: Vec<String> = items.iter().map(|item| line!(item.name, item.price())).collect();
    let total = items.iter().map(Priced::price).fold(shop::legacy::Cash::ZERO, |a, b| a + b);
    lines.push(line!("total", total));
    if matches!(status, shop::legacy::types::Status::Paid) {
        lines.push("paid, thank you".to_owned());
    }
    lines
}
