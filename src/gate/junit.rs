//! Counts from a JUnit XML report, if the run wrote it: what an earlier one left says nothing.

use std::fs::{self, Metadata};
use std::path::Path;
use std::time::{Duration, SystemTime};

use junit_parser::{TestStatus, TestSuite};

use super::counts::Counts;
use crate::file;

/// File systems that know two seconds only are the coarsest that are in use.
const COARSE: Duration = Duration::from_secs(2);

/// What lay at the place of a report before the run.
pub(super) struct Before {
    seen: Option<Seen>,
    start: SystemTime,
}

#[derive(PartialEq, Eq)]
struct Seen {
    modified: Option<SystemTime>,
    length: u64,
    #[cfg(unix)]
    file: (u64, u64),
}

impl Before {
    /// Looks before the run begins.
    pub fn look(path: &Path) -> Self {
        Self {
            seen: fs::metadata(path).ok().map(|metadata| Seen::of(&metadata)),
            start: SystemTime::now(),
        }
    }

    /// The counts of the report that the run wrote.
    ///
    /// # Errors
    /// Why there are none, as one sentence.
    pub fn counts(&self, path: &Path) -> Result<Counts, String> {
        let metadata = fs::metadata(path).map_err(|error| error.to_string())?;
        let seen = Seen::of(&metadata);
        let is_old = seen
            .modified
            .is_some_and(|modified| modified + COARSE < self.start);
        if is_old || self.seen.as_ref() == Some(&seen) {
            return Err("it is older than the run".to_owned());
        }
        let bytes = file::read(path).map_err(|error| error.to_string())?;
        parse(&bytes)
    }
}

impl Seen {
    fn of(metadata: &Metadata) -> Self {
        #[cfg(unix)]
        use std::os::unix::fs::MetadataExt;

        Self {
            modified: metadata.modified().ok(),
            length: metadata.len(),
            #[cfg(unix)]
            file: (metadata.dev(), metadata.ino()),
        }
    }
}

/// Counts the cases themselves: what suites say of their sum is optional, and differs by writer.
fn parse(bytes: &[u8]) -> Result<Counts, String> {
    let report =
        junit_parser::from_reader(bytes).map_err(|error| format!("it is no JUnit XML: {error}"))?;
    let mut counts = Counts {
        passed: Some(0),
        failed: Some(0),
        errors: Some(0),
        skipped: Some(0),
    };
    let mut suites: Vec<&TestSuite> = report.suites.iter().collect();
    while let Some(suite) = suites.pop() {
        suites.extend(&suite.suites);
        for case in &suite.cases {
            let place = match case.status {
                TestStatus::Success => &mut counts.passed,
                TestStatus::Failure(_) => &mut counts.failed,
                TestStatus::Error(_) => &mut counts.errors,
                TestStatus::Skipped(_) => &mut counts.skipped,
            };
            *place = place.map(|number| number + 1);
        }
    }
    Ok(counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPORT: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<testsuites><testsuite name="pytest" errors="1" failures="1" skipped="1" tests="4" time="0.1">
<testcase classname="a" name="ok" time="0.01" />
<testcase classname="a" name="bad" time="0.01"><failure message="assert 0">text</failure></testcase>
<testcase classname="a" name="err" time="0.01"><error message="x">y</error></testcase>
<testsuite name="inner"><testcase name="skip" time="0"><skipped type="pytest.skip" message="m"/></testcase></testsuite>
</testsuite></testsuites>"#;

    fn one_each() -> Counts {
        Counts {
            passed: Some(1),
            failed: Some(1),
            errors: Some(1),
            skipped: Some(1),
        }
    }

    #[test]
    fn cases_are_counted_in_all_suites() {
        assert_eq!(parse(REPORT.as_bytes()), Ok(one_each()));
        let alone = r#"<testsuite tests="1"><testcase name="a"/></testsuite>"#;
        let counts = parse(alone.as_bytes()).expect("counts");
        assert_eq!((counts.passed, counts.failed), (Some(1), Some(0)));
    }

    #[test]
    fn what_is_no_report_gives_no_counts() {
        for text in [
            "",
            "hello",
            "<html><body></body></html>",
            "<testsuites><test",
        ] {
            let counts = parse(text.as_bytes());
            assert!(counts.is_err(), "{text}: {counts:?}");
        }
    }

    #[test]
    fn what_an_earlier_run_left_gives_no_counts() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("junit.xml");
        assert!(Before::look(&path).counts(&path).is_err());
        fs::write(&path, REPORT).expect("a report");
        let before = Before::look(&path);
        assert_eq!(
            before.counts(&path),
            Err("it is older than the run".to_owned())
        );
        fs::remove_file(&path).expect("removed");
        fs::write(&path, REPORT).expect("a report");
        let again = fs::File::options()
            .append(true)
            .open(&path)
            .expect("a file");
        again.set_modified(SystemTime::now()).expect("a time");
        assert_eq!(before.counts(&path), Ok(one_each()));
        // As `cp -p` does.
        let hour = Duration::from_secs(3600);
        again
            .set_modified(SystemTime::now() - hour)
            .expect("a time");
        assert_eq!(
            before.counts(&path),
            Err("it is older than the run".to_owned())
        );
    }
}
