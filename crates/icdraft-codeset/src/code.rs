//! The code itself: up to seven characters, stored without its dot.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// An ICD-10-CM category, subcategory or code: one to seven ASCII letters and digits, held inline.
///
/// Prints with the dot (`K40.90`), parses with or without it, in either case.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Code([u8; 7]);

/// Text that is not shaped like an ICD-10-CM code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not shaped like an ICD-10-CM code: a letter, then two to six letters or digits with a digit among the first three, as in K40.90"
)]
pub struct CodeShapeError(String);

impl Code {
    /// The characters, without the dot.
    pub fn as_str(&self) -> &str {
        let len = self.0.iter().position(|&b| b == 0).unwrap_or(7);
        std::str::from_utf8(&self.0[..len]).unwrap_or_default()
    }

    /// Number of characters, without the dot.
    #[allow(clippy::len_without_is_empty)] // a code is never empty
    pub fn len(&self) -> usize {
        self.as_str().len()
    }

    /// The three-character category.
    pub fn category(&self) -> Code {
        self.prefix(3)
    }

    /// The first `n` characters (all of them where the code is shorter).
    pub fn prefix(&self, n: usize) -> Code {
        let mut out = [0; 7];
        let n = n.min(self.len());
        out[..n].copy_from_slice(&self.0[..n]);
        Code(out)
    }

    /// The seventh character, where there is one.
    pub fn seventh(&self) -> Option<char> {
        (self.0[6] != 0).then(|| char::from(self.0[6]))
    }

    /// This code with placeholders `X` up to the sixth character, then `seventh`.
    pub fn with_seventh(&self, seventh: char) -> Code {
        let mut out = self.0;
        for slot in &mut out[..6] {
            if *slot == 0 {
                *slot = b'X';
            }
        }
        out[6] = u8::try_from(seventh).unwrap_or(b'?');
        Code(out)
    }

    /// Whether `self` stands at or below `ancestor` by its characters.
    pub fn is_under(&self, ancestor: &Code) -> bool {
        self.as_str().starts_with(ancestor.as_str())
    }
}

impl FromStr for Code {
    type Err = CodeShapeError;

    fn from_str(text: &str) -> Result<Self, CodeShapeError> {
        let shape = || CodeShapeError(text.to_owned());
        let mut out = [0u8; 7];
        let mut n = 0;
        for (place, byte) in text.trim().bytes().enumerate() {
            if byte == b'.' && place == 3 {
                continue;
            }
            if n == 7 || !byte.is_ascii_alphanumeric() {
                return Err(shape());
            }
            out[n] = byte.to_ascii_uppercase();
            n += 1;
        }
        // The second character was a digit for decades; FY2026 has QA0.
        if n < 3 || !out[0].is_ascii_alphabetic() || !out[1..3].iter().any(u8::is_ascii_digit) {
            return Err(shape());
        }
        Ok(Code(out))
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.as_str();
        match text.split_at_checked(3) {
            Some((category, rest)) if !rest.is_empty() => f.pad(&format!("{category}.{rest}")),
            _ => f.pad(text),
        }
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_with_and_without_dot() {
        for text in ["K40.90", "k4090", " K40.90 "] {
            assert_eq!(text.parse::<Code>().unwrap().to_string(), "K40.90");
        }
        assert_eq!("I10".parse::<Code>().unwrap().to_string(), "I10");
    }

    #[test]
    fn refuses_other_shapes() {
        for text in ["", "K4", "4K0", "K40.9.0", "K40.12345", "K40-9", "99213", "é40"] {
            assert!(text.parse::<Code>().is_err(), "{text}");
        }
    }

    #[test]
    fn fills_placeholders() {
        let code: Code = "V89.2".parse().unwrap();
        assert_eq!(code.with_seventh('A').to_string(), "V89.2XXA");
        assert_eq!(code.with_seventh('A').seventh(), Some('A'));
    }

    proptest! {
        #[test]
        fn printing_and_parsing_agree(text in "[A-Z][0-9][0-9A-Z]{1,5}") {
            let code: Code = text.parse().unwrap();
            prop_assert_eq!(code.to_string().parse::<Code>().unwrap(), code);
            prop_assert_eq!(code.as_str(), text);
        }
    }
}
