//! Requests about Kubernetes objects: bare manifests, lists, admission reviews; what places are relative to,
//! and the builtins of `k8s`.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test's helpers fail as the test does"
)]

#[expect(dead_code, reason = "the other tests use the rest")]
mod engine_support;

use engine_support::lines;
use serde_json::json;
use wardlaw::{Decision, Engine, Request, input};
use wardlaw_lang::{Library, LibraryPackage, NamedSet};

/// The API types alone, no package.
#[derive(Debug)]
struct Types;

impl Library for Types {
    fn package(&self, _: &str) -> Option<&'static LibraryPackage> {
        None
    }

    fn packages(&self) -> Vec<&'static LibraryPackage> {
        Vec::new()
    }

    fn sets(&self) -> &'static [NamedSet] {
        &[NamedSet {
            name: "all",
            title: "everything",
            packages: &[],
            data: &[("p.version", "\"v1.99\"")],
        }]
    }

    fn types(&self, namespace: &str) -> Option<&'static [u8]> {
        (namespace == "k8s").then_some(include_bytes!("../../stdlib/schema/k8s.bin"))
    }
}

fn engine(policy: &str) -> Engine {
    Engine::builder()
        .library(&Types)
        .source("p.ward", policy)
        .build()
        .unwrap_or_else(|error| panic!("{error}"))
}

fn decide_all(policy: &str, text: &str) -> Vec<Decision> {
    let engine = engine(policy);
    let mut decisions = Vec::new();
    for item in input::read_stream(text, input::Format::Auto, &input::ReadLimits::default()) {
        let document = item.result.unwrap().with_item_types();
        for manifest in input::objects(&document) {
            decisions.push(engine.decide(&Request::object(&document, &manifest)));
        }
    }
    decisions
}

const CONTAINERS: &str = r#"
package p
input request: k8s.AdmissionRequest
fn pod(object: k8s.Object?) -> k8s.PodSpec? = match object {
    k8s.Pod => object.spec,
    k8s.Deployment | k8s.DaemonSet => object.spec.template.spec,
    _ => null,
}
rule privileged {
    given spec = pod(request.object)
    for   c in spec.containers + (spec.initContainers ?? [])
    when  c.securityContext?.privileged == true
    deny  "`{c.name}` is privileged" at c.securityContext.privileged
    fix   set c.securityContext.privileged = false
}
"#;

