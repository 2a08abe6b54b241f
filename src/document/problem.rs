//! What is wrong with a document, and where, as a person reads it.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::excerpt::Excerpt;
use crate::text::{LineIndex, one_line, shown};

/// Errors that are shown one by one.
const MOST_SHOWN: usize = 1000;

/// A document, or a text of the command line that stands for one.
#[derive(Debug)]
pub struct Source {
    /// The file, or what else it is called in messages.
    pub name: PathBuf,
    /// What it holds.
    pub text: String,
    /// It was given on the command line and has no lines.
    pub command_line: bool,
    lines: LineIndex,
}

impl Source {
    /// A file.
    pub fn file(name: PathBuf, text: String) -> Arc<Self> {
        let lines = LineIndex::new(&text);
        Arc::new(Self {
            name,
            text,
            command_line: false,
            lines,
        })
    }

    /// A rule of the command line.
    pub fn command_line(text: String) -> Arc<Self> {
        let lines = LineIndex::new(&text);
        Arc::new(Self {
            name: PathBuf::from("--move"),
            text,
            command_line: true,
            lines,
        })
    }

    /// The line, from 1, of the byte at `offset`.
    pub fn line(&self, offset: usize) -> usize {
        self.lines.line_of(offset) + 1
    }

    /// The byte at which the line of the byte at `offset` starts.
    pub fn line_start(&self, offset: usize) -> usize {
        self.lines.start_of(self.lines.line_of(offset))
    }
}

/// A range of a source, and what is to be said of it.
#[derive(Clone, Debug)]
pub struct Place {
    /// The text.
    pub source: Arc<Source>,
    /// Bytes of it.
    pub range: Range<usize>,
    /// What is said beside the caret.
    pub label: Option<String>,
}

impl Place {
    /// A range of a source, in bytes.
    pub fn new(source: &Arc<Source>, range: Range<usize>) -> Self {
        Self {
            source: Arc::clone(source),
            range,
            label: None,
        }
    }

    /// Says something beside the caret.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// Nothing is made of the document.
    Error,
    /// The document is in force, but it hardly means what was meant.
    Warning,
}

/// One thing that is wrong with a document.
///
/// [`Display`](fmt::Display) is one line, `file:line: message`; [`Problem::render`] shows the
/// source with a caret.
#[derive(Clone, Debug)]
pub struct Problem {
    severity: Severity,
    message: String,
    file: Option<PathBuf>,
    place: Option<Place>,
    related: Vec<Place>,
    help: Option<String>,
}

impl Problem {
    /// An error at a place of a text.
    pub fn at(place: Place, message: impl Into<String>) -> Self {
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
    pub fn whole(file: Option<&Path>, message: impl Into<String>) -> Self {
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
    pub fn in_key(mut self, key: &str) -> Self {
        self.message = format!("`{key}`: {}", self.message);
        self
    }

    /// Makes it a warning.
    #[must_use]
    pub fn warning(mut self) -> Self {
        self.severity = Severity::Warning;
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Says what to do, if that is known.
    #[must_use]
    pub fn help_if(mut self, help: Option<String>) -> Self {
        self.help = help.or(self.help);
        self
    }

    /// Shows other places beside it.
    #[must_use]
    pub fn related(mut self, places: impl IntoIterator<Item = Place>) -> Self {
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
    pub fn position(&self) -> usize {
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

impl fmt::Display for Problem {
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

impl std::error::Error for Problem {}

/// Everything that is wrong with the documents that were read together; never empty.
#[derive(Debug)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// `Ok(value)` if nothing went wrong.
    pub fn unless<T>(errors: Vec<Problem>, value: T) -> Result<T, Self> {
        if errors.is_empty() {
            Ok(value)
        } else {
            Err(Self(errors))
        }
    }

    /// The errors, files in order of loading, lines in order.
    pub fn errors(&self) -> &[Problem] {
        &self.0
    }

    /// All of them with their source, a blank line between two. Of a file that is something
    /// else altogether there may be more than anybody reads: from some number on they are only counted.
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

impl From<Problem> for Problems {
    fn from(error: Problem) -> Self {
        Self(vec![error])
    }
}

impl IntoIterator for Problems {
    type Item = Problem;
    type IntoIter = std::vec::IntoIter<Problem>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// One line an error.
impl fmt::Display for Problems {
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

impl std::error::Error for Problems {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hundreds_are_shown_and_what_is_beyond_is_counted() {
        let error = Problem::whole(None, "wrong");
        let rendered = |count| Problems(vec![error.clone(); count]).render(false);
        assert_eq!(rendered(900).matches("wrong").count(), 900);
        assert!(!rendered(MOST_SHOWN).contains("more"));
        let many = rendered(MOST_SHOWN + 3);
        assert_eq!(many.matches("wrong").count(), MOST_SHOWN);
        assert!(many.ends_with("and 3 more errors"));
    }
}
