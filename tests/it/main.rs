//! The one integration binary: what users can see, tested from outside.

mod again;
mod algebra;
#[cfg(feature = "cli")]
mod bad_input;
mod cases;
#[cfg(feature = "cli")]
mod compiled;
#[cfg(feature = "cli")]
mod damage;
#[cfg(feature = "cli")]
mod explained;
#[cfg(feature = "cli")]
mod filters;
#[cfg(feature = "cli")]
mod formats;
#[cfg(feature = "cli")]
mod furniture;
#[cfg(feature = "cli")]
mod golden;
#[cfg(feature = "cli")]
mod invariance;
mod lint;
#[cfg(feature = "cli")]
mod measure;
#[cfg(feature = "cli")]
mod misleading_input;
#[cfg(feature = "cli")]
mod partials;
#[cfg(feature = "cli")]
mod passages;
#[cfg(feature = "cli")]
mod reading;
mod readings;
#[cfg(feature = "cli")]
mod report;
#[cfg(feature = "cli")]
mod review;
mod rooms;
#[cfg(feature = "cli")]
mod scholar;
#[cfg(feature = "cli")]
mod stories;
#[cfg(feature = "cli")]
mod support;
#[cfg(feature = "cli")]
mod terminal;
#[cfg(feature = "cli")]
mod texts;
#[cfg(feature = "cli")]
mod transcripts;
#[cfg(feature = "cli")]
mod views;
mod worst_cases;
