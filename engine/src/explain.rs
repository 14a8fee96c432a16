//! Why a rule is run on an input, or is not: what the engine knows before any rule runs. For people; a
//! decision says what the rules found.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    string::String,
    vec::Vec,
};

use crate::{Engine, Request, eval::Machine, input::validate, plan::print};

/// A rule, and why it is run or not.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Explained<'e> {
    /// Its full name.
    pub rule: &'e str,
    /// Why.
    pub why: Why,
}

/// Why a rule is run on an input, or is not.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Why {
    /// Nothing speaks against it: it is run.
    Run,
    /// Its package has a match that the input does not fit.
    NotInForce,
    /// Left out: it asks for something else at a place of the input.
    Differs {
        /// The place, from the input's name: `request.object.kind`.
        path: String,
        /// What is there, as JSON; none where nothing is.
        found: Option<String>,
        /// What the rule asks for, as JSON.
        asked: Vec<String>,
    },
    /// Left out: it needs that one of these is so, and none is. A path alone has to be present, one behind `no`
    /// absent; `[]` is every element of a list, `[*]` the value of every key.
    Lacks {
        /// Paths from the input's name, and what is asked of them: `request.object.spec.hostPID == true`.
        needs: Vec<String>,
    },
    /// Left out, on any input: what it asks of the data is false.
    Never,
}

impl Engine {
    /// Says of each rule that decides about requests, in contract order, whether it is run on this one, and
    /// if not, why. What a rule that is left out would add to the decision is nothing.
    pub fn explain(&self, request: &Request<'_>) -> Vec<Explained<'_>> {
        let mut machine = Machine::new(&self.plan, request.documents(), self.limits);
        request.bind(&mut machine);
        let scope = self.force.scope(&machine, request.now());
        let mut chosen = core::mem::take(&mut machine.chosen);
        let all_fits = validate::mismatches(&machine, &mut chosen.present).is_empty();
        self.plan.index.select(&machine, &mut chosen, false);
        let run: BTreeSet<u32> = chosen.rules.iter().map(|reached| reached.rule).collect();
        let mut ruled_out = self.plan.index.ruled_out(&machine, &run);
        let hashes: BTreeSet<u64> = ruled_out.values().flat_map(|(_, asked)| asked).copied().collect();
        let constants = print::constants(&self.plan, &hashes);
        let marks = if all_fits {
            print::marks(&self.plan, &print::places(&self.plan))
        } else {
            BTreeMap::new()
        };
        let rules = (0_u32..).zip(&self.plan.rules).filter(|(_, rule)| !rule.audit);
        rules
            .map(|(index, rule)| {
                let lacking = || {
                    let mut needs = self.plan.index.needs_of(index);
                    needs.find(|need| all_fits && !chosen.present.has(need))
                };
                let why = if !scope.has(rule.package) {
                    Why::NotInForce
                } else if let Some((path, asked)) = ruled_out.remove(&index) {
                    let mut asked: Vec<String> =
                        asked.iter().map(|hash| print::asked(&constants, *hash)).collect();
                    asked.sort();
                    Why::Differs {
                        path: print::path_text(&self.plan, path),
                        found: path.shown(&machine),
                        asked,
                    }
                } else if !run.contains(&index) {
                    Why::Never
                } else if let Some(need) = lacking() {
                    let needs = print::need_text(need, &marks);
                    Why::Lacks { needs }
                } else {
                    Why::Run
                };
                let rule = &*rule.name;
                Explained { rule, why }
            })
            .collect()
    }
}
