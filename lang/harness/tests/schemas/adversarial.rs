//! Schemas made to exhaust whoever reads them: an error or a type, in bounded time, and no panic. On a
//! stack of the size that threads have by default.

use serde_json::{Map, Value, json};
use wardlaw::Engine;

/// What the import of a schema says.
fn import(schema: &str) -> String {
    let schema = schema.to_owned();
    let work = move || {
        let built = Engine::builder()
            .schema("s.json", schema)
            .source(
                "p.ward",
                "package p\nimport schema \"s.json\" as T\ninput x: T\nlet y = x\n",
            )
            .build();
        match built {
            Ok(engine) => format!(
                "{:?}",
                engine.warnings().iter().map(|w| w.code).collect::<Vec<_>>()
            ),
            Err(error) => error.to_string(),
        }
    };
    let thread = std::thread::Builder::new().stack_size(2 << 20).spawn(work);
    thread.unwrap().join().unwrap()
}

/// Definitions `D0`, `D1`, …; the root is the first.
fn chain(length: usize, definition: impl Fn(usize) -> Value) -> String {
    let definitions: Map<String, Value> = (0..length)
        .map(|index| (format!("D{index}"), definition(index)))
        .collect();
    json!({ "$ref": "#/definitions/D0", "definitions": definitions }).to_string()
}

fn to(index: usize) -> Value {
    json!({ "$ref": format!("#/definitions/D{index}") })
}

#[test]
fn a_long_chain_of_references_is_refused() {
    let long = chain(5_000, |index| {
        if index < 4_999 {
            to(index + 1)
        } else {
            json!({ "type": "string" })
        }
    });
    assert!(import(&long).contains("W0316"));
    let all_of = chain(5_000, |index| {
        if index < 4_999 {
            json!({ "allOf": [to(index + 1), { "type": "object" }] })
        } else {
            json!({})
        }
    });
    assert!(import(&all_of).contains("lead to one another"));
}

#[test]
fn a_long_chain_of_fields_lists_or_maps_is_none() {
    let fields = chain(
        5_000,
        |index| json!({ "type": "object", "properties": { "next": to((index + 1) % 5_000) } }),
    );
    assert_eq!(import(&fields), "[]");
    for key in ["items", "additionalProperties"] {
        let kind = if key == "items" { "array" } else { "object" };
        let nested = chain(5_000, |index| {
            let mut schema = json!({ "type": kind });
            schema[key] = to((index + 1) % 5_000);
            schema
        });
        assert_eq!(import(&nested), "[VagueSchema]");
    }
}

