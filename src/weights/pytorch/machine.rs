//! A machine for the small part of pickle that checkpoints of tensors are written in. It knows a list of instructions
//! and a list of names; whatever is on neither list ends it. Nothing a file names is ever run.

use std::collections::HashMap;

use super::reader::Reader;
use super::rebuild;
use super::value::{Global, Heap, Value};

/// Values put on the stack over a whole pickle; the published checkpoint needs 20 thousand.
const MAX_VALUES: usize = 1 << 20;
/// Values remembered for later.
const MAX_REMEMBERED: usize = 1 << 18;
/// Marks open at a time.
const MAX_DEPTH: usize = 100;
/// Characters of a name that a sentence repeats.
const SHOWN: usize = 80;

/// Why a pickle is not read.
#[derive(Debug, PartialEq)]
pub enum PickleError {
    /// It asks for something other than tensors and plain values, named here.
    Forbidden(String),
    /// It is broken, or beyond every limit.
    Broken(String),
}

impl From<&str> for PickleError {
    fn from(reason: &str) -> Self {
        Self::Broken(reason.to_owned())
    }
}

/// What a pickle describes.
#[derive(Debug)]
pub struct Unpickled {
    /// The value itself.
    pub root: Value,
    /// What it refers to.
    pub heap: Heap,
    /// Bytes the pickle has.
    pub length: usize,
}

/// Reads one pickle from the beginning of `bytes`; more may follow it.
///
/// # Errors
/// When it is broken, beyond the limits, or asks for anything but tensors and plain values.
pub fn unpickle(bytes: &[u8]) -> Result<Unpickled, PickleError> {
    let mut machine = Machine {
        reader: Reader::new(bytes),
        stack: Vec::new(),
        marks: Vec::new(),
        remembered: HashMap::new(),
        put: 0,
        heap: Heap::default(),
    };
    loop {
        let instruction = machine.reader.byte()?;
        if instruction == b'.' {
            let root = machine.pop()?;
            return Ok(Unpickled { root, length: machine.reader.position(), heap: machine.heap });
        }
        machine.step(instruction)?;
    }
}

struct Machine<'bytes> {
    reader: Reader<'bytes>,
    stack: Vec<Value>,
    /// Heights of the stack at the open marks.
    marks: Vec<usize>,
    remembered: HashMap<u32, Value>,
    /// Values put on the stack so far.
    put: usize,
    heap: Heap,
}

