//! Learning a [`Template`] from two items.

use super::tokens::{self, Kind, Token, effect};
use super::{Body, Event, Literal, Node, Slot, Step, Template, get_index};
use crate::class::Known;
use crate::graph::{Graph, Shape};
use crate::key;
use crate::memo::Memo;
use crate::op::{LeafEnd, Opcode, leaf_end};
use crate::seq::first_leaf;
use crate::value::Value;
use crate::word::Word;

/// Most nodes of an item: what the eight bits of a word count.
const MAX_NODES: usize = 256;

/// What is learned from.
pub(crate) struct Learner<'l> {
    pub(crate) input: &'l [u8],
    pub(crate) graph: &'l Graph,
    pub(crate) memo: &'l mut Memo,
    /// Whether GETs of one index are taken to be the same in all items, where nothing says that they must be.
    pub(crate) same: bool,
}

/// What is built.
#[derive(Default)]
struct Build {
    steps: Vec<Step>,
    events: Vec<Event>,
    nodes: Vec<(Shape, Vec<Slot>, Option<u32>)>,
    stack: Vec<Slot>,
    marks: Vec<usize>,
    /// Each [`Slot::Before`], and the leaf that it is in the first item.
    leaves: Vec<(u32, u32, Word)>,
    /// How many bytes are before each cell, from the last one on.
    leads: Vec<u32>,
    /// The same, of the next.
    lead: u32,
    /// The literal that is not yet a step, and where its events began.
    literal: Vec<u8>,
    event: usize,
}

