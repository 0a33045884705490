//! The one integration binary: what users can see, tested from outside.

mod cases;
