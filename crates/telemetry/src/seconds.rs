use std::fmt;
use std::time::Duration;

use ore_domain::zero_padded;

/// Shows a duration as seconds with this many digits after the point, at most nine, cut off and not rounded.
///
/// On every answer and every line of the access log: formatting a float takes several times as long.
#[derive(Debug, Clone, Copy)]
pub struct Seconds<const DIGITS: usize>(pub Duration);

impl<const DIGITS: usize> fmt::Display for Seconds<DIGITS> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fraction = zero_padded::<9>(self.0.subsec_nanos());
        let shown = str::from_utf8(&fraction[..DIGITS]).map_err(|_| fmt::Error)?;
        write!(formatter, "{}.{shown}", self.0.as_secs())
    }
}

/// The duration, cut off to whole milliseconds: finer, sums over credential calls would tell how long comparing a password
/// took.
pub fn whole_milliseconds(duration: Duration) -> Duration {
    Duration::from_millis(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_digit_stands_at_its_place() {
        let duration = Duration::new(12, 34_567_890);
        assert_eq!(Seconds::<3>(duration).to_string(), "12.034");
        assert_eq!(Seconds::<4>(duration).to_string(), "12.0345");
        assert_eq!(Seconds::<6>(duration).to_string(), "12.034567");
        assert_eq!(Seconds::<9>(duration).to_string(), "12.034567890");
        assert_eq!(Seconds::<4>(Duration::ZERO).to_string(), "0.0000");
    }
}
