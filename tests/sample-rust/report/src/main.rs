use shop::legacy::types::{LineItem, Order};
use shop_report::Report;

fn main() {
    let orders: Vec<Order> = vec![shop::legacy::types::Order::new(1), Order::new(2)];
    let goods = LineItem::new("tea", shop::legacy::Cash::cents(250));
    println!("{}: {}", goods.name, Report::new(&orders).income());
}