#[test]
fn items_of_a_typed_list_take_their_type_from_it() {
    let text = "\
kind: \"PodList\"
items:
- metadata: { name: a }
  spec:
    containers:
    - { name: x, securityContext: { privileged: true } }
- {}
- apiVersion: v1
  kind: PodList
  items:
  - &pod
    spec: { containers: [{ name: w, securityContext: { privileged: true } }] }
  - *pod
- { apiVersion: v1, kind: Pod, spec: { containers: [{ name: \"\\u007a\", securityContext: { privileged: true } }] } }
- { kind: Pod }
apiVersion: v1
";
    let document = input::read_yaml(text, &input::ReadLimits::default())
        .unwrap()
        .with_item_types();
    let objects = input::objects(&document);
    let known: Vec<_> = objects
        .iter()
        .map(|object| (input::identity(&document, object.object).kind, object.typed))
        .collect();
    let pod = (Some("Pod"), true);
    assert_eq!(known, [pod, pod, pod, pod, pod, (Some("Pod"), false)]);
    let found: Vec<_> = decide_all(CONTAINERS, text)
        .iter()
        .flat_map(|decision| decision.findings.clone())
        .map(|finding| (finding.message, finding.location.unwrap().line))
        .collect();
    let expected = [
        ("`x` is privileged", 6),
        ("expected `k8s.PodSpec`, found nothing", 7),
        ("`w` is privileged", 12),
        ("`w` is privileged", 12),
        ("`z` is privileged", 14),
    ];
    let found: Vec<_> = found
        .iter()
        .map(|(message, line)| (message.as_str(), *line))
        .collect();
    assert_eq!(found.get(..5), Some(&expected[..]), "{found:?}");
}

#[test]
fn places_are_relative_to_the_object_and_located_in_the_file() {
    let text = "\
apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: Pod
  metadata: { name: a }
  spec:
    containers:
    - name: x
      image: y
      securityContext:
        privileged: true
";
    let decisions = decide_all(CONTAINERS, text);
    assert_eq!(decisions.len(), 1);
    let finding = &decisions[0].findings[0];
    assert_eq!(finding.path, "/spec/containers/0/securityContext/privileged");
    assert_eq!(finding.within, None);
    let location = finding.location.unwrap();
    assert_eq!((location.line, location.column), (12, 21));
    assert_eq!((location.end_line, location.end_column), (12, 25));
    assert_eq!(
        finding.fix[0].path,
        "/spec/containers/0/securityContext/privileged"
    );
    assert_eq!(
        finding.to_json_string(),
        "{\"rule\":\"p.privileged\",\"effect\":\"deny\",\"level\":\"deny\",\"severity\":\"medium\",\
         \"message\":\"`x` is privileged\",\"path\":\"/spec/containers/0/securityContext/privileged\",\
         \"location\":{\"line\":12,\"column\":21,\"endLine\":12,\"endColumn\":25},\
         \"fix\":[{\"op\":\"replace\",\"path\":\"/spec/containers/0/securityContext/privileged\",\"value\":false}],\
         \"source\":{\"file\":\"p.ward\",\"line\":13}}"
    );
}

#[test]
fn the_type_of_a_kind_is_checked_where_that_kind_is() {
    let of = |kind: &str, spec: &str| {
        let text =
            format!(r#"{{"apiVersion": "apps/v1", "kind": "{kind}", "metadata": {{}}, "spec": {spec}}}"#);
        let decisions = decide_all(CONTAINERS, &text);
        lines(&decisions[0])
    };
    let spec = r#"{"template": {"spec": {"containers": [{"securityContext": {"privileged": "yes"}}]}}}"#;
    assert_eq!(
        of("Deployment", spec),
        [
            "error(type) p.privileged /spec/template/spec/containers/0/name expected `string`, found nothing",
            "error(type) p.privileged /spec/template/spec/containers/0/securityContext/privileged expected `bool`, found a string",
        ]
    );
    assert!(of("Unheard", spec).is_empty());
    assert_eq!(
        of("DaemonSet", r#"{"template": {}}"#),
        ["error(type) p.privileged /spec/template/spec expected `k8s.PodSpec`, found nothing"]
    );
}

#[test]
fn an_admission_review_has_old_object_and_request() {
    let policy = r#"
        package p
        input request: k8s.AdmissionRequest
        rule name {
            given new = request.object
            given old = request.oldObject
            when  new.metadata.labels?["a"] != old.metadata.labels?["a"] ?? "none"
            deny  "changed" at new.metadata.labels["a"], old.metadata.labels["a"], request.operation
        }
        rule operation { when request.operation == "UPDATE" warn "update" at request.operation }
        rule who { when request.userInfo?.username == null warn "nobody" at request.userInfo.username }
    "#;
    let policy = &policy.replace(
        r#"new.metadata.labels?["a"] != old.metadata.labels?["a"] ?? "none""#,
        r#"(new.metadata.labels?["a"] ?? "") != (old.metadata.labels?["a"] ?? "")"#,
    );
    let review = json!({
        "apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview",
        "request": {
            "uid": "1", "operation": "UPDATE", "namespace": "n", "name": "x",
            "kind": {"group": "", "version": "v1", "kind": "ConfigMap"},
            "resource": {"group": "", "version": "v1", "resource": "configmaps"},
            "object": {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x", "labels": {"a": "1"}}},
            "oldObject": {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x", "labels": {"a": "2"}}},
        },
    });
    let decisions = decide_all(policy, &review.to_string());
    let findings = &decisions[0].findings;
    let at: Vec<_> = findings
        .iter()
        .map(|f| (f.within.as_deref(), f.path.as_str()))
        .collect();
    assert_eq!(
        at,
        [
            (None, "/metadata/labels/a"),
            (Some("request"), "/operation"),
            (Some("request"), "/userInfo/username"),
        ],
        "{findings:?}"
    );
    let related: Vec<_> = findings[0]
        .related
        .iter()
        .map(|r| (r.within.as_deref(), r.path.as_str()))
        .collect();
    assert_eq!(
        related,
        [
            (Some("oldObject"), "/metadata/labels/a"),
            (Some("request"), "/operation")
        ]
    );
    // The same object alone is a creation, whose request has no document.
    let alone = decide_all(policy, &review["request"]["object"].to_string());
    assert_eq!(lines(&alone[0]), ["warn p.who /userInfo/username nobody"]);
    assert_eq!(alone[0].findings[0].within.as_deref(), Some("request"));
    assert_eq!(alone[0].findings[0].location, None);
}

#[test]
fn the_namespace_of_a_bare_object_can_be_given() {
    let engine = engine(
        r#"package p
         input request: k8s.AdmissionRequest
         rule r { given n = request.namespace deny "{n} {request.operation} {request.name ?? "-"}" }"#,
    );
    let decide = |json: &str| {
        let document = input::read_json(json, &input::ReadLimits::default()).unwrap();
        let manifest = &input::objects(&document)[0];
        let request = Request::object(&document, manifest).with_namespace("given");
        lines(&engine.decide(&request))
    };
    assert_eq!(
        decide(r#"{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x"}}"#),
        ["deny p.r  given CREATE x"]
    );
    assert_eq!(
        decide(r#"{"apiVersion": "v1", "kind": "Pod", "metadata": {"namespace": "own"}}"#),
        ["deny p.r /metadata/namespace own CREATE -"]
    );
}

#[test]
fn unknown_fields_are_found_at_any_depth_with_a_suggestion() {
    let policy = r#"
        package p
        input request: k8s.AdmissionRequest
        rule unknown {
            given object = request.object
            for f in k8s.unknown_fields(object)
            warn "{f.owner}.{f.name} {f.suggestion ?? "-"}" at f.value
        }
        rule kind {
            given object = request.object
            when k8s.knows_group(object.apiVersion) and not k8s.knows_kind(object.apiVersion, object.kind)
            deny "no such kind" at object.kind
        }
    "#;
    let of = |object: serde_json::Value| lines(&decide_all(policy, &object.to_string())[0]);
    assert_eq!(
        of(
            json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"labels": {"any": "x"}}, "spec": {
            "containers": [{"name": "a", "securityContxt": {}, "zzzzzz": null, "qqqqqq": 1}]}})
        ),
        [
            "warn p.unknown /spec/containers/0/qqqqqq k8s.Container.qqqqqq -",
            "warn p.unknown /spec/containers/0/securityContxt k8s.Container.securityContxt securityContext",
        ]
    );
    assert_eq!(
        of(json!({"apiVersion": "v1", "kind": "Podd", "metadata": {}, "x": 1})),
        ["deny p.kind /kind no such kind"]
    );
    assert!(of(json!({"apiVersion": "example.com/v1", "kind": "Podd", "metadata": {}, "x": 1})).is_empty());
}

#[test]
fn pod_security_versions_come_as_data_checked_and_clamped() {
    let policy = "package p
        input request: k8s.AdmissionRequest
        data version: k8s.PodSecurityVersion = k8s.pod_security_version(\"latest\")
        rule r { given o = request.object when version.minor >= 29 and o.kind != \"X\" deny \"{version.minor}\" }";
    let build = |version: Option<serde_json::Value>| {
        let builder = Engine::builder().library(&Types).source("p.ward", policy);
        match version {
            Some(version) => builder.data("p.version", version).build(),
            None => builder.build(),
        }
    };
    let minor = |engine: Engine| {
        let document = input::read_json(
            r#"{"apiVersion": "v1", "kind": "Pod", "metadata": {}}"#,
            &input::ReadLimits::default(),
        )
        .unwrap();
        let manifest = &input::objects(&document)[0];
        lines(&engine.decide(&Request::object(&document, manifest)))
    };
    assert_eq!(minor(build(None).unwrap()), ["deny p.r  37"]);
    assert_eq!(minor(build(Some(json!("v1.30"))).unwrap()), ["deny p.r  30"]);
    assert_eq!(minor(build(Some(json!("v1.123"))).unwrap()), ["deny p.r  37"]);
    assert!(minor(build(Some(json!("v1.28"))).unwrap()).is_empty());
    let error = build(Some(json!("1.28"))).unwrap_err().to_string();
    assert!(error.contains("write `latest` or `v1.N`"), "{error}");
    let set = Engine::builder()
        .library(&Types)
        .source("p.ward", policy)
        .set("all")
        .build();
    assert_eq!(minor(set.unwrap()), ["deny p.r  37"]);
    let unknown = Engine::builder().library(&Types).set("al").build().unwrap_err();
    assert!(unknown.to_string().contains("did you mean `all`?"), "{unknown}");
}
