//! Orders and their lines.

use crate::legacy::Cash;

/// What has a price.
pub trait Priced {
    /// The price, without tax.
    fn price(&self) -> Cash;
}

/// Where an order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Lines may be added.
    Open,
    /// It is paid.
    Paid,
}

/// The number of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderId(pub u32);

/// Goods and what they cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineItem {
    /// What it is.
    pub name: String,
    cost: Cash,
}

impl LineItem {
    /// Goods at a price.
    pub fn new(name: &str, cost: Cash) -> Self {
        LineItem {
            name: name.to_owned(),
            cost,
        }
    }
}

impl Priced for LineItem {
    fn price(&self) -> Cash {
        self.cost
    }
}

/// An order; see [`Cash`] for amounts and [tax](crate::legacy::tax::rate) for what is added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Its number.
    pub id: OrderId,
    /// Where it stands.
    pub status: Status,
    lines: Vec<LineItem>,
}

impl Order {
    /// An open order without lines.
    pub fn new(id: u32) -> Self {
        Order {
            id: OrderId(id),
            status: Status::Open,
            lines: Vec::new(),
        }
    }

    /// One more line.
    pub fn add(&mut self, line: LineItem) {
        self.lines.push(line);
    }
}

impl Priced for Order {
    fn price(&self) -> Cash {
        self.lines.iter().fold(Cash::ZERO, |sum, line| sum + line.price())
    }
}
