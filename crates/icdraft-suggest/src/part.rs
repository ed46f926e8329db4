//! Parts of the way from note to draft that can be left out, to see what each of them is worth.

use icdraft_mention::Annotation;
use icdraft_mention::assertion::Assertion;
use icdraft_note::SectionKind;

use crate::candidate::Candidate;
use crate::knowledge;

/// A part of the way from note to draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// Without it every mention is affirmed, certain, current and the patient's.
    Assertion,
    /// Without them every section is of the same kind and weighs the same. What a heading said of assertions stays.
    Sections,
    /// Without them a leaf is chosen by the mention's own words alone: no side, no words around it.
    Axes,
    /// Without them no rule acts, as if each were switched off.
    Rules,
    /// Without them words that no lexicon knows are not linked.
    Linking,
    /// Without them the rules' confidence stands, and the rules' threshold.
    Layers,
    /// Without it rules alone code, as if no model were given.
    Classifier,
}

impl Part {
    /// Every part, in the order in which they come.
    pub const ALL: [Self; 7] =
        [Self::Assertion, Self::Sections, Self::Axes, Self::Rules, Self::Linking, Self::Layers, Self::Classifier];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Assertion => "assertion",
            Self::Sections => "sections",
            Self::Axes => "axes",
            Self::Rules => "rules",
            Self::Linking => "linking",
            Self::Layers => "layers",
            Self::Classifier => "classifier",
        }
    }

    /// The part of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|part| part.name() == name)
    }
}

/// Leaves assertions and kinds of sections out of what was read.
pub(crate) fn strip(annotation: &mut Annotation, without: &[Part]) {
    if without.contains(&Part::Assertion) {
        annotation.mentions.iter_mut().for_each(|mention| mention.assertion = Assertion::default());
    }
    if without.contains(&Part::Sections) {
        annotation.outline.sections.iter_mut().for_each(|section| section.kind = SectionKind::Other);
    }
}

/// What every section weighs where their kinds are left out: enough for a draft, as a system without sections drafts
/// what it finds.
const FLAT: f64 = 0.8;

/// Lifts the candidates of sections without a kind to the one weight.
pub(crate) fn flatten(candidates: &mut [Candidate]) {
    let unread = knowledge::weight(SectionKind::Other);
    for candidate in candidates {
        let weight = match candidate.system {
            "ICD-10-CM" => unread.diagnosis,
            "CPT" => unread.procedure,
            // Drugs and supplies are not weighed by their section.
            _ => continue,
        };
        candidate.score = (candidate.score * FLAT / weight).min(0.95);
    }
}
