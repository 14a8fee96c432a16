//! What a host asks for by name.

#![expect(clippy::unwrap_used, clippy::unreachable, reason = "tests")]

#[expect(dead_code, reason = "the other tests use the rest")]
mod engine_support;

use engine_support::engine;
use serde_json::{Value, json};
use wardlaw::{AskError, Engine, ErrorKind, Request, input};

const POLICY: &str = "
package shop.authz
type Document = { id: string, owner: string, size: quantity }
input request: { user: string, documents: [Document], zero: int }
let visible = [d.id for d in request.documents when d.owner == request.user]
let broken = 1 / request.zero
relation owns(who: string, id: string) { for d in request.documents  yield (d.owner, d.id) }
relation inverse(x: float) { for x in [1 / request.zero]  yield x }
fn larger(document: Document, than: quantity) -> bool = document.size > than
fn first(documents: [Document]) -> Document? = documents.first()
rule r { when visible.len() > 9  deny \"too many\" }
";

fn ask(engine: &Engine, name: &str, arguments: &[Value]) -> Result<Value, AskError> {
    let text = r#"{ "user": "eve", "zero": 0, "documents": [
        { "id": "b", "owner": "eve", "size": "1Gi" }, { "id": "a", "owner": "bob", "size": "1" } ] }"#;
    let document = input::read_json(text, &input::ReadLimits::default()).unwrap();
    engine.ask(name, arguments, &Request::input("request", &document))
}

#[test]
fn lets_relations_and_functions_have_values() {
    let engine = engine(POLICY);
    let value = |name, arguments: &[Value]| ask(&engine, name, arguments).unwrap();
    assert_eq!(value("shop.authz.visible", &[]), json!(["b"]));
    assert_eq!(value("shop.authz.owns", &[]), json!([["bob", "a"], ["eve", "b"]]));
    let document = json!({ "id": "x", "owner": "eve", "size": "2000m" });
    let larger = |than: Value| value("shop.authz.larger", &[document.clone(), than]);
    assert_eq!(
        (larger(json!(1)), larger(json!("2"))),
        (json!(true), json!(false))
    );
    assert_eq!(value("shop.authz.first", &[json!([document])]), document);
    assert_eq!(value("shop.authz.first", &[json!([])]), Value::Null);
    assert!(engine.names().any(|name| name == "shop.authz.owns"));
}

#[test]
fn what_has_no_answer_says_why() {
    let engine = engine(POLICY);
    let why = |name, arguments: &[Value]| ask(&engine, name, arguments).unwrap_err();
    assert_eq!(
        why("shop.authz.visibel", &[]),
        AskError::Unknown {
            nearest: Some("shop.authz.visible".into())
        }
    );
    assert_eq!(why("shop.authz.larger", &[]), AskError::Arguments { wanted: 2 });
    assert_eq!(
        why(
            "shop.authz.larger",
            &[json!({ "id": "x", "owner": 1, "size": "1" }), json!("1")]
        ),
        AskError::Argument {
            index: 0,
            path: "/owner".into(),
            message: "expected `string`, found an integer".into()
        }
    );
    for name in ["shop.authz.broken", "shop.authz.inverse"] {
        let AskError::Evaluation(error) = why(name, &[]) else {
            unreachable!("an error of evaluation")
        };
        assert_eq!(error.kind, ErrorKind::Arithmetic, "{name}");
    }
}
