//! What a function finds around it: AWS, and the authority that receivers' certificates descend from.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::Result;
use crate::aws::FakeAws;
use crate::binaries::Binaries;
use crate::ca::LocalCa;
use crate::function::{Function, Launch};
use crate::settings::Settings;

/// How many stages this program has set up.
static STAGES: AtomicU64 = AtomicU64::new(0);

/// Fake AWS, a local authority, and the functions that may be started before them.
#[derive(Debug)]
pub struct Stage {
    /// Fake AWS.
    pub aws: FakeAws,
    /// The authority of its certificate, and of receivers'.
    pub ca: LocalCa,
    binaries: Binaries,
    folder: PathBuf,
}

/// How a function is started where it matters.
#[derive(Debug, Clone, Default)]
pub struct Manner {
    /// Whether it speaks to AWS over HTTPS.
    pub https: bool,
    /// Settings of its own.
    pub settings: Vec<(&'static str, String)>,
    /// Whether it runs under callgrind, which counts its instructions.
    pub counted: bool,
}

impl Stage {
    /// A new one, with empty tables.
    ///
    /// # Errors
    /// When it cannot be set up.
    pub async fn set_up(binaries: &Binaries) -> Result<Self> {
        let ca = LocalCa::new()?;
        let aws = FakeAws::start(&ca).await?;
        let number = STAGES.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("webhooks-rail-bench-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        ca.write_pem(&folder.join("ca.pem"))?;
        Ok(Self { aws, ca, binaries: binaries.clone(), folder })
    }

    /// Starts this function.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn start(&self, function: &str) -> Result<Function> {
        self.start_so(function, &Manner::default()).await
    }

    /// Starts this function in this manner.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn start_so(&self, function: &str, manner: &Manner) -> Result<Function> {
        let roots = self.folder.join("ca.pem");
        let url = if manner.https { self.aws.https_url() } else { self.aws.http_url() };
        let mut settings = Settings::new(function, &url).trusting("TRUSTED_ROOTS_FILE", &roots);
        if manner.https {
            settings = settings.trusting("AWS_CA_BUNDLE", &roots);
        }
        for (name, value) in &manner.settings {
            settings = settings.with(name, value);
        }
        let binary = self.binaries.path(function)?.to_string_lossy().into_owned();
        let command = if manner.counted { counted(&self.counts(), binary) } else { vec![binary] };
        Function::start(Launch { name: function.to_owned(), command, settings }).await
    }

    /// Where callgrind writes what it has counted.
    pub fn counts(&self) -> PathBuf {
        self.folder.join("callgrind.out")
    }
}

fn counted(counts: &Path, binary: String) -> Vec<String> {
    let out = format!("--callgrind-out-file={}", counts.display());
    vec!["valgrind".to_owned(), "--tool=callgrind".to_owned(), "--quiet".to_owned(), out, binary]
}

impl Drop for Stage {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.folder) {
            eprintln!("bench: {} could not be removed: {error}", self.folder.display());
        }
    }
}
