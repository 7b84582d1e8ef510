//! insightface's record files: MXNet's RecordIO, each record a header with labels and a picture file. Records without
//! a picture (of the identities, and of the whole set) are passed over.

use super::labels::Label;
use super::{DataError, Gender};
use crate::face::PhotoError;
use crate::face::photo::MAX_FILE_BYTES;
use crate::pictures::{Section, age_years};

/// Begins every part of a record.
const MAGIC: u32 = 0xced7_230a;
/// Bytes of a part before its data: magic, then continuation flag (3 bits) and length (29 bits).
const PART_HEADER: u64 = 8;
/// Bytes of a picture's header: number of labels, label, two ids.
const PICTURE_HEADER: u64 = 24;
/// Labels that are looked at: identity, age, gender.
const LABELS: usize = 3;
/// Bytes of a record that hold all that the index needs.
const START: u64 = PICTURE_HEADER + 4 * LABELS as u64;

/// A record file and where its pictures begin.
#[derive(Debug)]
pub(super) struct RecordFile {
    section: Section,
    path: String,
    /// Key and place of every picture.
    records: Vec<(u64, u64)>,
}

/// A part of a record.
struct Part {
    data: u64,
    length: u64,
    continuation: u32,
}

impl Part {
    /// Where it ends: its data is filled up to a multiple of four bytes.
    fn end(&self) -> u64 {
        self.data + self.length.next_multiple_of(4)
    }
}

impl RecordFile {
    /// Finds the pictures, by the index file where there is one, and what is known of each.
    ///
    /// # Errors
    /// When a record or the index is damaged.
    pub(super) fn open(path: &str, section: Section, index: Option<&str>) -> Result<(Self, Vec<Label>), DataError> {
        let mut file = Self { section, path: path.to_owned(), records: Vec::new() };
        let mut labels = Vec::new();
        if let Some(index) = index {
            for (key, place) in file.read_index(index)? {
                file.add(key, place, &mut labels)?;
            }
        } else {
            let (mut key, mut place) = (0, 0);
            while place < file.section.length() {
                place = file.add(key, place, &mut labels)?;
                key += 1;
            }
        }
        Ok((file, labels))
    }

    /// Name of a picture.
    pub(super) fn name(&self, place: usize) -> String {
        format!("record {}", self.records[place].0)
    }

    /// The bytes of a picture.
    ///
    /// # Errors
    /// When it cannot be read, or is past [`MAX_FILE_BYTES`].
    pub(super) fn picture(&self, place: usize) -> Result<Vec<u8>, PhotoError> {
        let name = self.name(place);
        let damaged = |reason: String| PhotoError::Damaged { name: name.clone(), reason };
        let (data, _) = self.data(self.records[place].1).map_err(|error| damaged(error.to_string()))?;
        let start = labels_of(&data).and_then(|(_, start)| usize::try_from(start).ok());
        let picture = start.and_then(|start| data.get(start..)).filter(|picture| !picture.is_empty());
        Ok(picture.ok_or(PhotoError::Empty { name })?.to_vec())
    }

    /// Key and place of every record of an index file, in the order of the keys.
    fn read_index(&self, index: &str) -> Result<Vec<(u64, u64)>, DataError> {
        let mut records = Vec::new();
        for (line, text) in index.lines().enumerate().filter(|(_, text)| !text.trim().is_empty()) {
            let mut fields = text.split_whitespace().map(|field| field.parse::<u64>().ok());
            let (Some(Some(key)), Some(Some(place)), None) = (fields.next(), fields.next(), fields.next()) else {
                return Err(self.damaged(format!("line {} of its .idx file is not a key and a place", line + 1)));
            };
            records.push((key, place));
        }
        records.sort_unstable();
        Ok(records)
    }

    /// Keeps the record at this place if it has a picture. Returns where the next one begins.
    fn add(&mut self, key: u64, place: u64, labels: &mut Vec<Label>) -> Result<u64, DataError> {
        let part = self.part(place)?;
        let (start, length, end) = if part.continuation == 0 {
            let mut start = vec![0; part.length.min(START) as usize];
            self.read(part.data, &mut start)?;
            (start, part.length, part.end())
        } else {
            let (data, end) = self.data(place)?;
            let length = data.len() as u64;
            (data, length, end)
        };
        let known = labels_of(&start);
        let (held, picture) = known.ok_or_else(|| self.damaged(format!("the record at byte {place} has no header")))?;
        if length > picture {
            self.records.push((key, place));
            labels.push(label(&held));
        }
        Ok(end)
    }

