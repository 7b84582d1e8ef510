//! Content credentials: a C2PA manifest inside every synthetic file, signed on this machine. It says that a trained
//! network made part of the picture, from which photograph (by its hash), and how; whoever changes a byte afterwards
//! breaks it. Nothing here uses a network: no time stamps, no revocation lists. Where a file cannot be signed it is
//! written all the same, and the reason is kept for the person.

mod identity;
mod manifest;
mod trial;

use std::io::{Cursor, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use c2pa::{BoxedSigner, Builder, Context, SigningAlg};

use super::{PictureKind, Provenance};
pub use identity::{CERTIFICATES_FILE, Identity, KEY_FILE};

/// Names the folder of the key and the certificates in place of the person's own; `off` for files without a signature.
pub const SIGNING_VARIABLE: &str = "MTLFACE_SIGNING";
/// What switches signing off.
const OFF: &str = "off";
/// The kinds of key that C2PA allows and this build can use, the program's own first.
const ALGORITHMS: [SigningAlg; 5] =
    [SigningAlg::Es256, SigningAlg::Es384, SigningAlg::Es512, SigningAlg::Ed25519, SigningAlg::Ps256];

/// The kind of file a manifest goes into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Container {
    /// A PNG picture.
    Png,
    /// An animated GIF.
    Gif,
    /// An MP4 film.
    Mp4,
}

impl Container {
    pub(super) fn mime(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Gif => "image/gif",
            Self::Mp4 => "video/mp4",
        }
    }
}

/// Where the key that signs is kept.
#[derive(Clone, Debug, Default)]
pub enum KeyPlace {
    /// Nowhere: a new one is made each time and forgotten.
    #[default]
    ThisSession,
    /// Where this person's is.
    OfUser,
    /// In this folder.
    Folder(PathBuf),
}

impl KeyPlace {
    /// Reads or makes the key.
    pub fn open(&self) -> Credentials {
        match self {
            Self::ThisSession => Credentials::for_this_session(),
            Self::OfUser => Credentials::of_user(),
            Self::Folder(folder) => Credentials::in_folder(folder),
        }
    }
}

/// What signs files, or why nothing does.
pub struct Credentials {
    signer: Option<BoxedSigner>,
    /// The first reason why something carries no signature.
    unsigned: OnceLock<String>,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Credentials").field("signs", &self.signer.is_some()).finish()
    }
}

impl Credentials {
    /// Those of this person: of the folder named by `MTLFACE_SIGNING`, else of the folder of the program's settings.
    pub fn of_user() -> Self {
        match std::env::var_os(SIGNING_VARIABLE) {
            Some(value) if value == OFF => Self::off(),
            Some(folder) if !folder.is_empty() => Self::in_folder(&PathBuf::from(folder)),
            _ => match directories::ProjectDirs::from("", "", "mtlface") {
                Some(folders) => Self::in_folder(&folders.config_dir().join("signing")),
                None => Self::unavailable("this account has no folder for settings"),
            },
        }
    }

    /// Those kept in a folder; made there where there are none.
    pub fn in_folder(folder: &Path) -> Self {
        let signer = Identity::kept_in(folder).and_then(|identity| {
            let tried = signer(&identity).and_then(|signer| trial::tried(signer.as_ref()).map(|()| signer));
            tried.map_err(|reason| format!("the key in {} cannot be used: {reason}", folder.display()))
        });
        Self::of(signer)
    }

    /// Those of a key that is forgotten with them.
    pub fn for_this_session() -> Self {
        Self::of(Identity::make().and_then(|identity| signer(&identity)))
    }

    fn of(signer: Result<BoxedSigner, String>) -> Self {
        match signer {
            Ok(signer) => Self { signer: Some(signer), unsigned: OnceLock::new() },
            Err(reason) => Self::unavailable(&reason),
        }
    }

    /// None, as asked for: files then carry their label, XMP mark and record only, and are the same each time.
    pub fn off() -> Self {
        Self { signer: None, unsigned: OnceLock::new() }
    }

    fn unavailable(reason: &str) -> Self {
        let credentials = Self::off();
        credentials.note(reason);
        credentials
    }

    /// Whether everything so far was signed.
    pub fn has_signed(&self) -> bool {
        self.signer.is_some() && self.unsigned.get().is_none()
    }

    /// A sentence for the person where something carries no signature although one was wanted.
    pub fn notice(&self) -> Option<String> {
        let reason = self.unsigned.get()?;
        Some(format!("It is marked as synthetic but carries no signature, because {reason}."))
    }

    /// The bytes of a picture with their manifest, or as they are where they cannot be signed.
    pub fn signed(&self, container: Container, kind: PictureKind, provenance: &Provenance, bytes: Vec<u8>) -> Vec<u8> {
        let mut signed = Cursor::new(Vec::with_capacity(bytes.len() + (64 << 10)));
        let mut source = Cursor::new(bytes);
        if self.embed(container, kind, provenance, &mut source, &mut signed) {
            signed.into_inner()
        } else {
            source.into_inner()
        }
    }

    /// Writes a file with its manifest to an empty place; false, with the place in any state, where it cannot.
    pub fn embed<R, W>(
        &self,
        container: Container,
        kind: PictureKind,
        provenance: &Provenance,
        source: &mut R,
        signed: &mut W,
    ) -> bool
    where
        R: Read + Seek + Send,
        W: Write + Read + Seek + Send,
    {
        let Some(signer) = &self.signer else { return false };
        let written = source.seek(SeekFrom::Start(0)).map_err(c2pa::Error::from).and_then(|_| {
            let manifest = manifest::definition(kind, provenance);
            let mut builder = Builder::from_context(Context::new()).with_definition(manifest)?;
            builder.sign(signer.as_ref(), container.mime(), source, signed)
        });
        match written {
            Ok(_) => true,
            Err(error) => {
                self.note(&format!("it cannot be signed ({error})"));
                false
            }
        }
    }

    fn note(&self, reason: &str) {
        // The first reason stays: those that follow are mostly the same.
        let _ = self.unsigned.set(reason.to_owned());
    }
}

/// A signer of whatever kind the key is.
fn signer(identity: &Identity) -> Result<BoxedSigner, String> {
    let (certificates, key) = (identity.certificates_pem.as_bytes(), identity.key_pem.as_bytes());
    let mut made = ALGORITHMS.into_iter().map(|kind| c2pa::create_signer::from_keys(certificates, key, kind, None));
    let unknown = || format!("{KEY_FILE} is of no kind that C2PA knows (PKCS#8 in PEM, such as P-256)");
    made.find_map(Result::ok).ok_or_else(unknown)
}

#[cfg(test)]
mod tests;
