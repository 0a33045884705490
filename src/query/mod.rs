//! What does the user want to know about a finished run?
//!
//! Input: words that somebody typed, and a run. Output: rows of the run, or an [`Error`](crate::Error) that says what the
//! run has instead. Every command that takes an entity or a type asks [`find_entity`] and [`RunKinds`], so that all of them
//! accept the same words; a [`Filter`] is the set of conditions that lists and exports share; a [`View`] is the run, or
//! some of its documents, with its lists: the [entities](top_entities) and the [pairs](strongest_pairs).
//!
//! Nothing here prints, and tables are read block by block: memory holds the entities and the rows asked for.

mod about;
mod burst;
mod condition;
mod entity;
mod filter;
mod joint;
mod kept;
mod kinds;
mod mentions;
mod pairs;
mod period;
mod roll_up;
mod shared_names;
mod slices;
mod stories;
#[cfg(test)]
mod tests;
mod top;
mod trend;
mod view;
mod within;

pub use burst::{Burst, bursts};
pub use condition::{Condition, FIELDS};
pub use entity::{EntityNames, RunEntity, find_entity};
pub use filter::{Filter, Selection, is_agency};
pub use joint::JointCounts;
pub use kinds::{RunKinds, is_of};
pub use mentions::MentionTest;
pub use pairs::{Pair, PairOptions, PairOrder, edges, strongest_pairs};
pub(crate) use period::date_of;
pub use period::{DayRange, Period};
pub use roll_up::RollUp;
pub use shared_names::{SharedName, shared_names};
pub use slices::{Slice, SliceBy, SliceCount, Slices};
pub use stories::stories_of;
pub use top::{Frequency, top_entities};
pub use trend::{Keyness, Trend, keyness, keyness_of_runs, trend};
pub use view::View;
pub use within::{Counting, Together, Window, Within};
