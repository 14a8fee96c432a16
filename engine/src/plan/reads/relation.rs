//! Relations: the rows of a stratum are followed until nothing more is found. A recursive relation may walk
//! down a recursive type, so its rows have nodes of their own: one for each column and type, to which every
//! place leads that a row may come from. There are finitely many, and the tree of reads becomes a graph
//! whose circles go down in the document.

use alloc::{collections::BTreeMap, vec, vec::Vec};

use wardlaw_lang::ir::{RelationId, uses};

use super::{Abstract, Member, Reads, Step};

impl Reads<'_> {
    /// The rows of a relation.
    #[inline(never)]
    pub(super) fn relation(&mut self, index: RelationId) -> Abstract {
        let def = self.program.relations.get(index.index());
        let Some(def) = def.filter(|def| def.reads_input) else {
            return Abstract::default();
        };
        if !self.relations.contains_key(&index) {
            self.stratum(def.stratum);
        }
        let (rows, seen) = self.relations.get(&index).cloned().unwrap_or_default();
        self.seen.nodes.extend(seen.nodes);
        self.seen.groups.extend(seen.groups);
        Abstract::list(rows)
    }

    fn stratum(&mut self, stratum: u32) {
        let program = self.program;
        let mut members = BTreeMap::new();
        for (index, def) in program.relations.iter().enumerate() {
            if def.stratum == stratum {
                let id = RelationId(index as u32);
                members.insert(id, def);
                self.relations.insert(id, Default::default());
            }
        }
        let uses = |def: &wardlaw_lang::ir::Relation| {
            let uses = def.blocks.iter().flat_map(|block| uses::of_block(program, block));
            uses.map(|found| found.relation).collect::<Vec<_>>()
        };
        let recursive = members
            .values()
            .any(|def| uses(def).iter().any(|used| members.contains_key(used)));
        loop {
            let mut more = false;
            for (id, def) in &members {
                // What it reads of its stratum is what is known so far.
                let before = self.relations.get(id).cloned().unwrap_or_default();
                let mut known = before.clone();
                for block in &def.blocks {
                    let frame = vec![Abstract::default(); block.locals as usize];
                    let frame = core::mem::replace(&mut self.frame, frame);
                    let seen = core::mem::take(&mut self.seen);
                    self.clauses(&block.clauses);
                    let row = self.eval(block.value);
                    self.frame = frame;
                    let read = core::mem::replace(&mut self.seen, seen);
                    let row = if recursive { self.row(*id, &row) } else { row };
                    known.0 = known.0.or(&row);
                    known.1.nodes.extend(read.nodes);
                    known.1.groups.extend(read.groups);
                }
                known.1.each_once();
                more |= known != before;
                self.relations.insert(*id, known);
            }
            if !more {
                return;
            }
        }
    }

    /// A row of a recursive relation: its nodes are those of the columns.
    fn row(&mut self, relation: RelationId, row: &Abstract) -> Abstract {
        let nodes = self.column(relation, None, row.nodes());
        row.with_nodes(nodes).map_members(|(member, part)| {
            let nodes = self.column(relation, Some(*member), part.nodes());
            (*member, part.with_nodes(nodes))
        })
    }

    fn column(&mut self, relation: RelationId, column: Option<Member>, nodes: &[u32]) -> Vec<u32> {
        let mut rows = Vec::new();
        for node in nodes {
            let check = self.node_check(*node);
            let key = (relation, column, check);
            let row = match self.rows.get(&key) {
                Some(row) => *row,
                None => {
                    let row = self.new_node(check);
                    self.rows.insert(key, row);
                    row
                }
            };
            if row != *node
                && let Some(node) = self.nodes.get_mut(*node as usize)
            {
                node.steps.insert(Step::Row(row), row);
            }
            rows.push(row);
        }
        rows.sort_unstable();
        rows.dedup();
        rows
    }
}
