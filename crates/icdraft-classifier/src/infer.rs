//! The encoder without gradients. Phrases stand one after another without padding, query, key and value are one product, and what
//! stands between the products is done in one pass each, in place, with the widest vectors that the processor has.

// Loops over indices, where a compiler makes vectors of them: chains of iterators are calls under `dispatch`.
#![allow(clippy::needless_range_loop)]

use candle_core::{CpuStorage, CustomOp1, Device, InplaceOp1, InplaceOp2, Layout, Result, Shape, Tensor, bail};
use pulp::{Arch, Simd, WithSimd};

use crate::{Activation, ClassifierError, ModelConfig, Weights};

/// Rows (pieces) that go through a layer at once: more fall out of the cache.
const ROWS: usize = 1024;

/// A layer with its weights transposed for row vectors.
#[derive(Debug)]
struct Layer {
    /// Query, key and value side by side.
    mixed: Tensor,
    attention: Attention,
    attended: Tensor,
    attended_norm: AddNorm,
    wide: Tensor,
    activate: Activate,
    narrow: Tensor,
    norm: AddNorm,
}

/// The encoder, ready to be run by many threads. It holds copies of the weights.
#[derive(Debug)]
pub struct Inference {
    width: usize,
    words: Vec<f32>,
    /// Position and segment in one.
    places: Vec<f32>,
    norm: AddNorm,
    layers: Vec<Layer>,
}

impl Inference {
    /// Copies `weights`.
    ///
    /// # Errors
    /// A variable that is missing, or heads that do not divide the width.
    pub fn new(config: &ModelConfig, weights: &Weights) -> std::result::Result<Self, ClassifierError> {
        config.check()?;
        let values = |name: &str| -> std::result::Result<Vec<f32>, ClassifierError> {
            Ok(weights.get(name)?.flatten_all()?.to_vec1()?)
        };
        let turned = |names: &[String]| -> std::result::Result<Tensor, ClassifierError> {
            let parts = names
                .iter()
                .map(|n| weights.get(&format!("{n}.weight")))
                .collect::<std::result::Result<Vec<_>, _>>()?;
            Ok(Tensor::cat(&parts, 0)?.t()?.contiguous()?.detach())
        };
        let width = config.hidden_size;
        let norm = |name: &str, bias: Option<&str>| -> std::result::Result<AddNorm, ClassifierError> {
            let bias = bias.map_or_else(|| Ok(vec![0.0; width]), |name| values(&format!("{name}.bias")))?;
            let (scale, shift) = (values(&format!("{name}.weight"))?, values(&format!("{name}.bias"))?);
            Ok(AddNorm { bias, scale, shift, eps: config.layer_norm_eps as f32 })
        };
        let layers = (0..config.num_hidden_layers)
            .map(|n| {
                let of = |part: &str| format!("encoder.layer.{n}.{part}");
                let mixed = ["query", "key", "value"].map(|part| of(&format!("attention.self.{part}")));
                let bias = mixed
                    .iter()
                    .map(|name| values(&format!("{name}.bias")))
                    .collect::<std::result::Result<Vec<_>, _>>()?;
                Ok(Layer {
                    mixed: turned(&mixed)?,
                    attention: Attention { bias: bias.concat(), heads: config.num_attention_heads },
                    attended: turned(&[of("attention.output.dense")])?,
                    attended_norm: norm(&of("attention.output.LayerNorm"), Some(&of("attention.output.dense")))?,
                    wide: turned(&[of("intermediate.dense")])?,
                    activate: Activate { bias: values(&of("intermediate.dense.bias"))?, activation: config.hidden_act },
                    narrow: turned(&[of("output.dense")])?,
                    norm: norm(&of("output.LayerNorm"), Some(&of("output.dense")))?,
                })
            })
            .collect::<std::result::Result<_, ClassifierError>>()?;
        let segment = values("embeddings.token_type_embeddings.weight")?;
        let mut places = values("embeddings.position_embeddings.weight")?;
        places.chunks_exact_mut(width).for_each(|p| p.iter_mut().zip(&segment).for_each(|(p, s)| *p += s));
        Ok(Self {
            width,
            words: values("embeddings.word_embeddings.weight")?,
            places,
            norm: norm("embeddings.LayerNorm", None)?,
            layers,
        })
    }

