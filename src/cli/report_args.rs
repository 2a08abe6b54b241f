//! What may be written on the command line about reports.

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, Subcommand, ValueEnum};

use crate::document::nearest;
use crate::output::Format;

/// `FORMAT`, or `FORMAT=FILE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FormatArg {
    /// How.
    pub format: Format,
    /// Where, if not in the place of the listing.
    pub file: Option<PathBuf>,
}

impl FromStr for FormatArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, file) = match text.split_once('=') {
            Some((_, "")) => return Err("expected a file after `=`".to_owned()),
            Some((name, file)) => (name, Some(PathBuf::from(file))),
            None => (text, None),
        };
        let format = Format::from_str(name, false).map_err(|_| {
            let names = Format::value_variants().iter().map(|it| it.name());
            let names: Vec<_> = names.collect();
            match nearest(name, names.iter().map(String::as_str)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("expected one of {}", names.join(", ")),
            }
        })?;
        Ok(Self { format, file })
    }
}

#[derive(Debug, Subcommand)]
pub(super) enum ReportCommand {
    /// Print a report that was written as json or json-lines in any format
    Render(RenderArgs),
    /// Join the reports of all shares of a tree (--partition) to one
    Merge(MergeArgs),
}

#[derive(Debug, Args)]
pub(super) struct RenderArgs {
    /// A report, written with `--output-format json` or `json-lines`
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    #[command(flatten)]
    pub output: ReportOutputArgs,
}

#[derive(Debug, Args)]
pub(super) struct MergeArgs {
    /// Reports of the shares 1/N to N/N
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    #[command(flatten)]
    pub output: ReportOutputArgs,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(super) struct ReportOutputArgs {
    /// How the report is printed [default: full; of merge: json-lines]; FORMAT=FILE writes it to a file, and
    /// may be repeated
    #[arg(long = "output-format", value_name = "FORMAT[=FILE]")]
    pub formats: Vec<FormatArg>,
    /// Write to this file what would go to standard output
    #[arg(long, value_name = "FILE")]
    pub output_file: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_may_have_a_file() {
        let parse = |text: &str| text.parse::<FormatArg>();
        let of = |format, file: Option<&str>| FormatArg {
            format,
            file: file.map(PathBuf::from),
        };
        assert_eq!(parse("sarif"), Ok(of(Format::Sarif, None)));
        assert_eq!(
            parse("json-lines=a=b"),
            Ok(of(Format::JsonLines, Some("a=b")))
        );
        assert!(parse("sarif=").is_err());
        assert!(parse("x=y").expect_err("no format").contains("json-lines"));
    }
}
