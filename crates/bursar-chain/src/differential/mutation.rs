//! Damages JSON at random, mostly in small ways.

use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::{IndexedRandom, SliceRandom};
use serde_json::{Value, json};

/// Replaces, removes, doubles, renames or moves up to three parts of the value.
pub(super) fn damage(value: &mut Value, random: &mut StdRng) {
    for _ in 0..random.random_range(0..=3) {
        damage_one(value, random);
    }
}

fn damage_one(value: &mut Value, random: &mut StdRng) {
    let deeper = random.random_bool(0.8);
    match value {
        Value::Array(items) if deeper && !items.is_empty() => {
            let place = random.random_range(0..items.len());
            damage_one(&mut items[place], random);
        }
        Value::Object(fields) if deeper && !fields.is_empty() => {
            let names: Vec<String> = fields.keys().cloned().collect();
            let name = names.choose(random).unwrap();
            damage_one(&mut fields[name], random);
        }
        Value::Array(items) if random.random_bool(0.8) => damage_list(items, random),
        Value::Object(fields) if random.random_bool(0.8) => {
            let names: Vec<String> = fields.keys().cloned().collect();
            let Some(name) = names.choose(random) else {
                return;
            };
            match random.random_range(0..4) {
                0 => drop(fields.remove(name)),
                1 => {
                    let moved = fields.remove(name).unwrap();
                    fields.insert(names.choose(random).unwrap().clone(), moved);
                }
                2 => {
                    let copied = fields[names.choose(random).unwrap()].clone();
                    fields.insert(name.clone(), copied);
                }
                _ => {
                    let strange = [
                        "method", "error", "result", "code", "message", "id", "jsonrpc", "extra",
                    ];
                    fields.insert(
                        (*strange.choose(random).unwrap()).to_owned(),
                        strange_value(random),
                    );
                }
            }
        }
        Value::String(text) if random.random_bool(0.7) => damage_text(text, random),
        other => *other = strange_value(random),
    }
}

fn damage_list(items: &mut Vec<Value>, random: &mut StdRng) {
    match (random.random_range(0..5), items.len()) {
        (0, 1..) => drop(items.pop()),
        (1, 1..) => items.push(items.choose(random).unwrap().clone()),
        (2, 1..) => items.shuffle(random),
        (3, 1..) => {
            let place = random.random_range(0..items.len());
            items[place] = items.choose(random).unwrap().clone();
        }
        _ => items.push(strange_value(random)),
    }
}

fn damage_text(text: &mut String, random: &mut StdRng) {
    let mut letters: Vec<char> = text.chars().collect();
    let place = random.random_range(0..=letters.len());
    match random.random_range(0..6) {
        0 => letters.truncate(place),
        1 => letters.insert(
            place,
            *['0', 'x', 'F', 'g', '-', '+', ' ', 'ä', '"', '\\']
                .choose(random)
                .unwrap(),
        ),
        2 => drop((place < letters.len()).then(|| letters.remove(place))),
        3 => letters = text.to_uppercase().chars().collect(),
        4 => letters = text.trim_start_matches("0x").chars().collect(),
        _ => letters.extend(['0', '0']),
    }
    *text = letters.into_iter().collect();
}

fn strange_value(random: &mut StdRng) -> Value {
    let strange = [
        Value::Null,
        json!(true),
        json!(false),
        json!(0),
        json!(1_000),
        json!(-1),
        json!(1.5),
        json!(u64::MAX),
        json!("2.0"),
        json!("1.0"),
        json!(""),
        json!("0x"),
        json!("0x0"),
        json!("0x1"),
        json!("0x01"),
        json!("0x10000000000000000"),
        json!("0xffffffffffffffff"),
        json!("1000"),
        json!("latest"),
        json!([]),
        json!([0, 255]),
        json!({}),
        json!({"code": -32000, "message": "header not found"}),
        json!({"code": -32005, "message": "rate limit exceeded, retry in 10s", "data": {"backoff_seconds": 30}}),
        json!({"code": "-32005", "message": ["too many requests"]}),
        json!("too many requests"),
        json!(format!("0x{}", "ab".repeat(32))),
        json!(format!("0x{}", "ba".repeat(20))),
    ];
    strange.choose(random).unwrap().clone()
}

/// The value as text, sometimes damaged beneath the level of JSON.
pub(super) fn text(value: &Value, random: &mut StdRng) -> Vec<u8> {
    let mut bytes = value.to_string().into_bytes();
    if bytes.is_empty() || random.random_bool(0.7) {
        return bytes;
    }
    let place = random.random_range(0..bytes.len());
    match random.random_range(0..8) {
        0 => bytes.truncate(place),
        1 => bytes[place] = random.random(),
        2 => drop(bytes.remove(place)),
        3 => bytes.insert(place, *b"{}[]\",:0x \\".choose(random).unwrap()),
        4 => bytes = [b" \n", bytes.as_slice()].concat(),
        5 => bytes.extend_from_slice(b" trailing"),
        6 => bytes = [b"\xef\xbb\xbf", bytes.as_slice()].concat(),
        // A field twice in one object.
        _ => {
            let doubled =
                String::from_utf8_lossy(&bytes).replacen("\"id\":", "\"id\":1000,\"id\":", 1);
            bytes = doubled.into_bytes();
        }
    }
    bytes
}