    /// The last layer of each phrase, row after row: `[pieces of all phrases, width]`.
    ///
    /// # Errors
    /// A phrase with more pieces than there are positions, or a piece that the vocabulary does not have.
    pub fn forward(&self, phrases: &[&[u32]]) -> Result<Tensor> {
        let lengths: Vec<usize> = phrases.iter().map(|p| p.len()).collect();
        let rows: usize = lengths.iter().sum();
        let mut states = Vec::with_capacity(rows * self.width);
        for phrase in phrases {
            for (place, piece) in phrase.iter().enumerate() {
                let row = |table: &[f32], n: usize| (n * self.width, (n + 1) * self.width, table.len());
                let ((from, to, words), (start, end, places)) =
                    (row(&self.words, *piece as usize), row(&self.places, place));
                if to > words || end > places {
                    bail!("piece {piece} at place {place} is beyond the model's tables");
                }
                states.extend(self.words[from..to].iter().zip(&self.places[start..end]).map(|(w, p)| w + p));
            }
        }
        Arch::new().dispatch(NormRows { norm: &self.norm, values: &mut states, other: None });
        let mut states = Tensor::from_vec(states, (rows, self.width), &Device::Cpu)?;
        for layer in &self.layers {
            let mixed = states.matmul(&layer.mixed)?;
            let within = Within { attention: &layer.attention, lengths: &lengths };
            let attended = mixed.apply_op1_no_bwd(&within)?.matmul(&layer.attended)?;
            attended.inplace_op2(&states, &layer.attended_norm)?;
            let wide = attended.matmul(&layer.wide)?;
            wide.inplace_op1(&layer.activate)?;
            let out = wide.matmul(&layer.narrow)?;
            out.inplace_op2(&attended, &layer.norm)?;
            states = out;
        }
        Ok(states)
    }

    /// The mean of the last layer over the pieces of each phrase: `[phrases, width]`.
    ///
    /// # Errors
    /// See [`Inference::forward`].
    pub fn pooled(&self, phrases: &[&[u32]]) -> Result<Tensor> {
        let mut means = Vec::with_capacity(phrases.len() * self.width);
        let mut from = 0;
        while from < phrases.len() {
            let mut rows = 0;
            let fits = phrases[from..].iter().take_while(|p| {
                rows += p.len();
                rows <= ROWS
            });
            let to = from + fits.count().max(1);
            let states = self.forward(&phrases[from..to])?.flatten_all()?.to_vec1::<f32>()?;
            let mut rows = states.chunks_exact(self.width);
            for phrase in &phrases[from..to] {
                let mut mean = vec![0f32; self.width];
                rows.by_ref().take(phrase.len()).for_each(|row| mean.iter_mut().zip(row).for_each(|(m, v)| *m += v));
                let share = 1.0 / phrase.len().max(1) as f32;
                means.extend(mean.into_iter().map(|v| v * share));
            }
            from = to;
        }
        Tensor::from_vec(means, (phrases.len(), self.width), &Device::Cpu)
    }
}

/// The values of a contiguous tensor.
fn slice<'a>(storage: &'a CpuStorage, layout: &Layout) -> Result<&'a [f32]> {
    match (storage, layout.contiguous_offsets()) {
        (CpuStorage::F32(values), Some((start, end))) => Ok(&values[start..end]),
        _ => bail!("the encoder works on contiguous 32-bit floats"),
    }
}

fn slice_mut<'a>(storage: &'a mut CpuStorage, layout: &Layout) -> Result<&'a mut [f32]> {
    match (storage, layout.contiguous_offsets()) {
        (CpuStorage::F32(values), Some((start, end))) => Ok(&mut values[start..end]),
        _ => bail!("the encoder works on contiguous 32-bit floats"),
    }
}

/// Self-attention.
#[derive(Debug)]
struct Attention {
    /// Of query, key and value.
    bias: Vec<f32>,
    heads: usize,
}

/// Self-attention within each phrase.
struct Within<'a> {
    attention: &'a Attention,
    /// Pieces of each phrase.
    lengths: &'a [usize],
}

impl CustomOp1 for Within<'_> {
    fn name(&self) -> &'static str {
        "attention"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let mixed = slice(storage, layout)?;
        let all = self.attention.bias.len();
        let (width, rows) = (all / 3, mixed.len() / all);
        let mut out = vec![0f32; rows * width];
        Arch::new().dispatch(Attend { within: self, mixed, out: &mut out });
        Ok((CpuStorage::F32(out), Shape::from((rows, width))))
    }
}

/// What is to be compiled for each width of vectors. Structs, since a closure is no part of the function that has the wide vectors.
struct Attend<'a> {
    within: &'a Within<'a>,
    mixed: &'a [f32],
    out: &'a mut [f32],
}

impl WithSimd for Attend<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        self.within.attention.phrases(simd, self.within.lengths, self.mixed, self.out);
    }
}

struct NormRows<'a> {
    norm: &'a AddNorm,
    values: &'a mut [f32],
    other: Option<&'a [f32]>,
}

impl WithSimd for NormRows<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        self.norm.rows(self.values, self.other);
    }
}

struct ActivateRows<'a> {
    activate: &'a Activate,
    values: &'a mut [f32],
}

impl WithSimd for ActivateRows<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        self.activate.rows(self.values);
    }
}

