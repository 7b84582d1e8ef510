//! A file of lines that another program adds to: only what was added since the last look is read. A last line without
//! its end is left for the next look; a file that is not the one read before is read again from its beginning.

use std::fs::File;
use std::io::{self, ErrorKind, Read as _, Seek as _, SeekFrom};
use std::path::PathBuf;

/// Bytes before the place reached that are compared at the next look, to know the file again.
const REMEMBERED: usize = 96;

/// A file and how far it was read.
#[derive(Clone, Debug)]
pub struct AppendedLines {
    path: PathBuf,
    /// Behind the last whole line.
    offset: u64,
    /// The last bytes before it.
    tail: Vec<u8>,
}

/// What a look found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Whole lines, in order.
    pub lines: Vec<String>,
    /// The file is another than before: everything known of it is void, `lines` are its first.
    pub began_again: bool,
    /// There is more to read at once.
    pub has_more: bool,
}

impl AppendedLines {
    /// A file of which nothing was read.
    pub fn new(path: PathBuf) -> Self {
        Self { path, offset: 0, tail: Vec::new() }
    }

    /// Reads what was added, at most so many bytes. A file that is not there has no lines.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn read(&mut self, most_bytes: usize) -> io::Result<Found> {
        let mut file = match File::open(&self.path) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let began_again = self.offset > 0;
                self.forget();
                return Ok(Found { began_again, ..Found::default() });
            }
            file => file?,
        };
        let began_again = !self.is_same(&mut file)?;
        if began_again {
            self.forget();
        }
        file.seek(SeekFrom::Start(self.offset))?;
        let mut bytes = Vec::new();
        file.take(most_bytes as u64).read_to_end(&mut bytes)?;
        let is_full = bytes.len() == most_bytes;
        let whole = match bytes.iter().rposition(|byte| *byte == b'\n') {
            Some(last) => last + 1,
            // No line is that long: what cannot be one is passed over.
            None if is_full => bytes.len(),
            None => 0,
        };
        self.go_on(&bytes[..whole]);
        let text = String::from_utf8_lossy(&bytes[..whole]);
        Ok(Found { lines: text.lines().map(str::to_owned).collect(), began_again, has_more: is_full })
    }

    fn forget(&mut self) {
        self.offset = 0;
        self.tail.clear();
    }

    fn go_on(&mut self, read: &[u8]) {
        self.offset += read.len() as u64;
        self.tail.extend_from_slice(&read[read.len().saturating_sub(REMEMBERED)..]);
        self.tail.drain(..self.tail.len().saturating_sub(REMEMBERED));
    }

    /// Whether what was read last still stands where it stood.
    fn is_same(&self, file: &mut File) -> io::Result<bool> {
        if file.metadata()?.len() < self.offset {
            return Ok(false);
        }
        file.seek(SeekFrom::Start(self.offset - self.tail.len() as u64))?;
        let mut there = vec![0; self.tail.len()];
        match file.read_exact(&mut there) {
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(false),
            read => read.map(|()| there == self.tail),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    const PLENTY: usize = 1 << 20;

    fn add(path: &std::path::Path, text: &str) {
        let mut file = File::options().create(true).append(true).open(path).unwrap();
        file.write_all(text.as_bytes()).unwrap();
    }

    #[test]
    fn a_half_written_line_waits_for_its_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.jsonl");
        let mut lines = AppendedLines::new(path.clone());
        assert_eq!(lines.read(PLENTY).unwrap(), Found::default());
        add(&path, "one\ntwo\nthr");
        assert_eq!(lines.read(PLENTY).unwrap().lines, ["one", "two"]);
        assert_eq!(lines.read(PLENTY).unwrap(), Found::default());
        add(&path, "ee\n");
        assert_eq!(lines.read(PLENTY).unwrap().lines, ["three"]);
    }

    #[test]
    fn another_file_of_the_name_is_read_from_its_beginning() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.jsonl");
        let mut lines = AppendedLines::new(path.clone());
        add(&path, "one\ntwo\nthree\n");
        lines.read(PLENTY).unwrap();
        std::fs::write(&path, "one\n").unwrap();
        let found = lines.read(PLENTY).unwrap();
        assert_eq!((found.lines.len(), found.began_again), (1, true), "a shorter file");
        std::fs::write(&path, "uno\ndue\ntre\nquattro\n").unwrap();
        let found = lines.read(PLENTY).unwrap();
        assert_eq!((found.lines.len(), found.began_again), (4, true), "a longer file of other lines");
        std::fs::remove_file(&path).unwrap();
        assert!(lines.read(PLENTY).unwrap().began_again, "no file");
        assert_eq!(lines.read(PLENTY).unwrap(), Found::default());
    }

    #[test]
    fn a_long_file_is_read_in_parts() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.jsonl");
        add(&path, &(0..1000).map(|line| format!("{line}\n")).collect::<String>());
        let mut lines = AppendedLines::new(path.clone());
        let mut all = Vec::new();
        loop {
            let found = lines.read(64).unwrap();
            all.extend(found.lines);
            if !found.has_more {
                break;
            }
        }
        assert_eq!(all, (0..1000).map(|line| line.to_string()).collect::<Vec<_>>());
    }

    #[test]
    fn what_cannot_be_a_line_is_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.jsonl");
        add(&path, &format!("{}\nlast\n", "x".repeat(100)));
        let mut lines = AppendedLines::new(path);
        let all: Vec<String> = (0..4).flat_map(|_| lines.read(64).unwrap().lines).collect();
        assert_eq!(all.last().map(String::as_str), Some("last"));
    }
}
