//! Killed, or failing, at every call.

use std::io::ErrorKind;

use super::hook::{Call, Hooked, Unflushed, Verdict};
use super::kept::Kept;
use super::sample::{Sample, Side, Told};

/// What happens at a call, and after it.
#[derive(Clone, Copy, Debug)]
enum Fault {
    /// Nothing more is done.
    Kill,
    /// Half of what was to be written is, and nothing more is done.
    KillHalf,
    /// This call fails, and no other one.
    Once(ErrorKind),
    /// Nothing has room any more.
    Full,
    /// Nothing can be changed any more.
    ReadOnly,
    /// No name can be replaced or removed any more, as in the folder of somebody else.
    Pinned,
}

const FAULTS: [Fault; 7] = [
    Fault::Kill,
    Fault::KillHalf,
    Fault::Once(ErrorKind::Other),
    Fault::Once(ErrorKind::PermissionDenied),
    Fault::Full,
    Fault::ReadOnly,
    Fault::Pinned,
];

impl Fault {
    fn verdict(self, at: usize, number: usize, call: &Call) -> Verdict {
        let now = number >= at;
        match self {
            Self::Kill if now => Verdict::Fail(ErrorKind::Other),
            Self::KillHalf if now => Verdict::Half(ErrorKind::Other),
            Self::Once(kind) if number == at => Verdict::Half(kind),
            Self::Full if now && call.grows() => Verdict::Half(ErrorKind::StorageFull),
            Self::ReadOnly if now && call.changes() => Verdict::Fail(ErrorKind::ReadOnlyFilesystem),
            Self::Pinned if now && ["rename", "remove"].contains(&call.what) => {
                Verdict::Fail(ErrorKind::PermissionDenied)
            }
            _ => Verdict::Go,
        }
    }
}

/// What there is before the write that goes wrong.
#[derive(Clone, Copy, Debug)]
enum Scene {
    /// Nothing: the state folder is made.
    First,
    /// An apply and its undo, of which the older one is removed in the end.
    Third,
    /// An apply, which is undone.
    Undo,
}

impl Scene {
    fn set(self) -> Sample {
        let sample = Sample::new();
        let all = Told::New { left: Vec::new() };
        if !matches!(self, Self::First) {
            assert_eq!(sample.write(&Unflushed, Side::New), all);
        }
        if matches!(self, Self::Third) {
            assert_eq!(sample.write(&Unflushed, Side::Old), all);
            std::fs::remove_file(sample.at("project/c/made.rs")).expect("it was made");
        }
        sample
    }

    /// Where the write goes.
    fn to(self) -> Side {
        match self {
            Self::First | Self::Third => Side::New,
            Self::Undo => Side::Old,
        }
    }

    /// How many calls it makes.
    fn length(self) -> usize {
        let disk = Hooked::counting(&Unflushed);
        assert_eq!(
            self.set().write(&disk, self.to()),
            Told::New { left: Vec::new() }
        );
        disk.calls().len()
    }
}

fn other(side: Side) -> Side {
    match side {
        Side::Old => Side::New,
        Side::New => Side::Old,
    }
}

/// What was said must be so at once, but for temporary files; and afterwards, without them.
fn judge(sample: &Sample, to: Side, told: &Told, context: &str) -> Side {
    if matches!(told, Told::Old { .. }) {
        assert_eq!(sample.side(true), Ok(other(to)), "{context}: {told:?}");
    }
    let side = sample.recovered(context);
    match told {
        Told::New { left } => {
            assert!(left.is_empty(), "{context}: {left:?}");
            assert_eq!(side, to, "{context}");
        }
        Told::Old { .. } => assert_eq!(side, other(to), "{context}: {told:?}"),
        Told::Open => {}
    }
    side
}

#[track_caller]
fn at_each_call(scene: Scene) {
    let length = scene.length();
    assert!(length > 50, "{length}");
    let (mut kept, to) = (Kept::new(|| scene.set()), scene.to());
    let mut sides = [0, 0];
    for fault in FAULTS {
        for at in 0..length {
            let sample = kept.again();
            let disk = Hooked::new(&Unflushed, |number, call| fault.verdict(at, number, call));
            let told = sample.write(&disk, to);
            let context = format!("{scene:?} {fault:?} at {at} {:?}", disk.calls().get(at));
            let side = judge(sample, to, &told, &context);
            sides[usize::from(side == to)] += 1;
            sample.goes_on(side, &context);
        }
    }
    println!("{scene:?}: {length} calls, {sides:?} as before and as after");
    assert!(sides[0] > 100 && sides[1] > 100, "{sides:?}");
}

#[test]
fn the_first_write_is_whole_or_nothing() {
    at_each_call(Scene::First);
}

#[test]
fn a_later_write_is_whole_or_nothing() {
    at_each_call(Scene::Third);
}

#[test]
fn an_undo_is_whole_or_nothing() {
    at_each_call(Scene::Undo);
}

/// Recovery is stopped too, at each of its calls, and then comes a second one.
#[test]
fn recovery_may_be_stopped_as_often() {
    let (mut kept, to) = (Kept::new(|| Scene::Third.set()), Scene::Third.to());
    let mut runs = 0;
    for fault in [
        Fault::Kill,
        Fault::KillHalf,
        Fault::Once(ErrorKind::Other),
        Fault::Full,
    ] {
        let step = if matches!(fault, Fault::Kill) { 2 } else { 6 };
        for at in (0..Scene::Third.length()).step_by(step) {
            for again in 0.. {
                let sample = kept.again();
                let told = sample.write(&Hooked::killed(&Unflushed, at), to);
                // As it is after a `git checkout` of what was written halfway: its new content is
                // not beside it any more.
                let done = sample.at("project/.repoint/journal/3.done").exists();
                if at % 4 == 0 && told == Told::Open && !done {
                    sample.taken_back("project/a/mode.rs");
                }
                let disk = Hooked::new(&Unflushed, |number, call| {
                    fault.verdict(again, number, call)
                });
                let journal = sample.journal(&disk);
                let recovered = journal.lock("test").and_then(|lock| journal.recover(&lock));
                let context = format!("{at} {fault:?} {again} {:?}", disk.calls().get(again));
                if !matches!(fault, Fault::Once(_)) && disk.calls().len() <= again {
                    assert!(recovered.is_ok(), "{context}: {recovered:?}");
                }
                drop(recovered);
                judge(sample, to, &told, &context);
                runs += 1;
                if disk.calls().len() <= again {
                    break;
                }
            }
        }
    }
    println!("{runs} recoveries");
    assert!(runs > 1000, "{runs}");
}
