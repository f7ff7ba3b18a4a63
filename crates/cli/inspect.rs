//! Looking inside: `--list`, `--schema`, `--tree`, `--dis`, `--globals`.

use std::io::Write;
use std::path::Path;

use anyhow::{Result, anyhow, bail};
use unpickle::{Archive, File, Pickle, Shared, View};

use crate::args::{Args, Look};
use crate::engine;
use crate::imports::{self, Imports};
use crate::list::list;
use crate::messages::{Messages, clean, count};
use crate::source::{self, shown};
use crate::tree::whole;

/// Shows what `look` asks for of one input.
pub(crate) fn inspect(
    path: &Path,
    look: Look,
    args: &Args,
    messages: Messages<'_>,
    out: &mut impl Write,
) -> Result<()> {
    if look == Look::Dis {
        return dis(path, args, messages, out);
    }
    let input = Shared::new(source::input(path, args, true)?);
    let file = match source::decoded(input.clone(), args) {
        Ok(file) => file,
        Err(error) => {
            match (look, imports::before(&input, &error)) {
                (Look::Globals, Some(pickle)) => globals(&pickle, out)?,
                (Look::Tree, Some(pickle)) => {
                    Imports::default().write_others("before the break", &pickle, out)?
                }
                _ => {}
            }
            return Err(source::explained(&error));
        }
    };
    match look {
        Look::List => list(path, &file, args, out)?,
        Look::Schema => schema(path, &file, args, out)?,
        Look::Tree => whole(&file, out)?,
        Look::Globals => globals(file.pickle(), out)?,
        Look::Dis => {}
    }
    engine::note_rest(path, &file, messages);
    Ok(())
}

fn dis(path: &Path, args: &Args, messages: Messages<'_>, out: &mut impl Write) -> Result<()> {
    let input = Shared::new(source::input(path, args, true)?);
    if let Some(archive) = input.archive() {
        return dis_members(&input, archive, out);
    }
    let bytes = input.as_ref();
    let mut at = unpickle::dis(bytes, 0, &mut *out).map_err(of_writing)?;
    while at < bytes.len() as u64 {
        match unpickle::dis(bytes, at, &mut *out) {
            Ok(end) => at = end,
            Err(error) if error.is_io() => return Err(of_writing(error)),
            Err(error) => {
                let left = count(bytes.len() as u64 - at);
                messages.note(shown(path), format_args!("the last {left} bytes are no pickle: {error}"));
                break;
            }
        }
    }
    Ok(())
}

/// Of an archive of PyTorch: each pickle in it, below its name. Bytes are counted from the start of the file, unless the
/// member is compressed.
fn dis_members(input: &Shared, archive: &Archive, out: &mut impl Write) -> Result<()> {
    let pickles = archive.members().iter().enumerate();
    let mut pickles =
        pickles.filter(|(_, member)| member.name().ends_with(".pkl") || member.name() == "pickle").peekable();
    if pickles.peek().is_none() {
        bail!("none of the members of the archive is a pickle; `--list` shows what is inside");
    }
    for (index, member) in pickles {
        let Some(content) = input.member_at(index) else { continue };
        writeln!(out, "{}:", clean(member.name()))?;
        if member.is_stored() {
            let start = content.range()?.start as u64;
            unpickle::dis(input.as_ref(), start, &mut *out).map_err(of_writing)?;
        } else {
            unpickle::dis(content.bytes()?, 0, &mut *out).map_err(of_writing)?;
        }
    }
    Ok(())
}

/// An error of the listing; one of writing stays what it was, for a closed pipe is no trouble.
fn of_writing(error: unpickle::Error) -> anyhow::Error {
    match error.io() {
        Some(source) => std::io::Error::from(source.kind()).into(),
        None => anyhow!("{error}"),
    }
}

/// The columns of each table, in the order in which they are written, with Arrow's types.
fn schema(path: &Path, file: &File, args: &Args, out: &mut impl Write) -> Result<()> {
    let tables = engine::tables(file, args.key.as_deref())?;
    if tables.is_empty() {
        return Err(engine::no_table(file));
    }
    for table in &tables {
        let rows = count(table.num_rows() as u64);
        let (file, key) = (shown(path).display().to_string(), engine::path(table));
        writeln!(out, "{}, {}: {}, {rows} rows", clean(&file), clean(key), table.kind())?;
        let schema = table.schema();
        let width =
            schema.fields().iter().map(|field| field.name().chars().count()).max().unwrap_or(0).min(40);
        for field in schema.fields() {
            let null = if field.is_nullable() { "" } else { " not null" };
            writeln!(
                out,
                "  {:width$}  {}{null}",
                clean(field.name()),
                clean(&field.data_type().to_string())
            )?;
        }
    }
    Ok(())
}

/// Each global with the byte of its opcode, as the pickle spells it.
fn globals<B: AsRef<[u8]>>(pickle: &Pickle<B>, out: &mut impl Write) -> Result<()> {
    for value in pickle.objects() {
        if let View::Class(class) = value.view() {
            let name = format!("{} {}", class.raw_module(), class.raw_name());
            writeln!(out, "{:>10}  {}", value.offset(), clean(&name))?;
        }
    }
    Ok(())
}