/// Vectors that are summed side by side, in registers.
const VECTORS: usize = 4;

/// Numbers in that many of the widest vectors: rows are filled up to a multiple.
const LANES: usize = 16 * VECTORS;

impl Attention {
    #[inline(always)]
    fn phrases<S: Simd>(&self, simd: S, lengths: &[usize], mixed: &[f32], out: &mut [f32]) {
        let width = self.bias.len() / 3;
        let longest = lengths.iter().copied().max().unwrap_or(0).next_multiple_of(LANES);
        let size = width / self.heads;
        let scale = 1.0 / (size as f32).sqrt();
        // Rows are filled up with zeros to whole lanes.
        let padded = size.next_multiple_of(LANES);
        let (mut keys, mut values) = (vec![0f32; size * longest], vec![0f32; longest * padded]);
        let (mut query, mut scores, mut sum) = (vec![0f32; size], vec![0f32; longest], vec![0f32; padded]);
        let mut from = 0;
        for &length in lengths {
            let row = length.next_multiple_of(LANES);
            for head in 0..self.heads {
                let at = |n: usize, part: usize| (from + n) * 3 * width + part * width + head * size;
                let bias = |part: usize| &self.bias[part * width + head * size..][..size];
                // Keys are turned: then a query's scores are sums of long rows.
                for n in 0..length {
                    let (key, key_bias) = (&mixed[at(n, 1)..][..size], bias(1));
                    for d in 0..size {
                        keys[d * row + n] = key[d] + key_bias[d];
                    }
                    values[n * padded..][..size].copy_from_slice(&mixed[at(n, 2)..][..size]);
                }
                for n in 0..length {
                    let (own, own_bias) = (&mixed[at(n, 0)..][..size], bias(0));
                    for d in 0..size {
                        query[d] = (own[d] + own_bias[d]) * scale;
                    }
                    weighted(simd, &query, &keys[..size * row], &mut scores[..row]);
                    softmax(&mut scores[..length]);
                    weighted(simd, &scores[..length], &values[..length * padded], &mut sum);
                    // The shares add up to one: a value's bias is added once.
                    let (out, value_bias) = (&mut out[(from + n) * width + head * size..][..size], bias(2));
                    for d in 0..size {
                        out[d] = sum[d] + value_bias[d];
                    }
                }
            }
            from += length;
        }
    }
}

/// The sum of rows, each times its weight; a row is as long as `out`, whole lanes.
#[inline(always)]
fn weighted<S: Simd>(simd: S, weights: &[f32], rows: &[f32], out: &mut [f32]) {
    let width = out.len();
    let row = |n: usize| S::as_simd_f32s(&rows[n * width..][..width]).0;
    let out = S::as_mut_simd_f32s(out).0;
    for (block, out) in out.chunks_exact_mut(VECTORS).enumerate() {
        // Two sets of sums, for even and odd rows: one would wait for itself.
        let mut sums = [[simd.splat_f32s(0.0); VECTORS]; 2];
        let add = |n: usize, sums: &mut [S::f32s; VECTORS]| {
            let (weight, row) = (simd.splat_f32s(weights[n]), &row(n)[block * VECTORS..][..VECTORS]);
            for v in 0..VECTORS {
                sums[v] = simd.mul_add_e_f32s(weight, row[v], sums[v]);
            }
        };
        for n in (0..weights.len() - 1).step_by(2) {
            add(n, &mut sums[0]);
            add(n + 1, &mut sums[1]);
        }
        if weights.len() % 2 == 1 {
            add(weights.len() - 1, &mut sums[0]);
        }
        for v in 0..VECTORS {
            out[v] = simd.add_f32s(sums[0][v], sums[1][v]);
        }
    }
}

#[inline(always)]
fn softmax(scores: &mut [f32]) {
    let mut lanes = [f32::NEG_INFINITY; 16];
    let whole = scores.len() / 16 * 16;
    for chunk in scores[..whole].chunks_exact(16) {
        for lane in 0..16 {
            lanes[lane] = larger(chunk[lane], lanes[lane]);
        }
    }
    let most = lanes.iter().chain(&scores[whole..]).fold(f32::NEG_INFINITY, |most, score| larger(*score, most));
    for score in scores.iter_mut() {
        *score = exp(*score - most);
    }
    let share = 1.0 / sum(scores, |s| s);
    for score in scores.iter_mut() {
        *score *= share;
    }
}

/// `f32::max` asks for numbers that are none, which takes longer.
#[inline(always)]
fn larger(a: f32, b: f32) -> f32 {
    if a > b { a } else { b }
}

