//! Being told to end: Ctrl-C, or a signal that means the same.

use std::io;

#[cfg(unix)]
pub struct Interruption([tokio::signal::unix::Signal; 3]);

#[cfg(unix)]
impl Interruption {
    /// From here on it does not end the process, but is told by [`Self::come`].
    pub fn watch() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self([signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?, signal(SignalKind::hangup())?]))
    }

    /// Returns when it comes, or has come since it was returned last.
    pub async fn come(&mut self) {
        let [interrupt, terminate, hangup] = &mut self.0;
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hangup.recv() => {}
        }
    }
}

#[cfg(windows)]
pub struct Interruption(tokio::signal::windows::CtrlC);

#[cfg(windows)]
impl Interruption {
    /// From here on it does not end the process, but is told by [`Self::come`].
    pub fn watch() -> io::Result<Self> {
        Ok(Self(tokio::signal::windows::ctrl_c()?))
    }

    /// Returns when it comes, or has come since it was returned last.
    pub async fn come(&mut self) {
        self.0.recv().await;
    }
}
