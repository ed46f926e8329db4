//! Forward passes of the default encoder a second, for `onnx/compare.py`, which runs onnxruntime beside it.
//!
//! `forward MODEL_DIR THREADS BATCH TOKENS SECONDS [OUTPUT]`: each thread runs batches of its own, with one thread inside
//! (`RAYON_NUM_THREADS=1`). `OUTPUT` gets the last layer of the first batch, to be compared.

use std::path::Path;
use std::time::{Duration, Instant};

use icdraft_classifier::{Inference, ModelConfig, Weights};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [folder, threads, batch, tokens, seconds, output @ ..] = &args[..] else {
        return Err("forward MODEL_DIR THREADS BATCH TOKENS SECONDS [OUTPUT]".into());
    };
    let (threads, batch, tokens): (usize, usize, usize) = (threads.parse()?, batch.parse()?, tokens.parse()?);
    let folder = Path::new(folder);
    let config: ModelConfig = serde_json::from_slice(&std::fs::read(folder.join("config.json"))?)?;
    let model = Inference::new(&config, &Weights::read(&folder.join("model.safetensors"), &config)?)?;
    // The same pieces as compare.py draws; positions end where the model's table does, so long rows repeat phrases.
    let piece = |n: usize| ((n * 7919 + 13) % (config.vocab_size - 10) + 5) as u32;
    let phrases: Vec<Vec<u32>> = (0..batch).map(|b| (0..tokens).map(|t| piece(b * tokens + t)).collect()).collect();
    let phrases: Vec<&[u32]> = phrases.iter().map(Vec::as_slice).collect();
    if let [output, ..] = output {
        let states = model.forward(&phrases)?.flatten_all()?.to_vec1::<f32>()?;
        std::fs::write(output, states.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<u8>>())?;
    }
    let limit = Duration::from_secs_f64(seconds.parse()?);
    let run = || -> candle_core::Result<f64> {
        let (start, mut passes) = (Instant::now(), 0);
        while start.elapsed() < limit {
            std::hint::black_box(model.forward(&phrases)?);
            passes += 1;
        }
        Ok(f64::from(passes) * batch as f64 / start.elapsed().as_secs_f64())
    };
    let rates = std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(run)).collect();
        running.into_iter().map(|thread| thread.join().map_err(|_| "a thread stopped")).collect::<Result<Vec<_>, _>>()
    })?;
    let rate: f64 = rates.into_iter().sum::<candle_core::Result<f64>>()?;
    #[allow(clippy::print_stdout)]
    {
        println!("{rate:.2}");
    }
    Ok(())
}
