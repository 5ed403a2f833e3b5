//! Where the functions' binaries are.

use std::path::PathBuf;

use crate::Result;

/// The least function, which all others are compared with.
pub const BARE: &str = "bare";

/// A folder with a binary for each function.
#[derive(Debug, Clone)]
pub struct Binaries {
    folder: PathBuf,
}

impl Binaries {
    /// Those in this folder.
    pub fn in_folder(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// The release builds, in the target folder that this program itself is in.
    ///
    /// # Errors
    /// When this program is in no target folder.
    pub fn of_release() -> Result<Self> {
        let program = std::env::current_exe()?;
        let target = program.parent().and_then(|profile| profile.parent());
        Ok(Self { folder: target.ok_or("this program is in no target folder: say --binaries")?.join("release") })
    }

    /// Whether there is one of this function.
    pub fn has(&self, function: &str) -> bool {
        self.folder.join(function).is_file()
    }

    /// That of this function.
    ///
    /// # Errors
    /// When there is none.
    pub fn path(&self, function: &str) -> Result<PathBuf> {
        let path = self.folder.join(function);
        if path.is_file() {
            return Ok(path);
        }
        Err(format!("there is no {}: build it first (cargo build --release --bin {function})", path.display()).into())
    }

    /// Its length in bytes.
    ///
    /// # Errors
    /// When there is none.
    pub fn size(&self, function: &str) -> Result<u64> {
        Ok(std::fs::metadata(self.path(function)?)?.len())
    }
}
