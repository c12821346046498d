//! Tokens: what clients prove their names with.

use std::collections::HashMap;
use std::fmt;

/// The shortest token that is taken, in bytes.
const MIN_TOKEN: usize = 16;

/// The tokens of a node, by the names of its clients. Only their hashes are kept.
pub struct Tokens {
    hashes: HashMap<Box<str>, blake3::Hash>,
}

/// What is wrong with a file of tokens.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokensError {
    /// A line is not a name and a token.
    #[error("line {line}: expected a client's name and its token")]
    Line {
        /// Counted from 1.
        line: usize,
    },
    /// A token is easily guessed.
    #[error("line {line}: a token has at least {MIN_TOKEN} bytes")]
    Short {
        /// Counted from 1.
        line: usize,
    },
    /// A name comes twice.
    #[error("line {line}: the name has a token already")]
    Twice {
        /// Counted from 1.
        line: usize,
    },
    /// There is none.
    #[error("there is no token")]
    Empty,
}

impl Tokens {
    /// Reads lines of a name, white space and a token; empty lines and lines that start with `#` are left out.
    ///
    /// ```
    /// use longmen_gateway::Tokens;
    /// let tokens = Tokens::parse("# name token\nswitch 9f2c41d07be35a86\n").unwrap();
    /// assert!(tokens.admits("switch", "9f2c41d07be35a86"));
    /// assert!(!tokens.admits("switch", "9f2c41d07be35a87"));
    /// ```
    ///
    /// # Errors
    /// [`TokensError`], naming the first line that is wrong.
    pub fn parse(text: &str) -> Result<Tokens, TokensError> {
        let mut hashes = HashMap::new();
        for (index, content) in text.lines().enumerate() {
            let line = index + 1;
            if content.trim().is_empty() || content.trim_start().starts_with('#') {
                continue;
            }
            let mut words = content.split_whitespace();
            let (Some(name), Some(token), None) = (words.next(), words.next(), words.next()) else {
                return Err(TokensError::Line { line });
            };
            if token.len() < MIN_TOKEN {
                return Err(TokensError::Short { line });
            }
            if hashes.insert(name.into(), blake3::hash(token.as_bytes())).is_some() {
                return Err(TokensError::Twice { line });
            }
        }
        if hashes.is_empty() { Err(TokensError::Empty) } else { Ok(Tokens { hashes }) }
    }

    /// Whether `token` is the token of `name`. Takes as long for a wrong token as for a right one, and hashes it for
    /// an unknown name as well.
    #[must_use]
    pub fn admits(&self, name: &str, token: &str) -> bool {
        let given = blake3::hash(token.as_bytes());
        // The comparison of hashes takes constant time.
        self.hashes.get(name).is_some_and(|known| *known == given)
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens").field("clients", &self.hashes.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_tokens_are_read_line_by_line() {
        #[track_caller]
        fn check(text: &str, expect: &str) {
            let found = Tokens::parse(text);
            let found =
                found.map_or_else(|error| error.to_string(), |tokens| tokens.hashes.len().to_string());
            assert_eq!(found, expect, "{text:?}");
        }
        check("", "there is no token");
        check("# nothing\n\n", "there is no token");
        check("a 0123456789abcdef\n\n  # x\nb\t0123456789abcdef", "2");
        check("a 0123456789abcde", "line 1: a token has at least 16 bytes");
        check("\na", "line 2: expected a client's name and its token");
        check("a 0123456789abcdef more", "line 1: expected a client's name and its token");
        check("a 0123456789abcdef\na 0123456789abcdeg", "line 2: the name has a token already");
    }

    #[test]
    fn only_the_right_token_of_the_right_name_is_admitted() {
        let tokens = Tokens::parse("a 0123456789abcdef\nb fedcba9876543210").unwrap();
        assert!(tokens.admits("a", "0123456789abcdef"));
        assert!(!tokens.admits("a", "fedcba9876543210"));
        assert!(!tokens.admits("b", "0123456789abcdef"));
        assert!(!tokens.admits("c", "0123456789abcdef"));
        assert!(!tokens.admits("a", ""));
        assert!(!format!("{tokens:?}").contains("0123"));
    }
}
