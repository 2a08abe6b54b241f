//! What is wrong with a mapping, and where, as a person reads it.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::excerpt::Excerpt;
use crate::text::{LineIndex, one_line, shown};

/// Errors that are shown one by one.
const MOST_SHOWN: usize = 1000;

/// A text that rules are read from.
#[derive(Debug)]
pub(super) struct Source {
    /// The file, or what else it is called in messages.
    pub(super) name: PathBuf,
    pub(super) text: String,
    /// It was given on the command line and has no lines.
    pub(super) command_line: bool,
    lines: LineIndex,
}

impl Source {
    pub(super) fn file(name: PathBuf, text: String) -> Arc<Self> {
        let lines = LineIndex::new(&text);
        Arc::new(Self {
            name,
            text,
            command_line: false,
            lines,
        })
    }

    pub(super) fn command_line(text: String) -> Arc<Self> {
        let lines = LineIndex::new(&text);
        Arc::new(Self {
            name: PathBuf::from("--move"),
            text,
            command_line: true,
            lines,
        })
    }

    /// The line, from 1, of the byte at `offset`.
    pub(super) fn line(&self, offset: usize) -> usize {
        self.lines.line_of(offset) + 1
    }

    /// The byte at which the line of the byte at `offset` starts.
    pub(super) fn line_start(&self, offset: usize) -> usize {
        self.lines.start_of(self.lines.line_of(offset))
    }
}

/// A range of a source, and what is to be said of it.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) source: Arc<Source>,
    pub(super) range: Range<usize>,
    pub(super) label: Option<String>,
}

impl Place {
    pub(super) fn new(source: &Arc<Source>, range: Range<usize>) -> Self {
        Self {
            source: Arc::clone(source),
            range,
            label: None,
        }
    }

    #[must_use]
    pub(super) fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// No table can be made.
    Error,
    /// The table is in force, but it hardly means what was meant.
    Warning,
}

/// One thing that is wrong with a mapping.
///
/// [`Display`](fmt::Display) is one line, `file:line: message`; [`MappingError::render`] shows the
/// source with a caret.
#[derive(Clone, Debug)]
pub struct MappingError {
    severity: Severity,
    message: String,
    file: Option<PathBuf>,
    place: Option<Place>,
    related: Vec<Place>,
    help: Option<String>,
}

impl MappingError {
    /// An error at a place of a text.
    pub(super) fn at(place: Place, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            message: message.into(),
            file: (!place.source.command_line).then(|| place.source.name.clone()),
            place: Some(place),
            related: Vec::new(),
            help: None,
        }
    }

    /// An error about a file as a whole, or about no file at all.
    pub(super) fn whole(file: Option<&Path>, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            message: message.into(),
            file: file.map(Path::to_path_buf),
            place: None,
            related: Vec::new(),
            help: None,
        }
    }

    /// Says which key it is about.
    #[must_use]
    pub(super) fn in_key(mut self, key: &str) -> Self {
        self.message = format!("`{key}`: {}", self.message);
        self
    }

    #[must_use]
    pub(super) fn warning(mut self) -> Self {
        self.severity = Severity::Warning;
        self
    }

    #[must_use]
    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    #[must_use]
    pub(super) fn help_if(mut self, help: Option<String>) -> Self {
        self.help = help.or(self.help);
        self
    }

    #[must_use]
    pub(super) fn related(mut self, places: impl IntoIterator<Item = Place>) -> Self {
        self.related.extend(places);
        self
    }

    /// Whether it is an error or a warning.
    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// What is wrong: lower case, no period, without the place.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The file that it is about; `None` for the command line.
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// The line of the file, from 1, unless it is about the file as a whole.
    pub fn line(&self) -> Option<usize> {
        let place = self.place.as_ref()?;
        (!place.source.command_line).then(|| place.source.line(place.range.start))
    }

    /// The bytes of the file that it is about.
    pub fn span(&self) -> Option<Range<usize>> {
        self.place.as_ref().map(|place| place.range.clone())
    }

    /// What to do.
    pub fn advice(&self) -> Option<&str> {
        self.help.as_deref()
    }

    /// The message with the lines of the source that it is about, carets under the ranges, and the
    /// advice. Ends without a line end.
    pub fn render(&self, color: bool) -> String {
        let level = match self.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let title = match (&self.place, &self.file) {
            (None, Some(file)) => format!("{}: {}", shown(file), self.message),
            _ => self.message.clone(),
        };
        let mut group = Group::with_title(level.primary_title(title));
        let mut places: Vec<(AnnotationKind, &Place)> = Vec::new();
        places.extend(self.place.iter().map(|p| (AnnotationKind::Primary, p)));
        places.extend(self.related.iter().map(|p| (AnnotationKind::Context, p)));
        // The sources in the order in which they are first named.
        while let Some(&(_, first)) = places.first() {
            let (here, elsewhere): (Vec<_>, Vec<_>) = places
                .into_iter()
                .partition(|(_, place)| Arc::ptr_eq(&place.source, &first.source));
            places = elsewhere;
            for excerpt in Excerpt::all(&first.source, &here) {
                group = shown_excerpt(group, excerpt, shown(&first.source.name));
            }
        }
        if let Some(help) = &self.help {
            group = group.element(Level::HELP.message(help.as_str()));
        }
        let renderer = if color {
            Renderer::styled()
        } else {
            Renderer::plain()
        };
        renderer.render(&[group])
    }

    /// Errors of a file stand in the order of its lines; files in the order of loading.
    pub(super) fn position(&self) -> usize {
        self.place.as_ref().map_or(0, |place| place.range.start)
    }
}

