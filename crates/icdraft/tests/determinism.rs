//! The same notes give the same bytes, whatever the number of threads.

mod common;

use common::{file, icdraft, lines, samples};
use icdraft_note::Outline;
use serde_json::json;

/// A small generator, so that the notes are the same everywhere.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % n
    }
}

/// Notes made of whole sections of the samples.
fn recombined(count: usize) -> Vec<String> {
    let sections: Vec<String> = samples()
        .iter()
        .flat_map(|(_, text)| {
            Outline::of(text)
                .sections
                .iter()
                .map(|s| text.as_str()[s.range].trim_end().to_owned() + "\n\n")
                .collect::<Vec<_>>()
        })
        .collect();
    let mut dice = Dice(20_260_504);
    (0..count)
        .map(|_| {
            let length = 3 + dice.below(12);
            (0..length).map(|_| sections[dice.below(sections.len())].as_str()).collect()
        })
        .collect()
}

#[test]
fn one_thread_and_two_give_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let notes = recombined(200);
    let text: String = notes
        .iter()
        .enumerate()
        .map(|(n, text)| {
            // Some stand alone, some belong together; some are of another date and setting.
            let encounter = if n % 5 == 0 { format!("e{}", n / 10) } else { format!("n{n}") };
            let (setting, billing) =
                if n % 3 == 0 { ("inpatient", "facility") } else { ("outpatient", "professional") };
            json!({"id": format!("n{n}"), "encounter": encounter, "text": text, "setting": setting, "billing": billing})
                .to_string()
                + "\n"
        })
        .collect();
    let input = file(folder.path(), "notes.jsonl", text);
    let run = |threads: &str| {
        let out = folder.path().join(format!("out{threads}.jsonl"));
        icdraft(&["batch", input.to_str().unwrap(), "--out", out.to_str().unwrap(), "--threads", threads]).expect(0);
        let annotated = folder.path().join(format!("annotated{threads}.jsonl"));
        icdraft(&["annotate", input.to_str().unwrap(), "--out", annotated.to_str().unwrap(), "--threads", threads])
            .expect(0);
        (out, annotated)
    };
    let (one, two) = (run("1"), run("2"));
    let reports = lines(&one.0);
    assert_eq!(reports.len(), 180, "20 of the 200 notes join another's encounter");
    let drafted =
        reports.iter().filter(|r| r["suggestions"].as_array().unwrap().iter().any(|s| s["draft"] == true)).count();
    assert!(drafted > 100, "the notes have something to draft: {drafted}");
    assert!(
        std::fs::read(&one.0).unwrap() == std::fs::read(&two.0).unwrap(),
        "reports differ by the number of threads"
    );
    assert!(
        std::fs::read(&one.1).unwrap() == std::fs::read(&two.1).unwrap(),
        "annotations differ by the number of threads"
    );
    assert!(std::fs::read(run("2").0).unwrap() == std::fs::read(&one.0).unwrap(), "and by the run");
}

/// What was coded before leaves no trace: the notes backwards give the same reports.
#[test]
fn the_order_of_notes_does_not_matter() {
    let folder = tempfile::tempdir().unwrap();
    let notes = recombined(40);
    let text = |order: &mut dyn Iterator<Item = usize>| -> String {
        order.map(|n| json!({"id": n.to_string(), "text": notes[n]}).to_string() + "\n").collect()
    };
    let reports = |name: &str, text: String| {
        let input = file(folder.path(), name, text);
        let out = folder.path().join(format!("out-{name}"));
        icdraft(&["batch", input.to_str().unwrap(), "--out", out.to_str().unwrap(), "--threads", "1"]).expect(0);
        lines(&out)
    };
    let forward = reports("forward.jsonl", text(&mut (0..notes.len())));
    let mut backward = reports("backward.jsonl", text(&mut (0..notes.len()).rev()));
    backward.reverse();
    assert_eq!(forward, backward);
}
