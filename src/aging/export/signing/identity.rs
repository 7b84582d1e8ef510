//! The key that signs and the certificates that go with it: made once per person, kept as two PEM files in a folder.
//! Someone who has a certificate of a real authority puts it and its key there under the same names.

use std::io::Write as _;
use std::path::Path;

use p256::ecdsa::SigningKey;
use p256::ecdsa::signature::Signer as _;
use p256::elliptic_curve::rand_core::OsRng;
use p256::pkcs8::{EncodePrivateKey as _, LineEnding};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyIdMethod,
    KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, SerialNumber, SignatureAlgorithm, date_time_ymd,
};
use sha2::{Digest as _, Sha256};

/// File name of the private key, PKCS#8 in PEM.
pub const KEY_FILE: &str = "private-key.pem";
/// File name of the certificates in PEM, the signer's own first, then those that vouch for it.
pub const CERTIFICATES_FILE: &str = "certificates.pem";
/// C2PA's own purpose of a certificate; beside it stands the older one that every verifier accepts, signing mail.
const C2PA_PURPOSE: [u64; 9] = [1, 3, 6, 1, 4, 1, 62558, 2, 1];
/// Verifiers refuse a certificate that has run out unless somebody else stamped the time, which would need a network.
/// The beginning does not tell when the program was used first.
const VALID_YEARS: [i32; 2] = [2025, 2075];

/// A private key and its certificates, as PEM text.
#[derive(Clone)]
pub struct Identity {
    /// The key.
    pub key_pem: String,
    /// The certificates, the signer's own first.
    pub certificates_pem: String,
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Identity")
    }
}

impl Identity {
    /// The identity kept in a folder; made and kept there where there is none yet.
    ///
    /// # Errors
    /// A sentence on what is in the way.
    pub fn kept_in(folder: &Path) -> Result<Self, String> {
        let paths = [folder.join(KEY_FILE), folder.join(CERTIFICATES_FILE)];
        match paths.each_ref().map(|path| path.exists()) {
            [true, true] => Self::read(folder),
            [false, false] => Self::make_in(folder),
            [has_key, _] => {
                let (there, missing) = if has_key { (0, 1) } else { (1, 0) };
                let names = [KEY_FILE, CERTIFICATES_FILE];
                Err(format!("{} holds {} but no {}", folder.display(), names[there], names[missing]))
            }
        }
    }

    fn read(folder: &Path) -> Result<Self, String> {
        let text = |name: &str| {
            let path = folder.join(name);
            std::fs::read_to_string(&path).map_err(|error| format!("{} cannot be read ({error})", path.display()))
        };
        Ok(Self { key_pem: text(KEY_FILE)?, certificates_pem: text(CERTIFICATES_FILE)? })
    }

    /// Makes an identity in a folder beside the one asked for, which then takes its name: two programs that start at
    /// once keep one and the same.
    fn make_in(folder: &Path) -> Result<Self, String> {
        let refused = |error: &std::io::Error| format!("{} cannot be written ({error})", folder.display());
        let identity = Self::make()?;
        let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        std::fs::create_dir_all(parent).map_err(|error| refused(&error))?;
        // An empty folder that somebody prepared makes way; one with anything in it stays.
        let _ = std::fs::remove_dir(folder);
        let new = tempfile::Builder::new().prefix(".signing").tempdir_in(parent).map_err(|error| refused(&error))?;
        for (name, text) in [(KEY_FILE, &identity.key_pem), (CERTIFICATES_FILE, &identity.certificates_pem)] {
            private_file(&new.path().join(name), text).map_err(|error| refused(&error))?;
        }
        match std::fs::rename(new.path(), folder) {
            Ok(()) => Ok(identity),
            Err(_) if folder.join(KEY_FILE).exists() => Self::read(folder),
            Err(error) => Err(refused(&error)),
        }
    }

