//! Sentences and what they say, worked by hand.

use super::*;

fn drug(text: &str, name: &str, unit: &str, strength: Option<&str>) -> Drug {
    let start = text.find(name).unwrap();
    let strength = strength.map(|s| Dose::parse_strength(s).unwrap());
    Drug { span: Span::new(start, start + name.len()), unit: Dose::parse(unit).unwrap(), strength }
}

fn spans(text: &str, names: &[&str]) -> Vec<Span> {
    names.iter().map(|n| text.find(n).map(|at| Span::new(at, at + n.len())).unwrap()).collect()
}

/// The billing units that a sentence says of a drug, beside others.
fn units(text: &str, name: &str, unit: &str, others: &[&str]) -> Option<u32> {
    let drug = drug(text, name, unit, None);
    stated(text, &drug, &spans(text, others))?.dose.units(drug.unit)
}

#[test]
fn whole_units_rounded_up() {
    for (text, name, unit, expected) in [
        ("ketorolac 60 mg IM", "ketorolac", "15 mg", 4),
        ("Ceftriaxone 1 g given IM", "Ceftriaxone", "250 mg", 4),
        ("ondansetron 4mg IV", "ondansetron", "1 mg", 4),
        ("ketorolac 20 mg", "ketorolac", "15 mg", 2),
        ("ketorolac 15 mg", "ketorolac", "15 mg", 1),
        ("vitamin B12 1,000 mcg", "vitamin B12", "1000 mcg", 1),
        ("penicillin G benzathine 2.4 million units", "penicillin G benzathine", "100000 units", 24),
        ("0.3 mg of X", "X", "0.1 mg", 3),
        ("2 liters of normal saline", "normal saline", "1000 mL", 2),
    ] {
        assert_eq!(units(text, name, unit, &[]), Some(expected), "{text}");
    }
}

#[test]
fn volumes_and_strengths() {
    for (text, name, unit, expected) in [
        ("1 mL of 40 mg/mL triamcinolone", "triamcinolone", "10 mg", 4),
        ("2 cc of Depo-Medrol 80 mg/mL", "Depo-Medrol", "1 mg", 160),
        ("Depo-Medrol 80 mg/mL, 1 mL was injected", "Depo-Medrol", "1 mg", 80),
        ("Kenalog-40, 1 cc, was injected", "Kenalog", "10 mg", 4),
        ("0.5 cc of Kenalog-10", "Kenalog", "10 mg", 1),
        ("1 mL of 1% triamcinolone", "triamcinolone", "10 mg", 1),
        ("Toradol 60 mg/2 mL, 2 mL given", "Toradol", "15 mg", 4),
        ("Toradol 60 mg (2 mL) given", "Toradol", "15 mg", 4),
    ] {
        assert_eq!(units(text, name, unit, &[]), Some(expected), "{text}");
    }
    for text in
        ["Kenalog was injected", "1 cc of Kenalog was injected", "Kenalog with 4 cc of lidocaine", "Kenalog 1 mg/kg"]
    {
        assert_eq!(units(text, "Kenalog", "10 mg", &[]), None, "{text}");
    }
    let text = "1 cc of Celestone was injected";
    let known = drug(text, "Celestone", "6 mg", Some("6 mg/mL"));
    assert_eq!(stated(text, &known, &[]).unwrap().dose.units(known.unit), Some(1));
}