    /// The data of the record at this place, put together from its parts, and where it ends.
    fn data(&self, place: u64) -> Result<(Vec<u8>, u64), DataError> {
        let mut part = self.part(place)?;
        let mut data = Vec::new();
        loop {
            if data.len() as u64 + part.length > MAX_FILE_BYTES {
                return Err(self.damaged(format!("the record at byte {place} is too large for a picture")));
            }
            let start = data.len();
            data.resize(start + part.length as usize, 0);
            self.read(part.data, &mut data[start..])?;
            // 0 is a whole record, 3 the last part of one.
            if matches!(part.continuation, 0 | 3) {
                return Ok((data, part.end()));
            }
            // A record is split where its data holds the magic number, which is left out.
            data.extend_from_slice(&MAGIC.to_le_bytes());
            part = self.part(part.end())?;
        }
    }

    fn part(&self, place: u64) -> Result<Part, DataError> {
        let mut header = [0; PART_HEADER as usize];
        self.read(place, &mut header)?;
        let [magic, second] = [&header[..4], &header[4..]].map(|bytes| number(bytes).unwrap_or_default());
        if magic != MAGIC {
            return Err(self.damaged(format!("no record begins at byte {place}")));
        }
        let part =
            Part { data: place + PART_HEADER, length: u64::from(second & 0x1fff_ffff), continuation: second >> 29 };
        if part.continuation > 3 {
            return Err(self.damaged(format!("the record at byte {place} is of a kind that does not exist")));
        }
        if part.data + part.length > self.section.length() {
            return Err(self.damaged(format!("the record at byte {place} reaches past the file's end")));
        }
        Ok(part)
    }

    fn read(&self, place: u64, buffer: &mut [u8]) -> Result<(), DataError> {
        self.section.read(place, buffer).map_err(|error| match error.kind() {
            std::io::ErrorKind::UnexpectedEof => self.damaged(format!("byte {place} and what follows are missing")),
            _ => self.damaged(error.to_string()),
        })
    }

    fn damaged(&self, reason: String) -> DataError {
        DataError::Record { path: self.path.clone(), reason }
    }
}

/// Labels of a record, three at most, and where its picture begins; nothing when it is too short for them.
fn labels_of(record: &[u8]) -> Option<(Vec<f32>, u64)> {
    let (count, label) = (number(record)?, number(record.get(4..)?)?);
    let stored = record.get(PICTURE_HEADER as usize..)?;
    if count == 0 {
        return Some((vec![f32::from_bits(label)], PICTURE_HEADER));
    }
    let stored = stored.as_chunks::<4>().0.get(..LABELS.min(count as usize))?;
    let labels = stored.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
    Some((labels, PICTURE_HEADER + 4 * u64::from(count)))
}

fn number(bytes: &[u8]) -> Option<u32> {
    bytes.first_chunk().map(|bytes| u32::from_le_bytes(*bytes))
}

