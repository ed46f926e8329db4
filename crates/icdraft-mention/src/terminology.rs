//! The terminology: every phrase of the tabular list and of the lexicons, compiled into one automaton.

use std::collections::BTreeMap;

use icdraft_codeset::{Code, CodeSet, EntryId, NoteKind};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::assertion::CueTable;
use crate::condition::Condition;
use crate::dose::Dose;
use crate::extent::Extents;
use crate::index_term::index_terms;
use crate::laterality::Side;
use crate::lexicon::{DiagnosisRow, LexiconError, LexiconFile, Procedure, ProcedureRow, embedded, target};
use crate::matcher::{Matcher, Occurrence};
use crate::phrase::{self, PhraseError, Slot};
use crate::scattered::Bags;
use crate::vocabulary::{BREAK, COMMA, OF, Stream, Vocabulary, Word};

/// Which lexicons a terminology is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Procedures {
    /// The project's CPT and HCPCS lexicons, where the build has them.
    #[default]
    Lexicon,
    /// None: diagnoses only.
    None,
}

/// What a phrase stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// An entry of the tabular list; the leaf below it is still to be chosen.
    Diagnosis(Code),
    /// A procedure, by its number in [`Terminology::procedures`].
    Procedure(usize),
}

/// Where a phrase comes from, least trusted last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// The project's lexicon.
    Lexicon,
    /// A title of the tabular list.
    Title,
    /// An inclusion term, or an "includes" note, of the tabular list.
    InclusionTerm,
    /// An entry of the official indexes, where the pack has them.
    Index,
}

/// A meaning with the phrases' conditions.
#[derive(Debug)]
pub struct Concept {
    /// What it stands for.
    pub meaning: Meaning,
    /// Where it comes from.
    pub origin: Origin,
    /// Words of titles that the phrase implies.
    pub(crate) says: Vec<Word>,
    pub(crate) when: Vec<Condition>,
    /// The parts beside the key that must stand nearby.
    pub(crate) others: Vec<Atom>,
}

/// A part of a concept, shared by all concepts that use the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Atom(pub(crate) u32);

/// One wording of a slot: its symbols, and the sides that it requires.
#[derive(Debug, Default)]
struct Wording {
    symbols: String,
    sides: Vec<Side>,
}

/// The slots around an anchor, shared by all wordings of the anchor.
#[derive(Debug, Default)]
struct Frame {
    /// Slots before the anchor, nearest first.
    before: Vec<Vec<Wording>>,
    after: Vec<Vec<Wording>>,
}

/// An atom behind one wording of its anchor slot.
#[derive(Debug)]
pub(crate) struct Use {
    pub(crate) atom: Atom,
    sides: Vec<Side>,
}

/// Where an atom was found in the symbols, and the sides that its wording requires.
pub(crate) struct Fit {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) sides: Vec<Side>,
}

impl Frame {
    /// Whether nothing stands around the anchor.
    fn is_bare(&self) -> bool {
        self.before.is_empty() && self.after.is_empty()
    }

    /// Holds the slots around an anchor found at `start..end` of `symbols` against the text. Of all ways to fit the longest wins.
    fn fit(&self, anchor: &Use, symbols: &str, start: usize, end: usize) -> Option<Fit> {
        // What does not fit with commas for "of" fits in no way.
        let (fit, comma) = self.hold(anchor, symbols, (start, end), true)?;
        // "Abscess, breast" is an abscess of the breast; in "abscess, breast cancer" and in "tendon laceration, finger" the comma
        // stands for nothing.
        let alone = |c: Option<char>| c.is_none_or(|c| [BREAK, COMMA, OF].iter().any(|w| w.symbol() == c));
        let item = || alone(symbols[..fit.start].chars().next_back()) && alone(symbols[fit.end..].chars().next());
        if comma && !item() {
            return self.hold(anchor, symbols, (start, end), false).map(|held| held.0);
        }
        Some(fit)
    }

    fn hold(&self, anchor: &Use, symbols: &str, (start, end): (usize, usize), commas: bool) -> Option<(Fit, bool)> {
        let before = reach(&self.before, symbols, start, Way { backwards: true, commas })?;
        let after = reach(&self.after, symbols, end, Way { backwards: false, commas })?;
        let sides = anchor.sides.iter().copied().chain(before.sides).chain(after.sides).collect();
        Some((Fit { start: before.at, end: after.at, sides }, before.comma || after.comma))
    }
}

#[derive(Debug, Clone, Copy)]
struct Way {
    backwards: bool,
    /// Whether a comma may stand for "of".
    commas: bool,
}

