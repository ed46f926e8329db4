//! The facade: an encounter in, a report out.

use std::collections::BTreeMap;
use std::path::PathBuf;

use icdraft_codeset::hcpcs::{Hcpcs, HcpcsError};
use icdraft_codeset::{CodeSet, Releases, UnknownRelease, pack::PackError};
use icdraft_mention::{Annotation, LexiconError, Procedures, Terminology};
use icdraft_note::{Encounter, Span, Unit};
use sha2::{Digest, Sha256};

use crate::candidate::{Candidate, Refused};
use crate::cpt::{CptTable, CptTableError};
use crate::diagnosis::{self, Diagnoser, NoteRead};
#[cfg(feature = "model")]
use crate::feature::Features;
use crate::neural::Classifier;
use crate::part::{self, Part};
use crate::procedure;
use crate::rank::{self, Joined};
use crate::report::{self, CueText, Echo, EchoNote, Evidence, NotCoded, Query, Report, SCHEMA, Suggestion};
use crate::rule::{self, Draft, RULES, Rule};

/// Name of the embedded procedure lexicon's release.
pub const CPT_RELEASE: &str = "icdraft-procedures-2026";

/// Name of the embedded lexicon of drugs and supplies.
pub const HCPCS_RELEASE: &str = "icdraft-hcpcs-2026";

/// Most evidence kept for a code.
const EVIDENCE: usize = 6;

/// What a coder is made of.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// Packs beside the embedded release.
    pub packs: Vec<PathBuf>,
    /// A release by name, for every encounter; otherwise the date of service picks.
    pub release: Option<String>,
    /// Whether procedures are coded.
    pub procedures: Procedures,
    /// The user's licensed CPT table, for its descriptions.
    pub cpt_table: Option<PathBuf>,
    /// The CMS file of HCPCS Level II, for its descriptions and dates.
    pub hcpcs_table: Option<PathBuf>,
    /// Rules switched off, by name; see [`crate::rules`].
    pub without_rules: Vec<String>,
    /// Parts left out, to see what they are worth.
    pub without: Vec<Part>,
    /// The model that helps the rules.
    pub model: ModelSource,
}

/// The model that helps the rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ModelSource {
    /// The one compiled in.
    Embedded,
    /// None: rules alone code.
    None,
    /// One of a folder (`icdraft train`).
    Folder(PathBuf),
}

/// The embedded model, where the build has one.
impl Default for ModelSource {
    fn default() -> Self {
        if cfg!(feature = "model") { Self::Embedded } else { Self::None }
    }
}

