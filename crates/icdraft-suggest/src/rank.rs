//! Joining candidates of one code, confidence, order and draft.
//!
//! The first, stated score: each stretch of evidence has the weight of its section (`data/section_weights.tsv`); stretches in
//! different kinds of sections add up as independent chances, `1 - (1 - a)(1 - b)`, further ones in the same kind only a little. A code is
//! drafted at [`DRAFT`] and above. Confidence is that number: it is not calibrated yet.

use icdraft_codeset::CodeSet;

use crate::candidate::Candidate;

/// Confidence from which a code belongs to the draft.
pub(crate) const DRAFT: f64 = 0.5;

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
            let mut miss = 1.0;
            for (n, candidate) in evidence.iter().enumerate() {
                let repeated = evidence[..n].iter().any(|c| c.section == candidate.section && c.note == candidate.note);
                miss *= 1.0 - candidate.score * if repeated { REPEATED } else { 1.0 };
            }
            let mut best = evidence[0].clone();
            let on = |side: &str| {
                evidence.iter().any(|c| c.section == best.section && c.modifiers.iter().any(|m| m == side))
            };
            if on("RT") && on("LT") {
                best.modifiers = vec!["50".into()];
            }
            Joined { best, confidence: 1.0 - miss, evidence }
        })
        .collect();
    order(&mut joined);
    joined
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

/// Weakens codes that say less than another one of the same category: "unspecified" beside the specified sibling, and symptoms
/// beside diagnoses (guideline I.B.4 and I.B.5).
pub(crate) fn weaken(set: &CodeSet, joined: &mut [Joined]) {
    let drafted: Vec<(String, bool)> = joined
        .iter()
        .filter(|j| j.best.system == "ICD-10-CM" && j.confidence >= DRAFT)
        .map(|j| (j.best.code.clone(), is_unspecified(set, &j.best.code)))
        .collect();
    let definite = drafted.iter().any(|(code, _)| !is_symptom(code) && !code.starts_with(['V', 'W', 'X', 'Y', 'Z']));
    for one in joined.iter_mut().filter(|j| j.best.system == "ICD-10-CM") {
        let code = &one.best.code;
        let beaten = is_unspecified(set, code)
            && drafted.iter().any(|(other, open)| other != code && !open && other[..3] == code[..3]);
        if beaten {
            one.confidence *= 0.4;
            one.best
                .reasons
                .push(crate::report::Reason::new("most-specific", "another code of the category says more"));
        } else if is_symptom(code) && definite {
            one.confidence *= 0.75;
            one.best.reasons.push(crate::report::Reason::new(
                "symptom",
                "a symptom beside an established diagnosis (guideline I.B.4)",
            ));
        }
    }
    order(joined);
}

pub(crate) fn is_symptom(code: &str) -> bool {
    code.starts_with('R') || code.starts_with("M25.5") || code.starts_with("M79.6")
}

fn is_unspecified(set: &CodeSet, code: &str) -> bool {
    code.parse().ok().and_then(|c| set.title(c)).is_some_and(|t| t.to_lowercase().contains("unspecified"))
}
