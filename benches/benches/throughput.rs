//! Bytes a second of each layer on notes of 3 KB and of 1 MB, start-up, and the share of each.

#![allow(missing_docs)] // the macros' own functions

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use icdraft_benches::note;
use icdraft_codeset::CodeSet;
use icdraft_mention::{Annotation, Procedures, Terminology};
use icdraft_note::{Encounter, Note, Outline, Patient};
use icdraft_suggest::{Coder, Config};

fn layers(c: &mut Criterion) {
    let set = CodeSet::embedded();
    let terminology = Terminology::new(&set, Procedures::Lexicon).expect("embedded lexicons");
    let coder = Coder::new(&Config::default()).expect("embedded lexicons");
    for (name, bytes) in [("3KB", 3_000), ("1MB", 1_000_000)] {
        let text = note(bytes);
        let one = Note { id: "bench".into(), text: text.clone(), ..Note::default() };
        let encounter = Encounter::of_note("bench", text.clone());
        let outline = Outline::of(&text);
        let mut group = c.benchmark_group("throughput");
        group.throughput(Throughput::Bytes(text.len() as u64));
        if bytes > 100_000 {
            group.sample_size(10);
        }
        group.bench_function(BenchmarkId::new("sections", name), |b| b.iter(|| Outline::of(&text)));
        group.bench_function(BenchmarkId::new("match", name), |b| b.iter(|| terminology.scan(&text, &outline)));
        group
            .bench_function(BenchmarkId::new("assertion", name), |b| b.iter(|| terminology.cue_count(&text, &outline)));
        group.bench_function(BenchmarkId::new("annotate", name), |b| {
            b.iter(|| Annotation::of(&terminology, &one, Patient::default()));
        });
        group.bench_function(BenchmarkId::new("coder", name), |b| b.iter(|| coder.code(&encounter)));
        group.finish();
    }
}

fn start(c: &mut Criterion) {
    let mut group = c.benchmark_group("start");
    group.sample_size(20);
    group.bench_function("pack", |b| b.iter(CodeSet::embedded));
    group.bench_function("coder", |b| b.iter(|| Coder::new(&Config::default()).expect("embedded lexicons")));
    group.finish();
}

criterion_group!(benches, layers, start);
criterion_main!(benches);
