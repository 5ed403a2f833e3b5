//! What the bench publishes: contracts as a real sender might send them, the same in every run.
//!
//! How well a payload compresses decides what it costs to store and to carry, so it must be neither filler that is repeated
//! nor noise: names, dates, amounts and addresses that vary, in a structure that does not.

use serde_json::{Value, json};

/// The usual payload, in bytes.
pub const SMALL: usize = 2 * 1024;
/// The large one.
pub const LARGE: usize = 64 * 1024;

/// The type of the events that the bench publishes.
pub const EVENT_TYPE: &str = "contract.created";

const FIRST_NAMES: &[&str] = &[
    "Amina", "Björn", "Chiara", "Dimitri", "Elif", "Fatou", "Giorgos", "Hanna", "Ivan", "Júlia", "Kwame", "Leila",
    "Matteo", "Nadia", "Oskar", "Priya", "Quentin", "Rosa", "Stefan", "Tomoko", "Usha", "Viktor", "Wanjiru", "Yusuf",
];
const LAST_NAMES: &[&str] = &[
    "Abernathy",
    "Bianchi",
    "Castillo",
    "Dubois",
    "Eriksen",
    "Fischer",
    "Garcia",
    "Haddad",
    "Ivanova",
    "Johansson",
    "Kowalski",
    "Lindqvist",
    "Moreau",
    "Nakamura",
    "Okafor",
    "Papadakis",
    "Rossi",
    "Schneider",
    "Takahashi",
    "Weber",
];
const STREETS: &[&str] = &[
    "Station Road",
    "Rue de Lyon",
    "Hauptstrasse",
    "Via Garibaldi",
    "Calle Mayor",
    "Kungsgatan",
    "Mill Lane",
    "Quai 9",
];
const CITIES: &[(&str, &str)] = &[
    ("Zürich", "CH"),
    ("Lyon", "FR"),
    ("Hamburg", "DE"),
    ("Torino", "IT"),
    ("Sevilla", "ES"),
    ("Malmö", "SE"),
    ("Leeds", "GB"),
    ("Gent", "BE"),
    ("Graz", "AT"),
    ("Porto", "PT"),
];
const PURPOSES: &[&str] =
    &["rent", "deposit", "maintenance", "insurance", "arrears", "service charge", "refund", "late fee"];

/// Dice whose throws follow from the seed (SplitMix64).
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    /// Of this seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// The next number below this.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.roll() % bound.max(1)
    }

    fn one_of<T: Copy + Default>(&mut self, all: &[T]) -> T {
        let index = usize::try_from(self.below(all.len() as u64)).unwrap_or(0);
        all.get(index).copied().unwrap_or_default()
    }

    fn id(&mut self, prefix: &str) -> String {
        format!("{prefix}_{:016x}{:08x}", self.roll(), self.below(1 << 32))
    }

    fn date(&mut self, from_year: u64, years: u64) -> String {
        format!("{}-{:02}-{:02}", from_year + self.below(years), 1 + self.below(12), 1 + self.below(28))
    }
}

/// A contract as JSON of about so many bytes, and no more. Each seed is another contract.
pub fn contract(seed: u64, bytes: usize) -> Value {
    let mut dice = Dice::new(seed);
    let mut contract = json!({
        "contractId": dice.id("ctr"),
        "number": format!("{}-{:06}", dice.date(2019, 8), dice.below(1_000_000)),
        "status": "created",
        "signedAt": format!("{}T{:02}:{:02}:{:02}Z", dice.date(2024, 3), dice.below(24), dice.below(60), dice.below(60)),
        "currency": "EUR",
        "principal": amount(&mut dice),
        "interestRate": dice.below(90_000) as f64 / 10_000.0,
    });
    let mut length = contract.to_string().len() + r#","parties":[],"instalments":[]"#.len();
    let (mut parties, mut instalments) = (Vec::new(), Vec::new());
    loop {
        let is_party = instalments.len() >= 3 * (parties.len() + 1) || parties.len() < 2;
        let part = if is_party { party(&mut dice) } else { instalment(&mut dice) };
        length += part.to_string().len() + 1;
        if length > bytes {
            break;
        }
        if is_party { parties.push(part) } else { instalments.push(part) }
    }
    if let Some(contract) = contract.as_object_mut() {
        contract.insert("parties".to_owned(), parties.into());
        contract.insert("instalments".to_owned(), instalments.into());
    }
    contract
}

/// What is sent to publish it.
pub fn publication(seed: u64, bytes: usize) -> Value {
    json!({ "type": EVENT_TYPE, "data": contract(seed, bytes) })
}

fn party(dice: &mut Dice) -> Value {
    let (first, last) = (dice.one_of(FIRST_NAMES), dice.one_of(LAST_NAMES));
    let (city, country) = dice.one_of(CITIES);
    json!({
        "id": dice.id("pty"),
        "role": dice.one_of(&["tenant", "owner", "guarantor", "broker"]),
        "name": format!("{first} {last}"),
        "born": dice.date(1940, 65),
        "email": format!("{}.{}{}@example.org", first.to_lowercase(), last.to_lowercase(), dice.below(1000)),
        "phone": format!("+{} {:03} {:07}", 30 + dice.below(19), dice.below(1000), dice.below(10_000_000)),
        "address": {
            "street": format!("{} {}", dice.one_of(STREETS), 1 + dice.below(240)),
            "postcode": format!("{:05}", dice.below(100_000)),
            "city": city,
            "country": country,
        },
    })
}

fn instalment(dice: &mut Dice) -> Value {
    json!({
        "id": dice.id("ins"),
        "due": dice.date(2026, 10),
        "amount": amount(dice),
        "purpose": dice.one_of(PURPOSES),
        "paid": dice.below(3) == 0,
    })
}

fn amount(dice: &mut Dice) -> String {
    format!("{}.{:02}", 1 + dice.below(250_000), dice.below(100))
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use rail::domain::event::Body;
    use rail::domain::id::EventId;
    use rail::packing::{Known, Packed};

    use super::*;

    #[test]
    fn a_contract_is_nearly_as_long_as_asked_for_and_never_longer() {
        for bytes in [SMALL, LARGE] {
            for seed in 0..50 {
                let length = contract(seed, bytes).to_string().len();
                assert!((bytes - 400..=bytes).contains(&length), "{length}");
            }
        }
    }

    #[test]
    fn a_seed_is_always_the_same_contract_and_another_seed_another() {
        assert_eq!(contract(7, SMALL), contract(7, SMALL));
        assert_ne!(contract(7, SMALL), contract(8, SMALL));
    }

    #[test]
    fn a_contract_compresses_as_real_ones_do() {
        let text = contract(1, LARGE).to_string();
        let created_at = Timestamp::UNIX_EPOCH;
        let (event_type, tenant) = (EVENT_TYPE.parse().unwrap(), "acme".parse().unwrap());
        let known = Known { event: EventId::new(created_at, 0), event_type: &event_type, created_at, tenant: &tenant };
        let packed = Packed::new(&Body::from_bytes(text.clone().into_bytes()), known);
        let ratio = text.len() as f64 / packed.as_bytes().len() as f64;
        assert!((2.0..6.0).contains(&ratio), "{ratio}");
    }
}