/// A group with one more excerpt of the source that is called `name`.
fn shown_excerpt<'a>(group: Group<'a>, excerpt: Excerpt<'a>, name: String) -> Group<'a> {
    let annotations = excerpt
        .places
        .into_iter()
        .map(|(kind, range, label)| kind.span(range).label(label));
    let snippet = Snippet::source(excerpt.text)
        .line_start(excerpt.line)
        .annotations(annotations);
    match excerpt.cut_at {
        None => group.element(snippet.path(name)),
        Some(column) => {
            let origin = Origin::path(name).line(excerpt.line).char_column(column);
            group.element(origin).element(snippet)
        }
    }
}

impl fmt::Display for MappingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.place, &self.file) {
            (Some(place), _) if place.source.command_line => {
                write!(f, "--move {}: ", one_line(&place.source.text))?;
            }
            (Some(place), _) => write!(
                f,
                "{}:{}: ",
                shown(&place.source.name),
                place.source.line(place.range.start)
            )?,
            (None, Some(file)) => write!(f, "{}: ", shown(file))?,
            (None, None) => {}
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for MappingError {}

/// Everything that is wrong with the mappings that were loaded together; never empty.
#[derive(Debug)]
pub struct MappingErrors(Vec<MappingError>);

impl MappingErrors {
    /// `Ok(value)` if nothing went wrong.
    pub(super) fn unless<T>(errors: Vec<MappingError>, value: T) -> Result<T, Self> {
        if errors.is_empty() {
            Ok(value)
        } else {
            Err(Self(errors))
        }
    }

    /// The errors, files in order of loading, lines in order.
    pub fn errors(&self) -> &[MappingError] {
        &self.0
    }

    /// All of them with their source, a blank line between two. Of those of a file that is none
    /// of a mapping there may be more than anybody reads: from some number on they are only counted.
    pub fn render(&self, color: bool) -> String {
        let shown = self.0.iter().take(MOST_SHOWN);
        let mut rendered: Vec<_> = shown.map(|error| error.render(color)).collect();
        if let Some(more) = self
            .0
            .len()
            .checked_sub(MOST_SHOWN)
            .filter(|more| *more > 0)
        {
            rendered.push(format!("and {more} more errors"));
        }
        rendered.join("\n\n")
    }
}

impl From<MappingError> for MappingErrors {
    fn from(error: MappingError) -> Self {
        Self(vec![error])
    }
}

impl IntoIterator for MappingErrors {
    type Item = MappingError;
    type IntoIter = std::vec::IntoIter<MappingError>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// One line an error.
impl fmt::Display for MappingErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, error) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{error}")?;
        }
        Ok(())
    }
}

impl std::error::Error for MappingErrors {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hundreds_are_shown_and_what_is_beyond_is_counted() {
        let error = MappingError::whole(None, "wrong");
        let rendered = |count| MappingErrors(vec![error.clone(); count]).render(false);
        assert_eq!(rendered(900).matches("wrong").count(), 900);
        assert!(!rendered(MOST_SHOWN).contains("more"));
        let many = rendered(MOST_SHOWN + 3);
        assert_eq!(many.matches("wrong").count(), MOST_SHOWN);
        assert!(many.ends_with("and 3 more errors"));
    }
}
