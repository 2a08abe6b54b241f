//! Points in time, as people read them.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// `seconds` since 1970 UTC as date and time of this machine's time zone, with its offset.
pub fn shown(seconds: i64) -> String {
    let time = Timestamp::from_second(seconds).unwrap_or_default();
    time.to_zoned_datetime(TimeZone::system())
        .strftime("%Y-%m-%d %H:%M:%S %:z")
        .to_string()
}