impl Machine<'_> {
    fn step(&mut self, instruction: u8) -> Result<(), PickleError> {
        match instruction {
            0x80 => self.protocol(),
            0x95 => self.reader.take(8).map(|_| ()),
            b'(' => self.mark(),
            b'q' | b'r' | 0x94 => self.remember(instruction),
            b'h' | b'j' => self.recall(instruction),
            b'c' | 0x93 => self.global(instruction),
            b'}' | b']' | b')' | b't' | 0x85..=0x87 => self.collection(instruction),
            b's' | b'u' => self.set_items(instruction),
            b'a' | b'e' => self.append(instruction),
            b'Q' => {
                let described = self.pop()?;
                let storage = rebuild::storage(&mut self.heap, described)?;
                self.push(storage)
            }
            b'R' => {
                let (arguments, function) = (self.pop()?, self.pop()?);
                let made = rebuild::call(&mut self.heap, function, arguments)?;
                self.push(made)
            }
            b'b' => self.attributes(),
            _ => {
                let value = self.plain(instruction)?;
                self.push(value)
            }
        }
    }

    fn protocol(&mut self) -> Result<(), PickleError> {
        match self.reader.byte()? {
            2..=5 => Ok(()),
            other => Err(PickleError::Broken(format!("its pickle is of version {other}"))),
        }
    }

    /// Instructions that put one plain value.
    fn plain(&mut self, instruction: u8) -> Result<Value, PickleError> {
        let reader = &mut self.reader;
        Ok(match instruction {
            b'N' => Value::None,
            0x88 => Value::Bool(true),
            0x89 => Value::Bool(false),
            b'K' => Value::Int(i64::from(reader.byte()?)),
            b'M' => Value::Int(i64::from(u16::from_le_bytes(reader.array()?))),
            b'J' => Value::Int(i64::from(i32::from_le_bytes(reader.array()?))),
            0x8a => reader.long()?,
            b'G' => reader.take(8).map(|_| Value::Other)?,
            b'C' => reader.counted(1).map(|_| Value::Other)?,
            b'B' => reader.counted(4).map(|_| Value::Other)?,
            // The older Python writes texts as strings of bytes.
            b'U' | 0x8c => self.text(1)?,
            b'T' | b'X' => self.text(4)?,
            0x8d => self.text(8)?,
            other => {
                let reason = format!("its pickle uses the instruction 0x{other:02x}, which no file of tensors needs");
                return Err(PickleError::Broken(reason));
            }
        })
    }

    fn text(&mut self, length_bytes: usize) -> Result<Value, PickleError> {
        let bytes = self.reader.counted(length_bytes)?;
        let text = std::str::from_utf8(bytes).map_err(|_| "a text in its pickle is no UTF-8")?;
        self.heap.texts.push(text.to_owned());
        Ok(Value::Text(self.heap.texts.len() - 1))
    }

    fn mark(&mut self) -> Result<(), PickleError> {
        if self.marks.len() >= MAX_DEPTH {
            return Err("its pickle is nested deeper than any file of tensors".into());
        }
        self.marks.push(self.stack.len());
        Ok(())
    }

    fn remember(&mut self, instruction: u8) -> Result<(), PickleError> {
        let place = match instruction {
            b'q' => u32::from(self.reader.byte()?),
            b'r' => u32::from_le_bytes(self.reader.array()?),
            // Far below 2³²: it is one of the remembered values' count.
            _ => self.remembered.len() as u32,
        };
        let value = *self.stack.last().ok_or("its pickle remembers a value that is not there")?;
        self.remembered.insert(place, value);
        match self.remembered.len() <= MAX_REMEMBERED {
            true => Ok(()),
            false => Err("its pickle remembers more values than any file of tensors".into()),
        }
    }

    fn recall(&mut self, instruction: u8) -> Result<(), PickleError> {
        let place = match instruction {
            b'h' => u32::from(self.reader.byte()?),
            _ => u32::from_le_bytes(self.reader.array()?),
        };
        let value = *self.remembered.get(&place).ok_or("its pickle recalls a value it never gave")?;
        self.push(value)
    }

    fn global(&mut self, instruction: u8) -> Result<(), PickleError> {
        let (module, name) = match instruction {
            b'c' => (self.reader.line()?.to_owned(), self.reader.line()?.to_owned()),
            _ => {
                let (name, module) = (self.pop()?, self.pop()?);
                let text = |value| self.heap.text(value).map(str::to_owned).ok_or("its pickle names what is no text");
                (text(module)?, text(name)?)
            }
        };
        match Global::named(&module, &name) {
            Some(global) => self.push(Value::Global(global)),
            None => Err(PickleError::Forbidden(shown(&format!("{module}.{name}")))),
        }
    }

    fn collection(&mut self, instruction: u8) -> Result<(), PickleError> {
        let items = match instruction {
            b'}' => {
                self.heap.dicts.push(Vec::new());
                return self.push(Value::Dict(self.heap.dicts.len() - 1));
            }
            b']' | b')' => Vec::new(),
            b't' => self.pop_to_mark()?,
            // 0x85 to 0x87: tuples of one to three.
            _ => {
                let length = usize::from(instruction - 0x84);
                let start = self.stack.len().checked_sub(length).filter(|start| *start >= self.floor());
                self.stack.split_off(start.ok_or(EMPTY)?)
            }
        };
        self.heap.rows.push(items);
        let place = self.heap.rows.len() - 1;
        self.push(if instruction == b']' { Value::List(place) } else { Value::Tuple(place) })
    }

    fn set_items(&mut self, instruction: u8) -> Result<(), PickleError> {
        let items = match instruction {
            b's' => {
                let (value, key) = (self.pop()?, self.pop()?);
                vec![key, value]
            }
            _ => self.pop_to_mark()?,
        };
        let Some(&Value::Dict(place)) = self.stack.last() else {
            return Err("its pickle puts an entry into what is no dictionary".into());
        };
        let (pairs, []) = items.as_chunks::<2>() else {
            return Err("its pickle puts a key without a value into a dictionary".into());
        };
        self.heap.dicts[place].extend(pairs.iter().map(|[key, value]| (*key, *value)));
        Ok(())
    }

    fn append(&mut self, instruction: u8) -> Result<(), PickleError> {
        let items = match instruction {
            b'a' => vec![self.pop()?],
            _ => self.pop_to_mark()?,
        };
        let Some(&Value::List(place)) = self.stack.last() else {
            return Err("its pickle appends to what is no list".into());
        };
        self.heap.rows[place].extend(items);
        Ok(())
    }

    /// A state dictionary carries versions of its modules as attributes: nothing that is needed here.
    fn attributes(&mut self) -> Result<(), PickleError> {
        self.pop()?;
        match self.stack.last() {
            Some(Value::Dict(_)) => Ok(()),
            _ => Err("its pickle gives attributes to what is no dictionary".into()),
        }
    }

    fn push(&mut self, value: Value) -> Result<(), PickleError> {
        self.put += 1;
        if self.put > MAX_VALUES {
            return Err("its pickle holds more values than any file of tensors".into());
        }
        self.stack.push(value);
        Ok(())
    }

    /// Height of the stack that the innermost open mark protects.
    fn floor(&self) -> usize {
        self.marks.last().copied().unwrap_or(0)
    }

    fn pop(&mut self) -> Result<Value, PickleError> {
        if self.stack.len() <= self.floor() {
            return Err(EMPTY.into());
        }
        self.stack.pop().ok_or(EMPTY.into())
    }

    fn pop_to_mark(&mut self) -> Result<Vec<Value>, PickleError> {
        let mark = self.marks.pop().ok_or("its pickle closes what it never opened")?;
        if mark > self.stack.len() {
            return Err(EMPTY.into());
        }
        Ok(self.stack.split_off(mark))
    }
}

