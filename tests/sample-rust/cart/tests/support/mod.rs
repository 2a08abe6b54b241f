pub use shop::legacy::types::Status::{self, Paid};

pub fn tea() -> shop::legacy::types::LineItem {
    shop::legacy::types::LineItem::new("tea", shop::cash!(250))
}
