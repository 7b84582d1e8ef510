//! CSV files with a header that names their columns.

use std::borrow::Cow;

/// Why a table cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// A column is missing.
    #[error("“{path}” lacks the column “{column}”. The first line must name the columns.")]
    Column {
        /// The file.
        path: String,
        /// The column.
        column: &'static str,
    },
    /// A line has another number of fields than the header.
    #[error("“{path}”, line {line}: {found} fields where the header names {wanted}. Correct the line.")]
    Fields {
        /// The file.
        path: String,
        /// Which line, counted from 1.
        line: usize,
        /// How many fields it has.
        found: usize,
        /// How many it should have.
        wanted: usize,
    },
    /// A field that does not mean anything.
    #[error("“{path}”, line {line}, column “{column}”: “{value}” is not {wanted}. Correct it, or leave it empty.")]
    Value {
        /// The file.
        path: String,
        /// Which line, counted from 1.
        line: usize,
        /// Name of the column.
        column: String,
        /// What stands there, shortened.
        value: String,
        /// What should stand there.
        wanted: String,
    },
}

/// A CSV file: fields may stand in double quotes, but not reach over lines.
#[derive(Debug)]
pub struct Table {
    path: String,
    header: Vec<String>,
    text: String,
}

/// One line of a table.
#[derive(Debug)]
pub struct Row<'a> {
    table: &'a Table,
    /// Which line of the file, counted from 1.
    pub line: usize,
    fields: Vec<Cow<'a, str>>,
}

impl Table {
    /// Takes the text of a file, whose path is given for messages.
    pub fn new(path: impl Into<String>, text: String) -> Self {
        let header = text.lines().next().map(fields).unwrap_or_default();
        let header = header.into_iter().map(Cow::into_owned).collect();
        Self { path: path.into(), header, text }
    }

    /// Position of a column, if it is there.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.header.iter().position(|held| held == name)
    }

    /// Position of a column that must be there.
    ///
    /// # Errors
    /// When it is not.
    pub fn required(&self, column: &'static str) -> Result<usize, TableError> {
        self.column(column).ok_or_else(|| TableError::Column { path: self.path.clone(), column })
    }

    /// Its lines below the header; empty ones are passed over.
    pub fn rows(&self) -> impl Iterator<Item = Result<Row<'_>, TableError>> {
        let lines = self.text.lines().enumerate().skip(1).filter(|(_, line)| !line.trim().is_empty());
        lines.map(|(index, line)| {
            let row = Row { table: self, line: index + 1, fields: fields(line) };
            match (row.fields.len(), self.header.len()) {
                (found, wanted) if found == wanted => Ok(row),
                (found, wanted) => Err(TableError::Fields { path: self.path.clone(), line: row.line, found, wanted }),
            }
        })
    }
}

impl Row<'_> {
    /// The field in this column.
    pub fn text(&self, column: usize) -> &str {
        &self.fields[column]
    }

    /// The field in this column, read by `read`; nothing when it is empty.
    ///
    /// # Errors
    /// When `read` finds nothing in it; `wanted` says what it should be, such as `a number`.
    pub fn value<T>(
        &self,
        column: usize,
        wanted: &str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, TableError> {
        match self.text(column) {
            "" => Ok(None),
            text => read(text).map(Some).ok_or_else(|| self.mistake(column, wanted)),
        }
    }

    /// The error that the field in this column is not what it should be.
    pub fn mistake(&self, column: usize, wanted: &str) -> TableError {
        TableError::Value {
            path: self.table.path.clone(),
            line: self.line,
            column: self.table.header[column].clone(),
            value: self.text(column).chars().take(40).collect(),
            wanted: wanted.to_owned(),
        }
    }
}

/// The fields of a line, without the blanks around them.
fn fields(line: &str) -> Vec<Cow<'_, str>> {
    if !line.contains('"') {
        return line.split(',').map(|field| Cow::Borrowed(field.trim())).collect();
    }
    let (mut found, mut field, mut is_quoted) = (Vec::new(), String::new(), false);
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if is_quoted && letters.next_if_eq(&'"').is_some() => field.push('"'),
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => found.push(std::mem::take(&mut field)),
            letter => field.push(letter),
        }
    }
    found.push(field);
    found.into_iter().map(|field| Cow::Owned(field.trim().to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_may_be_quoted() {
        assert_eq!(fields("a, b ,\"c, d\",\"e \"\"f\"\"\""), ["a", "b", "c, d", "e \"f\""]);
    }

    #[test]
    fn a_mistake_is_named_by_line_and_column() {
        let table = Table::new("labels.csv", "file,age_years\na.jpg,12\n\nb.jpg,old\nc.jpg,\nd.jpg\n".to_owned());
        let age = table.column("age_years").unwrap();
        let number = |row: &Row<'_>| row.value(age, "a number", |text| text.parse::<f32>().ok());
        let rows: Vec<_> = table.rows().collect();
        assert_eq!(number(rows[0].as_ref().unwrap()).unwrap(), Some(12.0));
        assert_eq!(number(rows[2].as_ref().unwrap()).unwrap(), None);
        let said = number(rows[1].as_ref().unwrap()).unwrap_err().to_string();
        assert!(said.starts_with("“labels.csv”, line 4, column “age_years”: “old” is not a number."), "{said}");
        let said = rows[3].as_ref().unwrap_err().to_string();
        assert!(said.contains("line 6: 1 fields where the header names 2"), "{said}");
        assert!(table.required("identity").unwrap_err().to_string().contains("lacks the column “identity”"));
    }
}