#[test]
fn an_amount_has_one_drug() {
    let text = "4 mg of Zofran and 30 mg of Toradol were given";
    assert_eq!(units(text, "Zofran", "1 mg", &["Toradol"]), Some(4));
    assert_eq!(units(text, "Toradol", "15 mg", &["Zofran"]), Some(2));
    let text = "Toradol 30 mg, Zofran 8 mg and Benadryl 25 mg were given";
    assert_eq!(units(text, "Toradol", "15 mg", &["Zofran", "Benadryl"]), Some(2));
    assert_eq!(units(text, "Zofran", "1 mg", &["Toradol", "Benadryl"]), Some(8));
    assert_eq!(units(text, "Benadryl", "50 mg", &["Toradol", "Zofran"]), Some(1));
    let text = "Zofran 4 mg Toradol 30 mg IV";
    assert_eq!(units(text, "Toradol", "15 mg", &["Zofran"]), Some(2));
    let text = "Toradol and 4 mg IV Zofran were given";
    assert_eq!(units(text, "Toradol", "15 mg", &["Zofran"]), None);
    assert_eq!(units("Solu-Medrol 125 mg and 60 mg of prednisone", "Solu-Medrol", "5 mg", &[]), Some(25));
    assert_eq!(units("Kenalog 40 mg and 4 mL of 1% lidocaine", "Kenalog", "10 mg", &[]), Some(4));
    assert_eq!(units("1 cc Kenalog-40 with 4 cc lidocaine", "Kenalog", "10 mg", &[]), Some(4));
}

#[test]
fn amounts_of_one_drug_add_up() {
    let text = "Kenalog 40 mg into the right knee and 20 mg into the left";
    assert_eq!(units(text, "Kenalog", "10 mg", &[]), Some(6));
    assert_eq!(units("Zofran 4 mg IV x2", "Zofran", "1 mg", &[]), Some(8));
    assert_eq!(units("Zofran 4 mg IV twice", "Zofran", "1 mg", &[]), Some(8));
    assert_eq!(units("two doses 4 mg of Zofran", "Zofran", "1 mg", &[]), Some(8));
    assert_eq!(units("Zofran 4 mg IV x1", "Zofran", "1 mg", &[]), Some(4));
    assert_eq!(units("Both knees were injected with Kenalog 40 mg each", "Kenalog", "10 mg", &[]), Some(8));
    assert_eq!(units("Kenalog 40 mg was used, 10 mg less than before", "Kenalog", "10 mg", &[]), Some(4));
}

#[test]
fn what_is_thrown_away_is_not_given() {
    let text = "Botox 155 units injected and 45 units discarded";
    assert_eq!(units(text, "Botox", "1 units", &[]), Some(155));
    let botox = drug(text, "Botox", "1 units", None);
    assert_eq!(wasted(text, &botox), Some(Waste::Amount(Dose { amount: 45.0, measure: Measure::Unit })));
    let other = |text: &str| wasted(text, &Drug { span: Span::new(0, 0), ..botox });
    assert_eq!(
        other("The remaining 45 units were discarded."),
        Some(Waste::Amount(Dose { amount: 45.0, measure: Measure::Unit }))
    );
    assert_eq!(other("The rest was discarded."), Some(Waste::Untold));
    assert_eq!(other("No drug was wasted."), Some(Waste::None));
    assert_eq!(other("Waste: none."), Some(Waste::None));
    assert_eq!(other("She tolerated it well."), None);
}

#[test]
fn the_span_holds_drug_and_amount() {
    let text = "He was given 40 mg of Kenalog in the knee.";
    let found = stated(text, &drug(text, "Kenalog", "10 mg", None), &[]).unwrap();
    assert_eq!(&text[found.span], "40 mg of Kenalog");
}

#[test]
fn clauses_end_at_the_next_drug() {
    let text = "Zofran 4 mg IV, oral Tylenol; Toradol 30 mg IM";
    let of = |name: &str| &text[clause(text, spans(text, &[name])[0], &spans(text, &["Zofran", "Toradol"]))];
    assert_eq!(of("Zofran"), "Zofran 4 mg IV, oral Tylenol");
    assert_eq!(of("Toradol").trim(), "Toradol 30 mg IM");
}

#[test]
fn units_of_tables() {
    assert!(Dose::parse("15 mg").is_some() && Dose::parse_strength("6 mg/mL").is_some());
    for bad in ["15", "mg", "15 mg/mL", "15 mg daily", "0 mg"] {
        assert!(Dose::parse(bad).is_none(), "{bad}");
    }
}
