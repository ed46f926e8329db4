//! The figures against those of `score.py`, an independent scorer, where a copy of it is at hand.
#![allow(clippy::unwrap_used)]
#![allow(clippy::print_stdout)] // a test that is skipped says so

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use icdraft_codeset::CodeSet;
use icdraft_corpus::profile::{Evidence, Headings, NotCoded};
use icdraft_eval::{
    Certainty, CharSpan, Distractor, Evaluation, Figure, GoldCode, GoldNote, Group, Options, Prediction, Suggested,
    evaluate,
};

/// Draws of `score.py`; ours are as many.
const OPTIONS: Options = Options {
    headings: Headings::Refused,
    not_coded: NotCoded::Apart,
    evidence: Evidence::Required,
    draws: 300,
    seed: 1,
};

/// Figures that `score.py` prints.
const FIGURES: usize = 25;

/// `../shared` beside the checkout, with python to run what is in it.
fn shared() -> Option<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let python = Command::new("python3").arg("--version").output().is_ok_and(|o| o.status.success());
    if python && folder.join("tools/score.py").is_file() {
        return Some(folder);
    }
    println!("skipped: no python3, or no tools/score.py in {}", folder.display());
    None
}

/// Draws for made-up notes.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }

    fn of<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len())]
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    fn span(&mut self, longest: usize) -> CharSpan {
        let start = self.below(900);
        CharSpan::new(start, start + 1 + self.below(longest))
    }
}

/// Families of codes that differ by side, chapters apart; few enough that gold and drafts often meet.
const DIAGNOSES: [&str; 16] = [
    "G56.00", "G56.01", "G56.02", "G56.03", "M17.11", "M17.12", "M17.9", "H25.11", "H25.12", "H25.13", "I50.1",
    "K51.50", "S52.501A", "S52.502A", "I10", "e119",
];
const PROCEDURES: [&str; 6] = ["47562", "47563", "64721", "29881", "0275T", "26055"];
const REASONS: [&str; 4] = ["negated", "not_relevant", "family", "planned"];

fn made_up_gold(random: &mut Random, id: String) -> GoldNote {
    let (mut diagnoses, mut procedures) = (DIAGNOSES.to_vec(), PROCEDURES.to_vec());
    let mut codes = Vec::new();
    for rank in (1..).take(random.below(9)) {
        let icd = !random.one_in(3);
        let pool = if icd { &mut diagnoses } else { &mut procedures };
        if pool.is_empty() {
            continue;
        }
        let code = pool.swap_remove(random.below(pool.len()));
        let alternative = random.of(if icd { &DIAGNOSES } else { &PROCEDURES }).to_owned();
        codes.push(GoldCode {
            system: if icd { "ICD-10-CM" } else { "CPT" }.into(),
            code: code.into(),
            modifiers: if icd || random.one_in(2) { vec![] } else { vec!["RT".into(), "59".into()] },
            rank: Some(rank),
            certainty: if random.one_in(4) { Certainty::Arguable } else { Certainty::Sure },
            alternatives: if random.one_in(3) { vec![alternative] } else { vec![] },
            evidence_spans: (0..=random.below(2)).map(|_| random.span(120)).collect(),
            ..GoldCode::default()
        });
    }
    codes.reverse();
    let not_coded = (0..random.below(5)).map(|_| Distractor {
        span: random.span(200),
        reason: random.of(&REASONS).into(),
        wrong_code: if random.one_in(2) { random.of(&DIAGNOSES) } else { random.of(&PROCEDURES) }.into(),
    });
    let not_coded = not_coded.collect();
    GoldNote { id, set: "made-up".into(), text: "x".repeat(1200), codes, not_coded, ..GoldNote::default() }
}

fn made_up_prediction(random: &mut Random, id: String) -> Prediction {
    let suggestions = (0..random.below(14)).map(|_| {
        let (system, code) = match random.below(10) {
            0 => ("HCPCS", "J1100"),
            1..=3 => ("CPT", random.of(&PROCEDURES)),
            _ => ("ICD-10-CM", random.of(&DIAGNOSES)),
        };
        Suggested {
            system: system.into(),
            code: code.into(),
            modifiers: if system == "CPT" && random.one_in(2) { vec!["59".into(), "RT".into()] } else { vec![] },
            draft: !random.one_in(3),
            evidence: (0..random.below(4)).map(|_| random.span(500)).collect(),
            ..Suggested::default()
        }
    });
    let suggestions = suggestions.collect();
    Prediction { id, suggestions, not_coded: vec![] }
}

/// Every second note coded as gold has it, each of the others with its distractors and its codes one character off.
fn crude_prediction(number: usize, note: &GoldNote) -> Prediction {
    let faithful = number.is_multiple_of(2);
    let own = note.codes.iter().enumerate().map(|(at, gold)| Suggested {
        system: gold.system.clone(),
        code: match gold.code.strip_suffix('1') {
            Some(stem) if !faithful => format!("{stem}2"),
            _ if faithful || at % 3 == 0 => gold.code.clone(),
            _ => gold.alternatives.first().cloned().unwrap_or_else(|| "R69".into()),
        },
        modifiers: if at % 2 == 0 { gold.modifiers.clone() } else { vec!["RT".into()] },
        draft: at % 4 != 3,
        evidence: gold
            .evidence_spans
            .iter()
            .map(|s| CharSpan::new(s.start.saturating_sub(4), s.end + at * 40))
            .collect(),
        ..Suggested::default()
    });
    let lures = note.not_coded.iter().step_by(2).map(|lure| Suggested {
        system: if lure.wrong_code.starts_with(char::is_numeric) { "CPT" } else { "ICD-10-CM" }.into(),
        code: lure.wrong_code.clone(),
        modifiers: vec![],
        draft: true,
        evidence: vec![lure.span],
        ..Suggested::default()
    });
    let suggestions = if faithful { own.collect() } else { lures.chain(own).collect() };
    Prediction { id: note.id.clone(), suggestions, not_coded: vec![] }
}