/// How far slots reach, the sides that their wordings require, and whether a comma stands where a wording says "of".
#[derive(Debug)]
struct Reach {
    at: usize,
    sides: Vec<Side>,
    comma: bool,
}

/// Where the slots reach from `at`, backwards or forwards.
fn reach(slots: &[Vec<Wording>], symbols: &str, at: usize, way: Way) -> Option<Reach> {
    let Some((slot, rest)) = slots.split_first() else { return Some(Reach { at, sides: Vec::new(), comma: false }) };
    let next = |words: &str| {
        if way.backwards {
            symbols[..at].ends_with(words).then(|| at - words.len())
        } else {
            symbols[at..].starts_with(words).then(|| at + words.len())
        }
    };
    let comma = COMMA.symbol();
    slot.iter()
        .filter_map(|wording| {
            let (at, instead) = match next(&wording.symbols) {
                Some(at) => (at, false),
                None if way.commas && wording.symbols.chars().eq([OF.symbol()]) => {
                    (next(comma.encode_utf8(&mut [0; 4]))?, true)
                }
                None => return None,
            };
            let mut found = reach(rest, symbols, at, way)?;
            found.sides.extend(&wording.sides);
            found.comma |= instead;
            Some(found)
        })
        // Of the same words, with a side required and without, the wording without always holds.
        .max_by_key(|found| (found.at.abs_diff(at), std::cmp::Reverse(found.sides.len())))
}

/// Everything that can be mentioned, ready to match.
#[derive(Debug)]
pub struct Terminology {
    pub(crate) vocabulary: Vocabulary,
    pub(crate) matcher: Matcher,
    uses: Vec<Vec<Use>>,
    /// For each atom, what stands around its anchor.
    frames: Vec<Frame>,
    /// For each atom, the concepts whose key it is.
    pub(crate) keys: Vec<Vec<usize>>,
    pub(crate) concepts: Vec<Concept>,
    pub(crate) bags: Bags,
    pub(crate) cues: CueTable,
    procedures: Vec<Procedure>,
    extents: Extents,
    /// Lexicon targets that the release does not have.
    dropped: Vec<Code>,
}

struct Builder {
    vocabulary: Vocabulary,
    patterns: Vec<String>,
    pattern_numbers: FxHashMap<String, usize>,
    uses: Vec<Vec<Use>>,
    /// Parts by their notation.
    atoms: FxHashMap<String, Atom>,
    frames: Vec<Frame>,
    keys: Vec<Vec<usize>>,
    concepts: Vec<Concept>,
    bags: Bags,
}

impl Builder {
    /// The atom of a part; its anchor is added to the automaton on first sight.
    fn atom(&mut self, part: &str) -> Result<Atom, PhraseError> {
        if let Some(&atom) = self.atoms.get(part) {
            return Ok(atom);
        }
        let mut slots: Vec<Vec<Wording>> = phrase::slots(part)?.iter().map(|s| self.slot(s)).collect();
        let anchor = anchor(&slots);
        let after = slots.split_off(anchor + 1);
        let wordings = slots.pop().unwrap_or_default();
        slots.reverse();
        let atom = self.new_atom(Frame { before: slots, after });
        for Wording { symbols, sides } in wordings {
            self.pattern(symbols, Use { atom, sides });
        }
        self.atoms.insert(part.to_owned(), atom);
        Ok(atom)
    }

    fn new_atom(&mut self, frame: Frame) -> Atom {
        self.keys.push(Vec::new());
        self.frames.push(frame);
        Atom(u32::try_from(self.keys.len() - 1).expect("fewer than 4 billion phrases"))
    }

    fn slot(&mut self, slot: &Slot) -> Vec<Wording> {
        slot.iter().map(|w| self.wording(w)).collect()
    }

    fn wording(&mut self, text: &str) -> Wording {
        let (words, sides) = self.vocabulary.phrase(text);
        Wording { symbols: words.into_iter().map(Word::symbol).collect(), sides }
    }

    /// Whether a lexicon row gives exactly these words the same code under conditions: where those do not hold, the title must not
    /// bring the code back ("ganglion" is M67.4, but not in "basal ganglia").
    fn restricts(&self, symbols: &str, code: Code) -> bool {
        let Some(&number) = self.pattern_numbers.get(symbols) else { return false };
        let whole = self.uses[number].iter().map(|u| u.atom.0 as usize).filter(|&atom| self.frames[atom].is_bare());
        whole.flat_map(|atom| &self.keys[atom]).map(|&c| &self.concepts[c]).any(|concept| {
            concept.meaning == Meaning::Diagnosis(code) && !concept.when.is_empty() && concept.others.is_empty()
        })
    }

