//! Numbers of photos and times as they are read.

/// A number with a comma at every thousand.
pub fn count(number: usize) -> String {
    let digits = number.to_string();
    let mut written = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            written.push(',');
        }
        written.push(digit);
    }
    written
}

/// How long something still takes, as roughly as it is known.
pub fn time_left(seconds: f64) -> String {
    match seconds {
        _ if seconds < 50.0 => "less than a minute".to_owned(),
        _ if seconds < 90.0 * 60.0 => format!("about {:.0} min", (seconds / 60.0).max(1.0)),
        _ => format!("about {:.0} h", seconds / 3600.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!(
            [0, 12, 999, 5000, 20_000, 1_234_567].map(count),
            ["0", "12", "999", "5,000", "20,000", "1,234,567"]
        );
    }

    #[test]
    fn times_are_rough() {
        let times = [3.0, 49.0, 62.0, 370.0, 5399.0, 7300.0].map(time_left);
        let read =
            ["less than a minute", "less than a minute", "about 1 min", "about 6 min", "about 90 min", "about 2 h"];
        assert_eq!(times, read);
    }
}
