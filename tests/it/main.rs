//! The one integration binary: what users can see, tested from outside.

mod cases;
#[cfg(feature = "cli")]
mod invariance;
#[cfg(feature = "cli")]
mod support;
