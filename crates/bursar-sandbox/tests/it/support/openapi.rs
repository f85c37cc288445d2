//! Checks a body against an OpenAPI description: the part of JSON Schema that the description of the console's API uses.

use serde_json::{Map, Value};

/// Checks the body of an answer. A call that the description does not have is not checked.
pub fn check(
    description: &Value,
    method: &str,
    path: &str,
    status: u16,
    body: &Value,
) -> Result<(), String> {
    let Some(operation) = find_operation(description, method, path) else {
        return Ok(());
    };
    let response = operation
        .pointer(&format!("/responses/{status}"))
        .ok_or(format!("the description has no status {status}"))?;
    match response.pointer("/content/application~1json/schema") {
        Some(schema) => check_schema(description, schema, body, "answer"),
        None => Err("the description has no body here".to_owned()),
    }
}

fn find_operation<'a>(description: &'a Value, method: &str, path: &str) -> Option<&'a Value> {
    let paths = description.get("paths")?.as_object()?;
    let fits = |template: &str| {
        let (expected, actual): (Vec<_>, Vec<_>) =
            (template.split('/').collect(), path.split('/').collect());
        expected.len() == actual.len()
            && expected
                .iter()
                .zip(&actual)
                .all(|(one, other)| one.starts_with('{') || one == other)
    };
    // A path without parameters is more exact.
    let exact = paths.get(path);
    let any = paths.iter().find(|(template, _)| fits(template));
    exact
        .or(any.map(|(_, item)| item))?
        .get(method.to_ascii_lowercase())
}

fn check_schema(
    description: &Value,
    schema: &Value,
    value: &Value,
    at: &str,
) -> Result<(), String> {
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        let target = description
            .pointer(reference.trim_start_matches('#'))
            .ok_or(format!("{reference} is missing"))?;
        return check_schema(description, target, value, at);
    }
    if let Some(choices) = schema.get("oneOf").and_then(Value::as_array) {
        let fitting = choices
            .iter()
            .filter(|choice| check_schema(description, choice, value, at).is_ok());
        return match fitting.count() {
            1 => Ok(()),
            count => Err(format!("{at}: {value} fits {count} of the choices")),
        };
    }
    check_type(schema, value, at)?;
    check_limits(schema, value, at)?;
    match value {
        Value::Object(fields) => check_fields(description, schema, fields, at),
        Value::Array(items) => {
            let Some(item_schema) = schema.get("items") else {
                return Ok(());
            };
            items.iter().enumerate().try_for_each(|(index, item)| {
                check_schema(description, item_schema, item, &format!("{at}/{index}"))
            })
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Ok(()),
    }
}

fn check_type(schema: &Value, value: &Value, at: &str) -> Result<(), String> {
    let names: Vec<&str> = match schema.get("type") {
        None => return Ok(()),
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        Some(name) => name.as_str().into_iter().collect(),
    };
    let fits = |name: &&str| match *name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("{other} is no type"),
    };
    if names.iter().any(fits) {
        Ok(())
    } else {
        Err(format!("{at}: {value} is not of {names:?}"))
    }
}

fn check_limits(schema: &Value, value: &Value, at: &str) -> Result<(), String> {
    if value.is_null() {
        return Ok(());
    }
    let allowed = schema.get("enum").and_then(Value::as_array);
    if allowed.is_some_and(|allowed| !allowed.contains(value)) {
        return Err(format!("{at}: {value} is none of the known values"));
    }
    let minimum = schema.get("minimum").and_then(Value::as_i64);
    if let (Some(minimum), Some(number)) = (minimum, value.as_i64())
        && number < minimum
    {
        return Err(format!("{at}: {number} is below {minimum}"));
    }
    let unique = schema.get("uniqueItems") == Some(&Value::Bool(true));
    if let (true, Some(items)) = (unique, value.as_array()) {
        let repeated = items
            .iter()
            .enumerate()
            .any(|(index, item)| items[..index].contains(item));
        if repeated {
            return Err(format!("{at}: a value is repeated"));
        }
    }
    check_format(schema, value, at)
}

fn check_format(schema: &Value, value: &Value, at: &str) -> Result<(), String> {
    use time::format_description::well_known::Rfc3339;
    let (Some(format), Some(text)) = (schema.get("format").and_then(Value::as_str), value.as_str())
    else {
        return Ok(());
    };
    let fits = match format {
        "uuid" => uuid::Uuid::parse_str(text).is_ok(),
        "date-time" => time::OffsetDateTime::parse(text, &Rfc3339).is_ok(),
        _ => true,
    };
    if fits {
        Ok(())
    } else {
        Err(format!("{at}: {text} is not a {format}"))
    }
}

fn check_fields(
    description: &Value,
    schema: &Value,
    fields: &Map<String, Value>,
    at: &str,
) -> Result<(), String> {
    let required = schema.get("required").and_then(Value::as_array);
    for name in required.into_iter().flatten().filter_map(Value::as_str) {
        if !fields.contains_key(name) {
            return Err(format!("{at}: {name} is missing"));
        }
    }
    for (name, value) in fields {
        let at = format!("{at}/{name}");
        let known = schema.get("properties").and_then(|all| all.get(name));
        let other = schema
            .get("additionalProperties")
            .filter(|schema| schema.is_object());
        match (known, other) {
            (Some(property), _) => check_schema(description, property, value, &at)?,
            (None, Some(other)) => check_schema(description, other, value, &at)?,
            (None, None) => {}
        }
    }
    Ok(())
}

#[test]
fn check_refuses_bodies_that_do_not_fit() {
    let description = serde_json::json!({
        "paths": {"/a/{id}": {"get": {"responses": {"200": {"content": {"application/json": {"schema": {"$ref": "#/s/A"}}}}}}}},
        "s": {"A": {"type": "object", "required": ["id"], "properties": {
            "id": {"type": "string", "format": "uuid"},
            "state": {"oneOf": [{"type": "null"}, {"type": "string", "enum": ["open"]}]},
            "list": {"type": "array", "items": {"type": "integer", "minimum": 0}, "uniqueItems": true},
        }}},
    });
    let id = "9ba32273-49e6-4655-b193-b29f61752c2f";
    let check = |body: Value| check(&description, "GET", "/a/7", 200, &body);
    let right = serde_json::json!({"id": id, "state": "open", "list": [1, 2], "more": 1});
    assert_eq!(check(right.clone()), Ok(()));
    for (name, wrong) in [
        ("id", serde_json::json!("7")),
        ("id", Value::Null),
        ("state", serde_json::json!("shut")),
        ("list", serde_json::json!([-1])),
        ("list", serde_json::json!([1, 1])),
        ("list", serde_json::json!([1.5])),
    ] {
        let mut body = right.clone();
        body[name] = wrong;
        assert!(check(body).is_err(), "{name}");
    }
    assert!(check(serde_json::json!({})).is_err());
}
