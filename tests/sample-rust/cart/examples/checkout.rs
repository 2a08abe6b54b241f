use shop::{
    legacy::{tax::Region, Cash},
    money,
};

fn main() {
    let mut cart = shop_cart::Cart::default();
    cart.put("tea", Cash::cents(250));
    cart.put("cups", money!(1900));
    println!("{} ({}% tax)", cart.total(Region::Home), shop::legacy::tax::rate(Region::Home));
}
