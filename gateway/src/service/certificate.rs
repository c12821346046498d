//! What a connection has proved before its hello.

/// The certificate that the other side of a connection has shown, where its face asks for one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Certificate {
    /// None.
    #[default]
    None,
    /// One that names no client: it proves that an authority knows whoever shows it, and not who that is.
    Nameless,
    /// That of the client of this name.
    Of(Box<str>),
}

impl Certificate {
    /// Whether it lets in a client of this name; `by_token` tells whether its token does, where there are tokens.
    pub(crate) fn admits(&self, name: &str, by_token: Option<bool>) -> bool {
        match self {
            // Without tokens every name is taken at its word.
            Certificate::None => by_token.unwrap_or(true),
            Certificate::Nameless => by_token.unwrap_or(false),
            Certificate::Of(own) => **own == *name && by_token.unwrap_or(true),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_is_no_token_and_a_token_no_certificate() {
        let of = |name: &str| Certificate::Of(name.into());
        for (certificate, by_token, admits) in [
            (Certificate::None, None, true),
            (Certificate::None, Some(true), true),
            (Certificate::None, Some(false), false),
            (Certificate::Nameless, None, false),
            (Certificate::Nameless, Some(true), true),
            (Certificate::Nameless, Some(false), false),
            (of("ann"), None, true),
            (of("ann"), Some(true), true),
            (of("ann"), Some(false), false),
            (of("bob"), None, false),
            (of("bob"), Some(true), false),
            (of("ANN"), None, false),
        ] {
            assert_eq!(certificate.admits("ann", by_token), admits, "{certificate:?}, {by_token:?}");
        }
    }
}
