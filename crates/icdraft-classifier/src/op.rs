//! Tensor operations of our own: the mean of some rows of a table, without the rows being copied.

use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, Tensor, bail};

/// For each bag the sum of its rows over the root of their number. The gradient goes to the rows.
#[derive(Debug, Clone)]
pub(crate) struct Bag {
    pub(crate) bags: std::sync::Arc<Vec<Vec<u32>>>,
}

fn scale(rows: usize) -> f32 {
    1.0 / (rows.max(1) as f32).sqrt()
}

impl CustomOp1 for Bag {
    fn name(&self) -> &'static str {
        "embedding-bag"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let CpuStorage::F32(table) = storage else { bail!("an embedding bag needs 32-bit floats") };
        let Some((start, end)) = layout.contiguous_offsets() else {
            bail!("an embedding bag needs a contiguous table")
        };
        let (table, width) = (&table[start..end], layout.shape().dims2()?.1);
        let mut out = vec![0f32; self.bags.len() * width];
        for (rows, sum) in self.bags.iter().zip(out.chunks_exact_mut(width)) {
            let scale = scale(rows.len());
            for row in rows {
                let at = *row as usize * width;
                sum.iter_mut().zip(&table[at..at + width]).for_each(|(s, v)| *s += v * scale);
            }
        }
        Ok((CpuStorage::F32(out), Shape::from((self.bags.len(), width))))
    }

    fn bwd(&self, table: &Tensor, _sum: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        let (rows, width) = table.dims2()?;
        let gradient = gradient.flatten_all()?.to_vec1::<f32>()?;
        let mut out = vec![0f32; rows * width];
        for (bag, gradient) in self.bags.iter().zip(gradient.chunks_exact(width)) {
            let scale = scale(bag.len());
            for row in bag {
                let at = *row as usize * width;
                out[at..at + width].iter_mut().zip(gradient).for_each(|(o, g)| *o += g * scale);
            }
        }
        Tensor::from_vec(out, (rows, width), table.device()).map(Some)
    }
}

/// Rows brought to unit length.
pub(crate) fn unit(rows: &Tensor) -> Result<Tensor> {
    let length = (rows.sqr()?.sum_keepdim(1)? + 1e-12)?.sqrt()?;
    rows.broadcast_div(&length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::{Device, Var};

    #[test]
    fn sums_rows_and_sends_the_gradient_back() {
        let table = Var::new(&[[1f32, 2.0], [3.0, 4.0], [5.0, 6.0]], &Device::Cpu).unwrap();
        let bags = std::sync::Arc::new(vec![vec![0, 2, 0, 1], vec![], vec![1]]);
        let sum = table.apply_op1(Bag { bags }).unwrap();
        // (1+5+1+3)/2, (2+6+2+4)/2; nothing; the row itself.
        assert_eq!(sum.to_vec2::<f32>().unwrap(), [[5.0, 7.0], [0.0, 0.0], [3.0, 4.0]]);
        let gradients = sum.sum_all().unwrap().backward().unwrap();
        let gradient = gradients.get(&table).unwrap().to_vec2::<f32>().unwrap();
        assert_eq!(gradient, [[1.0, 1.0], [1.5, 1.5], [0.5, 0.5]]);
    }
}
