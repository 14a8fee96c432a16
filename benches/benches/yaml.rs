//! Text of inputs to documents, beside a bare parse into events and beside `serde_json`.
#![expect(clippy::unwrap_used, reason = "a benchmark")]

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use saphyr_parser::Parser;
use wardlaw::input::{ReadLimits, read_json, read_yaml};
use wardlaw_benches::workload::pods::pods;

fn read(criterion: &mut Criterion) {
    let limits = ReadLimits::default();
    let mut group = criterion.benchmark_group("read");
    for pod in pods() {
        group.throughput(Throughput::Bytes(pod.yaml.len() as u64));
        group.bench_function(BenchmarkId::new("YAML", pod.name), |bencher| {
            bencher.iter(|| read_yaml(&pod.yaml, &limits).unwrap());
        });
        group.bench_function(BenchmarkId::new("YAML events", pod.name), |bencher| {
            bencher.iter(|| Parser::new_from_str(&pod.yaml).flatten().count());
        });
        group.throughput(Throughput::Bytes(pod.json.len() as u64));
        group.bench_function(BenchmarkId::new("JSON", pod.name), |bencher| {
            bencher.iter(|| read_json(&pod.json, &limits).unwrap());
        });
        group.bench_function(BenchmarkId::new("serde_json", pod.name), |bencher| {
            bencher.iter(|| serde_json::from_str::<serde_json::Value>(&pod.json).unwrap());
        });
    }
    group.finish();
}

criterion_group!(benches, read);
criterion_main!(benches);
