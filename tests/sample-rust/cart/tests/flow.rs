mod support;

use shop::legacy::Cash as Money;
use shop_cart::{receipt, Cart, OrderId};
use support::Status;

#[test]
fn a_cart_becomes_an_order() {
    let mut cart = Cart::default();
    cart.put("tea", Money::cents(250));
    let order = cart.order(7);
    assert_eq!(order.id, OrderId(7));
    assert_eq!(order.status, Status::Open);
    assert_eq!(receipt::print(&[support::tea()], support::Paid).len(), 3);
}