    fn pattern(&mut self, pattern: String, one: Use) {
        if pattern.is_empty() {
            return;
        }
        let number = *self.pattern_numbers.entry(pattern).or_insert_with_key(|pattern| {
            self.patterns.push(pattern.clone());
            self.uses.push(Vec::new());
            self.patterns.len() - 1
        });
        self.uses[number].push(one);
    }

    fn concept(
        &mut self,
        phrase: &str,
        meaning: Meaning,
        says: Vec<Word>,
        when: Vec<Condition>,
    ) -> Result<(), PhraseError> {
        let atoms = phrase::parts(phrase)?.into_iter().map(|p| self.atom(p)).collect::<Result<Vec<_>, _>>()?;
        let (key, others) = (atoms[0], atoms[1..].to_vec());
        self.keys[key.0 as usize].push(self.concepts.len());
        self.concepts.push(Concept { meaning, origin: Origin::Lexicon, says, when, others });
        Ok(())
    }
}

/// The slot that the automaton looks for: one that must be there, with most symbols in its shortest wording (more words are rarer),
/// the fewest alternatives among equals. A slot of sides alone has no symbols.
fn anchor(slots: &[Vec<Wording>]) -> usize {
    let weight =
        |slot: &Vec<Wording>| (slot.iter().map(|w| w.symbols.len()).min().unwrap_or(0), std::cmp::Reverse(slot.len()));
    (0..slots.len()).max_by_key(|&n| weight(&slots[n])).unwrap_or(0)
}

impl Terminology {
    /// Compiles the tabular list of `set` and the embedded lexicons.
    ///
    /// # Errors
    /// A bad row in the lexicons, named by file and line. (The embedded ones are checked by the tests.)
    pub fn new(set: &CodeSet, procedures: Procedures) -> Result<Self, LexiconError> {
        let cpt = match procedures {
            Procedures::Lexicon => embedded::cpt().into_iter().chain(embedded::hcpcs()).collect(),
            Procedures::None => Vec::new(),
        };
        Self::from_files(set, &embedded::diagnosis(), &cpt)
    }

    /// The same from lexicon files of the caller's.
    ///
    /// # Errors
    /// As [`Terminology::new`].
    pub fn from_files(set: &CodeSet, diagnosis: &[LexiconFile], cpt: &[LexiconFile]) -> Result<Self, LexiconError> {
        let mut builder = Builder {
            vocabulary: Vocabulary::new(),
            patterns: Vec::new(),
            pattern_numbers: FxHashMap::default(),
            uses: Vec::new(),
            atoms: FxHashMap::default(),
            frames: Vec::new(),
            keys: Vec::new(),
            concepts: Vec::new(),
            bags: Bags::default(),
        };
        builder.bags = Bags::new(&mut builder.vocabulary);
        let mut dropped = Vec::new();
        for file in diagnosis {
            for (line, row) in file.rows(DiagnosisRow::read)? {
                let code = match target(file, line, row.target, set)? {
                    Ok(code) => code,
                    Err(code) => {
                        dropped.push(code);
                        continue;
                    }
                };
                let says = row.says.split(';').flat_map(|s| builder.vocabulary.phrase(s).0).collect();
                let when = Condition::parse_all(row.when, &mut builder.vocabulary)
                    .map_err(|e| file.error(line, e.to_string()))?;
                let added = builder.concept(row.phrase, Meaning::Diagnosis(code), says, when);
                added.map_err(|e| file.error(line, e.to_string()))?;
            }
        }
        let procedures = procedure_rows(cpt, &mut builder)?;
        tabular_terms(set, &mut builder);
        for term in index_terms(set) {
            let number = builder.concepts.len();
            // What the index prints is no lexicon notation; a phrase that cannot be read is left out.
            if builder.concept(&term.phrase, Meaning::Diagnosis(term.code), Vec::new(), Vec::new()).is_ok() {
                builder.concepts[number].origin = Origin::Index;
            }
        }
        let cues = CueTable::embedded(&mut builder.vocabulary);
        Ok(Self {
            matcher: Matcher::new(&builder.patterns),
            vocabulary: builder.vocabulary,
            uses: builder.uses,
            frames: builder.frames,
            keys: builder.keys,
            concepts: builder.concepts,
            bags: builder.bags,
            cues,
            extents: if procedures.is_empty() { Extents::default() } else { Extents::embedded()? },
            procedures,
            dropped,
        })
    }

