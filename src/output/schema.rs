//! The JSON Schema of reports, made of the types of the records.

use schemars::schema_for;

use super::document::Document;
use super::record::Line;

/// Of a line of `json-lines`, or of the document of `json`. Keys that it does not know are allowed: they are
/// only added.
pub fn report_schema() -> serde_json::Value {
    let line = schema_for!(Line);
    let document = schema_for!(Document);
    serde_json::json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A report of repoint: a line of json-lines, or the document of json",
        "anyOf": [inner(line), inner(document)],
    })
}

/// A schema as a part of another: it has its definitions below itself, so it keeps an id of its own.
fn inner(schema: schemars::Schema) -> serde_json::Value {
    let mut value = schema.to_value();
    if let Some(object) = value.as_object_mut() {
        object.remove("$schema");
        let title = object.get("title").and_then(|title| title.as_str());
        let id = format!(
            "urn:repoint:report:{}",
            title.unwrap_or_default().to_lowercase()
        );
        object.insert("$id".to_owned(), serde_json::Value::String(id));
    }
    value
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::super::Format;
    use super::super::record::Shape;
    use super::super::sample::{records, rendered_records};
    use super::*;

    /// Says where a value has what a schema does not know: of each form of `anyOf` and `oneOf` one must fit.
    fn wrong(value: &Value, schema: &Value, root: &Value) -> Result<(), String> {
        if let Some(name) = schema["$ref"].as_str() {
            let name = name
                .strip_prefix("#/$defs/")
                .ok_or("a reference that is not below")?;
            return wrong(value, &root["$defs"][name], root);
        }
        for form in ["anyOf", "oneOf"] {
            if let Some(all) = schema[form].as_array() {
                // What stands beside the forms holds for each of them.
                let errors: Vec<String> = all
                    .iter()
                    .filter_map(|one| wrong(value, &beside(schema, one, root), root).err())
                    .collect();
                if errors.len() == all.len() {
                    return Err(errors.join(" | "));
                }
                return Ok(());
            }
        }
        let kinds = match &schema["type"] {
            Value::String(one) => vec![one.as_str()],
            Value::Array(some) => some.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        let kind = match value {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(number) if number.is_f64() => "number",
            Value::Number(_) => "integer",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        };
        let fits = kinds.contains(&kind) || (kind == "integer" && kinds.contains(&"number"));
        if !kinds.is_empty() && !fits {
            return Err(format!("{kind} in place of {kinds:?}"));
        }
        if !schema["const"].is_null() && schema["const"] != *value {
            return Err(format!("{value} in place of {}", schema["const"]));
        }
        if let Some(allowed) = schema["enum"].as_array()
            && !allowed.contains(value)
        {
            return Err(format!("{value} in place of {allowed:?}"));
        }
        match value {
            Value::Array(items) => items
                .iter()
                .try_for_each(|it| wrong(it, &schema["items"], root)),
            Value::Object(map) => {
                for key in schema["required"].as_array().into_iter().flatten() {
                    if !map.contains_key(key.as_str().unwrap_or_default()) {
                        return Err(format!("{key} is missing"));
                    }
                }
                map.iter().try_for_each(|(key, it)| {
                    let known = match &schema["properties"][key] {
                        Value::Null => &schema["additionalProperties"],
                        known => known,
                    };
                    if known.is_null() {
                        return Err(format!("`{key}` is not in the schema"));
                    }
                    wrong(it, known, root).map_err(|error| format!("{key}: {error}"))
                })
            }
            _ => Ok(()),
        }
    }

    /// A form, with the properties that stand beside it and those of what it refers to.
    fn beside(outer: &Value, form: &Value, root: &Value) -> Value {
        let mut form = form.clone();
        if let Some(object) = form.as_object_mut()
            && let Some(Value::String(name)) = object.remove("$ref")
        {
            let name = name.trim_start_matches("#/$defs/");
            let target = root["$defs"][name].clone();
            for (key, it) in target.as_object().into_iter().flatten() {
                match (object.get_mut(key), it) {
                    (Some(Value::Object(own)), Value::Object(more)) => own.extend(more.clone()),
                    (Some(Value::Array(own)), Value::Array(more)) => own.extend(more.clone()),
                    (Some(_), _) => {}
                    (None, it) => drop(object.insert(key.clone(), it.clone())),
                }
            }
        }
        if let (Some(outer), Some(own)) = (
            outer["properties"].as_object(),
            form["properties"].as_object_mut(),
        ) {
            own.extend(outer.clone());
        }
        form
    }

    #[test]
    fn every_key_is_in_the_schema() {
        let schema = report_schema();
        let (line, document) = (&schema["anyOf"][0], &schema["anyOf"][1]);
        for shape in [Shape::Findings, Shape::Plans] {
            let all = records(shape);
            for text in rendered_records(&all, Format::JsonLines).lines() {
                let mut value: Value = serde_json::from_str(text).expect("JSON");
                assert_eq!(wrong(&value, line, line), Ok(()), "{text}");
                value["strange"] = Value::Null;
                assert!(wrong(&value, line, line).is_err(), "{text}");
            }
            let text = rendered_records(&all, Format::Json);
            let value: Value = serde_json::from_str(&text).expect("JSON");
            assert_eq!(wrong(&value, document, document), Ok(()));
        }
    }

    const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/report.schema.json");

    #[test]
    fn the_schema_that_is_committed_is_current() {
        let mut text = serde_json::to_string_pretty(&report_schema()).expect("serialises");
        text.push('\n');
        if std::env::var_os("INSTA_UPDATE").is_some_and(|it| it == "always") {
            std::fs::write(FILE, &text).expect("the schema can be written");
        }
        assert_eq!(std::fs::read_to_string(FILE).expect("it is there"), text);
    }
}
