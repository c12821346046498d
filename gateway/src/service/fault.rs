//! What is wrong with a request's body, and where.

use std::borrow::Cow;
use std::fmt;

use longmen_engine::ledger::Rejection;

/// Where in a body something is not as the protocol asks, and what. For people: programs look at the code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    path: String,
    why: Cow<'static, str>,
    rejection: Rejection,
}

impl Fault {
    /// A fault of the value at hand: it has not the shape that the protocol asks for.
    pub(crate) const fn new(why: &'static str) -> Fault {
        Fault { path: String::new(), why: Cow::Borrowed(why), rejection: Rejection::Malformed }
    }

    /// More bytes, or elements, than there may be.
    #[cold]
    pub(crate) fn too_many(why: &str, given: usize, most: usize) -> Fault {
        Fault { why: format!("{why}: {given}, at most {most}").into(), ..Fault::new("") }
    }

    /// The same fault, with what was found there, as it was written.
    #[cold]
    pub(crate) fn found(self, text: &str) -> Fault {
        let why = format!("{}: {text:?}", self.why).into();
        Fault { why, ..self }
    }

    /// The same fault, with what it is about.
    #[cold]
    pub(crate) fn about(self, what: fmt::Arguments<'_>) -> Fault {
        let why = format!("{}, {what}", self.why).into();
        Fault { why, ..self }
    }

    /// An amount that is a number, but none that may stand there.
    pub(crate) fn amount(why: &'static str) -> Fault {
        Fault { rejection: Rejection::InvalidAmount, ..Fault::new(why) }
    }

    /// The code that the request is refused with.
    pub(crate) fn rejection(&self) -> Rejection {
        self.rejection
    }

    /// The same fault, seen from the map or array whose field `name` it is in.
    pub(crate) fn in_field(mut self, name: &str) -> Fault {
        self.separate();
        self.path.insert_str(0, name);
        self
    }

    /// The same fault, seen from the array whose element `index` it is in.
    pub(crate) fn in_element(mut self, index: usize) -> Fault {
        self.separate();
        self.path.insert_str(0, &format!("[{index}]"));
        self
    }

    fn separate(&mut self) {
        if !self.path.is_empty() && !self.path.starts_with('[') {
            self.path.insert(0, '.');
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() { f.write_str(&self.why) } else { write!(f, "{}: {}", self.path, self.why) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_read_from_the_outside_in() {
        let fault = Fault::new("too long").in_field("amount").in_element(2).in_field("legs").in_element(7);
        assert_eq!(fault.in_field("transactions").to_string(), "transactions[7].legs[2].amount: too long");
        assert_eq!(Fault::new("empty").to_string(), "empty");
    }
}
