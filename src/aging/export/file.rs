//! Writing files: whole or not at all, and never over a photograph someone gave.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::ExportError;

/// A folder that exists and can be written to.
#[derive(Clone, Debug)]
pub struct OutputFolder {
    folder: PathBuf,
    originals: Vec<PathBuf>,
}

impl OutputFolder {
    /// Makes the folder where needed and tries to write to it, before any work is done for it. `originals` are the
    /// photographs that may not be replaced.
    ///
    /// # Errors
    /// When the folder cannot be made or written to.
    pub fn prepare(folder: &Path, originals: &[&Path]) -> Result<Self, ExportError> {
        let refused = |reason: String| ExportError::Folder { folder: folder.display().to_string(), reason };
        if folder.exists() && !folder.is_dir() {
            return Err(refused("it is a file, not a folder".to_owned()));
        }
        std::fs::create_dir_all(folder).map_err(|error| refused(reason(&error)))?;
        tempfile::tempfile_in(folder).map_err(|error| refused(reason(&error)))?;
        let originals = originals.iter().map(|path| path.to_path_buf()).collect();
        Ok(Self { folder: folder.to_path_buf(), originals })
    }

    /// Where files go.
    pub fn path(&self) -> &Path {
        &self.folder
    }

    /// Writes one file into the folder and returns its path. An older file of this name is replaced.
    ///
    /// # Errors
    /// When it would replace an original or cannot be written.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<PathBuf, ExportError> {
        let path = self.folder.join(name);
        let originals: Vec<&Path> = self.originals.iter().map(PathBuf::as_path).collect();
        write_file(&path, bytes, &originals)?;
        Ok(path)
    }
}

/// Writes a file whole or not at all: a temporary file beside it takes its name at the end. An older file of this
/// name is replaced, unless it is one of the `originals`.
///
/// # Errors
/// When it would replace an original or cannot be written.
pub fn write_file(path: &Path, bytes: &[u8], originals: &[&Path]) -> Result<(), ExportError> {
    let target = Target::new(path, originals)?;
    let mut file = target.new_file()?;
    file.write_all(bytes).map_err(|error| target.refused(&error))?;
    target.finish(file)
}

/// A path that may be written to, and nothing there yet.
#[derive(Clone, Debug)]
pub struct Target {
    path: PathBuf,
}

impl Target {
    /// The path, unless it is one of the `originals`.
    ///
    /// # Errors
    /// When it is one.
    pub fn new(path: &Path, originals: &[&Path]) -> Result<Self, ExportError> {
        if originals.iter().any(|original| is_same_file(path, original)) {
            return Err(ExportError::Original { file: path.display().to_string() });
        }
        Ok(Self { path: path.to_owned() })
    }

    /// A file without a name beside it, for work in progress: the system forgets it when it is closed, or when the
    /// program is ended.
    ///
    /// # Errors
    /// When the folder cannot be written to.
    pub fn scratch(&self) -> Result<std::fs::File, ExportError> {
        tempfile::tempfile_in(self.folder()).map_err(|error| self.refused(&error))
    }

    /// A temporary file beside it that goes away unless it is finished.
    ///
    /// # Errors
    /// When the folder cannot be written to.
    pub fn new_file(&self) -> Result<tempfile::NamedTempFile, ExportError> {
        new_file_in(self.folder()).map_err(|error| self.refused(&error))
    }

    /// Gives a file its name; an older file of this name is replaced.
    ///
    /// # Errors
    /// When that is not allowed.
    pub fn finish(&self, file: tempfile::NamedTempFile) -> Result<(), ExportError> {
        file.persist(&self.path).map_err(|error| self.refused(&error.error))?;
        Ok(())
    }

    /// The error of writing here.
    pub fn refused(&self, error: &io::Error) -> ExportError {
        ExportError::File { file: self.path.display().to_string(), reason: reason(error) }
    }

    fn folder(&self) -> &Path {
        self.path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
    }
}

/// A temporary file that others may read as they may read any new file, once it has its name.
fn new_file_in(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}

/// Whether two paths lead to one file, through links too.
fn is_same_file(a: &Path, b: &Path) -> bool {
    matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b)
}

/// What is in the way, in plain words.
fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::PermissionDenied => "you are not allowed to write there".to_owned(),
        io::ErrorKind::ReadOnlyFilesystem => "the disk is read-only".to_owned(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "the disk is full".to_owned(),
        io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => "part of the path is a file".to_owned(),
        io::ErrorKind::NotFound => "it does not exist and cannot be made".to_owned(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Tested = Result<(), Box<dyn std::error::Error>>;

    #[test]
    fn an_original_is_never_replaced() -> Tested {
        let folder = tempfile::tempdir()?;
        let photo = folder.path().join("photo.png");
        std::fs::write(&photo, b"precious")?;
        let output = OutputFolder::prepare(folder.path(), &[&photo])?;
        assert!(matches!(output.write("photo.png", b"other"), Err(ExportError::Original { .. })));
        assert_eq!(std::fs::read(&photo)?, b"precious");
        output.write("else.png", b"other")?;
        output.write("else.png", b"again")?;
        assert_eq!(std::fs::read(folder.path().join("else.png"))?, b"again");
        Ok(())
    }

    #[cfg(unix)]
    #[test]
    fn an_original_behind_a_link_is_never_replaced() -> Tested {
        let folder = tempfile::tempdir()?;
        let photo = folder.path().join("photo.png");
        std::fs::write(&photo, b"precious")?;
        std::os::unix::fs::symlink(&photo, folder.path().join("link.png"))?;
        let output = OutputFolder::prepare(folder.path(), &[&photo])?;
        assert!(matches!(output.write("link.png", b"other"), Err(ExportError::Original { .. })));
        Ok(())
    }

    #[test]
    fn a_folder_under_a_file_is_refused_in_plain_words() -> Tested {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("file");
        std::fs::write(&file, b"")?;
        for place in [file.clone(), file.join("below")] {
            let error = OutputFolder::prepare(&place, &[]).map(|_| ()).err().ok_or("it was accepted")?;
            assert!(error.to_string().contains("file"), "{error}");
        }
        Ok(())
    }
}
