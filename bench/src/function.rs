//! A function's process, as Lambda would run it: its own binary, its own environment, its own Runtime API.

use std::io;
use std::process::Stdio;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use hyper::body::Bytes;
use nix::time::ClockId;
use nix::unistd::Pid;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;

use crate::Result;
use crate::runtime::{Answer, RuntimeApi};
use crate::settings::Settings;

/// How much of what a process wrote is kept, to be shown if it fails.
const KEPT_BYTES: usize = 8 * 1024;

/// The program that a process runs.
#[derive(Debug, Clone)]
pub struct Launch {
    /// The function's name.
    pub name: String,
    /// The command: the function's binary, or what runs it.
    pub command: Vec<String>,
    /// Its environment, but for the Runtime API.
    pub settings: Settings,
}

/// A running function. Dropped, its process is ended.
#[derive(Debug)]
pub struct Function {
    name: String,
    runtime: RuntimeApi,
    pid: i32,
    started_in: Duration,
    written: Arc<Written>,
    /// While it is held, the process may run.
    stop: Option<oneshot::Sender<()>>,
    ended: watch::Receiver<Option<String>>,
    keeper: JoinHandle<()>,
}

/// What a process wrote to its log.
#[derive(Debug, Default)]
struct Written {
    bytes: AtomicU64,
    tail: Mutex<Vec<u8>>,
}

/// The memory of a process, in bytes.
#[derive(Debug, Clone, Copy)]
pub struct MemoryUse {
    /// The most that was resident at once.
    pub peak: u64,
    /// What is resident now.
    pub now: u64,
}

impl Function {
    /// Starts the process, and waits until it asks for its first event.
    ///
    /// # Errors
    /// When it cannot be started, or ends before.
    pub async fn start(launch: Launch) -> Result<Self> {
        let runtime = RuntimeApi::start().await?;
        let settings = launch.settings.served_at(runtime.address());
        let (program, arguments) = launch.command.split_first().ok_or("no program was given")?;
        let mut command = Command::new(program);
        command.args(arguments).env_clear().envs(settings.iter()).kill_on_drop(true);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let spawned = Instant::now();
        let mut child = command.spawn().map_err(|error| format!("{program} could not be started: {error}"))?;
        let pid = child.id().and_then(|pid| pid.try_into().ok()).ok_or("the process has ended already")?;
        let written = Arc::new(Written::default());
        let draining = [
            child.stdout.take().map(|stdout| tokio::spawn(drain(stdout, written.clone()))),
            child.stderr.take().map(|stderr| tokio::spawn(drain(stderr, written.clone()))),
        ];
        let (stop, stopped) = oneshot::channel();
        let (ending, ended) = watch::channel(None);
        let keeper = tokio::spawn(keep(child, stopped, draining, ending));
        let name = launch.name;
        let mut function =
            Self { name, runtime, pid, started_in: Duration::ZERO, written, stop: Some(stop), ended, keeper };
        let asked = function.unless_it_ends(function.runtime.first_next()).await?;
        function.started_in = asked - spawned;
        Ok(function)
    }

    /// The function's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// From just before the process was started until it first asked for an event.
    pub fn started_in(&self) -> Duration {
        self.started_in
    }

    /// Hands it an event.
    ///
    /// # Errors
    /// When the process ends, or reports an error in place of an answer.
    pub async fn invoke(&self, event: Bytes) -> Result<Answer> {
        let answer = self.unless_it_ends(self.runtime.invoke(event)).await?;
        if answer.failed {
            return Err(self.failure(&format!("answered: {}", String::from_utf8_lossy(&answer.body))));
        }
        Ok(answer)
    }

    async fn unless_it_ends<T>(&self, doing: impl Future<Output = Result<T>>) -> Result<T> {
        let mut ended = self.ended.clone();
        tokio::select! {
            done = doing => done,
            end = ended.wait_for(Option::is_some) => {
                let how = end.ok().and_then(|how| how.clone()).unwrap_or_default();
                Err(self.failure(&how))
            }
        }
    }

