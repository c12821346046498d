//! The name that a client's certificate gives it: the URI `longmen:client/NAME` among its alternative names (SAN).

use rustls::pki_types::CertificateDer;
use webpki::EndEntityCert;

use crate::service::Certificate;

const SCHEME: &str = "longmen:client/";

/// A certificate names several clients, so it proves none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("its certificate names several clients")]
pub(crate) struct SeveralNames;

/// What a certificate, whose signatures were checked, says of who shows it.
pub(super) fn certificate_of(certificate: &CertificateDer<'_>) -> Result<Certificate, SeveralNames> {
    // What was checked was read before; what is not read names nobody.
    let Ok(parsed) = EndEntityCert::try_from(certificate) else { return Ok(Certificate::Nameless) };
    let mut names = parsed.valid_uri_names().filter_map(name_in);
    match (names.next(), names.next()) {
        (None, _) => Ok(Certificate::Nameless),
        (Some(name), None) => Ok(Certificate::Of(name)),
        (Some(_), Some(_)) => Err(SeveralNames),
    }
}

/// The name in a URI. What a URI cannot have stands in it as `%` and two hexadecimal digits for each byte of UTF-8.
fn name_in(uri: &str) -> Option<Box<str>> {
    let escaped = uri.strip_prefix(SCHEME)?;
    let mut bytes = Vec::with_capacity(escaped.len());
    let mut rest = escaped.as_bytes();
    while let Some((&first, behind)) = rest.split_first() {
        rest = behind;
        if first != b'%' {
            bytes.push(first);
            continue;
        }
        let (digits, behind) = rest.split_first_chunk::<2>()?;
        let [high, low] = digits.map(|digit| char::from(digit).to_digit(16));
        bytes.push(u8::try_from(high? * 16 + low?).expect("two digits are a byte"));
        rest = behind;
    }
    String::from_utf8(bytes).ok().filter(|name| !name.is_empty()).map(Into::into)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_what_stands_behind_the_scheme() {
        for (uri, name) in [
            ("longmen:client/switch", Some("switch")),
            ("longmen:client/a/b?c", Some("a/b?c")),
            ("longmen:client/%E5%ae%89%201", Some("安 1")),
            ("longmen:client/100%25", Some("100%")),
            ("longmen:client/", None),
            ("longmen:client/%", None),
            ("longmen:client/%2", None),
            ("longmen:client/%+1", None),
            ("longmen:client/%ff", None),
            ("longmen:node/switch", None),
            ("https://longmen:client/switch", None),
        ] {
            assert_eq!(name_in(uri).as_deref(), name, "{uri}");
        }
    }
}
