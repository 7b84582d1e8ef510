//! The zip archive `torch.save` writes since 2020: `NAME/data.pkl` and one member `NAME/data/KEY` for each storage, all
//! of them stored as they are. Only what such files need of the zip format is read; the rest is refused.

use std::collections::HashMap;
use std::ops::Range;

use super::super::error::WeightsError;
use super::super::source::Source;
use super::machine::shown;

/// Members of the published checkpoint: about 850.
const MAX_MEMBERS: u64 = 1 << 17;
/// The list of members of the published checkpoint has 80 KiB.
const MAX_DIRECTORY_BYTES: u64 = 16 << 20;
/// The pickle of the published checkpoint has 140 KiB.
const MAX_PICKLE_BYTES: u64 = 16 << 20;
/// The end of the archive, without the comment.
const END_BYTES: usize = 22;
const MAX_COMMENT_BYTES: u64 = u16::MAX as u64;
const LOCATOR_BYTES: usize = 20;
const LARGE_END_BYTES: u64 = 56;
const ENTRY_BYTES: usize = 46;
const LOCAL_BYTES: usize = 30;
/// In a field of four bytes: the number is among the extra fields.
const ELSEWHERE: u64 = 0xffff_ffff;

/// A whole archive whose members were checked against their checksums.
#[derive(Debug)]
pub struct Archive {
    /// SHA-256 of the file in hex.
    pub sha256: String,
    /// The pickle that describes the tensors.
    pub pickle: Vec<u8>,
    /// Where each storage lies, by its key.
    pub storages: HashMap<String, Range<u64>>,
}

#[derive(Debug)]
struct Member {
    name: String,
    crc32: u32,
    data: Range<u64>,
}

impl Archive {
    /// Reads the list of members, then the whole file once for its checksums.
    ///
    /// # Errors
    /// When it is cut short, damaged, or no archive of `torch.save`.
    pub fn read(source: &Source) -> Result<Self, WeightsError> {
        let (directory, count) = find_directory(source)?;
        let bytes = source.piece(directory.start, MAX_DIRECTORY_BYTES.min(directory.end - directory.start))?;
        let mut members = list(source, &bytes, count)?;
        for member in &mut members {
            locate(source, member, directory.start)?;
        }
        let mut ranges: Vec<Range<u64>> = members.iter().map(|member| member.data.clone()).collect();
        members.sort_by_key(|member| (member.data.start, member.data.end));
        ranges.sort_by_key(|range| (range.start, range.end));
        if ranges.windows(2).any(|pair| pair[1].start < pair[0].end) {
            return Err(source.damaged("it is a zip archive whose members overlap"));
        }
        let sums = source.sums(&ranges)?;
        for (member, found) in members.iter().zip(sums.crc32) {
            if member.crc32 != found {
                let reason = format!("its part “{}” does not match its checksum, CRC-32", shown(&member.name));
                return Err(source.damaged(reason));
            }
        }
        assemble(source, members, sums.sha256)
    }
}

/// Where the list of members lies, and how many it has.
fn find_directory(source: &Source) -> Result<(Range<u64>, u64), WeightsError> {
    let most = MAX_COMMENT_BYTES + (END_BYTES + LOCATOR_BYTES) as u64;
    let tail_start = source.length.saturating_sub(most);
    let tail = source.piece(tail_start, most)?;
    let ends_here = |at: &usize| {
        let end = &tail[*at..];
        end.starts_with(b"PK\x05\x06") && usize::from(u16_at(end, 20)) == end.len() - END_BYTES
    };
    let last = tail.len().checked_sub(END_BYTES);
    let at = last.and_then(|last| (0..=last).rev().find(ends_here));
    let at = at.ok_or_else(|| source.damaged("it is a zip archive whose end is missing"))?;
    let end = &tail[at..];
    let (mut count, mut size, mut start) = (u64::from(u16_at(end, 10)), u32_at(end, 12), u32_at(end, 16));
    let mut limit = tail_start + at as u64;
    let locator = at.checked_sub(LOCATOR_BYTES).map(|before| &tail[before..at]);
    if let Some(locator) = locator.filter(|locator| locator.starts_with(b"PK\x06\x07")) {
        limit = u64_at(locator, 8);
        let large = source.piece(limit, LARGE_END_BYTES)?;
        if large.len() < LARGE_END_BYTES as usize || !large.starts_with(b"PK\x06\x06") {
            return Err(source.damaged("it is a zip archive whose end points elsewhere"));
        }
        (count, size, start) = (u64_at(&large, 32), u64_at(&large, 40), u64_at(&large, 48));
    }
    let stop = start.checked_add(size).filter(|stop| *stop <= limit && *stop <= source.length);
    match stop {
        Some(stop) if count <= MAX_MEMBERS && size <= MAX_DIRECTORY_BYTES => Ok((start..stop, count)),
        _ => Err(source.damaged("it is a zip archive whose list of parts is impossible")),
    }
}