    /// The atoms found where `pattern` occurs.
    pub(crate) fn fits<'a>(
        &'a self,
        symbols: &'a str,
        occurrence: Occurrence,
    ) -> impl Iterator<Item = (Atom, Fit)> + 'a {
        self.uses[occurrence.pattern].iter().filter_map(move |one| {
            let fit = self.frames[one.atom.0 as usize].fit(one, symbols, occurrence.start, occurrence.end)?;
            Some((one.atom, fit))
        })
    }

    /// The procedures of the lexicon.
    pub fn procedures(&self) -> &[Procedure] {
        &self.procedures
    }

    /// What extents do to procedure lines.
    pub fn extents(&self) -> &Extents {
        &self.extents
    }

    /// Number of the first procedure with that code.
    pub fn procedure(&self, code: &str) -> Option<usize> {
        self.procedures.iter().position(|p| p.code == code)
    }

    /// Targets of lexicon rows that the release does not have: those rows are left out.
    pub fn dropped(&self) -> &[Code] {
        &self.dropped
    }

    /// How often the automaton fires on a note: the matcher alone, for measuring.
    pub fn scan(&self, text: &str, outline: &icdraft_note::Outline) -> usize {
        let stream = Stream::of(text, outline, &self.vocabulary);
        self.matcher.occurrences(&stream.symbols).count()
    }

    /// How many cues a note has: cue search and scopes alone, for measuring.
    pub fn cue_count(&self, text: &str, outline: &icdraft_note::Outline) -> usize {
        let stream = Stream::of(text, outline, &self.vocabulary);
        self.cues.find(&stream).iter().map(Vec::len).sum()
    }

    /// A concept by its number in a mention.
    pub fn concept(&self, number: usize) -> &Concept {
        &self.concepts[number]
    }

    /// Words of official titles that a concept's phrase implies, as numbers.
    pub fn implied(&self, number: usize) -> impl Iterator<Item = u32> + '_ {
        self.concepts[number].says.iter().map(|w| w.0)
    }

    /// The known words of a title, in plain form, as numbers that compare with [`crate::Annotation::sentence_words`].
    pub fn words(&self, text: &str) -> Vec<u32> {
        self.vocabulary.known(text).into_iter().map(|w| w.0).collect()
    }
}

fn procedure_rows(cpt: &[LexiconFile], builder: &mut Builder) -> Result<Vec<Procedure>, LexiconError> {
    let mut procedures: Vec<Procedure> = Vec::new();
    let mut keys: BTreeMap<String, String> = BTreeMap::new();
    for file in cpt {
        for (line, row) in file.rows(ProcedureRow::read)? {
            let place = format!("{}:{line}", file.name);
            if !is_number(row.code) {
                return Err(file.error(line, format!("`{}` is shaped like no CPT and no HCPCS number", row.code)));
            }
            let dose = optional(row.dose, Dose::parse, "dose", "a number with mg, mcg, g, units or mL")
                .map_err(|problem| file.error(line, problem))?;
            let strength =
                optional(row.strength, Dose::parse_strength, "strength", "an amount in each mL, as in 6 mg/mL")
                    .map_err(|problem| file.error(line, problem))?;
            if let Some(first) = keys.insert(row.concept.to_owned(), place) {
                return Err(file.error(line, format!("concept `{}` stands in {first} already", row.concept)));
            }
            let list = |text: &str| text.split(',').map(|c| c.trim().to_owned()).filter(|c| !c.is_empty()).collect();
            let number = procedures.len();
            for phrase in row.phrases.split(" ; ").filter(|p| !p.trim().is_empty()) {
                let when = Condition::parse_all(row.when, &mut builder.vocabulary)
                    .map_err(|e| file.error(line, e.to_string()))?;
                let added = builder.concept(phrase, Meaning::Procedure(number), Vec::new(), when);
                added.map_err(|e| file.error(line, e.to_string()))?;
                // Studies, drugs and supplies have names of few words, which are not scattered.
                if row.code.starts_with(['1', '2', '3', '4', '5', '6', '9']) {
                    let concept = builder.concepts.len() - 1;
                    let added = builder.bags.add(phrase, concept, &mut builder.vocabulary);
                    added.map_err(|e| file.error(line, e.to_string()))?;
                }
            }
            procedures.push(Procedure {
                concept: row.concept.to_owned(),
                code: row.code.to_owned(),
                name: row.name.to_owned(),
                side: row.side,
                addon_of: list(row.addon_of),
                bundles: list(row.bundles),
                dose,
                strength,
                route: row.route,
            });
        }
    }
    Ok(procedures)
}

/// A value that a row may leave empty.
fn optional(text: &str, read: impl Fn(&str) -> Option<Dose>, name: &str, form: &str) -> Result<Option<Dose>, String> {
    match text {
        "" => Ok(None),
        text => read(text).map(Some).ok_or_else(|| format!("{name} `{text}` is not {form}")),
    }
}

