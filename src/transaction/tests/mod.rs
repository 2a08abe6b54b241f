//! A transaction that is stopped, that fails, that loses power, that meets an editor: at every
//! single call that it makes.
//!
//! | module | |
//! | --- | --- |
//! | `sample` | the tree that is written, and what may be found in it afterwards |
//! | `kept` | the same tree again and again |
//! | `hook` | a disk on which something happens at a certain call |
//! | `medium` | a disk that knows what would be left after a power cut |
//! | `stops` | killed, or failing, at each call; recovery too |
//! | `power` | power cuts at each call |
//! | `edits` | somebody changes the tree at each call |

mod edits;
mod hook;
mod kept;
mod medium;
mod power;
mod sample;
mod stops;
