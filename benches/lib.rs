//! Notes for the benchmarks: the samples, cut or repeated to size.

const SAMPLES: [&str; 5] = [
    include_str!("../corpora/samples/hernia-op.txt"),
    include_str!("../corpora/samples/shoulder-op.txt"),
    include_str!("../corpora/samples/cataract-op.txt"),
    include_str!("../corpora/samples/clinic.txt"),
    include_str!("../corpora/samples/emergency.txt"),
];

/// The samples one after the other, again and again, up to `bytes`.
pub fn note(bytes: usize) -> String {
    let mut text: String = SAMPLES
        .iter()
        .cycle()
        .scan(0, |length, sample| {
            let go_on = *length < bytes;
            *length += sample.len();
            go_on.then_some(*sample)
        })
        .collect();
    text.truncate(text.floor_char_boundary(bytes));
    text
}
