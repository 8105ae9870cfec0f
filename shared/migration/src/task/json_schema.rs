//! The published JSON Schema of the task document, for editors and for checks before submitting.
//!
//! It accepts the keys that this version obeys. The parser is the judge: it sees faults between keys, which a
//! schema cannot. The tests below hold the two to the same keys, words, defaults and bounds.

/// The schema's text (JSON Schema, draft 2020-12).
pub const JSON_SCHEMA: &str = include_str!("task.schema.json");

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::{Value, json};

    use super::JSON_SCHEMA;
    use crate::task::choice::Choice;
    use crate::task::endpoint::TlsMode;
    use crate::task::policy::{BadRowPolicy, MigrationMode, NameCase, NotEmptyPolicy, UnsupportedDdl};
    use crate::task::shape::{Below, DOCUMENT, Shape, Use};
    use crate::task::{Task, defaults};
    use crate::value::ZeroDates;

    fn schema() -> Value {
        serde_json::from_str(JSON_SCHEMA).expect("the schema is JSON")
    }

    /// The schema of `path`, such as `tuning.copiers`.
    fn property<'s>(schema: &'s Value, path: &str) -> &'s Value {
        path.split('.').fold(schema, |at, key| &at["properties"][key])
    }

    fn assert_same_keys(schema: &Value, shape: &Shape, path: &str) {
        let described: BTreeSet<&str> = match schema["properties"].as_object() {
            Some(properties) => properties.keys().map(String::as_str).collect(),
            None => panic!("{path} has no properties"),
        };
        let read: BTreeSet<&str> = shape.keys.iter().map(|key| key.name).collect();
        assert_eq!(described, read, "keys of {path}");
        assert_eq!(schema["additionalProperties"], json!(false), "{path} is open");
        let required: Vec<&str> = schema["required"]
            .as_array()
            .map_or_else(Vec::new, |names| names.iter().map(|name| name.as_str().expect("a name")).collect());
        let demanded: Vec<&str> = shape
            .keys
            .iter()
            .filter(|key| matches!(key.use_of, Use::Required(_)))
            .map(|key| key.name)
            .collect();
        assert_eq!(required, demanded, "required keys of {path}");
        for key in shape.keys {
            let (below, path) = (&schema["properties"][key.name], format!("{path}.{}", key.name));
            let refused = below["not"] == json!({});
            assert_eq!(refused, key.use_of == Use::NotYet, "support of {path}");
            assert!(below["description"].is_string(), "{path} is not described");
            match key.below {
                Below::Values => {}
                Below::Mapping(shape) => assert_same_keys(below, shape, &path),
                Below::List(shape) => assert_same_keys(&below["items"], shape, &path),
            }
        }
    }

    #[test]
    fn the_schema_has_exactly_the_keys_of_the_parser() {
        assert_same_keys(&schema(), &DOCUMENT, "the document");
    }

    fn assert_same_words<C: Choice>(path: &str) {
        let schema = schema();
        let described: Vec<&str> = property(&schema, path)["enum"]
            .as_array()
            .expect(path)
            .iter()
            .filter_map(Value::as_str)
            .collect();
        let read: Vec<&str> = C::ALL.iter().map(|(word, _)| *word).collect();
        assert_eq!(described, read, "{path}");
    }

    #[test]
    fn the_schema_has_exactly_the_words_of_the_parser() {
        assert_same_words::<MigrationMode>("migration");
        assert_same_words::<TlsMode>("source.tls.mode");
        assert_same_words::<TlsMode>("target.tls.mode");
        assert_same_words::<NameCase>("names.case");
        assert_same_words::<NotEmptyPolicy>("tables_on_target.if_not_empty");
        assert_same_words::<UnsupportedDdl>("on_ddl.unsupported");
        assert_same_words::<BadRowPolicy>("on_bad_row");
        assert_same_words::<ZeroDates>("zero_dates");
    }

    fn assert_defaults(schema: &Value, document: &Value, path: &str) -> usize {
        let mut compared = 0;
        if let Some(default) = schema.get("default") {
            assert_eq!(document, default, "default of {path}");
            compared += 1;
        }
        let properties = schema["properties"].as_object().into_iter().flatten();
        compared
            + properties
                .filter_map(|(key, below)| Some((key, below, document.get(key)?)))
                .map(|(key, below, value)| assert_defaults(below, value, &format!("{path}.{key}")))
                .sum::<usize>()
    }

    #[test]
    fn the_schema_has_the_defaults_of_the_parser() {
        let least = json!({
            "name": "a", "migration": "full", "objects": [{"database": "shop"}],
            "source": {"host": "a", "user": "u", "tls": {}},
            "target": {"host": "b", "user": "u", "tls": {}},
        });
        let document = Task::parse(&least).expect("valid").document();
        let compared = assert_defaults(&schema(), &document, "the document");
        let databases = &schema()["properties"]["objects"]["items"];
        let compared_in_objects = assert_defaults(databases, &document["objects"][0], "objects[0]");
        assert_eq!((compared, compared_in_objects), (19, 3), "defaults that were compared");
    }

    #[test]
    fn the_schema_has_the_bounds_of_the_parser() {
        let schema = schema();
        let copiers = property(&schema, "tuning.copiers");
        assert_eq!(copiers["maximum"], json!(defaults::COPIERS_MAX));
        assert_eq!(property(&schema, "tuning.lanes")["maximum"], json!(defaults::LANES_MAX));
        assert_eq!(property(&schema, "tuning.appliers")["maximum"], json!(defaults::APPLIERS_MAX));
        let labels = property(&schema, "labels");
        assert_eq!(labels["maxProperties"], json!(defaults::LABELS_MAX));
        assert_eq!(labels["additionalProperties"]["maxLength"], json!(defaults::LABEL_VALUE_CHARS_MAX));
        let said =
            |path: &str| property(&schema, path)["description"].as_str().expect("described").to_owned();
        let range = |least: String, most: String| format!("from {least} to {most}");
        let chunk_bytes = range(defaults::CHUNK_BYTES_MIN.to_string(), defaults::CHUNK_BYTES_MAX.to_string());
        assert!(said("tuning.chunk_bytes").contains(&chunk_bytes), "{chunk_bytes}");
        let margin = range(defaults::STAMP_MARGIN_MIN.to_string(), defaults::STAMP_MARGIN_MAX.to_string());
        assert!(said("tuning.stamp_margin").contains(&margin), "{margin}");
        let spans = [
            ("tuning.write_spacing", defaults::WRITE_SPACING_MIN, defaults::WRITE_SPACING_MAX),
            ("retry.connections", defaults::RETRY_CONNECTIONS_MIN, defaults::RETRY_MAX),
            ("retry.other", defaults::RETRY_OTHER_MIN, defaults::RETRY_MAX),
        ];
        for (path, least, most) in spans {
            let bounds = range(least.to_string(), most.to_string());
            assert!(said(path).contains(&bounds), "{path}: {bounds}");
        }
    }
}