#[test]
fn references_in_a_circle_are_an_error() {
    assert!(import(&chain(2, |index| to(1 - index))).contains("leads back to itself"));
    assert!(import(&chain(2, |index| json!({ "anyOf": [to(1 - index)] }))).contains("leads back to itself"));
    assert!(import(r##"{ "$ref": "#" }"##).contains("leads back to itself"));
    // Through a field there is a value between.
    assert_eq!(
        import(&chain(
            2,
            |index| json!({ "type": "object", "properties": { "a": to(1 - index) } })
        )),
        "[]"
    );
}

#[test]
fn alternatives_that_multiply_are_bounded() {
    // Each definition doubles what the next one says: 2 to the power of 40, if it were written out.
    for key in ["allOf", "anyOf", "oneOf"] {
        let doubled = chain(40, |index| {
            if index == 39 {
                return json!({ "type": "object", "properties": { "a": { "type": "string" } } });
            }
            let mut schema = json!({});
            schema[key] = json!([to(index + 1), to(index + 1)]);
            schema
        });
        assert_eq!(import(&doubled), "[]", "{key}");
    }
    // A product of alternatives: 10 to the power of 40.
    let product: Vec<Value> = (0..40)
        .map(|part| {
            let any: Vec<Value> = (0..10)
                .map(|index| json!({ "type": "object", "properties": { (format!("p{part}_{index}")): { "type": "string" } } }))
                .collect();
            json!({ "anyOf": any })
        })
        .collect();
    assert!(!import(&json!({ "allOf": product }).to_string()).is_empty());
    // And below a field that all alternatives have, so that formulas multiply.
    let nested = chain(200, |index| {
        let any: Vec<Value> = (1..12)
            .map(|step| json!({ "type": "object", "properties": { "next": to((index + step) % 200), "n": { "const": step } } }))
            .collect();
        json!({ "anyOf": any })
    });
    assert!(!import(&nested).is_empty());
}

#[test]
fn large_schemas_are_bounded() {
    let values: Vec<String> = (0..200_000).map(|index| format!("value {index}")).collect();
    assert_eq!(import(&json!({ "enum": values }).to_string()), "[]");
    let huge: Vec<String> = (0..1_200_000).map(|index| format!("{index}")).collect();
    assert!(import(&json!({ "enum": huge }).to_string()).contains("W0316"));
    let properties: Map<String, Value> = (0..50_000)
        .map(|index| (format!("p{index}"), json!({ "type": "string" })))
        .collect();
    assert_eq!(
        import(&json!({ "type": "object", "properties": properties }).to_string()),
        "[]"
    );
    let any: Vec<Value> = (0..20_000)
        .map(|index| json!({ "type": "object", "properties": { (format!("p{index}")): { "type": "string" } } }))
        .collect();
    assert!(import(&json!({ "anyOf": any }).to_string()).contains("W0316"));
    let unknown: Map<String, Value> = (0..100_000)
        .map(|index| (format!("key{index}"), json!(1)))
        .collect();
    assert_eq!(import(&Value::Object(unknown).to_string()), "[UnknownKeyword]");
    let broken: Map<String, Value> = (0..50_000)
        .map(|index| {
            (
                format!("p{index}"),
                json!({ "$ref": format!("#/definitions/Q{index}") }),
            )
        })
        .collect();
    let broken = json!({ "type": "object", "properties": broken, "definitions": { "A": {} } });
    assert!(import(&broken.to_string()).contains("leads nowhere"));
}

#[test]
fn what_is_no_schema_is_an_error() {
    for text in [
        "",
        "[]",
        "null",
        "\"x\"",
        "3",
        "{",
        "{\"type\":",
        "\u{0}",
        "{\"a\": 1} {\"b\": 2}",
    ] {
        assert!(import(text).contains("W0316"), "{text}");
    }
    let deep = format!("{}{}", "{\"items\":".repeat(5_000), "{}");
    assert!(import(&deep).contains("W0316"));
    // Every keyword with a value of every kind.
    let values = [
        json!(null),
        json!(true),
        json!(7),
        json!("x"),
        json!([]),
        json!([[]]),
        json!({}),
        json!({ "x": [] }),
    ];
    let keywords = [
        "$ref",
        "$dynamicRef",
        "$id",
        "$anchor",
        "additionalItems",
        "additionalProperties",
        "allOf",
        "anyOf",
        "const",
        "dependencies",
        "dependentSchemas",
        "else",
        "enum",
        "format",
        "if",
        "items",
        "maxItems",
        "minItems",
        "nullable",
        "oneOf",
        "patternProperties",
        "prefixItems",
        "properties",
        "required",
        "then",
        "type",
        "pattern",
        "definitions",
        "$defs",
        "components",
        "kind",
        "apiVersion",
        "spec",
        "openapi",
        "swagger",
        "x-kubernetes-int-or-string",
        "x-kubernetes-embedded-resource",
        "x-kubernetes-group-version-kind",
    ];
    let mut count = 0;
    for keyword in keywords {
        for value in &values {
            for kind in ["object", "array", "string"] {
                let mut schema = json!({ "type": kind, "if": {} });
                schema[keyword] = value.clone();
                assert!(!import(&schema.to_string()).is_empty());
                count += 1;
            }
        }
    }
    println!("{count} schemas with a keyword at odds");
}
