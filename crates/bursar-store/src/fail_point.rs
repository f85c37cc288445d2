//! Fail points, where a test can end the process like a power cut. With `BURSAR_FAIL_POINT=name` or `name:nth` the
//! process kills itself with SIGKILL when it reaches that point for the first or the nth time. This is compiled only
//! with debug assertions; in a release the calls are empty and the variable has no effect.

use bursar_engine::Write;

/// Ends the process here if this is the selected fail point.
#[inline]
pub fn reach(name: &str) {
    #[cfg(debug_assertions)]
    selected::reach(name);
    #[cfg(not(debug_assertions))]
    let _ = name;
}

/// A fail point around a commit, named after what is written: `intent`, `answer`, `notice`, else `change`.
#[inline]
pub fn reach_commit(writes: &[Write], when: &str) {
    #[cfg(debug_assertions)]
    selected::reach(&format!("{}.{when}", selected::name_of(writes)));
    #[cfg(not(debug_assertions))]
    let _ = (writes, when);
}

/// A fail point while an answer is pending: the request was sent, and no answer came within 100 ms.
#[inline]
pub async fn reach_during<T>(name: &str, answer: impl Future<Output = T>) -> T {
    #[cfg(debug_assertions)]
    {
        let mut answer = std::pin::pin!(answer);
        tokio::select! {
            answer = &mut answer => return answer,
            () = tokio::time::sleep(std::time::Duration::from_millis(100)) => reach(name),
        }
        answer.await
    }
    #[cfg(not(debug_assertions))]
    {
        let _ = name;
        answer.await
    }
}

#[cfg(debug_assertions)]
mod selected {
    use bursar_engine::Write;
    use bursar_engine::top_up::{Phase, TopUp};
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU32, Ordering};

    struct FailPoint {
        name: String,
        /// How many more times the point is reached, including the last one.
        remaining: AtomicU32,
    }

    static SELECTED: OnceLock<Option<FailPoint>> = OnceLock::new();

    pub(super) fn reach(name: &str) {
        let Some(selected) = SELECTED.get_or_init(from_environment) else {
            return;
        };
        if selected.name == name && selected.remaining.fetch_sub(1, Ordering::SeqCst) == 1 {
            kill_this_process();
        }
    }

    pub(super) fn name_of(writes: &[Write]) -> &'static str {
        let mut name = "change";
        for write in writes {
            match write {
                Write::Notice(_) => return "notice",
                Write::TopUp(top_up) if is_intent(top_up) => name = "intent",
                Write::TopUp(top_up) if is_answer(top_up) => name = "answer",
                Write::TopUp(_) | Write::DeleteTopUp(_) | Write::Alerts(_) => {}
            }
        }
        name
    }

    fn is_intent(top_up: &TopUp) -> bool {
        top_up.phase == Phase::Starting && top_up.error.is_none() && top_up.absent_since.is_none()
    }

    fn is_answer(top_up: &TopUp) -> bool {
        top_up.phase == Phase::Open
            && top_up.intent_id.is_some()
            && top_up.provider_updated_at.is_none()
    }

    fn from_environment() -> Option<FailPoint> {
        let text = std::env::var("BURSAR_FAIL_POINT").ok()?;
        let (name, nth) = match text.split_once(':') {
            Some((name, nth)) => (name, nth.parse().ok()?),
            None => (text.as_str(), 1),
        };
        Some(FailPoint {
            name: name.to_owned(),
            remaining: AtomicU32::new(nth),
        })
    }

    #[cfg(unix)]
    fn kill_this_process() {
        use rustix::process::{Signal, getpid, kill_process};
        // SIGKILL ends all threads at once, so this does not return.
        let _ = kill_process(getpid(), Signal::KILL);
    }

    #[cfg(not(unix))]
    fn kill_this_process() {
        std::process::abort();
    }
}
