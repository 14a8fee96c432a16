//! Text of policies to the checked IR: parsing, names, types, constants.

use criterion::{Criterion, criterion_group, criterion_main};
use wardlaw_benches::{ward::PODS, workload::rules};
use wardlaw_lang::{CompileInput, Sources, compile};

fn check(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("check");
    for (name, text) in [
        ("18 checks", PODS.to_owned()),
        ("1000 rules", rules::ward(1_000).concat()),
    ] {
        let mut sources = Sources::new();
        sources.add("policy.ward", text);
        group.bench_function(name, |bencher| {
            bencher.iter(|| compile(&CompileInput::new(&sources, wardlaw_stdlib::library())));
        });
    }
    group.finish();
}

criterion_group!(benches, check);
criterion_main!(benches);
