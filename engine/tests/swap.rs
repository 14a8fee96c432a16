//! Policy and data are swapped while two threads decide: every decision is of one engine alone, and none
//! is lost.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, RwLock,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
};

use serde_json::json;
use wardlaw::{Decided, Engine, Observer};

const SWAPS: usize = 1_000;

/// Two policies that differ in what they say, each with data that are shown in the message.
fn policy(version: u32) -> String {
    format!(
        "package p
data names: [string] = []
input name: string
relation known(n: string) {{ for n in names  yield n }}
let least = min(n for n in known)
rule known {{ for n in known when n == name  deny \"v{version} {{least ?? \"\"}} {{known.len()}}\" }}
rule quiet {{ when name == \"nobody\"  deny \"v{version}\" }}
"
    )
}

/// What each thread hears.
#[derive(Debug, Default)]
struct Heard(AtomicU64);

impl Observer for Heard {
    fn decided(&self, _: &Decided<'_>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn no_decision_is_mixed_or_lost() {
    let heard = Arc::new(Heard::default());
    let compiled: Vec<Engine> = (0..2)
        .map(|version| {
            Engine::builder()
                .source("p.ward", policy(version))
                .observer(heard.clone())
                .build()
                .unwrap()
        })
        .collect();
    let names = |set: usize| -> Vec<String> { (0..=set).map(|n| format!("n{set}{n}")).collect() };
    // What each pair of policy and data says, decided alone.
    let mut expected = BTreeMap::new();
    for engine in &compiled {
        for set in 0..5 {
            let engine = engine.with_data([("p.names", json!(names(set)))]).unwrap();
            let decision = engine.decide_value(&json!(format!("n{set}0"))).unwrap();
            assert_eq!(decision.findings.len(), 1);
            let digests = (decision.policy.clone(), decision.data.clone());
            expected.insert(digests, (set, decision));
        }
    }
    assert_eq!(expected.len(), 10);
    let alone = heard.0.swap(0, Ordering::Relaxed);
    assert_eq!(alone, 10);

    let current = RwLock::new(Arc::new(
        compiled[0].with_data([("p.names", json!(names(0)))]).unwrap(),
    ));
    let done = AtomicBool::new(false);
    let (made, kinds) = thread::scope(|scope| {
        let deciders: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    let mut made = 0_u64;
                    let mut kinds = BTreeMap::<_, u64>::new();
                    while !done.load(Ordering::Acquire) {
                        let engine = Arc::clone(&current.read().unwrap());
                        // Asks about a name of each set: one is of the data that the engine has.
                        let mut denied = 0;
                        for set in 0..5 {
                            let decision = engine.decide_value(&json!(format!("n{set}0"))).unwrap();
                            made += 1;
                            let digests = (decision.policy.clone(), decision.data.clone());
                            let (of, known) = expected.get(&digests).unwrap();
                            if *of == set {
                                assert_eq!(decision, *known);
                                *kinds.entry(digests).or_default() += 1;
                            }
                            denied += usize::from(!decision.allowed);
                        }
                        assert_eq!(denied, 1);
                    }
                    (made, kinds)
                })
            })
            .collect();
        for swap in 0..SWAPS {
            let engine = compiled[swap % 2].with_data([("p.names", json!(names(swap % 5)))]);
            *current.write().unwrap() = Arc::new(engine.unwrap());
            // At most ten decisions were at work with the engine before: the rest has the new one.
            let until = heard.0.load(Ordering::Relaxed) + 20;
            let fails = || deciders.iter().any(thread::ScopedJoinHandle::is_finished);
            while heard.0.load(Ordering::Relaxed) < until && !fails() {
                thread::yield_now();
            }
        }
        done.store(true, Ordering::Release);
        let mut all = (0, BTreeMap::<_, u64>::new());
        for decider in deciders {
            let (made, kinds) = decider.join().unwrap();
            all.0 += made;
            for (digests, count) in kinds {
                *all.1.entry(digests).or_default() += count;
            }
        }
        all
    });
    println!(
        "{SWAPS} swaps, {made} decisions, {} pairs of policy and data seen",
        kinds.len()
    );
    assert_eq!(heard.0.load(Ordering::Relaxed), made, "a decision was lost");
    assert_eq!(kinds.len(), expected.len(), "a swap was not seen");
}
