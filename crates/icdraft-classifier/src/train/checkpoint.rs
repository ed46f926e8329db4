//! Checkpoints: everything a run needs to go on as if it had not been stopped.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use candle_core::{Device, Tensor, Var};

use crate::ClassifierError;
use crate::train::optimizer::AdamW;

const FILE: &str = "checkpoint.safetensors";

/// Writes beside, then renames: a run that is stopped while it writes leaves the last checkpoint whole.
pub(crate) fn write(folder: &Path, vars: &BTreeMap<String, Var>, adam: &AdamW) -> Result<(), ClassifierError> {
    let mut all: HashMap<String, Tensor> = HashMap::new();
    for (name, var) in vars {
        all.insert(format!("value.{name}"), var.as_tensor().clone());
        for (kind, moments) in [("mean", &adam.means), ("square", &adam.squares)] {
            if let Some(values) = moments.get(name) {
                all.insert(format!("{kind}.{name}"), Tensor::from_vec(values.clone(), var.shape(), &Device::Cpu)?);
            }
        }
    }
    all.insert("step".into(), Tensor::new(&[adam.step as i64], &Device::Cpu)?);
    let (path, beside) = (folder.join(FILE), folder.join("checkpoint.part"));
    candle_core::safetensors::save(&all, &beside)?;
    std::fs::rename(&beside, &path).map_err(|source| ClassifierError::Io { path, source })
}

/// Takes up the checkpoint of `folder`, if there is one.
pub(crate) fn resume(folder: &Path, vars: &BTreeMap<String, Var>) -> Result<AdamW, ClassifierError> {
    let path = folder.join(FILE);
    if !path.exists() {
        return Ok(AdamW::default());
    }
    let mut all = candle_core::safetensors::load(&path, &Device::Cpu)?;
    let other = |what: &str| {
        let problem = format!("{what} does not fit the stage; train into another folder, or delete the checkpoint");
        ClassifierError::file(path.display().to_string(), problem)
    };
    let mut adam = AdamW::default();
    let step = all.remove("step").ok_or_else(|| other("`step`"))?.to_vec1::<i64>()?;
    adam.step = step.first().and_then(|s| usize::try_from(*s).ok()).ok_or_else(|| other("`step`"))?;
    for (name, var) in vars {
        let value = all.remove(&format!("value.{name}")).filter(|v| v.shape() == var.shape());
        var.set(&value.ok_or_else(|| other(&format!("`{name}`")))?)?;
        for (kind, moments) in [("mean", &mut adam.means), ("square", &mut adam.squares)] {
            if let Some(tensor) = all.remove(&format!("{kind}.{name}")) {
                moments.insert(name.clone(), tensor.flatten_all()?.to_vec1()?);
            }
        }
    }
    Ok(adam)
}
