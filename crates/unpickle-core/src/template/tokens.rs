//! The opcodes of one item of a list, found without a machine.

use crate::op::{LeafEnd, Opcode, leaf_end};
use crate::seq::memo_end;
use crate::template::{get_index, is_get};
use crate::word::MAX_RUN;

/// Most tokens of an item. What has more is no record.
const MAX_TOKENS: usize = 512;

/// Most values that an opcode takes from the stack without a MARK: an item that starts with a value is soon closed.
const MAX_ARGUMENTS: usize = 4;

/// What looking at a token costs, in bytes: what short ones have.
const COST: usize = 2;

/// What an opcode is to an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Makes an empty container.
    Open,
    Mark,
    /// Makes or fills something of what is above.
    Close,
    /// Puts what was made into the memo.
    Memo,
    /// A leaf, with the memo opcode behind it if there is one.
    Leaf,
    Get,
    /// All that follows the opcode of a list or set of leaves and GETs up to what fills it; nothing for an empty one.
    Leaves,
}

/// One or more opcodes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) byte: u8,
    pub(super) at: usize,
    pub(super) end: usize,
}

/// How many values a [`Kind::Close`] takes from the stack, and how many it leaves there instead; `None` for all above
/// the MARK.
pub(super) fn effect(opcode: Opcode) -> Option<(Option<usize>, usize)> {
    Some(match opcode {
        // The target stays.
        Opcode::SetItems | Opcode::Appends | Opcode::AddItems => (None, 0),
        Opcode::Tuple | Opcode::FrozenSet => (None, 1),
        Opcode::SetItem => (Some(2), 0),
        Opcode::Append | Opcode::Build => (Some(1), 0),
        Opcode::Tuple1 => (Some(1), 1),
        Opcode::Tuple2 | Opcode::Reduce | Opcode::NewObj => (Some(2), 1),
        Opcode::Tuple3 => (Some(3), 1),
        _ => return None,
    })
}

/// The item at `at`, a container or object; and where it ends. `None` where that is not clear.
pub(super) fn item(input: &[u8], at: usize, looked: &mut usize) -> Option<(Vec<Token>, usize)> {
    let mut tokens = Vec::new();
    let mut marks = Vec::new();
    let mut depth = 0_usize;
    let mut at = at;
    // How many tokens are an item, if no more of what follows belongs to it.
    let mut whole = None;
    while tokens.len() < MAX_TOKENS {
        let Some(token) = next(input, at) else { break };
        tokens.push(token);
        *looked += COST;
        at = token.end;
        match token.kind {
            Kind::Leaf | Kind::Get => depth += 1,
            Kind::Mark => marks.push(depth),
            Kind::Memo | Kind::Leaves => {}
            Kind::Open => depth += 1,
            Kind::Close => {
                let (takes, leaves) = effect(Opcode::from_byte(token.byte)?)?;
                let from = match takes {
                    Some(count) => depth.checked_sub(count),
                    None => marks.pop(),
                };
                // What is filled must be the item's own.
                let Some(from) = from.filter(|&from| from + leaves > 0) else { break };
                depth = from + leaves;
            }
        }
        let lost = depth > MAX_ARGUMENTS && whole.is_none() && marks.is_empty();
        if lost || marks.last().is_some_and(|&mark| mark > depth) {
            break;
        }
        if !matches!(token.kind, Kind::Open | Kind::Close) {
            continue;
        }
        if input.get(at).copied().is_some_and(is_memo) {
            let end = memo_end(input, at);
            tokens.push(Token { kind: Kind::Memo, byte: token.byte, at, end });
            at = end;
        }
        let adds = match Opcode::from_byte(token.byte) {
            Some(Opcode::EmptyList) => Some(Opcode::Appends),
            Some(Opcode::EmptySet) => Some(Opcode::AddItems),
            _ => None,
        };
        let leaves = adds.and_then(|adds| leaves(input, at, adds));
        if let Some(token) = leaves {
            tokens.push(token);
            *looked += token.end - at;
            at = token.end;
        }
        if depth != 1 || !marks.is_empty() {
            continue;
        }
        whole = Some((tokens.len(), at));
        let is_object = matches!(Opcode::from_byte(token.byte), Some(Opcode::Reduce | Opcode::NewObj));
        let first = tokens.first().and_then(|token| input.get(token.at..token.end))?;
        let again = input.get(at..).is_some_and(|rest| rest.starts_with(first));
        let may_grow = if is_object { !again } else { token.kind == Kind::Open && leaves.is_none() };
        if !may_grow {
            break;
        }
    }
    let (count, end) = whole?;
    tokens.truncate(count);
    Some((tokens, end))
}

/// What follows the opcode of a list or set, if that is filled at once with leaves and GETs only, or not at all.
fn leaves(input: &[u8], at: usize, adds: Opcode) -> Option<Token> {
    let token = |end| Some(Token { kind: Kind::Leaves, byte: adds as u8, at, end });
    let marked = input.get(at) == Some(&(Opcode::Mark as u8));
    let mut end = at + usize::from(marked);
    let mut count = 0;
    while let Some(next) = next(input, end).filter(|next| matches!(next.kind, Kind::Leaf | Kind::Get)) {
        (end, count) = (next.end, count + 1);
        if !marked || count > MAX_RUN {
            break;
        }
    }
    let alone = !marked && adds == Opcode::Appends;
    let closed = if alone { Opcode::Append } else { adds };
    if count > 0 && (marked || alone) && input.get(end) == Some(&(closed as u8)) {
        token(end + 1)
    } else if marked {
        None
    } else {
        token(at)
    }
}

fn is_memo(byte: u8) -> bool {
    byte == Opcode::Memoize as u8 || byte == Opcode::BinPut as u8 || byte == Opcode::LongBinPut as u8
}

/// The token at `at`.
fn next(input: &[u8], at: usize) -> Option<Token> {
    let byte = *input.get(at)?;
    let (kind, end) = match leaf_end(input, at) {
        LeafEnd::At(end) => (Kind::Leaf, memo_end(input, end)),
        LeafEnd::Broken => return None,
        LeafEnd::NotLeaf if is_get(byte) => (Kind::Get, get_index(input, at)?.1),
        LeafEnd::NotLeaf => match Opcode::from_byte(byte)? {
            Opcode::EmptyList | Opcode::EmptyDict | Opcode::EmptySet => (Kind::Open, at + 1),
            Opcode::Mark => (Kind::Mark, at + 1),
            opcode => {
                effect(opcode)?;
                (Kind::Close, at + 1)
            }
        },
    };
    (end <= input.len()).then_some(Token { kind, byte, at, end })
}
