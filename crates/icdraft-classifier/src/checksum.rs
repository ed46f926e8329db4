//! SHA-256 in hexadecimal.

use sha2::{Digest as _, Sha256};

/// The SHA-256 of `bytes`, as `SHA256SUMS` and reports have it.
pub fn checksum(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}
