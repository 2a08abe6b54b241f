//! Whether the system lets a file be renamed over, beyond permissions.
//!
//! A mount point, and a file or folder with the attribute `append only` or `immutable` (chattr(1)),
//! pass every check of permissions and of writing, and refuse the rename. That would be found out when
//! the record of the commit is already written, so it is asked for before. Source: statx(2).

use std::path::Path;

use super::problem::Problem;

/// Refuses a file that cannot be renamed over, or whose folder allows no renames. What cannot be asked
/// counts as replaceable: older kernels do not tell.
#[cfg(target_os = "linux")]
pub(super) fn replaceable(path: &Path) -> Result<(), Problem> {
    use rustix::fs::{AtFlags, CWD, StatxAttributes, StatxFlags, statx};

    let attributes = |path: &Path| {
        statx(CWD, path, AtFlags::SYMLINK_NOFOLLOW, StatxFlags::empty())
            .map_or(StatxAttributes::empty(), |found| {
                found.stx_attributes & found.stx_attributes_mask
            })
    };
    let file = attributes(path);
    if file.contains(StatxAttributes::MOUNT_ROOT) {
        return Err(Problem::Mounted);
    }
    let flag = |found: StatxAttributes| {
        if found.contains(StatxAttributes::IMMUTABLE) {
            Some("immutable")
        } else if found.contains(StatxAttributes::APPEND) {
            Some("append only")
        } else {
            None
        }
    };
    if let Some(flag) = flag(file) {
        return Err(Problem::Flagged(flag));
    }
    match path.parent().and_then(|folder| flag(attributes(folder))) {
        Some(flag) => Err(Problem::FlaggedFolder(flag)),
        None => Ok(()),
    }
}

#[cfg(not(target_os = "linux"))]
pub(super) fn replaceable(_path: &Path) -> Result<(), Problem> {
    Ok(())
}
