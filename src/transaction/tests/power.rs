//! Power cuts at every call.

use std::io::ErrorKind;

use super::hook::{Call, Hooked, Unflushed, Verdict};
use super::kept::Kept;
use super::medium::{Chance, Medium};
use super::sample::{Sample, Side, Told};

/// How many power cuts there are at each call: what they leave is a matter of chance.
const CUTS: u64 = 8;

/// Before the write that loses power: an apply and its undo, or nothing.
fn scene(first: bool) -> Sample {
    let sample = Sample::new();
    if !first {
        for side in [Side::New, Side::Old] {
            sample.write(&Unflushed, side);
        }
        std::fs::remove_file(sample.at("project/c/made.rs")).expect("it was made");
    }
    sample
}

/// After everything, too: what was said to be written must be.
#[track_caller]
fn at_each_call(first: bool) {
    let mut kept = Kept::new(|| scene(first));
    let mut sides = [0, 0];
    let mut at = 0;
    loop {
        let mut over = false;
        for seed in 0..CUTS {
            let sample = kept.again();
            let medium = Medium::new(sample.base());
            let disk = Hooked::killed(&medium, at);
            let told = sample.write(&disk, Side::New);
            over = disk.calls().len() <= at;
            medium.cut(&mut Chance(seed << 32 | at as u64));
            let context = format!("cut {seed} at {at} {:?}", disk.calls().get(at));
            let side = sample.recovered(&context);
            if matches!(told, Told::New { .. }) {
                assert_eq!(side, Side::New, "{context}");
            }
            sides[usize::from(side == Side::New)] += 1;
            if seed == 0 {
                sample.goes_on(side, &context);
            }
        }
        if over {
            break;
        }
        at += 1;
    }
    println!("{at} calls, {sides:?} as before and as after");
    assert!(sides[0] > 100 && sides[1] > 100, "{sides:?}");
}

#[test]
fn the_first_write_is_whole_or_nothing() {
    at_each_call(true);
}

#[test]
fn a_later_write_is_whole_or_nothing() {
    at_each_call(false);
}

/// A call fails, what was done is taken back, and the power is cut meanwhile. What was said not to
/// be written must not be there afterwards.
#[test]
fn what_was_refused_stays_so() {
    let mut kept = Kept::new(|| scene(false));
    let mut runs = 0;
    for failing in 0.. {
        let mut reached = false;
        for at in failing + 1.. {
            let (call, over) = refused_once(kept.again(), failing, at, 0);
            reached = call.is_some();
            runs += 1;
            // Of a name that is given and taken back again much is a matter of chance.
            if call.is_some_and(|call| call.what == "flush_folder") {
                for seed in 1..6 * CUTS {
                    refused_once(kept.again(), failing, at, seed);
                    runs += 1;
                }
            }
            if over {
                break;
            }
        }
        if !reached {
            break;
        }
    }
    println!("{runs} runs");
    assert!(runs > 1000, "{runs}");
}

/// Gives the call that failed, and whether the power was cut after everything.
fn refused_once(sample: &Sample, failing: usize, at: usize, seed: u64) -> (Option<Call>, bool) {
    let medium = Medium::new(sample.base());
    let once = Hooked::new(&medium, |number, _| {
        if number == failing {
            Verdict::Fail(ErrorKind::Other)
        } else {
            Verdict::Go
        }
    });
    let disk = Hooked::killed(&once, at);
    let told = sample.write(&disk, Side::New);
    medium.cut(&mut Chance(seed << 40 | ((failing << 20) | at) as u64));
    let call = once.calls().get(failing).cloned();
    let context = format!("{call:?} fails, cut {seed} at {at}");
    let side = sample.recovered(&context);
    let over = disk.calls().len() <= at;
    // A process that could not end says nothing.
    match told {
        Told::New { .. } if over => assert_eq!(side, Side::New, "{context}"),
        Told::Old { .. } if over => assert_eq!(side, Side::Old, "{context}: {told:?}"),
        _ => {}
    }
    (call, over)
}

/// The process is killed, and the power is cut while another one recovers.
#[test]
fn recovery_may_lose_power() {
    let mut kept = [true, false].map(|first| Kept::new(move || scene(first)));
    let mut runs = 0;
    for killed in 0.. {
        let mut over = false;
        for at in 0.. {
            let sample = kept[usize::from(killed % 3 != 0)].again();
            let medium = Medium::new(sample.base());
            let first = Hooked::killed(&medium, killed);
            let told = sample.write(&first, Side::New);
            over = first.calls().len() <= killed;
            let missing = killed % 2 == 0 && told == Told::Open && without_stage(sample, &medium);
            let disk = Hooked::killed(&medium, at);
            let journal = sample.journal(&disk);
            let recovered = journal.lock("test").and_then(|lock| journal.recover(&lock));
            let ended = disk.calls().len() <= at;
            let side = ended.then(|| sample.side(false).expect("whole"));
            drop(recovered);
            medium.cut(&mut Chance((killed << 32 | at) as u64));
            let context = format!(
                "killed at {:?}, cut at {:?}, {missing}",
                first.calls().get(killed),
                disk.calls().get(at)
            );
            let after = sample.recovered(&context);
            assert!(side.is_none_or(|side| side == after), "{context}: {side:?}");
            runs += 1;
            if ended {
                break;
            }
        }
        if over {
            break;
        }
    }
    println!("{runs} recoveries");
    assert!(runs > 1000, "{runs}");
}

/// Somebody removes a new content that was put beside its file, if there is one.
fn without_stage(sample: &Sample, medium: &Medium) -> bool {
    use super::super::disk::Disk;

    let found = sample.snapshot();
    let stage = found.keys().find(|path| super::sample::is_temporary(path));
    stage.is_some_and(|path| medium.remove(&sample.base().join(path)).is_ok())
}