    /// A new key, certified by an authority that signs this once and is forgotten: the certificate says that files come
    /// from one and the same place, not who is there.
    ///
    /// # Errors
    /// A sentence where the certificate cannot be made.
    pub fn make() -> Result<Self, String> {
        let failed = |error: rcgen::Error| format!("the certificate cannot be made ({error})");
        let (authority, own) = (Key::new(), Key::new());
        let mut above = authority.certificate("mtlface on this machine, self-made authority");
        above.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        above.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let mut below = own.certificate("mtlface on this machine, self-made");
        below.is_ca = IsCa::ExplicitNoCa;
        below.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        below.extended_key_usages =
            vec![ExtendedKeyUsagePurpose::EmailProtection, ExtendedKeyUsagePurpose::Other(C2PA_PURPOSE.to_vec())];
        below.use_authority_key_identifier_extension = true;
        let above_pem = above.self_signed(&authority).map_err(failed)?.pem();
        let below_pem = below.signed_by(&own, &Issuer::from_params(&above, &authority)).map_err(failed)?.pem();
        let key_pem = own.secret.to_pkcs8_pem(LineEnding::LF);
        let key_pem = key_pem.map_err(|error| format!("the key cannot be written ({error})"))?;
        Ok(Self { key_pem: key_pem.to_string(), certificates_pem: format!("{below_pem}{above_pem}") })
    }
}

/// Writes a file that nobody else may read.
fn private_file(path: &Path, text: &str) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// A P-256 key as `rcgen` wants it.
struct Key {
    secret: SigningKey,
    /// The public point, uncompressed.
    public: Vec<u8>,
}

impl Key {
    fn new() -> Self {
        let secret = SigningKey::random(&mut OsRng);
        let public = secret.verifying_key().to_encoded_point(false).as_bytes().to_vec();
        Self { secret, public }
    }

    /// A certificate for this key, named and numbered.
    fn certificate(&self, name: &str) -> CertificateParams {
        let hash = Sha256::digest(&self.public);
        let mut serial = hash[..16].to_vec();
        // A number above zero, whose first bit is not taken for a sign.
        serial[0] = serial[0] & 0x3f | 0x40;
        let mut subject = DistinguishedName::new();
        subject.push(DnType::OrganizationName, "mtlface user, not verified by anyone");
        subject.push(DnType::CommonName, name);
        let mut certificate = CertificateParams::default();
        [certificate.not_before, certificate.not_after] = VALID_YEARS.map(|year| date_time_ymd(year, 1, 1));
        certificate.serial_number = Some(SerialNumber::from(serial));
        certificate.distinguished_name = subject;
        certificate.key_identifier_method = KeyIdMethod::PreSpecified(hash[..20].to_vec());
        certificate
    }
}

impl rcgen::PublicKeyData for Key {
    fn der_bytes(&self) -> &[u8] {
        &self.public
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &PKCS_ECDSA_P256_SHA256
    }
}

impl rcgen::SigningKey for Key {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        let signature: p256::ecdsa::Signature = self.secret.sign(message);
        Ok(signature.to_der().as_bytes().to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Tested = Result<(), Box<dyn std::error::Error>>;

    #[test]
    fn an_identity_is_made_once_and_nobody_else_may_read_its_key() -> Tested {
        let place = tempfile::tempdir()?;
        let folder = place.path().join("deep/signing");
        let made = Identity::kept_in(&folder)?;
        let again = Identity::kept_in(&folder)?;
        assert_eq!((&made.key_pem, &made.certificates_pem), (&again.key_pem, &again.certificates_pem));
        assert!(made.key_pem.contains("PRIVATE KEY") && made.certificates_pem.matches("BEGIN CERT").count() == 2);
        assert_eq!(std::fs::read_dir(place.path().join("deep"))?.count(), 1, "something was left beside it");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::metadata(folder.join(KEY_FILE))?.permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        Ok(())
    }

    #[test]
    fn half_an_identity_is_told_and_stays_as_it_is() -> Tested {
        let place = tempfile::tempdir()?;
        std::fs::write(place.path().join(KEY_FILE), "mine")?;
        let told = Identity::kept_in(place.path()).err().ok_or("it was accepted")?;
        assert!(told.contains(CERTIFICATES_FILE), "{told}");
        assert_eq!(std::fs::read_to_string(place.path().join(KEY_FILE))?, "mine");
        Ok(())
    }
}