/// What labels say: the identity, and where there are three of them age and gender, as in the published list.
fn label(labels: &[f32]) -> Label {
    let identity = labels.first().filter(|label| **label >= 0.0 && label.fract() == 0.0);
    let (age, gender) = if let [_, age, gender, ..] = labels { (Some(*age), Some(*gender)) } else { (None, None) };
    Label {
        identity: identity.map(|label| format!("{label:.0}")),
        age_years: age.and_then(|age| age_years(&age.to_string())),
        gender: match gender {
            Some(1.0) => Some(Gender::Male),
            Some(0.0) => Some(Gender::Female),
            _ => None,
        },
        ethnicity: None,
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// A part of a record as MXNet writes it.
    fn part(continuation: u32, data: &[u8]) -> Vec<u8> {
        let second = (continuation << 29) | u32::try_from(data.len()).unwrap();
        let mut bytes = [MAGIC.to_le_bytes(), second.to_le_bytes()].concat();
        bytes.extend_from_slice(data);
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        bytes
    }

    /// The data of a record: the one label where there is one, else all of them behind the header.
    fn data(labels: &[f32], picture: &[u8]) -> Vec<u8> {
        let (count, first) = if let [label] = labels { (0, *label) } else { (labels.len() as u32, 0.0) };
        let mut bytes = [count.to_le_bytes(), first.to_le_bytes()].concat();
        bytes.extend_from_slice(&[0; 16]);
        let behind = if count == 0 { &[] } else { labels };
        bytes.extend(behind.iter().flat_map(|label| label.to_le_bytes()));
        bytes.extend_from_slice(picture);
        bytes
    }

    /// A file of four records, the first about the whole set as insightface writes it, and where each begins.
    fn file() -> (Vec<u8>, Vec<usize>) {
        let split = data(&[9.0, 31.5, 0.0], b"abcd\x0a\x23\xd7\xceefgh");
        let at = split.len() - 8;
        let records = [
            part(0, &data(&[4.0, 6.0], b"")),
            part(0, &data(&[7.0], b"one picture")),
            part(0, &data(&[8.0, 4.0, 1.0], b"a second one")),
            [part(1, &split[..at]), part(3, &split[at + 4..])].concat(),
        ];
        let mut starts = vec![0];
        records.iter().for_each(|record| starts.push(starts[starts.len() - 1] + record.len()));
        (records.concat(), starts)
    }

    fn open(bytes: &[u8], index: Option<&str>) -> Result<(RecordFile, Vec<Label>), DataError> {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), bytes).unwrap();
        RecordFile::open("train.rec", Section::of_file(file.path()).unwrap(), index)
    }

    #[test]
    fn pictures_and_labels_come_back() {
        let (bytes, starts) = file();
        let lines = starts[..4].iter().enumerate().map(|(key, start)| format!("{key}\t{start}\n"));
        let index: String = lines.collect();
        for index in [None, Some(index.as_str())] {
            let (file, labels) = open(&bytes, index).unwrap();
            assert_eq!((0..3).map(|place| file.name(place)).collect::<Vec<_>>(), ["record 1", "record 2", "record 3"]);
            let pictures: Vec<Vec<u8>> = (0..3).map(|place| file.picture(place).unwrap()).collect();
            assert_eq!(pictures, [&b"one picture"[..], b"a second one", b"abcd\x0a\x23\xd7\xceefgh"]);
            let identities: Vec<_> = labels.iter().map(|label| label.identity.as_deref()).collect();
            assert_eq!(identities, [Some("7"), Some("8"), Some("9")]);
            let known = |label: &Label| (label.age_years, label.gender);
            let expected = [(None, None), (Some(4.0), Some(Gender::Male)), (Some(31.5), Some(Gender::Female))];
            assert_eq!(labels.iter().map(known).collect::<Vec<_>>(), expected);
        }
    }

    #[test]
    fn damage_is_told_in_a_sentence() {
        let (bytes, starts) = file();
        let said = |bytes: &[u8], index: Option<&str>| open(bytes, index).unwrap_err().to_string();
        let cut = said(&bytes[..starts[2] + 20], None);
        assert!(cut.contains(&format!("the record at byte {} reaches past the file's end", starts[2])), "{cut}");
        assert!(said(&bytes[..starts[2] + 3], None).contains("are missing"));
        assert!(said(b"not a record file", None).contains("no record begins at byte 0"));
        assert!(said(&bytes, Some("0\t4\n")).contains("no record begins at byte 4"));
        assert!(said(&bytes, Some("0\t999999\n")).contains("byte 999999"));
        assert!(said(&bytes, Some("zero 0\n")).contains("line 1 of its .idx file"));
        assert!(said(&part(0, b"short"), None).contains("the record at byte 0 has no header"));
        // A header that announces more labels than there are bytes, and a record that begins and never ends.
        let many = [&u32::MAX.to_le_bytes()[..], &[0; 20], &[0; 12]].concat();
        assert_eq!(open(&part(0, &many), None).unwrap().1, []);
        assert!(said(&part(1, &data(&[1.0], b"begun")), None).contains("are missing"));
    }
}
