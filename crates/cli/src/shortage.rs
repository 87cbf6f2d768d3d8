use rustix::io::Errno;
use rustix::process::{Resource, getrlimit};

/// What to do when the operating system has refused something for want of something, as the text of an error or of a
/// panic tells it.
///
/// By the text, since most such errors come out of libraries, and some of those as panics.
pub(crate) fn advice(text: &str) -> Option<String> {
    let tells = |error: Errno| {
        let number = error.raw_os_error();
        // As `io::Error` is displayed, and as it is debugged.
        text.contains(&format!("(os error {number})")) || text.contains(&format!("Os {{ code: {number},"))
    };
    if tells(Errno::MFILE) {
        let limit = getrlimit(Resource::Nofile).maximum.map_or("without limit".to_owned(), |files| files.to_string());
        Some(format!("this process may have {limit} open files: raise that limit (`ulimit -n`, LimitNOFILE=)"))
    } else if tells(Errno::NFILE) {
        Some("this machine has no more open files: raise fs.file-max".to_owned())
    } else if tells(Errno::AGAIN) {
        let advice = "there is no thread for this process: raise the limit on processes (`ulimit -u`, LimitNPROC=, \
                      TasksMax=, pids of the container) or its memory";
        Some(advice.to_owned())
    } else if tells(Errno::NOMEM) {
        Some("there is no memory for this process: raise its limit (`ulimit -v`, MemoryMax=)".to_owned())
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[test]
    fn a_shortage_is_known_however_it_is_told() {
        let error = io::Error::from_raw_os_error(Errno::MFILE.raw_os_error());
        for text in [error.to_string(), format!("{error:?}")] {
            assert!(advice(&text).unwrap().contains("open files"), "{text}");
        }
        let error = io::Error::from_raw_os_error(Errno::AGAIN.raw_os_error());
        assert!(advice(&format!("panicked at x: {error:?}")).unwrap().contains("no thread"));
    }

    #[test]
    fn other_errors_get_no_advice() {
        let error = io::Error::from_raw_os_error(Errno::NOENT.raw_os_error());
        assert_eq!((advice(&error.to_string()), advice("os error 2400")), (None, None));
    }
}
