//! Runs the examples of tables.

use similar::TextDiff;

use crate::cli::args::MappingCheckArgs;
use crate::cli::console::Console;
use crate::cli::resolve::Refusal;
use crate::cli::stdout::Output;
use crate::document::nearest;
use crate::finding::Code;
use crate::mapping::{Example, load};
use crate::output::summary::counted;
use crate::path::SYNTAXES;
use crate::usecase::tables::{Outcome, run_example};
use crate::usecase::{Exit, Place};

/// 1 if an example does not hold; 2 if one cannot be run.
pub(super) fn test(args: &MappingCheckArgs, console: &Console) -> Result<Exit, Refusal> {
    let place = Place::find(&[], args.config.as_deref())?;
    place.say_warnings(console);
    let sources = place.sources(&args.files)?;
    let mut out = Output::open(None, console)?;
    let (mut count, mut wrong, mut bare) = (0, 0, 0);
    for source in &sources {
        // What a table says of itself holds without the others.
        let tables = load(std::slice::from_ref(source), SYNTAXES)
            .map_err(|errors| Refusal::Wrong(vec![errors]))?;
        bare += usize::from(tables.examples().is_empty());
        for example in tables.examples() {
            count += 1;
            known_codes(example, console)?;
            let outcome = run_example(example, &tables)?;
            if outcome == Outcome::Holds {
                console.detail(&format!("{}: holds", place_of(example, console)));
                continue;
            }
            wrong += 1;
            let told = told(example, &outcome, console);
            out.write(|out| out.write_all(told.as_bytes()))?;
        }
    }
    out.flush()?;
    if bare > 0 {
        let tables = counted(bare, "table");
        console.note(&format!(
            "no example in {tables}: an `[[example]]` says `before` and `after`"
        ));
    }
    console.summary(&format!(
        "{} of {}, {}",
        counted(count, "example"),
        counted(sources.len(), "table"),
        match wrong {
            0 => "all hold".to_owned(),
            wrong => format!("{wrong} do not hold"),
        }
    ));
    Ok(Exit::left_if(wrong > 0))
}

/// Refuses codes that do not exist: no finding could ever have them.
fn known_codes(example: &Example, console: &Console) -> anyhow::Result<()> {
    let known = || Code::ALL.iter().map(|code| code.as_str());
    for code in example.findings.iter().flatten() {
        if !known().any(|it| it == code) {
            let near = nearest(code, known());
            let near = near.map_or_else(
                || "`repoint explain` lists them".to_owned(),
                |near| format!("did you mean `{near}`?"),
            );
            anyhow::bail!(
                "{}: there is no code `{code}`; {near}",
                place_of(example, console)
            );
        }
    }
    Ok(())
}

fn place_of(example: &Example, console: &Console) -> String {
    let name = example.name.as_ref();
    let name = name.map_or(String::new(), |name| format!(" ({name})"));
    format!("{}:{}{name}", console.shown(&example.mapping), example.line)
}

fn told(example: &Example, outcome: &Outcome, console: &Console) -> String {
    let place = place_of(example, console);
    match outcome {
        Outcome::Holds => String::new(),
        Outcome::Refused(why) => format!("{place}: the text is refused: {why}\n"),
        Outcome::OtherText(got) => {
            let diff = TextDiff::from_lines(&example.after, got);
            let diff = diff.unified_diff().header("expected", "is").to_string();
            format!("{place}: it becomes another text\n{diff}")
        }
        Outcome::OtherFindings(found) => {
            let expected = match &example.findings {
                Some(codes) if !codes.is_empty() => codes.join(", "),
                _ => "none".to_owned(),
            };
            let mut text = format!("{place}: it has other findings; expected: {expected}\n");
            for (code, message) in found {
                text.push_str(&format!("  {code}: {message}\n"));
            }
            text
        }
    }
}
