//! Code systems as corpora name them, and the shape of their codes.

use icdraft_codeset::Code;

/// A code system whose codes can be checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum System {
    /// Diagnoses.
    Icd10Cm,
    /// Inpatient procedures.
    Icd10Pcs,
    /// Procedures.
    Cpt,
    /// Supplies, drugs and services, level II.
    Hcpcs,
}

/// Names that corpora give the systems, letters and digits only.
const NAMES: [(&str, System); 11] = [
    ("ICD10CM", System::Icd10Cm),
    ("ICD10", System::Icd10Cm),
    ("CIE10", System::Icd10Cm),
    ("CIE10MC", System::Icd10Cm),
    ("ICD10PCS", System::Icd10Pcs),
    ("CIE10PCS", System::Icd10Pcs),
    ("CPT", System::Cpt),
    ("CPT4", System::Cpt),
    ("HCPCS", System::Hcpcs),
    ("HCPCS2", System::Hcpcs),
    ("HCPCSLEVELII", System::Hcpcs),
];

impl System {
    /// The system that a corpus calls `name`, in whatever spelling (`ICD-10-CM`, `icd10cm`, `CIE10`).
    pub fn named(name: &str) -> Option<Self> {
        let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase();
        NAMES.iter().find(|(known, _)| *known == plain).map(|(_, system)| *system)
    }

    /// The name that gold uses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Icd10Cm => "ICD-10-CM",
            Self::Icd10Pcs => "ICD-10-PCS",
            Self::Cpt => "CPT",
            Self::Hcpcs => "HCPCS",
        }
    }

    /// The system whose codes look like `code`: none where no system has such codes. HCPCS has to be named: `J1100` may be
    /// a diagnosis without its dot.
    pub fn of_code(code: &str) -> Option<Self> {
        [Self::Cpt, Self::Icd10Cm, Self::Icd10Pcs].into_iter().find(|system| system.is_shaped(code))
    }

    /// Whether `code` looks like a code of this system. It may be none all the same.
    pub fn is_shaped(self, code: &str) -> bool {
        let bytes = code.as_bytes();
        let digits = |range: &[u8]| range.iter().all(u8::is_ascii_digit);
        match self {
            Self::Icd10Cm => code.parse::<Code>().is_ok(),
            // Characters are digits and letters but I and O, which look like digits.
            Self::Icd10Pcs => {
                bytes.len() == 7
                    && bytes.iter().any(u8::is_ascii_digit)
                    && bytes.iter().all(|b| b.is_ascii_alphanumeric() && !matches!(b, b'I' | b'O' | b'i' | b'o'))
            }
            // Category II ends in F, III in T, laboratory analyses in U or M; administrative codes in A.
            Self::Cpt => {
                bytes.len() == 5
                    && digits(&bytes[..4])
                    && matches!(bytes[4].to_ascii_uppercase(), b'0'..=b'9' | b'F' | b'T' | b'U' | b'M' | b'A')
            }
            Self::Hcpcs => {
                bytes.len() == 5 && matches!(bytes[0].to_ascii_uppercase(), b'A'..=b'V') && digits(&bytes[1..])
            }
        }
    }
}

/// A code as it is printed: upper case; ICD-10-CM with its dot.
pub(crate) fn printed(system: &str, code: &str) -> String {
    let code = code.trim();
    match code.parse::<Code>() {
        Ok(parsed) if System::named(system) == Some(System::Icd10Cm) => parsed.to_string(),
        _ => code.to_ascii_uppercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn systems_are_known_by_any_spelling() {
        for name in ["ICD-10-CM", "icd10cm", "ICD_10_CM", "CIE10"] {
            assert_eq!(System::named(name), Some(System::Icd10Cm), "{name}");
        }
        assert_eq!(System::named("ICD-9-CM"), None);
        assert_eq!(System::named("Reference"), None);
    }

    #[test]
    fn codes_tell_their_system() {
        let cases = [
            ("K40.90", Some(System::Icd10Cm)),
            ("k4090", Some(System::Icd10Cm)),
            ("49505", Some(System::Cpt)),
            ("0275T", Some(System::Cpt)),
            ("J1100", Some(System::Icd10Cm)),
            ("0DTJ4ZZ", Some(System::Icd10Pcs)),
            ("0DTJ4ZO", None),
            ("hernia", None),
            ("sutured", None),
        ];
        for (code, system) in cases {
            assert_eq!(System::of_code(code), system, "{code}");
        }
    }

    #[test]
    fn printed_codes_have_their_dot() {
        assert_eq!(printed("ICD-10-CM", " k4090 "), "K40.90");
        assert_eq!(printed("CPT", "0275t"), "0275T");
        assert_eq!(printed("ICD-10-PCS", "bw40zzz"), "BW40ZZZ");
    }
}