/// `e` to the power of `x` for `x` at most 0, to seven digits: two to a whole power times a polynomial (Cephes' coefficients), so
/// that a compiler can do many at once.
#[inline(always)]
fn exp(x: f32) -> f32 {
    let x = if x < -87.0 { -87.0 } else { x };
    let whole = (x * std::f32::consts::LOG2_E - 0.5) as i32 as f32;
    let rest = (x - whole * 0.693_359_4) + whole * 2.121_944_4e-4;
    let mut p = 1.987_569_1e-4;
    for c in [1.398_2e-3, 8.333_452e-3, 4.166_579_6e-2, 0.166_666_66, 0.5] {
        p = p * rest + c;
    }
    let power = f32::from_bits(((whole as i32 + 127) as u32) << 23);
    (p * rest * rest + rest + 1.0) * power
}

/// A sum in sixteen lanes: a fixed order that vectors can follow.
#[inline(always)]
fn sum(values: &[f32], of: impl Fn(f32) -> f32) -> f32 {
    let mut lanes = [0f32; 16];
    let whole = values.len() / 16 * 16;
    for chunk in values[..whole].chunks_exact(16) {
        for lane in 0..16 {
            lanes[lane] += of(chunk[lane]);
        }
    }
    let mut all = 0.0;
    for value in &values[whole..] {
        all += of(*value);
    }
    for lane in lanes {
        all += lane;
    }
    all
}

/// Adds a bias and another tensor, then brings each row to mean 0 and deviation 1, scaled and shifted.
#[derive(Debug)]
struct AddNorm {
    bias: Vec<f32>,
    scale: Vec<f32>,
    shift: Vec<f32>,
    eps: f32,
}

impl AddNorm {
    #[inline(always)]
    fn rows(&self, values: &mut [f32], other: Option<&[f32]>) {
        let width = self.bias.len();
        for (n, row) in values.chunks_exact_mut(width).enumerate() {
            if let Some(other) = other {
                let (other, bias) = (&other[n * width..][..width], &self.bias[..width]);
                for d in 0..width {
                    row[d] += other[d] + bias[d];
                }
            }
            let mean = sum(row, |v| v) / width as f32;
            let variance = sum(row, |v| (v - mean) * (v - mean)) / width as f32;
            let by = 1.0 / (variance + self.eps).sqrt();
            let (scale, shift) = (&self.scale[..width], &self.shift[..width]);
            for d in 0..width {
                row[d] = (row[d] - mean) * by * scale[d] + shift[d];
            }
        }
    }
}

impl InplaceOp2 for AddNorm {
    fn name(&self) -> &'static str {
        "add-norm"
    }

    fn cpu_fwd(&self, out: &mut CpuStorage, out_at: &Layout, other: &CpuStorage, other_at: &Layout) -> Result<()> {
        let (values, other) = (slice_mut(out, out_at)?, slice(other, other_at)?);
        Arch::new().dispatch(NormRows { norm: self, values, other: Some(other) });
        Ok(())
    }
}

/// Adds a bias and applies the activation.
#[derive(Debug)]
struct Activate {
    bias: Vec<f32>,
    activation: Activation,
}

impl Activate {
    #[inline(always)]
    fn rows(&self, values: &mut [f32]) {
        let bias = &self.bias[..];
        for row in values.chunks_exact_mut(bias.len()) {
            let row = &mut row[..bias.len()];
            match self.activation {
                Activation::Relu => {
                    for d in 0..bias.len() {
                        row[d] = larger(row[d] + bias[d], 0.0);
                    }
                }
                Activation::Gelu => {
                    for d in 0..bias.len() {
                        row[d] = gelu(row[d] + bias[d]);
                    }
                }
            }
        }
    }
}

fn gelu(x: f32) -> f32 {
    x * 0.5 * (1.0 + candle_core::cpu::erf::erf_f32(x * std::f32::consts::FRAC_1_SQRT_2))
}

impl InplaceOp1 for Activate {
    fn name(&self) -> &'static str {
        "activate"
    }

    fn cpu_fwd(&self, storage: &mut CpuStorage, layout: &Layout) -> Result<()> {
        let values = slice_mut(storage, layout)?;
        Arch::new().dispatch(ActivateRows { activate: self, values });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_of_e_to_six_digits() {
        for n in 0..8700 {
            let x = -(n as f32) / 100.0;
            let (ours, exact) = (f64::from(exp(x)), f64::from(x).exp());
            assert!((ours / exact - 1.0).abs() < 1e-6, "{x}: {ours} beside {exact}");
        }
        assert!(exp(-1000.0) < 1e-37);
    }

    #[test]
    fn shares_add_up() {
        let mut scores: Vec<f32> = (0..37).map(|n| ((n * 7) % 11) as f32).collect();
        softmax(&mut scores);
        assert!((scores.iter().sum::<f32>() - 1.0).abs() < 1e-6);
        assert!((scores[0] / scores[1] - (-7f32).exp()).abs() < 1e-6);
    }
}
