//! What every question has besides what it asks.

use longmen_client::MAX_REASON;
use longmen_engine::ledger::shows_nothing;
use rmp::Marker;

use super::reader::{Reader, read_fields};
use super::value::shown;
use crate::service::{Fault, Question, Request};

/// The body of a question: its own fields, and why it is asked.
pub(super) struct QuestionBody<'r, 'a> {
    reader: &'r mut Reader<'a>,
    reason: Option<&'a str>,
}

impl<'a> QuestionBody<'_, 'a> {
    /// Reads the fields in `names`, and the reason among them. It comes by name only: by position it would move whenever a
    /// question gets another field.
    pub(super) fn fields<const N: usize>(
        &mut self,
        names: [&'static str; N],
        mut field: impl FnMut(usize, &mut Reader<'a>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let marker = self.reader.peek()?;
        let is_by_name = matches!(marker, Marker::FixMap(_) | Marker::Map16 | Marker::Map32);
        let all: Vec<&'static str> = names.into_iter().chain(is_by_name.then_some("reason")).collect();
        let reason = &mut self.reason;
        read_fields(self.reader, &all, |index, reader| {
            if index < N {
                return field(index, reader);
            }
            *reason = Some(read_reason(reader)?);
            Ok(())
        })
    }
}

fn read_reason<'a>(reader: &mut Reader<'a>) -> Result<&'a str, Fault> {
    let reason = shown(reader.text(MAX_REASON)?)?;
    if shows_nothing(reason) { Err(Fault::new("says nothing")) } else { Ok(reason) }
}

/// Reads a question with its reason.
pub(super) fn read_question<'a>(
    reader: &mut Reader<'a>,
    read: impl FnOnce(&mut QuestionBody<'_, 'a>) -> Result<Question, Fault>,
) -> Result<Request, Fault> {
    let mut body = QuestionBody { reader, reason: None };
    let question = read(&mut body)?;
    Ok(Request::Question(question, body.reason.map(Into::into)))
}