/// Four digits and a digit or letter (CPT), or a letter and four digits (HCPCS Level II; D belongs to the dentists' association).
fn is_number(code: &str) -> bool {
    let digits = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
    match code.as_bytes() {
        [b'D', ..] => false,
        [first, rest @ ..] if rest.len() == 4 => {
            first.is_ascii_uppercase() && digits(rest) || first.is_ascii_digit() && digits(&rest[..3])
        }
        _ => false,
    }
}

/// Longest title that is tried as a phrase: longer ones are classifications, not what anybody writes.
const LONGEST_TERM: usize = 6;

/// Phrases from titles and inclusion terms. A phrase that several entries yield stands for the deepest entry above them
/// all; where that is no category, a title beats inclusion terms, and otherwise the phrase is left out as ambiguous.
fn tabular_terms(set: &CodeSet, builder: &mut Builder) {
    let stop: FxHashSet<String> =
        include_str!("../data/stop.tsv").lines().skip(1).map(|l| builder.vocabulary.symbols(l)).collect();
    let mut found: FxHashMap<String, Vec<(EntryId, Origin)>> = FxHashMap::default();
    for id in set.entries() {
        let Some(code) = set.code(id) else { continue };
        // Every word of a title is known, so that leaves can be told apart by any of them.
        builder.vocabulary.phrase(set.entry_title(id));
        // External causes, poisonings and health-service codes are titled by circumstance, in words that mean something else in a note.
        let circumstance = matches!(code.as_str().as_bytes()[0], b'V' | b'W' | b'X' | b'Y' | b'Z')
            || ("T36".."T66").contains(&code.category().as_str());
        if circumstance {
            continue;
        }
        let titles = std::iter::once((set.entry_title(id), Origin::Title));
        let inclusions = set
            .own_notes(id)
            .filter(|n| matches!(n.kind, NoteKind::InclusionTerm | NoteKind::Includes))
            .map(|n| (n.text, Origin::InclusionTerm));
        for (title, origin) in titles.chain(inclusions) {
            let Some(term) = plain_term(title) else {
                continue;
            };
            if term.split_whitespace().count() > LONGEST_TERM {
                continue;
            }
            let symbols = builder.vocabulary.symbols(&term);
            if term.len() > 3 && !symbols.is_empty() && !stop.contains(&symbols) {
                found.entry(symbols).or_default().push((id, origin));
            }
        }
    }
    let mut found: Vec<_> = found.into_iter().collect();
    found.sort_unstable();
    for (symbols, entries) in found {
        let common = common_entry(set, entries.iter().map(|e| e.0))
            .or_else(|| common_entry(set, entries.iter().filter(|e| e.1 == Origin::Title).map(|e| e.0)));
        let Some(code) = common.and_then(|id| set.code(id)) else {
            continue;
        };
        if builder.restricts(&symbols, code) {
            continue;
        }
        let origin = entries.iter().map(|e| e.1).min().unwrap_or(Origin::Title);
        let atom = builder.new_atom(Frame::default());
        builder.keys[atom.0 as usize].push(builder.concepts.len());
        builder.concepts.push(Concept {
            meaning: Meaning::Diagnosis(code),
            origin,
            says: Vec::new(),
            when: Vec::new(),
            others: Vec::new(),
        });
        builder.pattern(symbols, Use { atom, sides: Vec::new() });
    }
}

/// A title as somebody would write it, or `None` where nobody would.
fn plain_term(title: &str) -> Option<String> {
    let mut term = String::new();
    let mut depth = 0;
    for c in title.chars() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth -= 1,
            ',' => term.push(' '),
            c if depth == 0 => term.push(c),
            _ => {}
        }
    }
    let words: Vec<&str> =
        term.split_whitespace().filter(|w| !matches!(*w, "NOS" | "NEC" | "unspecified" | "Unspecified")).collect();
    let classified = words
        .iter()
        .any(|w| matches!(*w, "Other" | "other" | "others" | "elsewhere" | "classified" | "specified" | "and/or"));
    (!classified && !words.is_empty()).then(|| words.join(" "))
}

/// The deepest entry with a code above all of `entries` (or the one itself).
fn common_entry(set: &CodeSet, entries: impl Iterator<Item = EntryId>) -> Option<EntryId> {
    entries
        .map(Some)
        .reduce(|a, b| {
            let (a, b) = (a?, b?);
            let above: Vec<EntryId> = set.lineage(a).collect();
            set.lineage(b).find(|id| above.contains(id)).filter(|&id| set.code(id).is_some())
        })
        .flatten()
}
