//! Whether a process of this machine is still there.

/// Whether there is a process of this number. Where the system does not tell, there is none, and age alone decides.
#[cfg(target_os = "linux")]
pub fn is_there(process_id: u32) -> bool {
    // A process that ended and was not waited for is still listed, as a zombie.
    let status = std::fs::read_to_string(format!("/proc/{process_id}/stat"));
    let state = |status: &str| status.rsplit(") ").next().and_then(|rest| rest.chars().next());
    status.is_ok_and(|status| !matches!(state(&status), Some('Z' | 'X')))
}

/// Whether there is a process of this number. Where the system does not tell, there is none, and age alone decides.
#[cfg(all(unix, not(target_os = "linux")))]
pub fn is_there(process_id: u32) -> bool {
    let asked = std::process::Command::new("kill").args(["-0", &process_id.to_string()]).output();
    asked.is_ok_and(|answer| answer.status.success())
}

/// Whether there is a process of this number. Where the system does not tell, there is none, and age alone decides.
#[cfg(not(unix))]
pub fn is_there(_process_id: u32) -> bool {
    false
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn this_process_is_there_and_one_that_ended_is_not() {
        assert!(is_there(std::process::id()));
        let mut ended = std::process::Command::new("true").spawn().unwrap();
        ended.wait().unwrap();
        assert!(!is_there(ended.id()));
    }
}
