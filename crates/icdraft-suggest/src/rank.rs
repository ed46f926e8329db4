//! Joining candidates of one code, confidence, order and draft.
//!
//! The first, stated score: each stretch of evidence has the weight of its section (`data/section_weights.tsv`); stretches in
//! different kinds of sections add up as independent chances, `1 - (1 - a)(1 - b)`, further ones in the same kind only a little. A code is
//! drafted at [`DRAFT`] and above. Confidence is that number; a model calibrates it (`neural.rs`).

use crate::candidate::Candidate;

/// Confidence from which a code belongs to the draft.
pub(crate) const DRAFT: f64 = 0.5;

/// Just below the draft: what a coder may add.
pub(crate) const BELOW: f64 = DRAFT - 0.01;

/// Further evidence in the same kind of section adds this share of its weight.
const REPEATED: f64 = 0.15;

/// A code with all its evidence.
#[derive(Debug, Clone)]
pub(crate) struct Joined {
    /// The candidate with the strongest evidence.
    pub(crate) best: Candidate,
    /// Its evidence, strongest first; the first is the best's own.
    pub(crate) evidence: Vec<Candidate>,
    pub(crate) confidence: f64,
    /// From this confidence on it is drafted; a model's layer has a threshold of its own.
    pub(crate) draft_from: f64,
    /// Group on the claim: lower ones are sequenced first.
    pub(crate) place: u8,
}

impl Joined {
    /// Whether it belongs to the draft.
    pub(crate) fn drafts(&self) -> bool {
        self.confidence >= self.draft_from
    }

    /// Takes the evidence of another entry of the same code.
    pub(crate) fn absorb(&mut self, other: Joined) {
        self.confidence = 1.0 - (1.0 - self.confidence) * (1.0 - other.confidence);
        self.evidence.extend(other.evidence);
    }
}

/// One entry per code, best first. A procedure that title lines name on the right and on the left is bilateral.
pub(crate) fn join(candidates: Vec<Candidate>) -> Vec<Joined> {
    let mut groups: Vec<(String, Vec<Candidate>)> = Vec::new();
    for candidate in candidates {
        let key = format!("{} {}", candidate.system, candidate.code);
        match groups.iter_mut().find(|g| g.0 == key) {
            Some(group) => group.1.push(candidate),
            None => groups.push((key, vec![candidate])),
        }
    }
    let mut joined: Vec<Joined> = groups
        .into_iter()
        .map(|(_, mut evidence)| {
            evidence.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.note.cmp(&b.note)).then(a.span.cmp(&b.span)));
            let mut best = evidence[0].clone();
            let on = |side: &str| {
                evidence.iter().any(|c| c.section == best.section && c.modifiers.iter().any(|m| m == side))
            };
            if on("RT") && on("LT") {
                best.modifiers = vec!["50".into()];
            }
            Joined { best, confidence: together(&evidence), draft_from: DRAFT, evidence, place: 0 }
        })
        .collect();
    order(&mut joined);
    joined
}

/// What stretches of evidence, strongest first, say together.
pub(crate) fn together(evidence: &[Candidate]) -> f64 {
    let mut miss = 1.0;
    for (n, candidate) in evidence.iter().enumerate() {
        let repeated = evidence[..n].iter().any(|c| c.section == candidate.section && c.note == candidate.note);
        miss *= 1.0 - candidate.score * if repeated { REPEATED } else { 1.0 };
    }
    1.0 - miss
}

/// Best first; among equals by place in the notes.
pub(crate) fn order(joined: &mut [Joined]) {
    joined.sort_by(|a, b| {
        b.confidence
            .total_cmp(&a.confidence)
            .then(a.best.note.cmp(&b.best.note))
            .then(a.best.span.cmp(&b.best.span))
            .then(a.best.code.cmp(&b.best.code))
    });
}