impl Learner<'_> {
    /// The template of the items at `at`, and how many bytes were looked at.
    pub(crate) fn learn(&mut self, at: usize) -> (Option<Template>, usize) {
        let mut looked = 0;
        let template = tokens::item(self.input, at, &mut looked).and_then(|(first, end)| {
            let (second, _) = tokens::item(self.input, first_leaf(self.input, end), &mut looked)?;
            self.template(&first, &second)
        });
        (template, looked)
    }

    fn template(&mut self, first: &[Token], second: &[Token]) -> Option<Template> {
        let alike = |(a, b): (&Token, &Token)| {
            let leaf = |kind| matches!(kind, Kind::Leaf | Kind::Get);
            if leaf(a.kind) { leaf(b.kind) } else { a.kind == b.kind && a.byte == b.byte }
        };
        if first.len() != second.len() || !first.iter().zip(second).all(alike) {
            return None;
        }
        let fixed = fixed(first)?;
        let mut build = Build::default();
        for ((a, b), fixed) in first.iter().zip(second).zip(fixed) {
            self.token(&mut build, a, b, fixed)?;
        }
        build.flush();
        self.finish(build)
    }

    fn bytes(&self, token: &Token) -> &[u8] {
        self.input.get(token.at..token.end).unwrap_or_default()
    }

    /// What a GET fetches.
    fn get(&mut self, at: usize) -> Option<(Word, usize)> {
        let (index, end) = get_index(self.input, at)?;
        Some((self.memo.get(self.input, &self.graph.tables, index)?, end))
    }

    fn token(&mut self, build: &mut Build, a: &Token, b: &Token, fixed: bool) -> Option<()> {
        let equal = self.bytes(a) == self.bytes(b);
        match a.kind {
            Kind::Get if equal && (fixed || self.same) => {
                let (word, _) = self.get(a.at)?;
                build.literal(self.bytes(a));
                build.stack.push(Slot::Same(word));
            }
            Kind::Leaf if fixed => {
                // One that is memoized each time is not looked for.
                if !equal || leaf_end(self.input, a.at) != LeafEnd::At(a.end) {
                    return None;
                }
                let (cell, back) = (build.leads.len() as u32, build.lead);
                build.leaves.push((cell, back, Word::leaf(a.at)));
                build.literal(self.bytes(a));
                build.stack.push(Slot::Before { cell, back });
            }
            Kind::Get if fixed => return None,
            Kind::Leaf | Kind::Get => {
                build.stack.push(Slot::Cell(build.leads.len() as u32));
                build.step(Step::Leaf, 1);
            }
            Kind::Mark => {
                build.marks.push(build.stack.len());
                build.literal(self.bytes(a));
            }
            Kind::Open => {
                let shape = match Opcode::from_byte(a.byte)? {
                    Opcode::EmptyList => Shape::List,
                    Opcode::EmptySet => Shape::Set,
                    _ => Shape::Dict,
                };
                build.made(shape, Vec::new())?;
                build.literal(self.bytes(a));
            }
            Kind::Memo => {
                let Some(&Slot::Node(node)) = build.stack.last() else { return None };
                if a.end - a.at == 1 {
                    build.happens(node, true);
                    build.literal(self.bytes(a));
                } else {
                    build.flush();
                    let width = (a.end - a.at) as u8;
                    build.steps.push(Step::Put { node, width });
                    build.lead += u32::from(width);
                }
            }
            Kind::Leaves => {
                let Some(&Slot::Node(node)) = build.stack.last() else { return None };
                if equal && self.same && self.same_items(build, a, node).is_some() {
                    build.literal(self.bytes(a));
                    return Some(());
                }
                let (_, _, leaves) = build.nodes.get_mut(usize::from(node))?;
                *leaves = Some(build.leads.len() as u32);
                build.step(Step::Leaves { adds: a.byte }, 2);
            }
            Kind::Close => self.close(build, a)?,
        }
        Some(())
    }

    /// Fills the list `node` with what the GETs in the token fetch, if there is nothing else in it.
    fn same_items(&mut self, build: &mut Build, token: &Token, node: u8) -> Option<()> {
        let marked = self.input.get(token.at) == Some(&(Opcode::Mark as u8));
        let mut at = token.at + usize::from(marked);
        let mut items = Vec::new();
        // The opcode that fills it is the last.
        while at + 1 < token.end {
            let (word, end) = self.get(at)?;
            items.push(Slot::Same(word));
            at = end;
        }
        build.nodes.get_mut(usize::from(node))?.1 = items;
        Some(())
    }

    fn close(&mut self, build: &mut Build, token: &Token) -> Option<()> {
        let opcode = Opcode::from_byte(token.byte)?;
        let from = match effect(opcode)?.0 {
            Some(count) => build.stack.len().checked_sub(count)?,
            None => build.marks.pop()?,
        };
        if from > build.stack.len() {
            return None;
        }
        let items = build.stack.split_off(from);
        match opcode {
            Opcode::Tuple | Opcode::Tuple1 | Opcode::Tuple2 | Opcode::Tuple3 => {
                build.made(Shape::Tuple, items)?
            }
            Opcode::FrozenSet => build.made(Shape::FrozenSet, items)?,
            Opcode::Reduce | Opcode::NewObj => {
                let Some(&Slot::Same(callable)) = items.first() else { return None };
                // A call that spells a plain value is looked into as it is made, one with data behind it too.
                let value = Value::new(self.graph, self.input, callable);
                value.as_class()?;
                if !matches!(value.known(), Known::Other | Known::Reconstructor) {
                    return None;
                }
                build.made(if opcode == Opcode::Reduce { Shape::Reduce } else { Shape::NewObj }, items)?;
            }
            Opcode::Build => {
                let (shape, slots, _) = build.top()?;
                if !matches!(shape, Shape::Reduce | Shape::NewObj) || slots.len() != 2 {
                    return None;
                }
                slots.extend(items);
            }
            _ => {
                let shape = match opcode {
                    Opcode::SetItem | Opcode::SetItems => Shape::Dict,
                    Opcode::AddItems => Shape::Set,
                    _ => Shape::List,
                };
                let (found, slots, leaves) = build.top()?;
                if *found != shape || !slots.is_empty() || leaves.is_some() || items.is_empty() {
                    return None;
                }
                if shape == Shape::Dict && !items.len().is_multiple_of(2) {
                    return None;
                }
                *slots = items;
            }
        }
        build.literal(self.bytes(token));
        Some(())
    }

    fn finish(&self, build: Build) -> Option<Template> {
        let [Slot::Node(root)] = build.stack[..] else { return None };
        if build.leads.is_empty() || !build.marks.is_empty() {
            return None;
        }
        let mut slots = Vec::new();
        let mut nodes = Vec::with_capacity(build.nodes.len());
        for (shape, items, leaves) in build.nodes {
            let body = match leaves {
                Some(cell) => Body::Leaves { cell },
                None => Body::Slots { start: slots.len() as u32, len: items.len() as u32 },
            };
            for item in &items {
                slots.push(match *item {
                    Slot::Before { cell, back } => {
                        Slot::Before { cell, back: build.leads.get(cell as usize)?.checked_sub(back)? }
                    }
                    slot => slot,
                });
            }
            let layout = match shape {
                Shape::Dict => self.layout(&items, &build.leaves, nodes.len())?,
                _ => 0,
            };
            nodes.push(Node { shape, body, layout });
        }
        Some(Template {
            steps: build.steps,
            events: build.events,
            nodes,
            root: root.into(),
            slots,
            cells: build.leads.len(),
            lead: *build.leads.first()? as usize,
        })
    }

    /// The layout of a dict of these items: that of another which has the same keys, or a new one for this node. `None`
    /// if a key comes twice.
    fn layout(&self, items: &[Slot], leaves: &[(u32, u32, Word)], node: usize) -> Option<u32> {
        let key = |slot: &Slot| match *slot {
            Slot::Same(word) => Some(word),
            Slot::Before { cell, back } => {
                leaves.iter().find(|leaf| (leaf.0, leaf.1) == (cell, back)).map(|leaf| leaf.2)
            }
            _ => None,
        };
        let words = items.iter().step_by(2).map(key).collect::<Option<Vec<Word>>>()?;
        let known = self.graph.tables.iter().flat_map(|table| {
            let dicts = table.template.nodes.iter().filter(|node| node.shape == Shape::Dict);
            dicts.map(|node| (node.layout, table.template.same_keys(node)))
        });
        for (layout, keys) in known {
            if keys.eq(words.iter().copied().map(Some)) {
                return Some(layout);
            }
        }
        let value = |word| Value::new(self.graph, self.input, word);
        let again = |(i, &word): (usize, &Word)| {
            words.iter().take(i).any(|&before| key::same(value(before), value(word)))
        };
        if words.iter().enumerate().any(again) {
            return None;
        }
        Some((self.graph.tables.len() * MAX_NODES + node) as u32)
    }
}

