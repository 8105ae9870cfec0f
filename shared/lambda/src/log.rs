//! JSON lines on standard output, one an event; their level as `AWS_LAMBDA_LOG_LEVEL` asks for.

use tracing::Level;

/// Begins logging. `TRACE` is never given: libraries write what they send at that level, and rows are in it.
pub(crate) fn begin() {
    let asked = std::env::var("AWS_LAMBDA_LOG_LEVEL").ok().and_then(|level| level.parse::<Level>().ok());
    let level = asked.unwrap_or(Level::INFO).min(Level::DEBUG);
    // A library's own debug lines are of no use here, and nobody has looked what they hold.
    let filter = format!("warn,lambda={level},migration={level}");
    tracing_subscriber::fmt()
        .json()
        .with_env_filter(tracing_subscriber::EnvFilter::new(filter))
        .with_current_span(true)
        .with_span_list(false)
        .init();
}
