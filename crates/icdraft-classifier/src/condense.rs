//! A code's wordings condensed into a few vectors.

/// At most `most` vectors of unit length for the vectors of one code's wordings, the first of which is its title's. The wordings
/// farthest from each other start a group each; a group is the mean of its members.
pub fn condense(vectors: &[Vec<f32>], most: usize) -> Vec<Vec<f32>> {
    if vectors.len() <= most {
        return vectors.to_vec();
    }
    let seeds: Vec<usize> = seeds(vectors, most).into_iter().map(|(seed, _)| seed).collect();
    let mut sums = vec![vec![0f32; vectors[0].len()]; seeds.len()];
    for vector in vectors {
        let similar = |n: &usize| dot(vector, &vectors[seeds[*n]]);
        let group = (0..seeds.len()).max_by(|a, b| similar(a).total_cmp(&similar(b)).then(b.cmp(a))).unwrap_or(0);
        sums[group].iter_mut().zip(vector).for_each(|(s, v)| *s += v);
    }
    for sum in &mut sums {
        let length = dot(sum, sum).sqrt().max(1e-9);
        sum.iter_mut().for_each(|v| *v /= length);
    }
    sums
}

/// How far from all earlier ones the second, third ... of `most` groups would start: what a further vector is worth. Never rises.
pub fn gaps(vectors: &[Vec<f32>], most: usize) -> Vec<f32> {
    seeds(vectors, most.min(vectors.len())).into_iter().skip(1).map(|(_, gap)| gap).collect()
}

/// The first wording, then again and again the one farthest from those taken, with its distance.
fn seeds(vectors: &[Vec<f32>], most: usize) -> Vec<(usize, f32)> {
    let mut seeds = vec![(0, 1.0)];
    let mut near: Vec<f32> = vectors.iter().map(|v| dot(v, &vectors[0])).collect();
    while seeds.len() < most {
        let farthest = (0..vectors.len()).min_by(|a, b| near[*a].total_cmp(&near[*b])).unwrap_or(0);
        seeds.push((farthest, 1.0 - near[farthest]));
        near.iter_mut().zip(vectors).for_each(|(n, v)| *n = n.max(dot(v, &vectors[farthest])));
    }
    seeds
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_wordings_share_a_vector() {
        let at = |degrees: f32| vec![degrees.to_radians().cos(), degrees.to_radians().sin()];
        let all = [at(0.0), at(10.0), at(90.0), at(100.0)];
        let angle = |v: &Vec<f32>| v[1].atan2(v[0]).to_degrees().round();
        assert_eq!(condense(&all, 2).iter().map(angle).collect::<Vec<_>>(), [5.0, 95.0]);
        assert_eq!(condense(&all, 1).iter().map(angle).collect::<Vec<_>>(), [50.0]);
        assert_eq!(condense(&all[..2], 3).len(), 2);
        // The farthest from 0 is 100 degrees away, then 90 is 10 from 100, then 10 is 10 from 0.
        let apart = |degrees: f32| 1.0 - degrees.to_radians().cos();
        for (gap, degrees) in gaps(&all, 9).iter().zip([100.0, 10.0, 10.0]) {
            assert!((gap - apart(degrees)).abs() < 1e-5, "{gap} beside {}", apart(degrees));
        }
        assert_eq!(gaps(&all[..1], 3).len(), 0);
    }
}
