//! The fields of one step, or of one row of the chart.

use longmen_engine::ledger::{Date, shows_nothing};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::super::{Expiry, Leg, LimitChange, Outcome, Particulars, Posting};
use super::values::{Wrong, wrong};

/// A number below this, some date in 2001, is meant as a time from now.
const FIRST_MOMENT: i64 = 1_000_000_000;

/// The fields of a step, a subject or an account, taken out one by one; whatever is left in the end is unknown. `null` is as good as absent.
pub(super) struct Fields {
    place: String,
    left: Map<String, Value>,
}

impl Fields {
    pub(super) fn of(number: usize, step: Value) -> Result<Fields, Wrong> {
        Fields::at(format!("step {number}"), step)
    }

    /// The fields of what stands at a place.
    pub(super) fn at(place: String, value: Value) -> Result<Fields, Wrong> {
        match value {
            Value::Object(left) => Ok(Fields { place, left }),
            _ => Err(wrong(&place, "not an object")),
        }
    }

    /// Which step it is.
    pub(super) fn place(&self) -> String {
        self.place.clone()
    }

    /// Refuses what nobody asked for.
    pub(super) fn nothing_else(self) -> Result<(), Wrong> {
        match self.left.keys().next() {
            None => Ok(()),
            Some(name) => Err(wrong(&self.place, format!("unknown field `{name}`"))),
        }
    }

    pub(super) fn required<T: DeserializeOwned>(&mut self, name: &str) -> Result<T, Wrong> {
        let lacks = || wrong(&self.place, format!("it has no `{name}`"));
        let found = match self.left.remove(name) {
            None | Some(Value::Null) => return Err(lacks()),
            Some(value) => value,
        };
        self.parse(name, found)
    }

    /// The name of a transaction or hold.
    pub(super) fn id(&mut self, name: &str) -> Result<String, Wrong> {
        let id = self.required(name)?;
        self.named(name, id)
    }

    pub(super) fn optional_id(&mut self, name: &str) -> Result<Option<String>, Wrong> {
        self.optional(name)?.map(|id| self.named(name, id)).transpose()
    }

    fn named(&self, name: &str, id: String) -> Result<String, Wrong> {
        if shows_nothing(&id) { Err(wrong(&self.place, format!("its `{name}` is empty"))) } else { Ok(id) }
    }

    pub(super) fn optional<T: DeserializeOwned>(&mut self, name: &str) -> Result<Option<T>, Wrong> {
        match self.left.remove(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => self.parse(name, value).map(Some),
        }
    }

    /// A text, or a list of texts; none if absent.
    pub(super) fn one_or_more(&mut self, name: &str) -> Result<Vec<String>, Wrong> {
        match self.left.remove(name) {
            None | Some(Value::Null) => Ok(Vec::new()),
            Some(Value::String(one)) => Ok(vec![one]),
            Some(several) => self.parse(name, several),
        }
    }

    pub(super) fn or_default<T: DeserializeOwned + Default>(&mut self, name: &str) -> Result<T, Wrong> {
        Ok(self.optional(name)?.unwrap_or_default())
    }

    pub(super) fn date(&mut self, name: &str) -> Result<Date, Wrong> {
        let text: String = self.required(name)?;
        self.parse_date(name, &text)
    }

    pub(super) fn optional_date(&mut self, name: &str) -> Result<Option<Date>, Wrong> {
        let text: Option<String> = self.optional(name)?;
        text.map(|text| self.parse_date(name, &text)).transpose()
    }

    pub(super) fn outcome(&mut self) -> Result<Outcome, Wrong> {
        let text: Option<String> = self.optional("outcome")?;
        match text.as_deref() {
            None | Some("posted") => Ok(Outcome::Posted),
            Some("duplicate") => Ok(Outcome::Duplicate),
            Some(text) => match text.strip_prefix("rejected:") {
                Some(code) => Ok(Outcome::Rejected(code.to_owned())),
                None => Err(self.wrong_in("outcome", format!("`{text}` is no outcome"))),
            },
        }
    }

    pub(super) fn particulars(&mut self) -> Result<Particulars, Wrong> {
        Ok(Particulars {
            reason: self.optional("reason")?,
            approval: self.optional("approval")?,
            operator: self.optional("operator")?,
            reference: self.optional("reference")?,
            tags: self.tags()?,
            visibility: self.optional("visibility")?,
        })
    }

    pub(super) fn posting(&mut self) -> Result<Posting, Wrong> {
        Ok(Posting {
            kind: self.or_default("type")?,
            value_date: self.optional_date("value_date")?,
            accounting_date: self.optional_date("accounting_date")?,
            time: self.optional("time")?,
            forced: self.or_default("forced")?,
            legs: self.legs()?,
        })
    }

    /// A moment by RFC 3339 or in seconds since 1970; a number too small for that is seconds from when the step is
    /// played.
    pub(super) fn expiry(&mut self) -> Result<Option<Expiry>, Wrong> {
        match self.left.remove("expires") {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => {
                let moment = text.parse().map_err(|_| self.no_moment(&text))?;
                Ok(Some(Expiry::At(moment)))
            }
            Some(other) => {
                let seconds = other.as_i64().ok_or_else(|| self.no_moment(&other))?;
                self.moment_of(seconds).map(Some)
            }
        }
    }

    /// What a step makes of a limit: absent leaves it, `null` lifts it.
    pub(super) fn limit(&mut self, name: &str) -> Result<LimitChange, Wrong> {
        match self.left.remove(name) {
            None => Ok(LimitChange::Unchanged),
            Some(Value::Null) => Ok(LimitChange::Lifted),
            Some(value) => self.parse(name, value).map(LimitChange::To),
        }
    }

    fn legs(&mut self) -> Result<Vec<Leg>, Wrong> {
        let legs: Vec<Value> = self.required("legs")?;
        let numbered = legs.into_iter().enumerate();
        numbered.map(|(index, leg)| self.parse(&format!("legs[{index}]"), leg)).collect()
    }

    fn moment_of(&self, seconds: i64) -> Result<Expiry, Wrong> {
        if seconds >= FIRST_MOMENT {
            let moment = jiff::Timestamp::from_second(seconds);
            return moment.map(Expiry::At).map_err(|_| self.no_moment(&seconds));
        }
        u32::try_from(seconds).map(Expiry::In).map_err(|_| self.no_moment(&seconds))
    }

    fn no_moment(&self, found: &impl std::fmt::Display) -> Wrong {
        self.wrong_in("expires", format!("`{found}` is neither a time by RFC 3339 nor whole seconds"))
    }

    fn tags(&mut self) -> Result<Option<String>, Wrong> {
        match self.left.remove("tags") {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(one)) => Ok(Some(one)),
            Some(several) => self.parse::<Vec<String>>("tags", several).map(|tags| Some(tags.join(","))),
        }
    }

    fn parse_date(&self, name: &str, text: &str) -> Result<Date, Wrong> {
        Date::parse(text).ok_or_else(|| self.wrong_in(name, format!("`{text}` is no date")))
    }

    fn parse<T: DeserializeOwned>(&self, name: &str, value: Value) -> Result<T, Wrong> {
        serde_json::from_value(value).map_err(|error| self.wrong_in(name, error))
    }

    fn wrong_in(&self, name: &str, what: impl std::fmt::Display) -> Wrong {
        wrong(&self.place, format!("`{name}`: {what}"))
    }
}