/// Why a coder cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A pack that cannot be used.
    #[error(transparent)]
    Pack(#[from] PackError),
    /// A bad lexicon row.
    #[error(transparent)]
    Lexicon(#[from] LexiconError),
    /// A release that is not loaded.
    #[error(transparent)]
    Release(#[from] UnknownRelease),
    /// A CPT table that cannot be used.
    #[error(transparent)]
    Cpt(#[from] CptTableError),
    /// A HCPCS file that cannot be used.
    #[error(transparent)]
    Hcpcs(#[from] HcpcsError),
    /// A model that cannot be used.
    #[error("model: {0}")]
    Model(String),
    /// A rule that does not exist.
    #[error("no rule is named `{0}`; `icdraft rules` lists them")]
    Rule(String),
}

/// Drafts codes. Made once, shared by all threads.
#[derive(Debug)]
pub struct Coder {
    releases: Releases,
    engines: Vec<Engine>,
    forced: Option<usize>,
    cpt: Option<CptTable>,
    hcpcs: Option<Hcpcs>,
    rules: Vec<&'static dyn Rule>,
    without: Vec<Part>,
    classifier: Option<Classifier>,
}

/// A code that the rules suggest, as a last layer of the model sees it.
#[cfg(feature = "model")]
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// The code system.
    pub system: &'static str,
    /// Name of the last layer that it belongs to.
    pub layer: String,
    /// The code.
    pub code: String,
    /// The rules' confidence.
    pub confidence: f64,
    /// The features, in the order of [`feature_names`](crate::feature_names).
    pub values: Vec<f32>,
    /// Whether a rule has put it below the draft, where it stays.
    pub put_below: bool,
}

/// The terminology and axes of one release.
#[derive(Debug)]
struct Engine {
    terminology: Terminology,
    diagnoser: Diagnoser,
}

impl Coder {
    /// Loads releases and compiles their terminologies.
    ///
    /// # Errors
    /// See [`ConfigError`].
    pub fn new(config: &Config) -> Result<Self, ConfigError> {
        let releases = Releases::load(&config.packs)?;
        let forced = config.release.as_deref().map(|name| releases.named(name)).transpose()?;
        let engines = releases
            .sets()
            .iter()
            .map(|set| {
                let terminology = Terminology::new(set, config.procedures)?;
                Ok(Engine { diagnoser: Diagnoser::new(&terminology), terminology })
            })
            .collect::<Result<_, LexiconError>>()?;
        let cpt = config.cpt_table.as_deref().map(CptTable::read).transpose()?;
        let hcpcs = config.hcpcs_table.as_deref().map(Hcpcs::read).transpose()?;
        let without = config.without.clone();
        let off = |name: &str| without.contains(&Part::Rules) || config.without_rules.iter().any(|w| w == name);
        if let Some(unknown) = config.without_rules.iter().find(|w| !RULES.iter().any(|r| r.about().name == **w)) {
            return Err(ConfigError::Rule(unknown.clone()));
        }
        let rules = RULES.iter().copied().filter(|r| !off(r.about().name)).collect();
        let classifier = match &config.model {
            _ if without.contains(&Part::Classifier) => None,
            ModelSource::None => None,
            ModelSource::Embedded => Some(Classifier::embedded()),
            ModelSource::Folder(folder) => Some(Classifier::open(folder)),
        };
        let classifier = classifier.transpose().map_err(|e| ConfigError::Model(e.to_string()))?;
        Ok(Self { releases, engines, forced, cpt, hcpcs, rules, without, classifier })
    }

    /// The terminology that codes encounters of `day` (the newest where there is none).
    pub fn terminology(&self, day: Option<jiff::civil::Date>) -> &Terminology {
        &self.engines[self.pick(day).0].terminology
    }

    /// Number of the set, and the warning where the date falls outside.
    fn pick(&self, day: Option<jiff::civil::Date>) -> (usize, Option<String>) {
        let picked = self.forced.map(|n| (n, day.is_none_or(|d| self.releases.sets()[n].release().covers(d))));
        let (number, covered) =
            picked.unwrap_or_else(|| day.map_or((self.releases.newest(), true), |d| self.releases.on(d)));
        let release = self.releases.sets()[number].release();
        let warning = day.filter(|_| !covered).map(|day| {
            let why = if self.forced.is_some() { "the release asked for" } else { "every loaded release" };
            format!(
                "date of service {day} is outside {why}; {release} ({} to {}) was used. Load the right one with --pack",
                release.from, release.to
            )
        });
        (number, warning)
    }

    /// Drafts the codes of an encounter. Never fails: what is odd is told in `warnings`. Offsets are bytes; see
    /// [`Report::in_unit`].
    pub fn code(&self, encounter: &Encounter) -> Report {
        self.drafted(encounter, |mut draft, warnings| {
            if let Some(classifier) = self.classifier_for(Part::Layers) {
                classifier.rerank(&mut draft);
            }
            self.report(draft, warnings)
        })
    }

    /// The codes that the rules suggest for an encounter, with what the model's last layers are told of them. Empty without a model.
    #[cfg(feature = "model")]
    pub fn judged(&self, encounter: &Encounter) -> Vec<Judged> {
        let Some(classifier) = &self.classifier else { return Vec::new() };
        self.drafted(encounter, |draft, _| {
            let rows = draft.joined.iter().zip(classifier.features(&draft));
            rows.map(|(joined, Features { layer, values, put_below })| Judged {
                system: joined.best.system,
                layer,
                code: joined.best.code.clone(),
                confidence: joined.confidence,
                values,
                put_below,
            })
            .collect()
        })
    }

    /// The classifier, unless this part of it is left out.
    fn classifier_for(&self, part: Part) -> Option<&Classifier> {
        self.classifier.as_ref().filter(|_| !self.without.contains(&part))
    }

    /// What the rules make of an encounter, handed to `then` with the warnings.
    fn drafted<T>(&self, encounter: &Encounter, then: impl FnOnce(Draft<'_>, Vec<String>) -> T) -> T {
        let encounter = &*report::named(encounter);
        let (number, outside) = self.pick(encounter.date_of_service);
        let set = &self.releases.sets()[number];
        let engine = &self.engines[number];
        let mut warnings = encounter.warnings.clone();
        warnings.extend(outside);
        let dropped = engine.terminology.dropped().len();
        if dropped > 0 {
            warnings.push(format!(
                "{dropped} lexicon rows name codes that {} does not have and were left out",
                set.release()
            ));
        }
        for note in &encounter.notes {
            if note.text.trim().is_empty() {
                warnings.push(format!("note {} is empty", note.id));
            }
            let odd = note.text.chars().filter(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')).count();
            if odd > 0 {
                warnings.push(format!("note {} holds {odd} control characters", note.id));
            }
        }
        let mut found: (Vec<Candidate>, Vec<Refused>) = (Vec::new(), Vec::new());
        let (terminology, diagnoser) = (&engine.terminology, &engine.diagnoser);
        let mut notes = Vec::with_capacity(encounter.notes.len());
        for (at, note) in encounter.notes.iter().enumerate() {
            let mut annotation = Annotation::of(terminology, note, encounter.patient);
            part::strip(&mut annotation, &self.without);
            let mut read = diagnoser.read(terminology, annotation, &note.text);
            if self.without.contains(&Part::Axes) {
                read.forget_axes(terminology);
            }
            diagnoser.candidates(set, terminology, &self.rules, (encounter, at), &read, &mut found);
            if let Some(classifier) = self.classifier_for(Part::Linking) {
                found.0.extend(classifier.candidates(set, terminology, diagnoser, (encounter, at), &read));
            }
            procedure::candidates(terminology, encounter, at, &read.annotation, &mut found);
            notes.push(read);
        }
        let (mut candidates, refused) = found;
        if self.without.contains(&Part::Sections) {
            part::flatten(&mut candidates);
        }
        if let (Some(table), Some(day)) = (&self.hcpcs, encounter.date_of_service) {
            let ended = |c: &Candidate| c.system == "HCPCS" && table.find(&c.code).is_some_and(|h| !h.is_valid_on(day));
            let mut codes: Vec<&str> = candidates.iter().filter(|c| ended(c)).map(|c| c.code.as_str()).collect();
            codes.sort_unstable();
            codes.dedup();
            warnings.extend(codes.iter().map(|code| format!("{code} is not valid on {day} and was left out")));
            candidates.retain(|c| !ended(c));
        }
        let joined = rank::join(candidates);
        let mut draft = Draft {
            set,
            terminology,
            diagnoser,
            encounter,
            notes: &notes,
            joined,
            refused,
            edits: Vec::new(),
            queries: Vec::new(),
        };
        for rule in &self.rules {
            rule.apply(&mut draft);
        }
        then(draft, warnings)
    }

    fn report(&self, draft: Draft<'_>, warnings: Vec<String>) -> Report {
        let Draft { set, terminology, encounter, notes, joined, refused, edits, queries: asked, .. } = draft;
        let mut suggestions: Vec<Suggestion> =
            joined.iter().enumerate().map(|(n, j)| self.suggestion((set, terminology), encounter, n + 1, j)).collect();
        sequence(&mut suggestions, &joined);
        rule::pointer::assign(terminology.extents(), &mut suggestions, &joined, |a, b| {
            told_together(notes, &joined[a], &joined[b])
        });
        let open = joined.iter().filter(|j| j.drafts()).filter_map(|j| query(set, encounter, j));
        let queries = open.chain(asked).collect();
        let whole: Vec<u8> = encounter.notes.iter().flat_map(|n| n.text.bytes()).collect();
        let mut releases = BTreeMap::from([("ICD-10-CM".to_owned(), set.release().to_string())]);
        for (system, release) in [("CPT", CPT_RELEASE), ("HCPCS", HCPCS_RELEASE)] {
            if terminology.procedures().iter().any(|p| p.system() == system) {
                releases.insert(system.into(), release.into());
            }
        }
        Report {
            schema: SCHEMA.into(),
            id: encounter.id.clone(),
            text_sha256: hex(&whole),
            engine: concat!("icdraft ", env!("CARGO_PKG_VERSION")).into(),
            model: self.classifier.as_ref().map(|c| c.model.clone()),
            releases,
            offsets: Unit::Bytes,
            encounter: echo(encounter),
            warnings,
            suggestions,
            not_coded: not_coded(encounter, &refused),
            queries,
            edits,
        }
    }

    fn suggestion(
        &self,
        (set, terminology): (&CodeSet, &Terminology),
        encounter: &Encounter,
        rank: usize,
        joined: &Joined,
    ) -> Suggestion {
        let best = &joined.best;
        let title = match best.procedure {
            Some(number) => {
                let official = || Some(self.hcpcs.as_ref()?.find(&best.code)?.short.clone());
                let licensed =
                    self.cpt.as_ref().and_then(|t| t.description(&best.code)).map(str::to_owned).or_else(official);
                licensed.unwrap_or_else(|| terminology.procedures()[number].name.clone())
            }
            None => best.code.parse().ok().and_then(|c| set.title(c)).unwrap_or_default().into_owned(),
        };
        let mut evidence: Vec<Evidence> = Vec::new();
        for candidate in &joined.evidence {
            let one = evidence_of(encounter, candidate, candidate.span, candidate.role);
            if evidence.len() < EVIDENCE
                && !evidence.iter().any(|e| e.note == one.note && e.start < one.end && one.start < e.end)
            {
                evidence.push(one);
            }
        }
        if let Some((side, section)) = best.side.filter(|(side, _)| !best.span.contains(*side)) {
            let mut one = evidence_of(encounter, best, side, "side");
            one.section = section.name().to_owned();
            evidence.push(one);
        }
        Suggestion {
            sid: format!("s{rank}"),
            rank,
            sequence: None,
            system: best.system.into(),
            code: best.code.clone(),
            title,
            modifiers: best.modifiers.clone(),
            units: best.units,
            confidence: (joined.confidence.clamp(0.0, 0.9999) * 1e4).round() / 1e4,
            draft: joined.drafts(),
            pointers: Vec::new(),
            reasons: best.reasons.clone(),
            evidence,
        }
    }
}

/// Numbers the drafts of each system as on a claim: by the place of their strongest evidence, confident sections first. The
/// diagnosis listed first in the strongest section leads (guideline IV.G).
fn sequence(suggestions: &mut [Suggestion], joined: &[Joined]) {
    for system in ["ICD-10-CM", "CPT", "HCPCS"] {
        let mut drafted: Vec<usize> =
            (0..suggestions.len()).filter(|&n| suggestions[n].draft && suggestions[n].system == system).collect();
        drafted.sort_by(|&a, &b| {
            let places = joined[a].place.cmp(&joined[b].place);
            let (a, b) = (&joined[a].best, &joined[b].best);
            places.then(b.score.total_cmp(&a.score)).then(a.note.cmp(&b.note)).then(a.span.cmp(&b.span))
        });
        for (place, n) in drafted.into_iter().enumerate() {
            suggestions[n].sequence = Some(place + 1);
        }
    }
}

/// Whether some sentence tells both.
fn told_together(notes: &[NoteRead], a: &Joined, b: &Joined) -> bool {
    let place = |c: &Candidate| {
        let mention = diagnosis::mention_of(notes, c)?;
        Some((c.note, mention.sentence))
    };
    let told: Vec<_> = b.evidence.iter().filter_map(place).collect();
    a.evidence.iter().filter_map(place).any(|at| told.contains(&at))
}

fn evidence_of(encounter: &Encounter, candidate: &Candidate, span: Span, role: &str) -> Evidence {
    let note = &encounter.notes[candidate.note];
    Evidence {
        note: note.id.clone(),
        start: span.start,
        end: span.end,
        text: note.text.as_str()[span].to_owned(),
        section: candidate.section.name().to_owned(),
        role: role.to_owned(),
    }
}

fn not_coded(encounter: &Encounter, refused: &[Refused]) -> Vec<NotCoded> {
    let mut rows: Vec<NotCoded> = refused
        .iter()
        .map(|r| {
            let note = &encounter.notes[r.note];
            NotCoded {
                system: r.system.into(),
                code: r.code.clone(),
                note: note.id.clone(),
                text: note.text.as_str()[r.span].to_owned(),
                start: r.span.start,
                end: r.span.end,
                reason: r.reason.into(),
                cue: r.cue.map(|c| CueText { text: note.text.as_str()[c].to_owned(), start: c.start, end: c.end }),
            }
        })
        .collect();
    let place = |r: &NotCoded| (encounter.notes.iter().position(|n| n.id == r.note), r.start, r.end);
    rows.sort_by(|a, b| place(a).cmp(&place(b)).then(a.code.cmp(&b.code)));
    rows.dedup();
    rows
}

fn query(set: &CodeSet, encounter: &Encounter, joined: &Joined) -> Option<Query> {
    let best = &joined.best;
    let title = set.title(best.code.parse().ok()?)?;
    Some(Query {
        code: best.code.clone(),
        asks: diagnosis::question(best.open?, &title),
        note: encounter.notes[best.note].id.clone(),
        start: best.span.start,
        end: best.span.end,
    })
}

fn echo(encounter: &Encounter) -> Echo {
    Echo {
        date_of_service: encounter.date_of_service,
        setting: encounter.setting,
        billing: encounter.billing,
        age: encounter.patient.age,
        sex: encounter.patient.sex,
        payer: encounter.payer.clone(),
        notes: encounter
            .notes
            .iter()
            .map(|n| EchoNote {
                id: n.id.clone(),
                kind: n.kind.clone(),
                author: n.author.clone(),
                text_sha256: hex(n.text.as_bytes()),
            })
            .collect(),
    }
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}