const EMPTY: &str = "its pickle takes a value that is not there";

/// A name from a file, safe to print.
pub fn shown(name: &str) -> String {
    let mut shown: String = name.chars().take(SHOWN).flat_map(char::escape_debug).collect();
    if name.chars().nth(SHOWN).is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_values_are_read_and_ignored() {
        // {'epoch': 3, 'lr': 0.1, 'names': ['a', None, (True,)], 'big': 2**70}
        let bytes = b"\x80\x02}q\x00(X\x05\x00\x00\x00epochK\x03X\x02\x00\x00\x00lrG?\xb9\x99\x99\x99\x99\x99\x9a\
            X\x05\x00\x00\x00names](X\x01\x00\x00\x00aN\x88\x85eX\x03\x00\x00\x00big\x8a\x09\0\0\0\0\0\0\0\0@u. and more";
        let read = unpickle(bytes).unwrap();
        assert_eq!(read.length, bytes.len() - " and more".len());
        assert_eq!(read.heap.under(read.root, "epoch"), Some(Value::Int(3)));
        assert_eq!(read.heap.under(read.root, "lr"), Some(Value::Other));
        let names = read.heap.under(read.root, "names").unwrap();
        assert_eq!(read.heap.items(names).map(<[Value]>::len), Some(3));
    }

    #[test]
    fn anything_else_is_refused_by_name() {
        let asks = |bytes: &[u8]| unpickle(bytes).map(|_| ()).unwrap_err();
        let system = PickleError::Forbidden("posix.system".to_owned());
        assert_eq!(asks(b"\x80\x02cposix\nsystem\nq\x00X\x04\x00\x00\x00true\x85R."), system);
        assert_eq!(asks(b"\x80\x04\x8c\x05posix\x8c\x06system\x93\x8c\x04true\x85R."), system);
        assert!(matches!(asks(b"\x80\x02i"), PickleError::Broken(reason) if reason.contains("0x69")));
        let long = format!("c{}\x1b[2J\nx\n", "a".repeat(100));
        assert!(matches!(asks(long.as_bytes()), PickleError::Forbidden(name) if name.chars().count() == SHOWN + 1));
    }

    #[test]
    fn values_outside_a_mark_stay_outside() {
        for bytes in
            [&b"K\x01(K\x02\x86."[..], b"}(s.", b"K\x01(.", b"(((", b"\x86", b"u", b"e", b"h\x00", b"q\x00", b""]
        {
            assert!(matches!(unpickle(bytes), Err(PickleError::Broken(_))), "{bytes:?}");
        }
    }

    #[test]
    fn bombs_end_at_a_limit() {
        let deep = [b"(".repeat(200_000), b".".to_vec()].concat();
        assert!(unpickle(&deep).is_err());
        let many = [b"N".repeat(MAX_VALUES + 1), b".".to_vec()].concat();
        assert!(unpickle(&many).is_err());
        let remembered: Vec<u8> =
            (0..MAX_REMEMBERED as u32 + 2).flat_map(|at| [b"r", &at.to_le_bytes()[..]].concat()).collect();
        assert!(unpickle(&[b"N".to_vec(), remembered].concat()).is_err());
    }

    /// A few bytes can ask for a long list to be copied into dictionary after dictionary.
    #[test]
    fn copies_are_counted() {
        let pairs = [&b"]("[..], &b"NN\x86".repeat(1000), b"e"].concat();
        let copied = b"h\x00h\x01\x85R".repeat(1000);
        let bytes = [&b"ccollections\nOrderedDict\nq\x00"[..], &pairs, b"q\x01", &copied, b"."].concat();
        assert!(matches!(unpickle(&bytes), Err(PickleError::Broken(reason)) if reason.contains("more values")));
    }

    /// A list inside itself, tuples nested a hundred thousand deep: nothing here descends.
    #[test]
    fn nesting_costs_no_stack() {
        assert!(unpickle(b"]q\x00h\x00a.").is_ok());
        let nested = [b"N".to_vec(), b"\x85".repeat(100_000), b".".to_vec()].concat();
        drop(unpickle(&nested).unwrap());
    }
}
