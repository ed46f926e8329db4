//! Training: pairs of wordings of one code are drawn together, all others of a batch pushed apart.

mod batch;
mod checkpoint;
mod contrast;
mod head;
mod material;
mod noise;
mod optimizer;
mod stage;

pub use contrast::{Progress, train};
pub use head::{embed, train_head};
pub use material::{Material, Source, Wording, group};
pub use stage::Stage;