/// Of each token, whether it must be the same in all items: keys and callables. `None` if one of those is no token.
fn fixed(tokens: &[Token]) -> Option<Vec<bool>> {
    let mut fixed = vec![false; tokens.len()];
    let (mut stack, mut marks): (Vec<Option<usize>>, Vec<usize>) = (Vec::new(), Vec::new());
    for (i, token) in tokens.iter().enumerate() {
        match token.kind {
            Kind::Leaf | Kind::Get => stack.push(Some(i)),
            Kind::Open => stack.push(None),
            Kind::Mark => marks.push(stack.len()),
            Kind::Memo | Kind::Leaves => {}
            Kind::Close => {
                let opcode = Opcode::from_byte(token.byte)?;
                let (takes, leaves) = effect(opcode)?;
                let from = match takes {
                    Some(count) => stack.len().checked_sub(count)?,
                    None => marks.pop()?,
                };
                let taken = stack.get(from..)?;
                let names = match opcode {
                    Opcode::SetItem | Opcode::SetItems => taken.len().div_ceil(2),
                    Opcode::Reduce | Opcode::NewObj => 1,
                    _ => 0,
                };
                for &name in taken.iter().step_by(2).take(names) {
                    *fixed.get_mut(name?)? = true;
                }
                stack.truncate(from);
                stack.extend((leaves > 0).then_some(None));
            }
        }
    }
    Some(fixed)
}

impl Build {
    fn literal(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.literal.push(byte);
            if self.literal.len() == 8 {
                self.flush();
            }
        }
        self.lead += bytes.len() as u32;
    }

    /// Makes what was literal a step.
    fn flush(&mut self) {
        let (event, end) = (self.event, self.events.len());
        if !self.literal.is_empty() {
            let memos =
                self.events.get(event..).unwrap_or_default().iter().filter(|event| event.memo).count();
            let literal = Literal::new(&self.literal, memos as u8);
            self.steps.push(Step::Literal { literal, event: event as u32, end: end as u32 });
        }
        self.literal.clear();
        self.event = end;
    }

    /// What the byte that comes next does.
    fn happens(&mut self, node: u8, memo: bool) {
        self.events.push(Event { at: self.literal.len() as u8, node, memo });
    }

    /// A step that has cells.
    fn step(&mut self, step: Step, cells: usize) {
        self.flush();
        self.steps.push(step);
        self.leads.push(self.lead);
        // Nothing is measured from the others.
        self.leads.resize(self.leads.len() + cells - 1, 0);
        self.lead = 0;
    }

    /// A node, made by what is the next literal.
    fn made(&mut self, shape: Shape, items: Vec<Slot>) -> Option<()> {
        if self.nodes.len() == MAX_NODES {
            return None;
        }
        let node = self.nodes.len() as u8;
        self.happens(node, false);
        self.nodes.push((shape, items, None));
        self.stack.push(Slot::Node(node));
        Some(())
    }

    /// The node on top of the stack.
    fn top(&mut self) -> Option<&mut (Shape, Vec<Slot>, Option<u32>)> {
        let Some(&Slot::Node(node)) = self.stack.last() else { return None };
        self.nodes.get_mut(usize::from(node))
    }
}
