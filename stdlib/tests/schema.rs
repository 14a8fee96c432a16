//! The packed table of the Kubernetes types: it is what the generator makes of the published
//! descriptions, it is whole, and it says what policies rely on.
//!
//! `BLESS=1 cargo bless` writes the table anew.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "tests"
)]

mod generate;

use std::{fs, path::Path};

use wardlaw_lang::types::packed::{Packed, Type, TypeId};
use wardlaw_stdlib::schema::k8s_types;

fn table() -> Packed<'static> {
    Packed::new(k8s_types()).unwrap()
}

#[test]
fn the_table_is_made_from_the_published_descriptions() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let source = here.join("../../shared/schemas/k8s-1.36-definitions.min.json");
    let Ok(text) = fs::read_to_string(&source) else {
        println!("skipped: no published descriptions at hand");
        return;
    };
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    let bytes = generate::build(&document["definitions"]);
    let packed = Packed::new(&bytes).unwrap();
    packed.verify().unwrap();
    let kinds = packed.kinds().count();
    println!(
        "{} names, {kinds} kinds, {} bytes",
        packed.names().count(),
        bytes.len()
    );
    if std::env::var_os("BLESS").is_some() {
        fs::write(here.join("schema/k8s.bin"), &bytes).unwrap();
    } else {
        assert!(
            bytes == k8s_types(),
            "stdlib/schema/k8s.bin is stale: run `BLESS=1 cargo bless`"
        );
    }
}

#[test]
fn the_committed_table_is_whole() {
    table().verify().unwrap();
    assert!(table().kinds().count() > 200);
}

fn field(record: &str, name: &str) -> (TypeId, bool) {
    let Type::Record(record) = table().get(table().named(record).unwrap()) else {
        panic!("{record} is no record")
    };
    let field = record.field(name).unwrap_or_else(|| panic!("no field {name}"));
    (field.ty, field.required)
}

#[test]
fn every_curated_line_names_a_field_that_exists() {
    for (ty, name) in generate::facts::curated() {
        let bare = ty.rsplit('.').next().unwrap();
        let ty = if table().named(ty).is_some() { ty } else { bare };
        assert!(field(ty, name).1, "{ty}.{name}");
    }
    for (ty, name) in generate::facts::replaced() {
        assert!(
            !matches!(table().get(field(ty, name).0), Type::String | Type::Any),
            "{ty}.{name}"
        );
    }
}

#[test]
fn facts_that_policies_rely_on() {
    assert!(field("Pod", "spec").1);
    assert!(field("PodSpec", "containers").1);
    assert!(field("Container", "name").1);
    assert!(!field("Container", "image").1);
    assert!(!field("PodTemplateSpec", "metadata").1);
    let pod = table().kind("v1", "Pod").unwrap();
    assert_eq!(table().name(pod), Some("Pod"));
    let Type::Record(record) = table().get(pod) else {
        panic!("Pod")
    };
    assert_eq!(record.gvk(), Some(("v1", "Pod")));
    assert!(table().kind("apps/v1", "Pod").is_none());
    assert!(table().knows_group("apps") && table().knows_group("") && !table().knows_group("acme.io"));
    assert_eq!(
        table().name(table().kind("autoscaling/v2", "HorizontalPodAutoscaler").unwrap()),
        Some("HorizontalPodAutoscaler")
    );
    assert_eq!(
        table().name(table().kind("events.k8s.io/v1", "Event").unwrap()),
        Some("events.v1.Event")
    );
}

#[test]
fn an_ephemeral_container_is_a_container() {
    let Type::Record(container) = table().get(table().named("Container").unwrap()) else {
        panic!("Container")
    };
    for expected in container.fields() {
        assert_eq!(
            field("EphemeralContainer", expected.name),
            (expected.ty, expected.required),
            "{}",
            expected.name
        );
    }
}

#[test]
fn every_object_has_apiversion_and_kind() {
    let Type::Union(objects) = table().get(table().named("Object").unwrap()) else {
        panic!("Object")
    };
    let custom = objects.common().unwrap();
    assert_eq!(table().name(custom), Some("Custom"));
    assert!(objects.members().count() > 60);
    for member in objects.members() {
        let Type::Record(record) = table().get(member) else {
            panic!("a member that is no record")
        };
        for name in ["apiVersion", "kind"] {
            assert!(
                record.field(name).is_some_and(|field| field.required),
                "{:?}.{name}",
                record.gvk()
            );
        }
    }
}

#[test]
fn broken_bytes_never_panic() {
    let mut bytes = k8s_types().to_vec();
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let length = bytes.len() as u64;
    for _ in 0..60 {
        let changes: Vec<(usize, u8)> = (0..8)
            .map(|_| ((next() % length) as usize, next() as u8))
            .collect();
        let old: Vec<u8> = changes.iter().map(|(at, _)| bytes[*at]).collect();
        for (at, byte) in &changes {
            bytes[*at] = *byte;
        }
        let cut = (next() % length) as usize;
        for bytes in [&bytes[..], &bytes[..cut]] {
            if let Ok(packed) = Packed::new(bytes) {
                let _ = packed.verify();
                let _ = (
                    packed.kind("v1", "Pod"),
                    packed.named("Pod"),
                    packed.knows_group("apps"),
                );
            }
        }
        for ((at, _), byte) in changes.iter().zip(old).rev() {
            bytes[*at] = byte;
        }
    }
}
