//! One report of the reports of all shares of a tree.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::record::{Counts, End, Header, Record, RuleLine};

/// Joins reports (each with the name of its file); gives the records of the whole.
///
/// # Errors
/// They are not the shares of one run: which, and why.
pub fn merge(reports: Vec<(String, Vec<Record>)>) -> Result<Vec<Record>, String> {
    let mut first: Option<(String, Header)> = None;
    let mut seen: BTreeMap<u32, String> = BTreeMap::new();
    let mut shares = 0;
    let mut files: Vec<(PathBuf, Record)> = Vec::new();
    let mut failures: Vec<(PathBuf, Record)> = Vec::new();
    let mut rules: Vec<RuleLine> = Vec::new();
    let mut counts = Counts::default();
    let mut exit = 0;
    for (name, records) in reports {
        for record in records {
            match record {
                Record::Header(header) => {
                    let Some(share) = header.share else {
                        return Err(format!(
                            "{name}: is no share, expected a report made with --partition"
                        ));
                    };
                    if let Some((other, expected)) = &first {
                        same(expected, &header).map_err(|what| {
                            format!("{name}: has {what} than {other}: make both in one way")
                        })?;
                    }
                    shares = share.of;
                    if let Some(other) = seen.insert(share.number, name.clone()) {
                        return Err(format!(
                            "{name}: is share {}/{}, as {other} is",
                            share.number, share.of
                        ));
                    }
                    first.get_or_insert((name.clone(), header));
                }
                Record::Finding(ref of) => files.push((of.name.to_path(), record)),
                Record::Plan(ref plan) => files.push((plan.name.to_path(), record)),
                Record::Failure(ref of) => failures.push((of.name.to_path(), record)),
                Record::Rule(rule) => match rules.iter_mut().find(|it| it.rule == rule.rule) {
                    Some(sum) => {
                        sum.references += rule.references;
                        sum.files += rule.files;
                        sum.rewritten += rule.rewritten;
                        sum.reviews += rule.reviews;
                        sum.left += rule.left;
                    }
                    None => rules.push(rule),
                },
                Record::Scope(_) | Record::Baseline(_) => {
                    return Err(format!(
                        "{name}: a baseline or scopes judged this share alone; make the shares with \
                         --no-baseline"
                    ));
                }
                Record::Summary(more) => {
                    counts.searched += more.searched;
                    counts.parsed += more.parsed;
                    counts.changed += more.changed;
                    counts.rewritten += more.rewritten;
                    counts.left += more.left;
                    counts.reviews += more.reviews;
                    counts.homes += more.homes;
                    counts.failed += more.failed;
                    counts.elapsed = more.elapsed.max(counts.elapsed);
                }
                Record::End(end) => exit = end.exit.max(exit),
            }
        }
    }
    let Some((_, mut header)) = first else {
        return Err("there is no report to merge".to_owned());
    };
    let missing: Vec<String> = (1..=shares)
        .filter(|number| !seen.contains_key(number))
        .take(10)
        .map(|number| format!("{number}/{shares}"))
        .collect();
    if !missing.is_empty() {
        return Err(format!("shares are missing: {}", missing.join(", ")));
    }
    header.share = None;
    // Each share is sorted, and a file is in one of them.
    files.sort_by(|a, b| a.0.cmp(&b.0));
    failures.sort_by(|a, b| a.0.cmp(&b.0));
    let mut all = vec![Record::Header(header)];
    all.extend(files.into_iter().map(|(_, record)| record));
    all.extend(failures.into_iter().map(|(_, record)| record));
    all.extend(rules.into_iter().map(Record::Rule));
    all.push(Record::Summary(counts));
    all.push(Record::End(End { exit }));
    Ok(all)
}

/// What differs, if something does that must not.
fn same(one: &Header, other: &Header) -> Result<(), &'static str> {
    let of = |header: &Header| header.share.map(|share| share.of);
    if one.table_digest != other.table_digest {
        Err("other rules")
    } else if one.options_digest != other.options_digest {
        Err("other options")
    } else if one.command != other.command {
        Err("another command")
    } else if one.program != other.program {
        Err("another version of repoint")
    } else if of(one) != of(other) {
        Err("another number of shares")
    } else if one.prefix != other.prefix {
        Err("another folder")
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::record::{Shape, Share};
    use super::super::sample;
    use super::*;

    fn share(number: u32, of: u32, change: impl Fn(&mut Header)) -> (String, Vec<Record>) {
        let mut records = sample::records(Shape::Plans);
        let mut header = sample::header();
        header.share = Some(Share { number, of });
        change(&mut header);
        records[0] = Record::Header(header);
        (format!("{number}.json"), records)
    }

    fn refused(other: (String, Vec<Record>)) -> String {
        merge(vec![share(1, 2, |_| {}), other]).expect_err("it is refused")
    }

    #[test]
    fn shares_are_joined() {
        let all = merge(vec![share(2, 2, |_| {}), share(1, 2, |_| {})]).expect("they fit");
        let failures = all.iter().filter(|it| matches!(it, Record::Failure(_)));
        assert_eq!(failures.count(), 2);
        let Some(Record::Summary(counts)) = all.get(all.len() - 2) else {
            panic!("the counts stand before the end");
        };
        assert_eq!(counts.searched, 2 * 9812);
        let rules = all.iter().filter(|it| matches!(it, Record::Rule(_)));
        assert_eq!(rules.count(), 1);
    }

    #[test]
    fn what_is_not_of_one_run_is_refused() {
        assert!(refused(share(1, 2, |_| {})).contains("as 1.json is"));
        assert!(refused(share(2, 3, |_| {})).contains("another number"));
        assert!(refused(share(2, 2, |it| it.table_digest.clear())).contains("other rules"));
        assert!(refused(share(2, 2, |it| it.options_digest.clear())).contains("other options"));
        assert!(refused(share(2, 2, |it| it.command.clear())).contains("another command"));
        assert!(refused(share(2, 2, |it| it.program.clear())).contains("another version"));
        assert!(refused(share(2, 2, |it| it.share = None)).contains("is no share"));
        let missing = merge(vec![share(1, 3, |_| {})]).expect_err("two are missing");
        assert_eq!(missing, "shares are missing: 2/3, 3/3");
    }
}
