//! A report for people: one file, with nothing to fetch, by the one template that there is for all runs.

use std::error::Error;

use minijinja::value::Serde;
use minijinja::{Environment, ErrorKind, Value};
use serde::Serialize;

use super::chart::Chart;
use super::draw::svg;
use super::{Origin, Page, Report};

/// The ending of its name is what has text made safe.
const NAME: &str = "page.html";
const TEMPLATE: &str = include_str!("page.html");

/// What the template is filled with.
#[derive(Serialize)]
struct Filling<'a> {
    page: &'a Page,
    origin: Vec<(&'static str, String)>,
}

impl Report {
    /// The page as a document.
    ///
    /// # Errors
    /// When a chart cannot be drawn, as one that was read from somewhere else.
    pub fn html(&self) -> Result<String, Box<dyn Error>> {
        let mut environment = Environment::new();
        environment.add_filter("drawn", drawn);
        environment.add_template(NAME, TEMPLATE)?;
        let filling = Filling { page: &self.page, origin: origin_lines(&self.origin) };
        Ok(environment.get_template(NAME)?.render(Serde(&filling))?)
    }
}

/// A chart as a picture, which is not made safe once more.
#[expect(clippy::needless_pass_by_value, reason = "what a filter takes is made for it")]
fn drawn(chart: Serde<Chart>) -> Result<Value, minijinja::Error> {
    let picture = svg(&chart.0).map_err(|error| {
        minijinja::Error::new(ErrorKind::InvalidOperation, error.to_string()).with_source(error)
    })?;
    Ok(Value::from_safe_string(picture))
}

/// The machine and the command, as names and what stands beside them.
fn origin_lines(origin: &Origin) -> Vec<(&'static str, String)> {
    let mut lines = vec![("command", origin.command.clone()), ("at", origin.at.clone())];
    lines.extend(origin.machine.lines());
    lines
}