/// The members as the list states them; the ranges begin at their local headers still.
fn list(source: &Source, mut bytes: &[u8], count: u64) -> Result<Vec<Member>, WeightsError> {
    let broken = || source.damaged("it is a zip archive whose list of parts is broken");
    let mut members: Vec<Member> = Vec::new();
    let mut names = std::collections::HashSet::new();
    for _ in 0..count {
        let fixed = bytes.get(..ENTRY_BYTES).filter(|fixed| fixed.starts_with(b"PK\x01\x02")).ok_or_else(broken)?;
        let [name_bytes, extra_bytes, comment_bytes] = [28, 30, 32].map(|at| usize::from(u16_at(fixed, at)));
        let name_end = ENTRY_BYTES + name_bytes;
        let extra_end = name_end + extra_bytes;
        let name = bytes.get(ENTRY_BYTES..name_end).and_then(|name| std::str::from_utf8(name).ok());
        let name = name.ok_or_else(broken)?.to_owned();
        let extra = bytes.get(name_end..extra_end).ok_or_else(broken)?;
        let refused = |how: &str| source.damaged(format!("its part “{}” is {how}", shown(&name)));
        if u16_at(fixed, 8) & 1 != 0 {
            return Err(refused("encrypted"));
        }
        if u16_at(fixed, 10) != 0 {
            return Err(refused("compressed, which torch.save never does"));
        }
        let stated = [24, 20, 42].map(|at| u32_at(fixed, at));
        let [size, packed, offset] = large_numbers(stated, extra).ok_or_else(broken)?;
        if size != packed {
            return Err(refused("of two sizes"));
        }
        let end = offset.checked_add(size).ok_or_else(broken)?;
        if !names.insert(name.clone()) {
            return Err(refused("there twice"));
        }
        // CRC-32 fills all four bytes.
        members.push(Member { crc32: u32_at(fixed, 16) as u32, data: offset..end, name });
        bytes = bytes.get(extra_end + comment_bytes..).ok_or_else(broken)?;
    }
    Ok(members)
}

/// Numbers that do not fit into four bytes stand in the extra field number 1, in order.
fn large_numbers(stated: [u64; 3], mut extra: &[u8]) -> Option<[u64; 3]> {
    if !stated.contains(&ELSEWHERE) {
        return Some(stated);
    }
    loop {
        let (header, rest) = extra.split_at_checked(4)?;
        let (field, rest) = rest.split_at_checked(usize::from(u16_at(header, 2)))?;
        if u16_at(header, 0) == 1 {
            let mut numbers = field.as_chunks::<8>().0.iter().map(|number| u64::from_le_bytes(*number));
            let mut found = stated;
            for number in &mut found {
                if *number == ELSEWHERE {
                    *number = numbers.next()?;
                }
            }
            return Some(found);
        }
        extra = rest;
    }
}

/// Moves a member's range behind its local header.
fn locate(source: &Source, member: &mut Member, directory: u64) -> Result<(), WeightsError> {
    let header = source.piece(member.data.start, (LOCAL_BYTES + member.name.len()) as u64)?;
    let same_name = header.get(LOCAL_BYTES..) == Some(member.name.as_bytes());
    let outside = || source.damaged(format!("its part “{}” lies outside the file", shown(&member.name)));
    if !header.starts_with(b"PK\x03\x04") || !same_name || usize::from(u16_at(&header, 26)) != member.name.len() {
        return Err(outside());
    }
    let before = LOCAL_BYTES as u64 + member.name.len() as u64 + u64::from(u16_at(&header, 28));
    let shifted = |position: u64| position.checked_add(before).filter(|position| *position <= directory);
    member.data = shifted(member.data.start).ok_or_else(outside)?..shifted(member.data.end).ok_or_else(outside)?;
    Ok(())
}

fn assemble(source: &Source, members: Vec<Member>, sha256: String) -> Result<Archive, WeightsError> {
    let mut pickles =
        members.iter().filter_map(|member| member.name.strip_suffix("data.pkl").map(|root| (root, member)));
    let (Some((root, pickle)), None) = (pickles.next(), pickles.next()) else {
        return Err(WeightsError::OtherKind {
            name: source.name.clone(),
            found: "a zip archive without the one data.pkl of torch.save",
            next_step: "Choose the file that torch.save wrote.",
        });
    };
    let (root, pickle) = (root.to_owned(), pickle.data.clone());
    if let Some(order) = members.iter().find(|member| member.name == format!("{root}byteorder")) {
        let order = source.piece(order.data.start, (order.data.end - order.data.start).min(16))?;
        if order != b"little" {
            return Err(source.damaged("its numbers are big-endian, which this program does not read"));
        }
    }
    if pickle.end - pickle.start > MAX_PICKLE_BYTES {
        return Err(source.damaged("its pickle is longer than that of any network"));
    }
    let prefix = format!("{root}data/");
    let key = |name: &str| name.strip_prefix(&prefix).map(str::to_owned);
    let storages = members.into_iter().filter_map(|member| Some((key(&member.name)?, member.data))).collect();
    Ok(Archive { sha256, pickle: source.piece(pickle.start, pickle.end - pickle.start)?, storages })
}

/// Two bytes as a number; the callers' slices are long enough, and zero where one is not.
fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u64_of::<2>(bytes, at) as u16
}

fn u32_at(bytes: &[u8], at: usize) -> u64 {
    u64_of::<4>(bytes, at)
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64_of::<8>(bytes, at)
}

fn u64_of<const LENGTH: usize>(bytes: &[u8], at: usize) -> u64 {
    let mut wide = [0; 8];
    if let Some(found) = bytes.get(at..at + LENGTH) {
        wide[..LENGTH].copy_from_slice(found);
    }
    u64::from_le_bytes(wide)
}
