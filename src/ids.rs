//! Indices that cannot be confused: each table has its own 32-bit index type.

use serde::{Deserialize, Serialize};

macro_rules! index_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub u32);

        impl $name {
            /// The index of the table's row number `index`.
            ///
            /// # Panics
            ///
            /// If `index` does not fit in 32 bits; tables check their size when they are built.
            #[must_use]
            pub fn new(index: usize) -> Self {
                Self(u32::try_from(index).expect("tables hold at most 2^32 - 1 rows"))
            }

            /// The row number, for indexing.
            #[must_use]
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }
    };
}

index_type!(
    /// Row of an [`Entity`](crate::gazetteer::Entity) in its [`Gazetteer`](crate::Gazetteer): entities are sorted by their external id.
    EntityId
);
index_type!(
    /// Row of an [`Alias`](crate::gazetteer::Alias) in its [`Gazetteer`](crate::Gazetteer): aliases are sorted by entity, then by text.
    AliasId
);
index_type!(
    /// Row of a document in a result: documents keep the canonical order, input path then record number.
    DocumentIndex
);
