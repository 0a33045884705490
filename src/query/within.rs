//! What two entities must share to occur together.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use super::joint::JointCounts;
use super::view::View;
use crate::cooccurrence::CooccurrenceBuilder;
use crate::error::{Error, Result};
use crate::ids::EntityId;
use crate::store::{MENTIONS_FILE, MentionRow};

/// Where two entities must both be mentioned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Within {
    /// In one document.
    #[default]
    Document,
    /// In one paragraph; the title is one.
    Paragraph,
    /// In one sentence; the title is one.
    Sentence,
}

impl Within {
    /// All of them, the widest first.
    pub const ALL: [Self; 3] = [Self::Document, Self::Paragraph, Self::Sentence];

    /// `document`, `paragraph` or `sentence`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Document => "document",
            Self::Paragraph => "paragraph",
            Self::Sentence => "sentence",
        }
    }

    /// `documents`, `paragraphs` or `sentences`.
    #[must_use]
    pub fn plural(self) -> &'static str {
        match self {
            Self::Document => "documents",
            Self::Paragraph => "paragraphs",
            Self::Sentence => "sentences",
        }
    }

    /// The context that a mention is in. Contexts of a run come in this order.
    #[must_use]
    pub fn of(self, mention: &MentionRow) -> (u32, u32) {
        match self {
            Self::Document => (mention.document, 0),
            Self::Paragraph => (mention.document, mention.paragraph),
            Self::Sentence => (mention.document, mention.sentence),
        }
    }
}

impl fmt::Display for Within {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Within {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        let names = Self::ALL.map(Self::name).join(", ");
        let known = Self::ALL.into_iter().find(|within| within.name() == name);
        known.ok_or_else(|| Error::usage(format!("{name:?} is no context")).with_remedy(format!("use one of {names}")))
    }
}

impl<'r> View<'r> {
    /// In how many contexts each two entities occur together, a context counting once however often it mentions them. Contexts
    /// without any entity count among all contexts, too.
    ///
    /// # Errors
    ///
    /// If the run was made without mentions (for contexts other than documents), cannot be read or is damaged.
    ///
    /// # Complexity
    ///
    /// Of documents, as [`joint_counts`](View::joint_counts). Else reads the documents and the mentions; memory as of a
    /// [`CooccurrenceBuilder`], two or three bytes for each distinct pair.
    pub fn joint_counts_within(&self, within: Within) -> Result<JointCounts<'r>> {
        if within == Within::Document {
            return self.joint_counts();
        }
        let run = self.run();
        let mentions = run.stored_mentions()?;
        let (mut row, mut n_contexts) = (0, 0);
        for block in run.documents()? {
            for document in block?.iter() {
                let contexts = if within == Within::Sentence { document.sentences } else { document.paragraphs };
                n_contexts += u64::from(contexts) * u64::from(self.has_document(row));
                row += 1;
            }
        }
        let mut builder = CooccurrenceBuilder::default().round_ups(run.manifest().settings.round_ups);
        let mut entities: BTreeMap<EntityId, u32> = BTreeMap::new();
        let mut contexts = 0_u64;
        let mut context = None;
        let mut end = |entities: &mut BTreeMap<EntityId, u32>| {
            if !entities.is_empty() {
                builder.push(&std::mem::take(entities).into_iter().collect::<Vec<_>>());
                contexts += 1;
            }
        };
        for block in mentions {
            for mention in block?.iter().filter(|mention| self.has_document(mention.document as usize)) {
                let next = Some(within.of(&mention));
                if context != next {
                    if next < context || mention.entity as usize >= self.entities().len() {
                        let fault = "damaged: mentions are out of order, or of an entity that the run does not have";
                        let error = Error::format(run.path().join(MENTIONS_FILE), fault);
                        return Err(error.with_remedy("`dateline verify` says more"));
                    }
                    end(&mut entities);
                    context = next;
                }
                *entities.entry(EntityId(mention.entity)).or_default() += 1;
            }
        }
        end(&mut entities);
        // A damaged run could have mentions in contexts that its documents do not count.
        Ok(JointCounts::counted(builder.finish(), n_contexts.max(contexts)))
    }
}
