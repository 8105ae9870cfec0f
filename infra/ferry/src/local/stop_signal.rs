//! The signals that ask a run to stop in good order.

/// Completes on the first SIGINT or SIGTERM. Where signals cannot be received it never completes: the process can
/// still be killed at any moment without harm.
pub(crate) async fn stop_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut interrupt), Ok(mut terminate)) =
        (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}
