//! The paths of version 1.

pub use crate::money::Money as Cash;

pub mod types {
    //! Now [`crate::order`].
    pub use crate::order::*;
}

pub mod tax {
    //! Now [`crate::pricing::tax`].
    pub use crate::pricing::tax::*;
}

pub mod util {
    //! Now in [`crate::money`](mod@crate::money).
    pub use crate::money::format_cents;
}
