//! News files in, documents out.

mod date;

pub use date::day_of;