/// Writes `lines` for `score.py`, out of the repository's sight.
fn written<T: serde::Serialize>(name: &str, lines: impl IntoIterator<Item = T>) -> PathBuf {
    let mut text = String::new();
    for line in lines {
        writeln!(text, "{}", serde_json::to_string(&line).unwrap()).unwrap();
    }
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, text).unwrap();
    path
}

/// The figures that both scorers have.
fn compared(ours: &Evaluation) -> impl Iterator<Item = &Figure> {
    const PARTS: [&str; 9] =
        ["macro", "chapter", "exact", "first-listed", "order", "precision@", "R-precision", "CodiEsp", "AUC"];
    const NAMES: [&str; 3] =
        ["ICD-10-CM category precision", "ICD-10-CM category recall", "units right (of right CPT with units)"];
    let shared = |f: &&Figure| match f.group {
        Group::Codes | Group::Ranking => {
            !PARTS.iter().any(|part| f.name.contains(part)) && !f.name.starts_with("modifier ")
        }
        Group::Evidence => f.name.starts_with("evidence overlaps") || f.name.starts_with("evidence char"),
        Group::Assertion => f.name.starts_with("distractors"),
        Group::Calibration | Group::Workload | Group::Sections => false,
    };
    ours.figures.iter().filter(shared).filter(|f| !NAMES.contains(&f.name.as_str()))
}

/// Holds every figure, its n and every row against what `score.py` prints.
fn compare(shared: &Path, gold: &Path, predictions: &Path, ours: &Evaluation) {
    let scorer = shared.join("tools/score.py");
    let output =
        Command::new("python3").arg("-B").args([&scorer, gold, predictions]).arg("--per-note").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let printed = String::from_utf8(output.stdout).unwrap();
    let mut lines = printed.lines();
    let head = format!("notes {}, without a line of suggestions {}", ours.notes, ours.without_prediction);
    assert_eq!(lines.next(), Some(head.as_str()));
    let figures: Vec<&str> = lines.by_ref().take(FIGURES).collect();
    for line in figures {
        let (name, rest) = line.split_at(42);
        let figure = ours.figure(name.trim_end()).unwrap_or_else(|| panic!("no figure {name}"));
        let numbers: Vec<f64> =
            rest.split(|c: char| !c.is_ascii_digit() && c != '.').filter_map(|n| n.parse().ok()).collect();
        assert!((figure.value - numbers[0]).abs() < 0.000_501, "{line} against {figure:?}");
        let interval = figure.interval.unwrap();
        // Other draws of the same notes.
        assert!(
            (interval.low - numbers[1]).abs() < 0.05 && (interval.high - numbers[2]).abs() < 0.05,
            "{line} against {figure:?}"
        );
        assert!(numbers.get(3).is_none_or(|&n| n == figure.n as f64), "{line} against {figure:?}");
    }
    for row in &ours.rows {
        let line = lines.next().unwrap().strip_prefix(row.id.as_str()).unwrap();
        let counts: HashMap<String, usize> = serde_json::from_str(&line.replace('\'', "\"")).unwrap();
        for (system, tally) in [("ICD-10-CM", row.icd10cm), ("CPT", row.cpt)] {
            for (kind, ours) in [("tp", tally.tp), ("fp", tally.fp), ("fn", tally.fn_)] {
                assert_eq!(
                    counts.get(&format!("{system} {kind}")).copied().unwrap_or(0),
                    ours,
                    "{} {system} {kind}",
                    row.id
                );
            }
        }
    }
    assert_eq!(lines.next(), None);
}

#[test]
fn agrees_on_made_up_notes() {
    let Some(shared) = shared() else { return };
    let mut random = Random(5);
    let gold: Vec<GoldNote> = (0..400).map(|n| made_up_gold(&mut random, format!("made-up-{n}"))).collect();
    let predictions: Vec<Prediction> =
        (0..380).map(|n| made_up_prediction(&mut random, format!("made-up-{n}"))).collect();
    let paths = (written("made-up-gold.jsonl", &gold), written("made-up-predictions.jsonl", &predictions));
    // What was written is read back, so that both scorers start from the same files.
    let (gold, predictions) = (GoldNote::read(&paths.0).unwrap(), Prediction::read(&paths.1).unwrap());
    let ours = evaluate(&gold, &predictions, &CodeSet::embedded(), &OPTIONS);
    assert_eq!((ours.without_prediction, compared(&ours).count()), (20, FIGURES));
    assert!(compared(&ours).all(|f| f.n >= 20 && f.value > 0.0), "each figure is put to the test: {ours:?}");
    compare(&shared, &paths.0, &paths.1, &ours);
}

#[test]
fn agrees_on_the_gold_corpus() {
    let Some(shared) = shared() else { return };
    let path = shared.join("corpora/gold-dev.jsonl");
    if !path.is_file() {
        println!("skipped: no {}", path.display());
        return;
    }
    let gold = GoldNote::read(&path).unwrap();
    let predictions = gold.iter().enumerate().filter(|(n, _)| n % 9 != 8).map(|(n, note)| crude_prediction(n, note));
    let written = written("crude-predictions.jsonl", predictions);
    let ours = evaluate(&gold, &Prediction::read(&written).unwrap(), &CodeSet::embedded(), &OPTIONS);
    assert!(compared(&ours).all(|f| f.n > 0 && f.value > 0.0), "each figure is put to the test: {:?}", ours.figures);
    compare(&shared, &path, &written, &ours);
}
