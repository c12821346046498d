//! One column, or several that say something together.

use std::fmt;

use serde::Deserialize;

/// What stands between the texts of several columns.
pub(super) const BETWEEN: char = '|';

/// One column, or several whose texts make one, with `|` between them: a key of several fields.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Written")]
pub(super) struct Names(Vec<Box<str>>);

#[derive(Deserialize)]
#[serde(untagged, expecting = "the name of a column, or a list of names")]
enum Written {
    One(Box<str>),
    Several(Vec<Box<str>>),
}

impl TryFrom<Written> for Names {
    type Error = &'static str;

    fn try_from(written: Written) -> Result<Names, &'static str> {
        match written {
            Written::One(name) => Ok(Names(vec![name])),
            Written::Several(names) if names.is_empty() => Err("a list of columns has one at least"),
            Written::Several(names) => Ok(Names(names)),
        }
    }
}

impl Names {
    /// Each of them.
    pub(super) fn all(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|name| &**name)
    }

    /// The one, where there are no others.
    pub(super) fn single(&self) -> Option<&str> {
        match &*self.0 {
            [name] => Some(name),
            _ => None,
        }
    }
}

impl fmt::Display for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, name) in self.all().enumerate() {
            if at > 0 {
                write!(f, "{BETWEEN}")?;
            }
            f.write_str(name)?;
        }
        Ok(())
    }
}
