//! The authorities that upstreams are trusted by beside the system's.

use reqwest::Certificate;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

/// Certificates of authorities.
#[derive(Clone, Debug, Default)]
pub struct Roots(pub(super) Vec<Certificate>);

impl Roots {
    /// The certificates in a text of PEM.
    ///
    /// # Errors
    /// There is none, or one that cannot be read.
    pub fn from_pem(text: &[u8]) -> Result<Self, String> {
        let certificates: Vec<Certificate> = CertificateDer::pem_slice_iter(text)
            .map(|read| {
                let certificate = read.map_err(|error| error.to_string())?;
                Certificate::from_der(&certificate).map_err(|error| error.to_string())
            })
            .collect::<Result<_, String>>()?;
        match certificates.is_empty() {
            true => Err("it holds no certificate in PEM".to_owned()),
            false => Ok(Roots(certificates)),
        }
    }
}
