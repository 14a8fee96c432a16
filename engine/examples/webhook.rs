//! An admission webhook: AdmissionReview in, AdmissionReview out, with the patch of `mutate` rules. The
//! function `review` is the whole of it, whatever HTTP library calls it; `main` is the smallest server that
//! can. A real one speaks TLS.
//!
//! `cargo run -p wardlaw --example webhook`, then
//! `curl --data-binary @review.json http://127.0.0.1:8080/`
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program")]
#![expect(clippy::disallowed_methods, reason = "threads are the host's")]

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::Arc,
    thread,
};

use serde_json::{Map, Value, json};
use wardlaw::{Decision, Engine, Finding, fix::PatchOperation};

const POLICY: &str = r#"
package images

input request: {
    operation: string,
    object: { spec: { containers: [{ name: string, image: string, imagePullPolicy: string? }] } }?,
}

/// Images are named by digest.
rule by_digest {
    given pod = request.object
    for c in pod.spec.containers
    unless c.image.contains("@sha256:")
    deny "{c.name}: `{c.image}` names no digest" at c.image
}

rule pull {
    given pod = request.object
    for c in pod.spec.containers when c.imagePullPolicy == null
    mutate set c.imagePullPolicy = "IfNotPresent"
}
"#;

/// What a body larger than this is, is no review.
const LONGEST: usize = 4 * 1024 * 1024;

/// Answers a review. Whatever is wrong with it, the answer is one, and it allows nothing.
fn review(engine: &Engine, body: &[u8]) -> Value {
    let uid = serde_json::from_slice::<Value>(body)
        .ok()
        .and_then(|review| review.pointer("/request/uid").cloned())
        .unwrap_or_default();
    let mut response = match engine.decide_json(body) {
        Ok(decision) => answer(&decision),
        Err(error) => refusal(400, &error.to_string()),
    };
    response.insert("uid".into(), uid);
    json!({ "apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "response": response })
}

fn refusal(code: u16, message: &str) -> Map<String, Value> {
    let status = json!({ "message": message, "code": code });
    Map::from_iter([("allowed".into(), json!(false)), ("status".into(), status)])
}

fn answer(decision: &Decision) -> Map<String, Value> {
    let line = |finding: &Finding| format!("{}: {} ({})", finding.rule, finding.message, finding.path);
    let findings = decision.findings.iter();
    if !decision.allowed {
        let denials: Vec<String> = findings.filter(|finding| finding.denies()).map(line).collect();
        return refusal(403, &denials.join("; "));
    }
    let warnings: Vec<String> = findings.filter(|finding| finding.warns()).map(line).collect();
    let mut response = Map::from_iter([
        ("allowed".into(), json!(true)),
        ("warnings".into(), json!(warnings)),
    ]);
    if !decision.patch.is_empty() {
        let patch: Vec<Value> = decision.patch.iter().map(PatchOperation::to_json).collect();
        response.insert("patchType".into(), json!("JSONPatch"));
        let patch = base64(Value::from(patch).to_string().as_bytes());
        response.insert("patch".into(), json!(patch));
    }
    response
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let group = chunk
            .iter()
            .fold(0_u32, |group, byte| group << 8 | u32::from(*byte))
            << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let letter = LETTERS.get((group >> (18 - 6 * place) & 63) as usize).copied();
            text.push(if place > chunk.len() {
                '='
            } else {
                char::from(letter.unwrap_or(b'='))
            });
        }
    }
    text
}

/// Reads one request, answers it, and closes.
fn serve(engine: &Engine, stream: &TcpStream) -> io::Result<()> {
    let mut reader = BufReader::new(stream).take(LONGEST as u64);
    let mut length = 0;
    let mut line = String::new();
    while reader.read_line(&mut line)? > 2 {
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().unwrap_or(0);
        }
        line.clear();
    }
    let mut body = vec![0; usize::min(length, LONGEST)];
    reader.read_exact(&mut body)?;
    let answer = review(engine, &body).to_string();
    let mut stream = stream;
    write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{answer}",
        answer.len()
    )
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let engine = Arc::new(Engine::builder().source("images.ward", POLICY).build()?);
    let listener = TcpListener::bind("127.0.0.1:8080")?;
    println!("listening at http://{}", listener.local_addr()?);
    for stream in listener.incoming() {
        let engine = Arc::clone(&engine);
        let stream = stream?;
        thread::spawn(move || {
            if let Err(error) = serve(&engine, &stream) {
                eprintln!("{error}");
            }
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(image: &str) -> String {
        json!({
            "apiVersion": "admission.k8s.io/v1",
            "kind": "AdmissionReview",
            "request": {
                "uid": "42", "operation": "CREATE", "kind": { "kind": "Pod" },
                "object": { "spec": { "containers": [{ "name": "web", "image": image }] } },
            },
        })
        .to_string()
    }

    /// A request over a socket, as the API server makes it.
    fn post(body: &str) -> Value {
        let engine = Engine::builder().source("images.ward", POLICY).build().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        write!(
            client,
            "POST / HTTP/1.1\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        serve(&engine, &listener.accept().unwrap().0).unwrap();
        let mut answer = String::new();
        client.read_to_string(&mut answer).unwrap();
        serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
    }

    #[test]
    fn reviews_are_answered() {
        let denied = post(&body("nginx:1.27"));
        assert_eq!(denied["response"]["uid"], "42");
        assert_eq!(denied["response"]["allowed"], false);
        assert_eq!(
            denied["response"]["status"]["message"],
            "images.by_digest: web: `nginx:1.27` names no digest (/spec/containers/0/image)"
        );
        let allowed = post(&body(&format!("nginx@sha256:{}", "0".repeat(64))));
        assert_eq!(allowed["response"]["allowed"], true);
        let patch = r#"[{"op":"add","path":"/spec/containers/0/imagePullPolicy","value":"IfNotPresent"}]"#;
        assert_eq!(allowed["response"]["patch"], base64(patch.as_bytes()));
        let broken = post("{ \"request\": ");
        assert_eq!(broken["response"]["allowed"], false);
        assert_eq!(broken["response"]["status"]["code"], 400);
    }

    #[test]
    fn base64_is_padded() {
        let texts = ["", "f", "fo", "foo", "foob"].map(|text| base64(text.as_bytes()));
        assert_eq!(texts, ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg=="]);
    }
}