    fn failure(&self, what: &str) -> crate::Error {
        let tail = self.written.tail.lock().unwrap_or_else(PoisonError::into_inner);
        format!("{} {what}\n{}", self.name, String::from_utf8_lossy(&tail)).into()
    }

    /// User and system time that the process has used, to the nanosecond.
    ///
    /// # Errors
    /// When the process has ended.
    pub fn cpu_time(&self) -> Result<Duration> {
        Ok(ClockId::pid_cpu_clock_id(Pid::from_raw(self.pid))?.now()?.into())
    }

    /// How much memory it uses.
    ///
    /// # Errors
    /// When the process has ended.
    pub fn memory(&self) -> Result<MemoryUse> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid))?;
        Ok(MemoryUse { peak: kilobytes(&status, "VmHWM:")?, now: kilobytes(&status, "VmRSS:")? })
    }

    /// How many files and connections it has open.
    ///
    /// # Errors
    /// When the process has ended.
    pub fn open_files(&self) -> Result<usize> {
        Ok(std::fs::read_dir(format!("/proc/{}/fd", self.pid))?.count())
    }

    /// How many bytes it has written to its log.
    pub fn log_bytes(&self) -> u64 {
        self.written.bytes.load(Ordering::Relaxed)
    }

    /// Ends the process, and waits for its end.
    ///
    /// # Errors
    /// When its end cannot be seen.
    pub async fn stop(mut self) -> Result<()> {
        drop(self.stop.take());
        self.ended.wait_for(Option::is_some).await?;
        Ok(())
    }

    /// Takes its Runtime API away, which makes it end by itself, and waits for that.
    ///
    /// # Errors
    /// When its end cannot be seen.
    pub async fn let_end(self) -> Result<()> {
        let Self { runtime, mut ended, stop, keeper, .. } = self;
        drop(runtime);
        ended.wait_for(Option::is_some).await?;
        drop((stop, keeper));
        Ok(())
    }
}

fn kilobytes(status: &str, name: &str) -> Result<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name)).ok_or_else(|| format!("no {name}"))?;
    Ok(line.trim().trim_end_matches(" kB").parse::<u64>()? * 1024)
}

/// Whether there is a program of this name.
pub fn is_installed(program: &str) -> bool {
    let mut asking = std::process::Command::new(program);
    asking.arg("--version").stdout(Stdio::null()).stderr(Stdio::null());
    asking.status().is_ok_and(|status| status.success())
}

/// Keeps the process until it ends, or is to be ended, or nobody waits for it any more.
async fn keep(
    mut child: Child,
    stopped: oneshot::Receiver<()>,
    draining: [Option<JoinHandle<io::Result<()>>>; 2],
    ending: watch::Sender<Option<String>>,
) {
    let how = tokio::select! {
        status = child.wait() => status.map(|status| format!("ended with {status}")),
        _ = stopped => child.kill().await.map(|()| "was ended".to_owned()),
    };
    for drained in draining.into_iter().flatten() {
        // What it wrote last may be the reason.
        drop(drained.await);
    }
    ending.send_replace(Some(how.unwrap_or_else(|error| format!("was lost: {error}"))));
}

async fn drain(mut from: impl AsyncRead + Unpin, written: Arc<Written>) -> io::Result<()> {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let count = from.read(&mut buffer).await?;
        if count == 0 {
            return Ok(());
        }
        written.bytes.fetch_add(u64::try_from(count).unwrap_or(u64::MAX), Ordering::Relaxed);
        let mut tail = written.tail.lock().unwrap_or_else(PoisonError::into_inner);
        tail.extend_from_slice(buffer.get(..count).unwrap_or_default());
        let surplus = tail.len().saturating_sub(KEPT_BYTES);
        tail.drain(..surplus);
    }
}
